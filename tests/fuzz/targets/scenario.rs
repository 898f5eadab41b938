//! Scenario files: what is read can be written and read again, and what is not comes with a place and a hint.
#![no_main]

use fault_scenario::file::{Scenario, read, resolve, write};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let documents = match read(text, "fuzz.yaml") {
        Ok(documents) => documents,
        Err(problems) => {
            assert!(!problems.is_empty() && problems.len() <= 50, "{text:?}");
            for problem in problems {
                assert!(!problem.message.is_empty() && !problem.hint.is_empty(), "{problem:?}");
                assert!(!problem.to_string().contains(char::is_control), "{problem:?}");
            }
            return;
        }
    };
    for document in &documents {
        assert!(document.places.at("items[0].call").is_some());
        for item in &document.scenario.items {
            assert!(resolve(&item.context.faults, &document.scenario.faults).is_ok(), "{text:?}");
        }
    }
    let scenarios: Vec<Scenario> = documents.into_iter().map(|one| one.scenario).collect();
    let written = write(&scenarios);
    let again = read(&written, "again.yaml")
        .unwrap_or_else(|problems| panic!("{text:?}\n{written}\n{}", problems[0]));
    let again: Vec<Scenario> = again.into_iter().map(|one| one.scenario).collect();
    assert_eq!(again, scenarios, "{text:?}\n{written}");
});
