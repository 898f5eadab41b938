//! Which faults act now. The plan follows their schedules and takes changes while traffic flows; connections
//! look at it between two chunks.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{Notify, watch},
    time::Instant,
};

use crate::{
    clock::Clock,
    dice::{Dice, Seed, mix, name_key},
    fault::{Decider, Fault, FaultError, Flow},
    schedule::Window,
};

/// How many faults a plan can hold: sets of them are kept as the bits of a word.
const MOST: usize = 64;

/// A fault in the plan.
#[derive(Debug)]
pub(crate) struct Slot {
    /// The fault's bit in a set of faults.
    pub(crate) bit: u64,
    /// What its draws are keyed by.
    key: u64,
    pub(crate) fault: Fault,
    windows: Option<Vec<Window>>,
}

/// The faults that act at a moment.
#[derive(Debug, Default)]
pub(crate) struct Active {
    slots: Vec<Arc<Slot>>,
    request: bool,
    response: bool,
}

/// A connection's view of the plan.
pub(crate) type Watch = watch::Receiver<Arc<Active>>;

/// The plan of a proxy.
pub(crate) struct Plan {
    seed: Seed,
    start: Instant,
    total: Option<Duration>,
    slots: Mutex<Vec<Arc<Slot>>>,
    changed: Notify,
    active: watch::Sender<Arc<Active>>,
}

impl Slot {
    /// The dice of this fault for a connection or exchange.
    pub(crate) fn dice(&self, seed: Seed, subject: u64) -> Dice {
        Dice::new(seed, self.key, subject)
    }

    fn acts_at(&self, at: Duration) -> bool {
        self.windows.as_ref().is_none_or(|windows| windows.iter().any(|window| window.contains(at)))
    }
}

impl Active {
    fn new(slots: Vec<Arc<Slot>>) -> Self {
        let any = |flow| slots.iter().any(|slot: &Arc<Slot>| slot.fault.acts_on(flow));
        Self { request: any(Flow::Request), response: any(Flow::Response), slots }
    }

    /// Whether any fault acts on bytes that go this way.
    pub(crate) fn acts_on(&self, flow: Flow) -> bool {
        match flow {
            Flow::Request => self.request,
            Flow::Response => self.response,
        }
    }

    /// The faults that act on bytes that go this way.
    pub(crate) fn on(&self, flow: Flow) -> impl Iterator<Item = &Arc<Slot>> {
        self.slots.iter().filter(move |slot| slot.fault.acts_on(flow))
    }

    /// Every fault that acts.
    pub(crate) fn slots(&self) -> &[Arc<Slot>] {
        &self.slots
    }

    /// The fault that answers this exchange by itself, if one does.
    pub(crate) fn answer(
        &self,
        seed: Seed,
        subject: u64,
    ) -> Option<(&Arc<Slot>, crate::fault::Answer)> {
        self.slots.iter().find_map(|slot| match slot.fault.decider() {
            Decider::Answer(mut decide) => {
                decide(&mut slot.dice(seed, subject)).map(|answer| (slot, answer))
            }
            _ => None,
        })
    }

    /// The fault that fails the resolution of a name, if one does.
    pub(crate) fn resolution(&self, seed: Seed, subject: u64) -> Option<&Arc<Slot>> {
        self.slots.iter().find(|slot| match slot.fault.decider() {
            Decider::Resolution(mut decide) => decide(&mut slot.dice(seed, subject)),
            _ => false,
        })
    }
}

impl Plan {
    pub(crate) fn new(seed: Seed, start: Instant, total: Option<Duration>) -> Self {
        Self {
            seed,
            start,
            total,
            slots: Mutex::new(Vec::new()),
            changed: Notify::new(),
            active: watch::Sender::new(Arc::new(Active::default())),
        }
    }

    pub(crate) fn seed(&self) -> Seed {
        self.seed
    }

    pub(crate) fn watch(&self) -> Watch {
        self.active.subscribe()
    }

    /// The faults, acting now or not.
    pub(crate) fn faults(&self) -> Vec<Fault> {
        let slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots.iter().map(|slot| slot.fault.clone()).collect()
    }

    /// Replaces the faults. A fault that stays as it was keeps its identity, and so what it holds.
    pub(crate) fn set(&self, faults: Vec<Fault>) -> Result<(), FaultError> {
        if faults.len() > MOST {
            return Err(FaultError {
                code: "too_many_faults",
                message: format!("a proxy takes at most {MOST} faults, not {}", faults.len()),
                hint: "leave some out, or start a second proxy".to_owned(),
            });
        }
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next: Vec<Arc<Slot>> = Vec::with_capacity(faults.len());
        for fault in faults {
            let slot = self.slot(fault, &slots, &next)?;
            next.push(slot);
        }
        *slots = next;
        drop(slots);
        self.refresh();
        self.changed.notify_one();
        Ok(())
    }

    fn slot(
        &self,
        fault: Fault,
        old: &[Arc<Slot>],
        new: &[Arc<Slot>],
    ) -> Result<Arc<Slot>, FaultError> {
        let taken = |slot: &&Arc<Slot>| new.iter().any(|other| other.bit == slot.bit);
        if let Some(same) = old.iter().find(|slot| slot.fault == fault && !taken(slot)) {
            return Ok(Arc::clone(same));
        }
        let windows = fault.schedule().map(|schedule| schedule.windows(self.total)).transpose();
        let windows = windows.map_err(|error| FaultError {
            code: "invalid_schedule",
            message: format!("{} `period`: {error}", fault.kind()),
            hint: error.hint().to_owned(),
        })?;
        let used = old.iter().chain(new).fold(0, |set, slot| set | slot.bit);
        // With many changes at once every bit may be in use by old and new; the new ones alone leave room.
        let used =
            if used == u64::MAX { new.iter().fold(0, |set, slot| set | slot.bit) } else { used };
        let ordinal = new.iter().filter(|slot| slot.fault.kind() == fault.kind()).count() as u64;
        let key = mix(name_key(fault.kind()) ^ ordinal);
        Ok(Arc::new(Slot { bit: 1 << (!used).trailing_zeros(), key, fault, windows }))
    }

    /// Publishes the faults that act now, if they are others than before.
    fn refresh(&self) {
        let slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let at = self.start.elapsed();
        let acting: Vec<_> = slots.iter().filter(|slot| slot.acts_at(at)).map(Arc::clone).collect();
        self.active.send_if_modified(|active| {
            let same = active.slots.len() == acting.len()
                && active.slots.iter().zip(&acting).all(|(one, two)| Arc::ptr_eq(one, two));
            if !same {
                *active = Arc::new(Active::new(acting));
            }
            !same
        });
    }

    /// Follows the schedules until dropped.
    pub(crate) async fn follow(&self, clock: Clock) {
        loop {
            let changed = self.changed.notified();
            self.refresh();
            match self.next_turn() {
                Some(at) => tokio::select! {
                    () = clock.sleep_until(at) => {}
                    () = changed => {}
                },
                None => changed.await,
            }
        }
    }

    /// When a fault starts or stops to act next.
    fn next_turn(&self) -> Option<Instant> {
        let slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.start.elapsed();
        slots
            .iter()
            .flat_map(|slot| slot.windows.iter().flatten())
            .flat_map(|window| [Some(window.start), window.end])
            .flatten()
            .filter(|turn| *turn > now)
            .min()
            .map(|turn| self.start + turn)
    }
}

#[cfg(test)]
mod tests;
