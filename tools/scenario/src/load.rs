//! When calls are due: an open-loop load, whose schedule does not wait for answers.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::mask;
use crate::millis;

/// The most requests one run may plan.
const MAX_REQUESTS: u64 = 100_000_000;

/// Clients that each send at a steady rate for a while.
///
/// The load is open: calls are due at fixed times, and a slow answer delays no other call. All clients
/// together send at equal distances, each client every `1 / rps` seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Load {
    /// How long calls are sent, in milliseconds.
    #[serde(rename = "duration_ms", with = "millis")]
    #[schemars(with = "f64")]
    pub duration: Duration,
    /// How many clients send. Each keeps connections of its own.
    pub clients: u32,
    /// How many requests each client sends each second.
    pub rps: u32,
}

/// Why a load cannot be sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// The load plans no request.
    #[error("the load has {0}, so it sends nothing")]
    Empty(&'static str),
    /// The load plans more than can be counted in one run.
    #[error("the load plans {0} requests, more than {MAX_REQUESTS}")]
    TooLarge(u64),
    /// The call is to an https URL, and this generator speaks plain HTTP.
    #[error("`{0}` is an https URL, and load is sent in plain http")]
    Https(String),
}

impl LoadError {
    pub(crate) fn https(url: &http::Uri) -> Self {
        Self::Https(mask::masked_url(&url.to_string()))
    }

    /// The stable name of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty(_) => "empty_load",
            Self::TooLarge(_) => "load_too_large",
            Self::Https(_) => "https_not_direct",
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Empty(_) => "give a duration, a number of clients and a rate above zero",
            Self::TooLarge(_) => "shorten the duration, or lower the clients or the rate",
            Self::Https(_) => {
                "send the call to a mapping of the proxy such as 9090=https://host, which speaks TLS to the host"
            }
        }
    }
}

/// One call's place in the schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    /// When the call is due, from the start of the run.
    pub at: Duration,
    /// Which client sends it, from 0.
    pub client: u32,
}

impl Load {
    /// Refuses a load that sends nothing, or more than can be counted.
    pub fn check(&self) -> Result<(), LoadError> {
        match (self.planned(), self) {
            (_, Self { clients: 0, .. }) => Err(LoadError::Empty("no clients")),
            (_, Self { rps: 0, .. }) => Err(LoadError::Empty("a rate of 0")),
            (0, _) => Err(LoadError::Empty("no duration")),
            (planned, _) if planned > MAX_REQUESTS => Err(LoadError::TooLarge(planned)),
            _ => Ok(()),
        }
    }

    /// How many calls the load plans.
    pub fn planned(&self) -> u64 {
        let planned = self.duration.as_nanos().saturating_mul(self.rate()).div_ceil(NANOS);
        u64::try_from(planned).unwrap_or(u64::MAX)
    }

    /// When each call is due, in order.
    pub fn arrivals(&self) -> impl Iterator<Item = Arrival> + use<> {
        let (rate, clients) = (self.rate(), u64::from(self.clients));
        (0..self.planned()).map(move |number| Arrival {
            at: nanos(u128::from(number) * NANOS / rate),
            client: u32::try_from(number % clients).unwrap_or(0),
        })
    }

    fn rate(&self) -> u128 {
        u128::from(self.clients) * u128::from(self.rps)
    }
}

const NANOS: u128 = 1_000_000_000;

fn nanos(count: u128) -> Duration {
    let seconds = u64::try_from(count / NANOS).unwrap_or(u64::MAX);
    Duration::new(seconds, u32::try_from(count % NANOS).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(millis: u64, clients: u32, rps: u32) -> Load {
        Load { duration: Duration::from_millis(millis), clients, rps }
    }

    fn offsets(load: Load) -> Vec<(u128, u32)> {
        load.arrivals().map(|arrival| (arrival.at.as_micros(), arrival.client)).collect()
    }

    #[test]
    fn one_client_sends_at_equal_distances_and_stops_before_the_end() {
        assert_eq!(offsets(load(1000, 1, 4)), [(0, 0), (250_000, 0), (500_000, 0), (750_000, 0)]);
    }

    #[test]
    fn clients_are_staggered_evenly_between_each_other() {
        assert_eq!(offsets(load(1000, 2, 2)), [(0, 0), (250_000, 1), (500_000, 0), (750_000, 1)]);
        assert_eq!(offsets(load(1000, 3, 1)), [(0, 0), (333_333, 1), (666_666, 2)]);
    }

    #[test]
    fn a_part_of_an_interval_still_holds_its_first_call() {
        assert_eq!(offsets(load(300, 1, 4)), [(0, 0), (250_000, 0)]);
        assert_eq!(offsets(load(1, 1, 1)), [(0, 0)]);
    }

    #[test]
    fn offsets_do_not_drift_over_a_long_run() {
        let last = load(3_600_000, 7, 3).arrivals().last().unwrap();
        assert_eq!(load(3_600_000, 7, 3).planned(), 75_600);
        assert_eq!((last.at.as_millis(), last.client), (3_599_952, 6));
    }

    #[test]
    fn a_load_that_sends_nothing_or_too_much_is_refused() {
        for (load, code) in [
            (load(0, 1, 1), "empty_load"),
            (load(1000, 0, 1), "empty_load"),
            (load(1000, 1, 0), "empty_load"),
            (load(1000, u32::MAX, u32::MAX), "load_too_large"),
        ] {
            let error = load.check().unwrap_err();
            assert_eq!((error.code(), error.hint().is_empty()), (code, false), "{error}");
        }
        assert_eq!(load(10_000, 1, 3).check(), Ok(()));
        assert_eq!(offsets(load(1000, 0, 1)), []);
    }

    #[test]
    fn a_load_is_written_in_milliseconds_and_read_back() {
        let text = serde_json::to_string(&load(1500, 2, 3)).unwrap();
        assert_eq!(text, r#"{"duration_ms":1500.0,"clients":2,"rps":3}"#);
        assert_eq!(serde_json::from_str::<Load>(&text).unwrap(), load(1500, 2, 3));
    }
}
