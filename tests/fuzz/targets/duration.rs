//! Durations: what is read can be told in words that mean the same, to the millisecond below a
//! minute and to the second above.
#![no_main]

use std::time::Duration;

use fault_proxy::{duration_words, parse_duration};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(duration) = parse_duration(text) else { return };
    let words = duration_words(duration);
    let again = parse_duration(&words).unwrap_or_else(|error| panic!("{text:?}, {words}: {error}"));
    let difference = again.abs_diff(duration);
    let margin = Duration::from_millis(if duration < Duration::from_secs(60) { 1 } else { 1000 });
    assert!(difference <= margin, "{text:?}: {duration:?} is told as {words}");
});
