//! The one shape of a failure that every surface shows: `{ kind, code, message, hint }`.

use std::{
    borrow::Cow,
    fmt::{Display, Formatter},
};

use schemars::JsonSchema;
use serde::Serialize;

/// Whose move it is after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// The arguments are wrong; call again with better ones.
    Input,
    /// The arguments are right, but the machine, the network or the target stands in the way.
    Environment,
    /// The call was cancelled before it ended.
    Cancelled,
    /// A defect of this program.
    Internal,
}

/// A failure of a tool, in words for a person and with a code for a program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, thiserror::Error)]
pub struct ToolError {
    /// Whose move it is.
    pub kind: ErrorKind,
    /// A stable name of the failure, such as `invalid_arguments`.
    pub code: Cow<'static, str>,
    /// What went wrong, naming the subject.
    pub message: String,
    /// The next step to take.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl ToolError {
    /// The arguments of a call are wrong.
    pub fn input(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Input, code, message)
    }

    /// Something outside of the call stands in the way.
    pub fn environment(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Environment, code, message)
    }

    /// The call was cancelled; what it had changed is undone.
    pub fn cancelled() -> Self {
        Self::new(ErrorKind::Cancelled, "cancelled", "the call was cancelled")
            .hint("every proxy and fault of the call is gone; call again to start over")
    }

    /// A defect of this program.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Internal, "internal", message)
            .hint("this is a defect of fault; please report it with the arguments of the call")
    }

    /// Names the next step to take.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Puts the subject in front of the message, as in `faults[0]: ...`.
    #[must_use]
    pub fn about(mut self, subject: impl Display) -> Self {
        self.message = format!("{subject}: {}", self.message);
        self
    }

    fn new(
        kind: ErrorKind,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
    ) -> Self {
        Self { kind, code: code.into(), message: message.into(), hint: None }
    }
}

impl Display for ToolError {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "\nhint: {hint}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_an_error_names_the_subject_and_the_next_step() {
        let error = ToolError::input("bad_mapping", "port is missing")
            .hint("write 9000=host:80")
            .about("mappings[1]");
        assert_eq!(error.to_string(), "mappings[1]: port is missing\nhint: write 9000=host:80");
    }

    #[test]
    fn an_error_without_a_hint_has_no_hint_line_and_no_hint_field() {
        let error = ToolError::environment("port_in_use", "port 1 is in use");
        assert_eq!(error.to_string(), "port 1 is in use");
        assert_eq!(
            serde_json::to_value(&error).unwrap(),
            serde_json::json!({
                "kind": "environment", "code": "port_in_use", "message": "port 1 is in use",
            })
        );
    }
}
