//! Which tests are wanted.

use super::expand::Draft;
use crate::file::Scenario;

/// Whether one of the patterns fits something that the test is known by; without patterns every test is wanted.
pub(super) fn wants(patterns: &[String], scenario: &Scenario, draft: &Draft) -> bool {
    let call = &draft.call;
    let mut names = vec![scenario.title.clone(), format!("{} {}", call.method, call.url)];
    names.extend(call.meta.iter().filter_map(|meta| meta.operation_id.clone()));
    names.extend(draft.cell.iter().map(|cell| format!("{} {}", cell.call, cell.fault)));
    patterns.is_empty()
        || patterns.iter().any(|pattern| names.iter().any(|name| fits(pattern, name)))
}

/// Whether the parts of a pattern, split at each `*`, occur in the text one after the other. Case does not matter.
fn fits(pattern: &str, text: &str) -> bool {
    let text = text.to_lowercase();
    let mut rest = text.as_str();
    pattern.to_lowercase().split('*').all(|part| match rest.find(part) {
        Some(at) => {
            rest = &rest[at + part.len()..];
            true
        }
        None => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_fits_where_its_parts_occur_in_their_order() {
        for (pattern, text, fitting) in [
            ("spike", "Single high-latency SPIKE", true),
            ("single*spike", "Single high-latency spike", true),
            ("spike*single", "Single high-latency spike", false),
            ("GET */users", "get http://h/users", true),
            ("", "anything", true),
            ("post", "GET http://h/", false),
        ] {
            assert_eq!(fits(pattern, text), fitting, "{pattern} in {text}");
        }
    }
}
