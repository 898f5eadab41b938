//! The phases of a test, and the calls of each.

use std::time::Duration;

use fault_proxy::Fault;

use crate::recording::{Recording, Sample};
use crate::results::{Dns, PhaseOfCall};

/// Which phase.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Name {
    /// Without faults.
    #[default]
    Control,
    /// With them.
    Faulted,
    /// After them.
    Recovery,
}

impl Name {
    pub(super) fn of_call(self) -> PhaseOfCall {
        match self {
            Self::Control => PhaseOfCall::Baseline,
            Self::Faulted => PhaseOfCall::Faulted,
            Self::Recovery => PhaseOfCall::Recovery,
        }
    }
}

/// A phase that was run.
#[derive(Debug, Clone)]
pub(super) struct Ran {
    pub(super) name: Name,
    /// When it began, in milliseconds from the start of the test.
    pub(super) began_ms: f64,
    /// When it began, in microseconds since 1970.
    pub(super) began_micros: i64,
    /// What the traces of its calls begin with.
    pub(super) trace: u64,
    pub(super) recording: Recording,
    /// The faults of its calls: one list for all, or one for each.
    pub(super) faults: FaultsOfCalls,
    /// What was resolved for its calls, where it was.
    pub(super) dns: Vec<Option<Dns>>,
    /// Whether its calls were sent one after the other.
    pub(super) sequential: bool,
}

/// The faults of the calls of a phase.
#[derive(Debug, Clone)]
pub(super) enum FaultsOfCalls {
    All(Vec<Fault>),
    Each(Vec<Vec<Fault>>),
}

impl FaultsOfCalls {
    /// The faults of the call of this number, from 1.
    pub(super) fn of(&self, number: u64) -> &[Fault] {
        match self {
            Self::All(faults) => faults,
            Self::Each(lists) => usize::try_from(number.saturating_sub(1))
                .ok()
                .and_then(|at| lists.get(at))
                .map_or(&[], Vec::as_slice),
        }
    }
}

impl Ran {
    /// When a call was due, in milliseconds from the start of the test.
    pub(super) fn due_ms(&self, sample: &Sample) -> f64 {
        self.began_ms + sample.at.as_secs_f64() * 1000.0
    }

    /// When a call was due, in microseconds since 1970.
    pub(super) fn due_micros(&self, sample: &Sample) -> u64 {
        let after = i64::try_from(sample.at.as_micros()).unwrap_or(i64::MAX);
        u64::try_from(self.began_micros.saturating_add(after)).unwrap_or(0)
    }

    /// The calls that were due before `at`, and those that were due then or later, whose time counts from there.
    pub(super) fn split(self, at: Duration) -> (Self, Self) {
        let (before, after): (Vec<Sample>, Vec<Sample>) =
            self.recording.samples().iter().partition(|sample| sample.at < at);
        let end = self.recording.elapsed();
        let cancelled = self.recording.cancelled();
        let lost = self.recording.not_sent();
        let mut first = recorded(before, at.min(end), cancelled);
        // It is not known when those were due that could not be sent; they count where the faults are.
        (0..lost).for_each(|_| first.skip());
        let rest = after.into_iter().map(|sample| Sample { at: sample.at - at, ..sample });
        let second = recorded(rest.collect(), end.saturating_sub(at), cancelled);
        let late_ms = at.as_secs_f64() * 1000.0;
        let recovery = Self {
            name: Name::Recovery,
            began_ms: self.began_ms + late_ms,
            began_micros: self.began_micros + i64::try_from(at.as_micros()).unwrap_or(0),
            recording: second,
            faults: FaultsOfCalls::All(Vec::new()),
            dns: Vec::new(),
            ..self.clone()
        };
        (Self { recording: first, ..self }, recovery)
    }
}

/// A finished recording of these calls.
pub(super) fn recorded(samples: Vec<Sample>, elapsed: Duration, cancelled: bool) -> Recording {
    let mut recording = Recording::new(samples.len() as u64, elapsed);
    samples.into_iter().for_each(|sample| recording.record(sample));
    recording.finish(elapsed, cancelled);
    recording
}
