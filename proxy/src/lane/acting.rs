//! A fault at work on a lane, and the account of what it did there.

use std::{sync::Arc, time::Duration};

use crate::{
    dice::{Dice, Seed},
    event::{Hit, ms},
    fault::{Decider, StreamFault},
    plan::Slot,
};

/// A fault at work on this lane.
pub(super) struct Acting {
    pub(super) slot: Arc<Slot>,
    pub(super) dice: Dice,
    pub(super) state: Box<dyn StreamFault>,
    pub(super) rate: Option<f64>,
    pub(super) tally: Tally,
}

/// The account of what a fault did.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    count: u64,
    asked: Duration,
    released: u64,
    measured: Duration,
    measured_max: Duration,
}

impl Acting {
    pub(super) fn new(slot: &Arc<Slot>, seed: Seed, subject: u64) -> Option<Self> {
        match slot.fault.decider() {
            Decider::Stream(state) => Some(Self {
                slot: Arc::clone(slot),
                dice: slot.dice(seed, subject),
                state,
                rate: None,
                tally: Tally::default(),
            }),
            _ => None,
        }
    }

    /// Goes on as the same fault in a changed plan. What it did under another label is handed over.
    pub(super) fn go_on_as(&mut self, slot: &Arc<Slot>) -> Option<Hit> {
        let other = self.slot.label != slot.label;
        let hit = other.then(|| self.take_hit()).flatten();
        self.slot = Arc::clone(slot);
        hit
    }

    /// What it did since the last time.
    pub(super) fn take_hit(&mut self) -> Option<Hit> {
        let hit = self.hit();
        self.tally = Tally::default();
        hit
    }

    pub(super) fn hit(&self) -> Option<Hit> {
        let Tally { count, asked, released, measured, measured_max } = self.tally;
        (count > 0 || released > 0).then(|| Hit {
            fault: self.slot.fault.kind().to_owned(),
            label: self.slot.label.clone(),
            side: self.slot.fault.side(),
            direction: self.slot.fault.direction(),
            count,
            asked_ms: ms(asked),
            measured_ms: ms(measured),
            measured_max_ms: ms(measured_max),
            released,
        })
    }
}

impl Tally {
    pub(super) fn hit(&mut self, asked: Duration) {
        self.count += 1;
        self.asked += asked;
    }

    pub(super) fn release(&mut self, delay: Duration) {
        self.released += 1;
        self.measured += delay;
        self.measured_max = self.measured_max.max(delay);
    }
}
