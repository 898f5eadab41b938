//! `fault_suggest_better_function_performance`: faster code, as a diff.

use fault_indexer::risk::Concern;

use crate::{
    context::Context,
    error::ToolError,
    suggest::{self, Input, Output},
    tool::{Definition, Effect, Tool},
};

/// Suggests faster code.
pub(crate) struct SuggestPerformance;

impl Tool for SuggestPerformance {
    const DEFINITION: Definition = Definition {
        name: "fault_suggest_better_function_performance",
        title: "Suggest faster code",
        description: &[
            "Answers a unified diff that makes a function faster: calls that go together, clients that are kept, no blocking of an event loop. The diff is computed from \
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
        suggest::suggest(&context, input, Concern::Performance).await
    }
}
