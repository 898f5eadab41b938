//! A piece of code that a caller gives, and what static analysis finds in it.

use fault_indexer::{
    Language,
    risk::{Concern, Score},
};
use fault_prompts::Secrets;

use super::basis;
use crate::{
    code::{self, language},
    context::Context,
    error::ToolError,
    risks::{self, Risk, Snippet},
};

/// The most code that a model is given, in bytes.
pub(crate) const MOST_CODE: usize = 60_000;

/// The most code that instructions repeat, in bytes: the caller has it.
const REPEATED: usize = 4_000;

/// A piece of code.
#[derive(Debug)]
pub(crate) struct Piece {
    /// Its text.
    pub(crate) code: String,
    /// Its language.
    pub(crate) language: &'static Language,
    /// What is in it.
    pub(crate) module: fault_indexer::Module,
    /// What is at risk in it.
    pub(crate) risks: Vec<Risk>,
    /// How much is at risk, as counted.
    pub(crate) score: Score,
    /// What is taken out of what a model is sent.
    pub(crate) secrets: Secrets,
}

impl Piece {
    /// A piece of code in a language, and what is at risk in it: of one concern, or of all.
    pub(crate) async fn read(
        context: &Context,
        snippet: String,
        lang: &str,
        concern: Option<Concern>,
    ) -> Result<Self, ToolError> {
        let language = language(lang)?;
        if snippet.trim().is_empty() {
            return Err(ToolError::input("empty_snippet", "the snippet has no code").hint(
                "give the text of a function; fault_extract_code_block answers it as `full`",
            ));
        }
        if snippet.len() > MOST_CODE {
            let message =
                format!("the snippet has {} bytes, and {MOST_CODE} are the most", snippet.len());
            return Err(ToolError::input("snippet_too_large", message)
                .hint("give one function at a time; fault_extract_code_block answers one"));
        }
        code::apart(context, move |_| {
            let Snippet { module, risks, score } = risks::of_snippet(&snippet, language, concern);
            let secrets = Secrets::default();
            Ok(Self { code: snippet, language, module, risks, score, secrets })
        })
        .await
    }

    /// The code as a model is sent it.
    pub(crate) fn hidden(&mut self) -> String {
        self.secrets.hide(&self.code)
    }

    /// The findings as a model is told them.
    pub(crate) fn told(&mut self) -> Option<String> {
        basis::told(&self.risks).map(|told| self.secrets.hide(&told))
    }

    /// The code as instructions have it for a caller that has it too.
    pub(crate) fn repeated(&mut self) -> String {
        if self.code.len() <= REPEATED {
            return self.hidden();
        }
        "It is the `snippet` of the call.".to_owned()
    }
}
