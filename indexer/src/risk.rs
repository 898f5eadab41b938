//! Code that a fault will break: rules, and how each language breaks them.
//!
//! A [`Rule`] is the same in every language: what is at risk, which fault shows it, what to do. A
//! [`Check`] says by queries of tree-sitter how the code of a language breaks a rule, with examples
//! that do and that do not, which are its tests. To add a rule, add it to [`RULES`]; to add how a
//! language breaks it, add one file in `checks/<language>/` and one line to the list there.
//!
//! Names are resolved as for [remote calls](crate::remote): a check asks for `requests.get`, and
//! finds it whatever it is imported as.

mod check;
mod checks;
mod engine;
mod rule;
mod score;
#[cfg(test)]
mod tests;

use crate::module::Module;
pub use crate::module::Span;
pub(crate) use engine::Ready;

pub use self::{
    check::{Callee, Check, Condition, Examples, Place},
    checks::checks_of,
    rule::{Concern, RULES, Rule, Severity},
    score::{Score, score},
};

/// A place in code that a fault will break.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule that it breaks.
    pub rule: &'static Rule,
    /// How it breaks it, and what to do about it in this language.
    pub check: &'static Check,
    /// Where.
    pub span: Span,
    /// The innermost function that it stands in.
    pub function: Option<usize>,
    /// What is called, as its words were resolved, where a call is at risk.
    pub callee: Option<String>,
}

/// A text, and what is at risk in it.
#[derive(Debug)]
pub struct Findings {
    /// What is in the text.
    pub module: Module,
    /// What is at risk, in the order of the text.
    pub found: Vec<Finding>,
    /// How many more there are that the text itself says to leave: by `fault-ignore` and the id of
    /// the rule, or alone for all rules, in a comment on the line or on the line before.
    pub ignored: usize,
}

/// What is at risk in a text of a language.
pub fn find(text: &str, language: &'static crate::Language) -> Findings {
    engine::find(text, language, true)
}

/// What is at risk in a piece of a file, such as one function. Its imports are not in it, so a name
/// that it does not explain stands for itself: `requests.get` for that of the library.
pub fn find_in_piece(text: &str, language: &'static crate::Language) -> Findings {
    engine::find(text, language, false)
}
