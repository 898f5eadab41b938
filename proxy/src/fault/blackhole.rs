//! Blackhole: bytes disappear, and nobody is told.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Definition, Invalid, Placed, Spec,
    verdict::{Chunk, Decider, StreamFault, Then, Verdict},
};
use crate::dice::Dice;

/// A blackhole has no settings beside where and when it acts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Blackhole {}

struct Hole;

impl Spec for Blackhole {
    const DEFINITION: Definition = Definition {
        kind: "blackhole",
        flag: "blackhole",
        env: "BLACKHOLE",
        title: "Blackhole",
        about: "Holds bytes: no answer, no close, no reset, on new connections as on open ones. When its time is \
                over, what was held flows again, as it does when a partition heals.",
        placed: Placed::SideAndDirection,
        dose: None,
        modernise: |_| {},
    };

    fn decider(&self) -> Result<Decider, Invalid> {
        Ok(Decider::Stream(Box::new(Hole)))
    }
}

impl StreamFault for Hole {
    fn decide(&mut self, _: Chunk, _: &mut Dice) -> Verdict {
        Verdict { then: Then::Stall, ..Verdict::PASS }
    }
}

impl fmt::Display for Blackhole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nothing gets through")
    }
}
