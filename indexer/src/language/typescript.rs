//! TypeScript, and its dialect with elements in it.

use std::sync::OnceLock;

use crate::language::{
    Language,
    javascript::{COMMENTS, GLOBALS, LEADING, REMOTES, WRAPPERS, documents, imports},
    last_part,
};

pub(super) static TYPESCRIPT: Language = Language {
    name: "typescript",
    title: "TypeScript",
    aliases: &[],
    suffixes: &["ts", "mts", "cts"],
    programs: &["ts-node", "tsx", "deno"],
    dialect_of: None,
    separator: ".",
    grammar: || tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
    query: QUERY,
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

pub(super) static TSX: Language = Language {
    name: "tsx",
    title: "TSX",
    aliases: &[],
    suffixes: &["tsx"],
    programs: &[],
    dialect_of: Some("typescript"),
    separator: ".",
    grammar: || tree_sitter_typescript::LANGUAGE_TSX.into(),
    query: QUERY,
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

const QUERY: &str = concat!(include_str!("ecmascript.scm"), include_str!("typescript.scm"));
