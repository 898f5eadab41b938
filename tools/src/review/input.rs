//! What a review is made of, as callers name it.

use std::sync::Arc;

use fault_scenario::{mask, results::Results};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{error::ToolError, report_get, state::State};

/// Who reads a review.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Role {
    /// Somebody who writes the service.
    #[default]
    Developer,
    /// Somebody who runs it.
    Sre,
}

impl Role {
    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Developer => "developer",
            Self::Sre => "sre",
        }
    }
}

/// The results of a file or of a run.
pub(crate) async fn results(
    state: &State,
    file: Option<&str>,
    run_id: Option<&str>,
) -> Result<Arc<Results>, ToolError> {
    let results = match (file, run_id) {
        (Some(path), None) => {
            let text = state.files().read_text(path).await?;
            let path = path.to_owned();
            let reading = tokio::task::spawn_blocking(move || report_get::read(&text, &path));
            Arc::new(reading.await.unwrap_or_else(|error| {
                Err(ToolError::internal(format!("the results could not be read: {error}")))
            })?)
        }
        (None, Some(run)) => state.reports.get(run)?,
        (Some(_), Some(_)) => {
            let message = "both `run_id` and `results` are given";
            return Err(ToolError::input("several_sources", message).hint("give one of them"));
        }
        (None, None) => {
            return Err(ToolError::input("no_source", "no run is named")
                .hint("give the path of a results file as `results`, or a `run_id`"));
        }
    };
    if results.tests().next().is_none() {
        return Err(ToolError::input("no_tests", "there is no test in these results")
            .hint("run a scenario that has at least one item: `fault scenario run`"));
    }
    Ok(results)
}

/// A text without the secrets of addresses in it.
pub(crate) fn masked(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for piece in text
        .split_inclusive(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '<' | '>'))
    {
        let end = piece.trim_end_matches(|c: char| {
            c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '<' | '>')
        });
        match end.contains("://") {
            true => shown.push_str(&mask::masked_url(end)),
            false => shown.push_str(end),
        }
        shown.push_str(&piece[end.len()..]);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lose_their_secrets_wherever_they_stand() {
        assert_eq!(
            masked("get(\"http://ann:pw@h/a?token=boom\") at noon, see https://h/x?k=v."),
            "get(\"http://xxxxxx@h/a?token=xxxxxx\") at noon, see https://h/x?k=xxxxxx"
        );
        assert_eq!(masked("plain  words\n"), "plain  words\n");
    }
}
