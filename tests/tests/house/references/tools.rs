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
    tools.iter().for_each(|tool| page.push_str(&section(tool)));
    page
}

fn section(tool: &Value) -> String {
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
