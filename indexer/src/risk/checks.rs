//! The checks: a folder for each language, a file in it for each rule.

mod go;
mod java;
mod javascript;
mod python;
mod rust;

use super::check::Check;
use crate::language::Language;

/// What the names of well-known modules mean in a piece of code without imports, where they do not
/// stand for themselves.
pub(super) fn usual_imports(language: &Language) -> &'static [(&'static str, &'static str)] {
    match language.name {
        "go" => go::USUAL_IMPORTS,
        _ => &[],
    }
}

/// The checks of a language, in the order of its list.
pub fn checks_of(language: &Language) -> &'static [&'static [Check]] {
    match language.name {
        "go" => go::CHECKS,
        "java" => java::CHECKS,
        "javascript" | "typescript" | "tsx" => javascript::CHECKS,
        "python" => python::CHECKS,
        "rust" => rust::CHECKS,
        _ => &[],
    }
}
