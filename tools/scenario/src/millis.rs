//! Durations written as a number of milliseconds.

use std::time::Duration;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serializer};

/// The duration in milliseconds.
pub(crate) fn of(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// Writes the duration as milliseconds.
pub(crate) fn serialize<S: Serializer>(duration: &Duration, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_f64(of(*duration))
}

/// Reads milliseconds as a duration.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    let millis = f64::deserialize(from)?;
    Duration::try_from_secs_f64(millis / 1000.0)
        .map_err(|_| D::Error::custom(format!("`{millis}` is not a number of milliseconds")))
}
