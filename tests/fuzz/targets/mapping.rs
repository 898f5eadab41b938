//! Mappings: what is read can be written and read again, and what is not comes with a hint.
#![no_main]

use fault_proxy::Mapping;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match text.parse::<Mapping>() {
        Ok(mapping) => assert_eq!(mapping.to_string().parse().as_ref(), Ok(&mapping), "{mapping}"),
        Err(error) => assert!(!error.to_string().is_empty() && !error.hint().is_empty()),
    }
});
