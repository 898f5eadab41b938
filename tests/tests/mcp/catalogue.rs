//! What hosts ask of a tool's name, words and schemas; the one that breaks a rule can take all
//! others with it.

use fault_tests::fault;
use fault_tests::mcp::{Agent, CLASSIC};
use serde_json::Value;

/// Keywords that at least one host or model refuses.
const REFUSED: [&str; 10] = [
    "$ref",
    "$defs",
    "$schema",
    "oneOf",
    "allOf",
    "not",
    "const",
    "format",
    "prefixItems",
    "patternProperties",
];

/// What is wrong with a schema, and where.
fn wrong(schema: &Value, place: &str, found: &mut Vec<String>) {
    let Some(object) = schema.as_object() else { return };
    for key in object.keys().filter(|key| REFUSED.contains(&key.as_str())) {
        found.push(format!("{place}: {key}"));
    }
    if object.get("type").is_some_and(Value::is_array) {
        found.push(format!("{place}: more than one type"));
    }
    let words = object.get("enum").and_then(Value::as_array);
    if words.is_some_and(|words| words.iter().any(Value::is_null)) {
        found.push(format!("{place}: null among the words"));
    }
    for (name, inner) in object.get("properties").and_then(Value::as_object).into_iter().flatten() {
        wrong(inner, &format!("{place}.{name}"), found);
    }
    if let Some(items) = object.get("items") {
        wrong(items, &format!("{place}[]"), found);
    }
    for branch in object.get("anyOf").and_then(Value::as_array).into_iter().flatten() {
        wrong(branch, place, found);
    }
}

/// The names that `fault tool` lists.
async fn listed() -> Vec<String> {
    let text = fault("tool").outcome().await.done().stdout;
    let words = text.lines().filter_map(|line| line.split_whitespace().next());
    words.filter(|word| word.starts_with("fault_")).map(str::to_owned).collect()
}

#[tokio::test]
async fn every_tool_is_one_that_every_host_can_show_and_call() {
    let mut agent = Agent::introduced(CLASSIC).await;
    let tools = agent.tools().await;
    let mut found = Vec::new();
    for tool in &tools {
        let text = |key: &str| tool[key].as_str().unwrap_or_default();
        let name = text("name");
        let proper = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if !name.starts_with("fault_") || name.len() > 46 || !name.chars().all(proper) {
            found.push(format!("{name}: its name"));
        }
        if !(100..=1024).contains(&text("description").len()) {
            found.push(format!("{name}: its description"));
        }
        if text("title").is_empty() {
            found.push(format!("{name}: its title"));
        }
        for hint in ["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"] {
            if !tool["annotations"][hint].is_boolean() {
                found.push(format!("{name}: {hint}"));
            }
        }
        for schema in ["inputSchema", "outputSchema"] {
            if tool[schema]["type"] != "object" {
                found.push(format!("{name}: its {schema} is no object"));
            }
            wrong(&tool[schema], &format!("{name} {schema}"), &mut found);
        }
        let properties = tool["inputSchema"]["properties"].as_object();
        for (argument, schema) in properties.into_iter().flatten() {
            if schema["description"].as_str().is_none_or(|about| about.len() < 10) {
                found.push(format!("{name}: argument {argument} is not described"));
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
    agent.leave().await.1.done();
}

#[tokio::test]
async fn the_command_line_lists_the_tools_that_agents_see() {
    let mut agent = Agent::introduced(CLASSIC).await;
    let tools = agent.tools().await;
    let mut seen: Vec<_> = tools.iter().filter_map(|tool| tool["name"].as_str()).collect();
    let mut listed = listed().await;
    listed.sort();
    seen.sort_unstable();
    assert_eq!(listed, seen);
    for tool in &tools {
        let name = tool["name"].as_str().expect("a name");
        let described = fault("tool").words(name).words("--describe").outcome().await.done();
        let about = tool["description"].as_str().expect("a description");
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words(&described.stdout).contains(&words(about)), "{name}: {}", described.stdout);
        let schema = fault("tool").words(name).words("--describe --json").outcome().await.done();
        let schema: Value = serde_json::from_str(&schema.stdout).expect("a schema");
        assert_eq!(schema, tool["inputSchema"], "{name}");
    }
    agent.leave().await.1.done();
}
