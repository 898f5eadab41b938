//! The reference of the tools, as the server tells of them.

use serde_json::Value;

use super::{MADE, head, schema};

/// The page.
pub(super) fn page(tools: &[Value]) -> String {
    let mut page = format!(
        "{MADE}# Tools: reference\n\n\
         Each tool is called by an agent over MCP, or from the command line by \
         `fault tool NAME ARGUMENTS`; both run the same code and give the same answer.\n\
         How to install the server in an agent is told in [Agents](../agents.md).\n\
         The whole schemas: [tools.schema.json](../schemas/tools.schema.json).\n\n\
         The words under each name are the hints of MCP:\n\n\
         * *reads*: it changes nothing (`readOnlyHint`).\n\
         * *disturbs*: it disturbs traffic, or sends requests to other systems (`destructiveHint`).\n\
         * *repeatable*: calling it twice leaves the world as one call does (`idempotentHint`).\n\
         * *reaches out*: it talks to systems outside of this process (`openWorldHint`).\n"
    );
    for (index, tool) in tools.iter().enumerate() {
        let same = |other: &&Value| other["outputSchema"] == tool["outputSchema"];
        page.push_str(&section(tool, tools[..index].iter().find(same)));
    }
    page
}

/// What is told of a tool; `like` answers in the same form.
fn section(tool: &Value, like: Option<&Value>) -> String {
    let text = |key: &str| tool[key].as_str().unwrap_or_default();
    let mut section = format!("\n## {}\n\n**{}**", text("name"), text("title"));
    let hints = hints(&tool["annotations"]);
    if !hints.is_empty() {
        section.push_str(&format!(" ({})", hints.join(", ")));
    }
    section.push_str(&format!("\n\n{}\n\n", text("description")));
    let input = schema::rows(&tool["inputSchema"]);
    if input.is_empty() {
        section.push_str("It takes no arguments.\n");
    } else {
        section.push_str(&head(&["argument", "value", "required", "meaning"]));
        section.push_str(&input);
    }
    if let Some(name) = like.and_then(|like| like["name"].as_str()) {
        section.push_str(&format!("\nIt answers in the form of [{name}](#{name}).\n"));
        return section;
    }
    section.push_str("\nThe structured answer:\n\n");
    section.push_str(&head(&["field", "value", "always", "meaning"]));
    section.push_str(&schema::rows(&tool["outputSchema"]));
    section
}

fn hints(annotations: &Value) -> Vec<&'static str> {
    [
        ("readOnlyHint", "reads"),
        ("destructiveHint", "disturbs"),
        ("idempotentHint", "repeatable"),
        ("openWorldHint", "reaches out"),
    ]
    .into_iter()
    .filter_map(|(key, word)| (annotations[key] == true).then_some(word))
    .collect()
}
