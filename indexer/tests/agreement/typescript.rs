//! TypeScript and JavaScript: the compiler's own API, on packages of the npm registry.

use std::{path::Path, process::Command};

use crate::{Difference, compare, program, reference, sources};

/// What the compiler says of the files of a package that have one of these suffixes.
fn agree(language: &str, package: &str, suffixes: &[&str], what: &str) {
    let Some(compiler) = sources("typescript") else { return };
    let Some(folder) = sources(package) else { return };
    let Some(node) = program("node", None) else { return };
    let script = Path::new(env!("CARGO_MANIFEST_DIR"));
    let script = script.join("tests/agreement/typescript_functions.mjs");
    let told = reference(Command::new(node).arg(script).arg(compiler).arg(&folder).args(suffixes));
    compare(language, &folder, &told, explain).hold(what);
}

#[test]
fn extraction_agrees_with_the_compiler_of_typescript_on_openai() {
    agree("typescript", "openai", &[".ts"], "TypeScript, openai");
}

#[test]
fn extraction_agrees_with_the_compiler_of_typescript_on_its_own_declarations() {
    agree("typescript", "typescript", &[".ts"], "TypeScript, declarations of the libraries");
}

#[test]
fn extraction_agrees_with_the_compiler_of_typescript_on_javascript() {
    agree(
        "javascript",
        "javascript",
        &[".js", ".mjs", ".cjs"],
        "JavaScript, express, axios, lodash",
    );
}

#[test]
fn extraction_agrees_with_the_compiler_of_typescript_on_the_compiler() {
    agree("javascript", "typescript", &["typescript.js"], "JavaScript, the compiler of TypeScript");
}

fn explain(_: &Difference<'_>) -> Option<&'static str> {
    None
}
