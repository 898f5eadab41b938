//! From scenarios to the text of a file.

use super::Scenario;

/// The line by which editors find the schema of the file.
pub fn header_comment(schema: &str) -> String {
    let place: String = schema.chars().filter(|letter| !letter.is_control()).collect();
    format!("# yaml-language-server: $schema={}\n", place.trim())
}

/// The text of a file with these scenarios, a document each. Reading it gives the same scenarios.
pub fn write(scenarios: &[Scenario]) -> String {
    let options = serde_saphyr::ser_options! { yaml_12: false };
    serde_saphyr::to_string_multiple_with_options(scenarios, options)
        .expect("a scenario has only texts, numbers, lists and maps by text")
}
