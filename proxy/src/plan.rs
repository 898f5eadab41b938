//! Which faults act now. The plan follows their schedules and takes changes while traffic flows; connections
//! look at it between two chunks.

mod watch;

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::{Notify, watch as channel},
    time::Instant,
};

pub(crate) use self::watch::{Scope, Watch};
use crate::{
    clock::Clock,
    dice::{Dice, Seed, mix, name_key},
    fault::{Decider, Fault, FaultError, Flow, labels},
    schedule::Window,
};

/// How many faults a plan can hold: sets of them are kept as the bits of a word.
const MOST: usize = 64;

/// A fault in the plan.
#[derive(Debug)]
pub(crate) struct Slot {
    /// What the fault is told by from all that ever were in the plan. It keeps it while it stays.
    pub(crate) id: u64,
    /// The fault's bit in a set of faults.
    pub(crate) bit: u64,
    /// What its draws are keyed by.
    key: u64,
    /// What it is called in events.
    pub(crate) label: String,
    pub(crate) fault: Fault,
    /// When it acts, counted from the start of the plan; always, if there are none.
    windows: Option<Vec<Window>>,
}

/// The faults that act at a moment.
#[derive(Debug, Default)]
pub(crate) struct Active {
    slots: Vec<Arc<Slot>>,
    request: bool,
    response: bool,
    /// Whether any of them acts on upstreams of its own.
    scoped: bool,
}

/// What the periods of faults count from, and percentages in them are taken of.
#[derive(Clone, Copy)]
struct Run {
    from: Duration,
    total: Option<Duration>,
}

/// The plan of a proxy.
pub(crate) struct Plan {
    seed: Seed,
    start: Instant,
    total: Option<Duration>,
    slots: Mutex<Vec<Arc<Slot>>>,
    /// How many faults have ever been in the plan.
    made: AtomicU64,
    changed: Notify,
    active: channel::Sender<Arc<Active>>,
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
        let scoped = slots.iter().any(|slot| slot.fault.upstreams().is_some());
        Self { request: any(Flow::Request), response: any(Flow::Response), scoped, slots }
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

    /// What each is called.
    pub(crate) fn labels(&self) -> Vec<String> {
        self.slots.iter().map(|slot| slot.label.clone()).collect()
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
            made: AtomicU64::new(0),
            changed: Notify::new(),
            active: channel::Sender::new(Arc::new(Active::default())),
        }
    }

    pub(crate) fn seed(&self) -> Seed {
        self.seed
    }

    /// A view of every fault.
    pub(crate) fn watch(&self) -> Watch {
        Watch::new(self.active.subscribe(), None)
    }

    /// A view of the faults that act on this traffic.
    pub(crate) fn watch_within(&self, scope: Scope) -> Watch {
        Watch::new(self.active.subscribe(), Some(scope))
    }

    /// The faults, acting now or not.
    pub(crate) fn faults(&self) -> Vec<Fault> {
        let slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots.iter().map(|slot| slot.fault.clone()).collect()
    }

    /// Replaces the faults, whose periods count from the start. A fault that stays as it was keeps its identity, and
    /// so what it holds.
    pub(crate) fn set(&self, faults: Vec<Fault>) -> Result<(), FaultError> {
        self.replace(faults, Run { from: Duration::ZERO, total: self.total })
    }

    /// The same, but periods count from now, and percentages are of `total`.
    pub(crate) fn begin(
        &self,
        faults: Vec<Fault>,
        total: Option<Duration>,
    ) -> Result<(), FaultError> {
        self.replace(faults, Run { from: self.start.elapsed(), total })
    }

    fn replace(&self, faults: Vec<Fault>, run: Run) -> Result<(), FaultError> {
        if faults.len() > MOST {
            return Err(FaultError {
                code: "too_many_faults",
                message: format!("a proxy takes at most {MOST} faults, not {}", faults.len()),
                hint: "leave some out, or start a second proxy".to_owned(),
            });
        }
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        *slots = self.slots(faults, run, &slots)?;
        drop(slots);
        self.refresh();
        self.changed.notify_one();
        Ok(())
    }

    fn slots(
        &self,
        faults: Vec<Fault>,
        run: Run,
        old: &[Arc<Slot>],
    ) -> Result<Vec<Arc<Slot>>, FaultError> {
        let staying = staying(&faults, old);
        let mut bits = Bits::new(old, &staying);
        let mut new: Vec<Arc<Slot>> = Vec::with_capacity(faults.len());
        for ((label, fault), same) in labels(&faults).into_iter().zip(faults).zip(staying) {
            let windows = windows(&fault, run)?;
            let kind = fault.kind();
            let ordinal = new.iter().filter(|slot| slot.fault.kind() == kind).count() as u64;
            let key = mix(name_key(kind) ^ ordinal);
            let (id, bit) = match same {
                Some(same) => (same.id, same.bit),
                None => (self.made.fetch_add(1, Ordering::Relaxed), bits.take()),
            };
            new.push(match same {
                Some(same) if (same.key, &same.label, &same.windows) == (key, &label, &windows) => {
                    Arc::clone(same)
                }
                // New, or the same fault in another place of the list or at other times.
                _ => {
                    // What it has counted stays with it.
                    let fault = same.map_or(fault, |same| same.fault.clone());
                    Arc::new(Slot { id, bit, key, label, fault, windows })
                }
            });
        }
        Ok(new)
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

/// When a fault acts in a run, counted from the start of the plan.
fn windows(fault: &Fault, run: Run) -> Result<Option<Vec<Window>>, FaultError> {
    let windows = fault.schedule().map(|schedule| schedule.windows(run.total)).transpose();
    let windows = windows.map_err(|error| FaultError {
        code: "invalid_schedule",
        message: format!("{} `period`: {error}", fault.kind()),
        hint: error.hint().to_owned(),
    })?;
    let later = |moment: Duration| moment.saturating_add(run.from);
    Ok(windows.map(|windows| {
        let later = |Window { start, end }| Window { start: later(start), end: end.map(later) };
        windows.into_iter().map(later).collect()
    }))
}

/// For each fault the slot that it had before, if it had one.
fn staying<'a>(faults: &[Fault], old: &'a [Arc<Slot>]) -> Vec<Option<&'a Arc<Slot>>> {
    let mut left: Vec<&Arc<Slot>> = old.iter().collect();
    let mut find = |fault: &Fault| {
        left.iter().position(|slot| slot.fault == *fault).map(|index| left.remove(index))
    };
    faults.iter().map(&mut find).collect()
}

/// The bits that new faults can have.
struct Bits {
    used: u64,
    staying: u64,
}

impl Bits {
    fn new(old: &[Arc<Slot>], staying: &[Option<&Arc<Slot>>]) -> Self {
        let used = old.iter().fold(0, |set, slot| set | slot.bit);
        let staying = staying.iter().flatten().fold(0, |set, slot| set | slot.bit);
        Self { used, staying }
    }

    /// A bit that no other fault of the plan has, nor one that leaves it, if that can be.
    fn take(&mut self) -> u64 {
        if self.used == u64::MAX {
            self.used = self.staying;
        }
        let bit = 1 << (!self.used).trailing_zeros();
        self.used |= bit;
        self.staying |= bit;
        bit
    }
}

#[cfg(test)]
mod tests;
