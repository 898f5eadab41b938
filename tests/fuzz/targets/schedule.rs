//! Schedules: what is read can be written and read again, and its windows end after they start.
#![no_main]

use std::time::Duration;

use fault_proxy::Schedule;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u32, &str)| {
    let (total, text) = input;
    let schedule = match text.parse::<Schedule>() {
        Ok(schedule) => schedule,
        Err(error) => return assert!(!error.to_string().is_empty() && !error.hint().is_empty()),
    };
    assert_eq!(schedule.to_string().parse().as_ref(), Ok(&schedule), "{schedule}");
    let total = (total > 0).then(|| Duration::from_millis(total.into()));
    let Ok(windows) = schedule.windows(total) else { return };
    for window in &windows {
        assert!(window.end.is_none_or(|end| end >= window.start), "{schedule}: {windows:?}");
    }
});
