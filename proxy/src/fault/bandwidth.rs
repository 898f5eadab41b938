//! Bandwidth: the link carries no more than so many bytes a second.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    Definition, Invalid, Placed, Spec,
    verdict::{Chunk, Decider, StreamFault, Verdict},
};
use crate::dice::Dice;

/// How fast the link is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Bandwidth {
    /// How many units a second, above 0.
    rate: f64,
    /// The unit: bytes (Bps, KBps, MBps, GBps; 1 K is 1000) or bits (bit, kbit, mbit, gbit), in any case.
    unit: Unit,
}

/// A unit of rate, a second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
enum Unit {
    /// A byte.
    #[default]
    Bps,
    /// 1000 bytes.
    KBps,
    /// 1000000 bytes.
    MBps,
    /// 1000000000 bytes.
    GBps,
    /// An eighth of a byte.
    #[serde(rename = "bit")]
    Bit,
    /// 1000 bits.
    #[serde(rename = "kbit")]
    Kbit,
    /// 1000000 bits.
    #[serde(rename = "mbit")]
    Mbit,
    /// 1000000000 bits.
    #[serde(rename = "gbit")]
    Gbit,
}

impl Unit {
    const ALL: [(&'static str, f64); 8] = [
        ("Bps", 1.0),
        ("KBps", 1e3),
        ("MBps", 1e6),
        ("GBps", 1e9),
        ("bit", 0.125),
        ("kbit", 125.0),
        ("mbit", 125e3),
        ("gbit", 125e6),
    ];

    fn bytes(self) -> f64 {
        Self::ALL[self as usize].1
    }
}

impl Default for Bandwidth {
    fn default() -> Self {
        Self { rate: 1000.0, unit: Unit::Bps }
    }
}

struct Pace {
    bytes_per_second: f64,
    quantum: usize,
}

impl Spec for Bandwidth {
    const DEFINITION: Definition = Definition {
        kind: "bandwidth",
        flag: "bandwidth",
        env: "BANDWIDTH",
        title: "Bandwidth",
        about: "Each connection is a link of the given rate in each affected direction: bytes leave one after the \
                other, no faster than the rate, from the first byte on.",
        placed: Placed::SideAndDirection,
        dose: Some("rate"),
        modernise,
    };

    fn decider(&self) -> Result<Decider, Invalid> {
        let bytes_per_second = self.rate * self.unit.bytes();
        if !(self.rate > 0.0 && bytes_per_second.is_finite()) {
            return Err(Invalid::value("rate", "must be above 0"));
        }
        // Two milliseconds' worth: fine enough that the flow looks even, coarse enough to be cheap.
        let quantum = (bytes_per_second * 0.002).clamp(1.0, 65_536.0) as usize;
        Ok(Decider::Stream(Box::new(Pace { bytes_per_second, quantum })))
    }
}

/// Units are read in any case.
fn modernise(map: &mut Map<String, Value>) {
    if let Some(Value::String(unit)) = map.get_mut("unit")
        && let Some((name, _)) = Unit::ALL.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit))
    {
        *unit = (*name).to_owned();
    }
}

impl StreamFault for Pace {
    fn span(&self, chunk: Chunk) -> usize {
        chunk.len.min(self.quantum)
    }

    fn decide(&mut self, _: Chunk, _: &mut Dice) -> Verdict {
        Verdict { rate: Some(self.bytes_per_second), ..Verdict::PASS }
    }
}

impl fmt::Display for Bandwidth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.unit {
            Unit::Bit | Unit::Kbit | Unit::Mbit | Unit::Gbit => {
                write!(f, "{} {} a second", self.rate, Unit::ALL[self.unit as usize].0)
            }
            _ => write!(f, "{} {}", self.rate, Unit::ALL[self.unit as usize].0),
        }
    }
}
