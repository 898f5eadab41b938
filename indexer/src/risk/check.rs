//! How the code of a language breaks a rule: queries, and what must be around them.

use crate::remote::RemoteKind;

/// A way in which code breaks a rule.
///
/// Every match of the query is at risk, if `@callee` is what it must be, each condition of `only`
/// holds, and none of `unless` does. Where several captures have one name, the first counts.
#[derive(Debug)]
pub struct Check {
    /// The id of the rule.
    pub rule: &'static str,
    /// A query of tree-sitter that captures `@risk`, what is told; and, where they are of use,
    /// `@callee`, what is called, and `@same`, what conditions compare with.
    pub query: &'static str,
    /// What `@callee` must be.
    pub callee: Callee,
    /// What must hold too.
    pub only: &'static [Condition],
    /// What must not hold.
    pub unless: &'static [Condition],
    /// What to do about it, in this language.
    pub fix: &'static str,
    /// Texts that break the rule, and texts that do not.
    pub examples: Examples,
}

/// What is called.
///
/// Patterns of paths are written as in the languages' lists of remote calls: `requests.get|post`;
/// `|` stands between alternatives of a word, a word may be `*` or begin or end with one, `**` is
/// any number of words, and what begins with `!` is refused.
#[derive(Debug, PartialEq, Eq)]
pub enum Callee {
    /// Anything.
    Any,
    /// What fits one of these, its names resolved by imports, variables and types.
    Resolved(&'static [&'static str]),
    /// What fits one of these as it stands in the text: for methods of what is not known.
    Written(&'static [&'static str]),
    /// A call that leaves the process for one of these.
    Remote(&'static [RemoteKind]),
    /// A call that leaves the process, whatever it reaches.
    AnyRemote,
}

/// Something about the surroundings of what is at risk.
#[derive(Debug)]
pub struct Condition {
    /// Where it is to be found.
    pub place: Place,
    /// A query of tree-sitter that captures `@it`, what must be in that place. If it captures
    /// `@same` and the check does too, their texts must be equal.
    pub query: &'static str,
    /// What its `@callee` must be.
    pub callee: Callee,
}

/// Where something is, as seen from what is at risk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// In it, or the very same.
    Within,
    /// Around it, in the same innermost function.
    Around,
    /// Around it, across functions too.
    Outside,
    /// In the innermost function that it stands in, with its decorators; or in the text outside of
    /// functions if it stands in none.
    Function,
    /// In the innermost type or scope that it stands in; nowhere if it stands in none.
    Scope,
    /// After it, in the innermost function that it stands in.
    After,
    /// Before it, in the innermost function that it stands in.
    Before,
    /// Anywhere in the text.
    File,
}

/// Texts that break a rule, and texts that do not. They are the tests of a check, and the
/// documentation shows the first of each.
#[derive(Debug)]
pub struct Examples {
    /// Texts in which the check finds something: at least two.
    pub bad: &'static [&'static str],
    /// Texts in which no check of the rule does: at least two.
    pub good: &'static [&'static str],
}
