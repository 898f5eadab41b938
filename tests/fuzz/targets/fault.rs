//! Faults as JSON: what is read can be written and read again, and what is not comes with a hint.
#![no_main]

use fault_proxy::Fault;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|text: &[u8]| {
    let Ok(value) = serde_json::from_slice::<Value>(text) else { return };
    match Fault::from_value(&value) {
        Ok(fault) => {
            assert!(!fault.to_string().is_empty());
            let written = serde_json::to_value(&fault).expect("a fault has JSON");
            let again = Fault::from_value(&written);
            let again = again.unwrap_or_else(|error| panic!("{written}: {error}"));
            assert_eq!(serde_json::to_value(&again).expect("it has JSON"), written);
        }
        Err(error) => assert!(!error.message.is_empty() && !error.hint.is_empty(), "{value}"),
    }
});
