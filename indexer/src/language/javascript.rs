//! JavaScript, and what it has in common with TypeScript.

use std::sync::OnceLock;

use tree_sitter::Node;

use crate::{
    language::{Language, last_part},
    module::Import,
};

mod remotes;

pub(in crate::language) use remotes::REMOTES;

pub(super) static JAVASCRIPT: Language = Language {
    name: "javascript",
    title: "JavaScript",
    aliases: &["node", "nodejs", "ecmascript"],
    suffixes: &["js", "mjs", "cjs", "jsx"],
    programs: &["node", "nodejs", "bun"],
    dialect_of: None,
    separator: ".",
    grammar: || tree_sitter_javascript::LANGUAGE.into(),
    query: concat!(include_str!("ecmascript.scm"), include_str!("javascript.scm")),
    wrappers: WRAPPERS,
    leading: LEADING,
    comments: COMMENTS,
    documents,
    module_name: last_part,
    parts: None,
    imports: Some(imports),
    globals: GLOBALS,
    remotes: REMOTES,
    compiled: OnceLock::new(),
};

pub(super) const WRAPPERS: &[&str] = &[
    "export_statement",
    "ambient_declaration",
    "lexical_declaration",
    "variable_declaration",
    "expression_statement",
    "assignment_expression",
];

pub(super) const LEADING: &[&str] = &["decorator"];

pub(super) const COMMENTS: &[&str] = &["comment"];

pub(super) fn documents(comment: &str) -> bool {
    comment.starts_with("/**")
}

/// What an import statement, or a call of `require` or `import`, brings in.
pub(super) fn imports(node: Node<'_>, text: &str) -> Vec<Import> {
    let module = match node.kind() {
        "import_statement" => {
            child(node, &["import_require_clause"]).unwrap_or(node).child_by_field_name("source")
        }
        _ => node.child_by_field_name("arguments").and_then(|given| given.named_child(0)),
    };
    let Some(module) = module.map(|module| unquoted(module, text)) else { return Vec::new() };
    let (line, mut named) = (node.start_position().row + 1, Vec::new());
    match node.kind() {
        "import_statement" => {
            let clause = child(node, &["import_clause", "import_require_clause"]);
            clause.into_iter().for_each(|clause| bring(clause, text, &mut named));
        }
        _ => required(node, text, &mut named),
    }
    if named.is_empty() {
        named.push((last_part(&module).to_owned(), None));
    }
    let path = |name: Option<String>| match name {
        Some(name) => format!("{module}.{name}"),
        None => module.clone(),
    };
    named.into_iter().map(|(local, name)| Import { local, path: path(name), line }).collect()
}

/// Local names, each with what it is called in the module if it is not all of that.
type Named = Vec<(String, Option<String>)>;

/// The names in a clause of an import, or in a pattern.
fn bring(clause: Node<'_>, text: &str, named: &mut Named) {
    let mut cursor = clause.walk();
    for node in clause.named_children(&mut cursor) {
        match node.kind() {
            "identifier" => named.push((unquoted(node, text), None)),
            "namespace_import" | "named_imports" => bring(node, text, named),
            "shorthand_property_identifier_pattern" => {
                named.push((unquoted(node, text), Some(unquoted(node, text))));
            }
            "import_specifier" | "pair_pattern" => {
                let field = |name| node.child_by_field_name(name).map(|node| unquoted(node, text));
                let name = field("name").or_else(|| field("key"));
                let local = field("alias").or_else(|| field("value")).or_else(|| name.clone());
                let part = name.filter(|name| name != "default");
                named.extend(local.map(|local| (local, part)));
            }
            _ => {}
        }
    }
}

/// The names to which a module is bound that is asked for.
fn required(call: Node<'_>, text: &str, named: &mut Named) {
    let (mut value, mut part) = (call, None);
    while let Some(parent) = value.parent() {
        match parent.kind() {
            "await_expression" | "parenthesized_expression" => {}
            // require("knex")(options)
            "call_expression" if parent.child_by_field_name("function") == Some(value) => {}
            "member_expression" if part.is_none() => {
                part = parent.child_by_field_name("property").map(|node| unquoted(node, text));
            }
            "variable_declarator" => {
                let Some(name) = parent.child_by_field_name("name") else { return };
                match name.kind() {
                    "identifier" => named.push((unquoted(name, text), part)),
                    _ => bring(name, text, named),
                }
                return;
            }
            _ => return,
        }
        value = parent;
    }
}

fn child<'t>(node: Node<'t>, kinds: &[&str]) -> Option<Node<'t>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).find(|child| kinds.contains(&child.kind()))
}

fn unquoted(node: Node<'_>, text: &str) -> String {
    let text = text.get(node.byte_range()).unwrap_or_default();
    text.trim_matches(['"', '\'', '`']).to_owned()
}

pub(super) const GLOBALS: &[&str] = &[
    "fetch",
    "WebSocket",
    "EventSource",
    "XMLHttpRequest",
    "globalThis",
    "window",
    "self",
    "global",
    "navigator",
    "$",
    "jQuery",
];
