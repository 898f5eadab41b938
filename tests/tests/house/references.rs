//! The pages and schemas that are made from the code, and the pages that must keep up with it.

mod cli;
mod environment;
mod errors;
mod events;
mod faults;
mod rules;
mod scenario;
mod schema;
mod tools;

use fault_tests::mcp::{Agent, CLASSIC};
use fault_tests::{fault, fresh, repository};
use serde_json::{Value, json};

use crate::hold;

/// What stands at the top of each page that is made from the code.
const MADE: &str =
    "<!-- Made from the code by tests/tests/house/references.rs. Do not edit. -->\n\n";

/// A row of a table, with what would end a cell taken care of.
fn row(cells: &[&str]) -> String {
    let cells: Vec<_> = cells.iter().map(|cell| cell.trim().replace('|', "\\|")).collect();
    format!("| {} |\n", cells.join(" | ")).replace("  |", " |")
}

/// The head of a table.
fn head(cells: &[&str]) -> String {
    format!("{}|{}\n", row(cells), "---|".repeat(cells.len()))
}

/// A schema as it stands in a file.
fn pretty(schema: &Value) -> String {
    let text = serde_json::to_string_pretty(schema).expect("a value has a text");
    format!("{text}\n")
}

/// The tools as an agent sees them.
async fn tools_of_an_agent() -> Vec<Value> {
    let mut agent = Agent::introduced(CLASSIC).await;
    let tools = agent.tools().await;
    agent.leave().await.1.done();
    tools
}

/// The help of the program and of every command below it.
async fn helps() -> Vec<cli::Help> {
    let mut found = Vec::new();
    let mut left = vec![String::new()];
    while let Some(command) = left.pop() {
        let text = fault(&format!("{command} --help")).outcome().await.done().stdout;
        let help = cli::Help { command, text };
        left.extend(help.commands().into_iter().rev());
        found.push(help);
    }
    found
}

#[test]
fn the_page_of_faults_is_fresh() {
    fresh("docs/reference/faults.md", &faults::page());
    let schema = faults::schema();
    assert!(schema["oneOf"].as_array().is_some_and(|kinds| kinds.len() > 1), "{schema}");
    fresh("docs/schemas/fault.schema.json", &pretty(&schema));
}

#[test]
fn the_page_of_rules_is_fresh() {
    fresh("docs/reference/rules.md", &rules::page());
}

#[test]
fn the_page_of_events_is_fresh() {
    let schema = events::schema();
    fresh("docs/reference/events.md", &events::page(&schema));
    fresh("docs/schemas/event.schema.json", &pretty(&schema));
}

#[test]
fn the_page_of_scenario_files_is_fresh() {
    let schema = fault_scenario::file::json_schema();
    hold("types of scenario files without a heading or words", &scenario::untold(&schema));
    fresh("docs/reference/scenario-file.md", &scenario::page(&schema));
    fresh("docs/schemas/scenario.schema.json", &pretty(&schema));
}

#[test]
fn the_schema_of_results_is_fresh() {
    let schema = schemars::schema_for!(fault_scenario::results::Results).to_value();
    assert!(schema["properties"]["results"].is_object(), "{schema}");
    fresh("docs/schemas/results.schema.json", &pretty(&schema));
}

#[tokio::test]
async fn the_page_of_tools_is_fresh() {
    let tools = tools_of_an_agent().await;
    assert!(!tools.is_empty());
    fresh("docs/reference/tools.md", &tools::page(&tools));
    let picked = tools.iter().map(|tool| {
        let name = tool["name"].as_str().unwrap_or_default().to_owned();
        (name, json!({ "input": tool["inputSchema"], "output": tool["outputSchema"] }))
    });
    fresh("docs/schemas/tools.schema.json", &pretty(&Value::Object(picked.collect())));
}

#[tokio::test]
async fn the_pages_of_the_command_line_and_its_variables_are_fresh() {
    let helps = helps().await;
    assert!(helps.len() > 5, "{} commands", helps.len());
    fresh("docs/reference/cli.md", &cli::page(&helps));
    fresh("docs/reference/environment.md", &environment::page(&helps));
}

#[test]
fn every_variable_of_the_command_line_is_on_its_page() {
    let text = read("docs/reference/environment.md");
    let named = environment::named_in(&repository::files(&["rs"]));
    assert!(named.len() > 10, "{named:?}");
    let missing = named.into_iter().filter(|name| !text.contains(&format!("`{name}`")));
    hold(
        "variables that docs/reference/environment.md does not have",
        &missing.collect::<Vec<_>>(),
    );
}

#[test]
fn every_code_of_an_error_is_on_its_page() {
    let sample = "impl E { fn code(&self) -> &str { \"from_a_function\" } }
        fn f() { ToolError::input(\"from_a_call\", text()); let code = \"from_a_name\";
        Self::new(ErrorKind::Input, \"from_parts\", \"not this either\");
        Refusal { code: \"from_a_field\", message: \"not this\".into() }; g(\"nor_this\");
        Problem::new(\"from_a_problem\", text(), text()); Other::new(\"not_even_this\"); }
        impl From<X> for Problem { fn from(x: X) -> Self { Self::new(\"from_itself\", x) } }
        impl FindingCode { fn as_str(self) -> &str { match self { Self::A => \"of_a_type\" } } }
        #[cfg(test)] mod tests { fn t() { ToolError::input(\"of_a_test\", text()); } }";
    let found = errors::codes_of(sample).expect("the sample is Rust");
    let expected = [
        "from_a_call",
        "from_a_field",
        "from_a_function",
        "from_a_name",
        "from_a_problem",
        "from_itself",
        "from_parts",
        "of_a_type",
    ];
    assert_eq!(found.into_iter().collect::<Vec<_>>(), expected);

    let page = read("docs/reference/errors.md");
    let codes = errors::codes_in(&repository::files(&["rs"]));
    assert!(codes.len() > 40, "{codes:?}");
    hold("codes that docs/reference/errors.md does not have", &errors::missing(&page, &codes));
    hold("codes that only the page has", &errors::invented(&page, &codes));
}

fn read(path: &str) -> String {
    fs_err::read_to_string(repository::root().join(path)).expect("the page is there")
}
