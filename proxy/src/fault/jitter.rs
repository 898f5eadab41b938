//! Jitter: now and then a chunk is late by a random amount.

use std::{fmt, time::Duration};

use rand_distr::{Distribution as _, Uniform};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Definition, Invalid, Placed, Spec,
    verdict::{Chunk, Decider, StreamFault, Verdict, millis},
};
use crate::dice::Dice;

/// How large and how frequent the disturbances are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Jitter {
    /// Largest delay in milliseconds, above 0; each is drawn evenly from 0 to it.
    amplitude: f64,
    /// How many times a second a chunk is disturbed at most, in hertz, above 0.
    #[schemars(extend("x-env" = "FAULT_JITTER_FREQ"))]
    frequency: f64,
}

impl Default for Jitter {
    fn default() -> Self {
        Self { amplitude: 20.0, frequency: 5.0 }
    }
}

struct Disturb {
    delay: Uniform<f64>,
    frequency: f64,
}

impl Spec for Jitter {
    const DEFINITION: Definition = Definition {
        kind: "jitter",
        flag: "jitter",
        env: "JITTER",
        title: "Jitter",
        about: "Time is cut into periods of 1/frequency seconds; the first chunk in each, on a connection \
                and way, is delayed by an even draw from 0 to the amplitude. Order is kept, so what follows a late chunk waits behind it.",
        placed: Placed::SideAndDirection,
        dose: Some("amplitude"),
        modernise: |_| {},
    };

    fn decider(&self) -> Result<Decider, Invalid> {
        if !(self.frequency > 0.0 && self.frequency.is_finite()) {
            return Err(Invalid::value("frequency", "must be above 0 Hz"));
        }
        let delay = Some(self.amplitude)
            .filter(|amplitude| *amplitude > 0.0)
            .and_then(|amplitude| Uniform::new_inclusive(0.0, amplitude).ok())
            .ok_or_else(|| Invalid::value("amplitude", "must be above 0 ms"))?;
        Ok(Decider::Stream(Box::new(Disturb { delay, frequency: self.frequency })))
    }
}

impl StreamFault for Disturb {
    fn decide(&mut self, chunk: Chunk, dice: &mut Dice) -> Verdict {
        let period = |at: Duration| (at.as_secs_f64() * self.frequency) as u64;
        if chunk.len == 0 || chunk.before.is_some_and(|before| period(before) == period(chunk.at)) {
            return Verdict::PASS;
        }
        Verdict::hold(millis(self.delay.sample(&mut dice.draw())))
    }
}

impl fmt::Display for Jitter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "up to {} ms, {} times a second", self.amplitude, self.frequency)
    }
}
