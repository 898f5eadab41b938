//! The words in which a rule is refused.

use crate::fault::FaultError;

/// The rule as it is written can never fire.
pub(super) fn never(problem: impl Into<String>, hint: impl Into<String>) -> FaultError {
    FaultError {
        code: "rule_never_fires",
        message: format!("{}, so the rule never fires", problem.into()),
        hint: hint.into(),
    }
}

/// A setting that has no meaning.
pub(super) fn invalid(setting: &str, problem: &str, hint: impl Into<String>) -> FaultError {
    FaultError {
        code: "invalid_setting",
        message: format!("rule `{setting}` {problem}"),
        hint: hint.into(),
    }
}
