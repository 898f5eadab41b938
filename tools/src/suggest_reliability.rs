//! `fault_suggest_better_function_reliability`: more reliable code, as a diff.

use fault_indexer::risk::Concern;

use crate::{
    context::Context,
    error::ToolError,
    suggest::{self, Input, Output},
    tool::{Definition, Effect, Tool},
};

/// Suggests more reliable code.
pub(crate) struct SuggestReliability;

impl Tool for SuggestReliability {
    const DEFINITION: Definition = Definition {
        name: "fault_suggest_better_function_reliability",
        title: "Suggest more reliable code",
        description: &[
            "Answers a unified diff that makes a function more reliable: time-outs, errors that reach the caller, transactions that end, bounded retries with pauses. The diff is computed from \
            the whole new code, so that it applies to the snippet and touches nothing else; the new \
            code parses, and the answer says which rules of static analysis it mends or breaks.",
            "With a model configured it is asked, which takes from seconds to minutes, and the code \
            is sent to it. Without one there is no diff: the answer has what static analysis found, \
            and `instructions` by which you write the new code. Nothing is written to a file.",
        ],
        effect: Effect::Reads,
        idempotent: true,
        open_world: true,
    };
    type Input = Input;
    type Output = Output;

    async fn run(context: Context, input: Input) -> Result<Output, ToolError> {
        suggest::suggest(&context, input, Concern::Reliability).await
    }
}
