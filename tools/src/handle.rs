//! Handles: names of things that outlive a call.

use std::{
    fmt::{Display, Formatter},
    str::FromStr,
};

use uuid::Uuid;

use crate::error::ToolError;

/// The name of a proxy or a run; hard to guess, so that nobody stops another's by chance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Handle(Uuid);

impl Handle {
    pub(crate) fn new() -> Self {
        Self(Uuid::new_v4())
    }

    /// Reads what a caller gave back; `noun` says what it should name.
    pub(crate) fn parse(text: &str, noun: &str) -> Result<Self, ToolError> {
        text.trim().parse().map(Self).map_err(|_| {
            ToolError::input("invalid_handle", format!("`{text}` is not the id of a {noun}"))
                .hint(format!("give back the id that was answered when the {noun} was started"))
        })
    }
}

impl Display for Handle {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// The seed of a run: the caller's, or a new one. It survives a detour through floating point,
/// which is how some hosts treat every number.
pub(crate) fn seed(text: Option<&str>) -> Result<fault_proxy::Seed, ToolError> {
    match text {
        Some(text) => fault_proxy::Seed::from_str(text.trim()).map_err(|_| {
            ToolError::input("invalid_seed", format!("`{text}` is not a seed"))
                .hint("a seed is a whole number from 0 to 18446744073709551615")
        }),
        None => Ok(fault_proxy::Seed(Uuid::new_v4().as_u64_pair().0 & ((1 << 53) - 1))),
    }
}
