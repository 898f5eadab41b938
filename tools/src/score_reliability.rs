//! `fault_score_reliability`: how code stands failures.

use fault_indexer::risk::Concern;

use crate::{
    context::Context,
    error::ToolError,
    score::{self, Input, Output},
    tool::{Definition, Effect, Tool},
};

/// Scores how code stands failures.
pub(crate) struct ScoreReliability;

impl Tool for ScoreReliability {
    const DEFINITION: Definition = Definition {
        name: "fault_score_reliability",
        title: "Score reliability",
        description: &[
            "Says how well a function stands failures of what it depends on, as a score from 0.0 (bad) to 1.0 (good) with an explanation: \
            where to look first, and whether a change was one for the better. It looks at time-outs, retries, errors that nobody hears of, transactions, bounds and the like.",
            "With a model configured it is asked, which takes some seconds, and the code is sent to \
            it. Without one the score is counted by the rules of static analysis, and the answer \
            has `instructions` by which you can judge better than rules do. It changes nothing.",
        ],
        effect: Effect::Reads,
        idempotent: true,
        open_world: true,
    };
    type Input = Input;
    type Output = Output;

    async fn run(context: Context, input: Input) -> Result<Output, ToolError> {
        score::score(&context, input, Concern::Reliability).await
    }
}
