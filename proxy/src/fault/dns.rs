//! DNS: the name of an upstream cannot be resolved.

use std::fmt;

use rand::RngExt as _;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Definition, Invalid, Placed, Spec, verdict::Decider};

/// How often a resolution fails.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Dns {
    /// Probability from 0 to 1 that the resolution of a name fails.
    #[schemars(extend("x-env" = "FAULT_DNS_PROBABILITY"))]
    rate: f64,
}

impl Default for Dns {
    fn default() -> Self {
        Self { rate: 0.5 }
    }
}

impl Spec for Dns {
    const DEFINITION: Definition = Definition {
        kind: "dns",
        flag: "dns",
        env: "DNS",
        title: "DNS",
        about: "The proxy fails to resolve the upstream's name, for each connection (each exchange where it reads \
                HTTP). HTTP clients get a 502 that says so, others a reset. Addresses need no resolution, so the \
                fault does not touch them.",
        placed: Placed::Nowhere,
        dose: Some("rate"),
        modernise: |_| {},
    };

    fn decider(&self) -> Result<Decider, Invalid> {
        let rate = self.rate;
        if !(rate > 0.0 && rate <= 1.0) {
            return Err(Invalid::value("rate", "must be above 0 and at most 1"));
        }
        Ok(Decider::Resolution(Box::new(move |dice| dice.draw().random_bool(rate))))
    }
}

impl fmt::Display for Dns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}% of name resolutions fail", self.rate * 100.0)
    }
}
