//! `fault_score_performance`: how fast code is, and how much it bears.

use fault_indexer::risk::Concern;

use crate::{
    context::Context,
    error::ToolError,
    score::{self, Input, Output},
    tool::{Definition, Effect, Tool},
};

/// Scores how code performs.
pub(crate) struct ScorePerformance;

impl Tool for ScorePerformance {
    const DEFINITION: Definition = Definition {
        name: "fault_score_performance",
        title: "Score performance",
        description: &[
            "Says how well a function performs under load and with slow dependencies, as a score from 0.0 (bad) to 1.0 (good) with an explanation: \
            where to look first, and whether a change was one for the better. It looks at calls in loops, clients made for each request, blocking calls in asynchronous code, pools and the like.",
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
        score::score(&context, input, Concern::Performance).await
    }
}
