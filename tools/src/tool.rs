//! The one shape of a tool, and its type-erased form in the catalog.

use std::{fmt::Display, panic::AssertUnwindSafe, time::Duration};

use futures_util::{FutureExt, future::BoxFuture};
use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{arguments, context::Context, error::ToolError, schema};

/// How long a cancelled call may take to close what it has opened, before it is dropped.
const GRACE: Duration = Duration::from_millis(500);

/// How deep the schema of an answer goes into details.
const OUTLINE: usize = 1;

/// What a call does to the world outside of its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It only looks.
    Reads,
    /// It adds or changes something of its own, and can be undone.
    Changes,
    /// It disturbs traffic or sends requests to systems outside of this process.
    Disturbs,
}

/// What a host shows of a tool before it is called.
#[derive(Clone, Copy, Debug)]
pub struct Definition {
    /// The name a call uses, such as `fault_start_proxy`.
    pub name: &'static str,
    /// A few words for a menu.
    pub title: &'static str,
    /// What it does, when to use it and when not, what it returns and what it costs: sentences that
    /// are joined by spaces.
    pub description: &'static [&'static str],
    /// What a call does to the world.
    pub effect: Effect,
    /// Whether calling it twice with the same arguments leaves the world as one call does.
    pub idempotent: bool,
    /// Whether it talks to systems outside of this process.
    pub open_world: bool,
}

impl Definition {
    /// The whole description.
    pub fn description(&self) -> String {
        self.description.join(" ")
    }
}

/// A capability: one input type, one output type, one `run`.
///
/// The output's JSON is its `Serialize`, always an object at the root, and its text is its
/// `Display`. Nothing else renders it.
pub trait Tool {
    /// How the tool presents itself.
    const DEFINITION: Definition;
    /// The arguments; the documentation of its fields is the manual.
    type Input: DeserializeOwned + JsonSchema + Send;
    /// The answer.
    type Output: Serialize + JsonSchema + Display;

    /// Does the work. A tool that takes long ends by itself when the context is cancelled; one that
    /// does not is dropped, which undoes what it had changed.
    fn run(
        context: Context,
        input: Self::Input,
    ) -> impl Future<Output = Result<Self::Output, ToolError>> + Send;
}

/// The answer of a call, in both renderings.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// For programs; an object.
    pub structured: Value,
    /// For people and models; it holds every fact they need.
    pub text: String,
}

/// A tool in the catalog.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// How the tool presents itself.
    pub definition: Definition,
    input: fn() -> Value,
    output: fn() -> Value,
    call: fn(Context, Value) -> BoxFuture<'static, Result<Answer, ToolError>>,
}

impl Entry {
    /// The entry of a tool.
    pub(crate) const fn of<T: Tool + 'static>() -> Self {
        Self {
            definition: T::DEFINITION,
            input: schema::inlined::<T::Input>,
            output: schema::written::<T::Output>,
            call: |context, arguments| call::<T>(context, arguments).boxed(),
        }
    }

    /// The JSON Schema of the arguments, in the form that every known client accepts.
    pub fn input_schema(&self) -> Value {
        schema::portable((self.input)())
    }

    /// The JSON Schema of the structured answer, in the form that every known client accepts.
    pub fn output_schema(&self) -> Value {
        schema::portable(schema::outlined((self.output)(), OUTLINE))
    }

    /// The shape of the structured answer alone: what an answer means is in its text, and hosts show
    /// a model each word of each schema with every list of tools.
    pub fn answer_shape(&self) -> Value {
        schema::wordless(self.output_schema())
    }

    /// Runs the tool. It ends early, with everything restored, when the context is cancelled.
    pub async fn call(&self, context: Context, arguments: Value) -> Result<Answer, ToolError> {
        (self.call)(context, arguments).await
    }
}

async fn call<T: Tool>(context: Context, arguments: Value) -> Result<Answer, ToolError> {
    let input = arguments::parse::<T::Input>(arguments, &schema::inlined::<T::Input>())?;
    let watched = context.clone();
    // Unwinding drops what the handler owns, so that even a panic restores everything; shared
    // state is only touched through locks that recover from poisoning.
    let run = AssertUnwindSafe(T::run(context, input)).catch_unwind();
    let output = tokio::select! {
        biased;
        output = run => output.map_err(|panic| ToolError::internal(panic_text::<T>(&*panic)))??,
        () = overdue(&watched) => return Err(ToolError::cancelled()),
    };
    let structured = serde_json::to_value(&output).map_err(|error| {
        ToolError::internal(format!("the answer of {} has no JSON: {error}", T::DEFINITION.name))
    })?;
    Ok(Answer { structured, text: output.to_string() })
}

/// Waits until a cancelled call has had its time to close things in good order.
async fn overdue(context: &Context) {
    context.cancelled().await;
    tokio::time::sleep(GRACE).await;
}

fn panic_text<T: Tool>(panic: &(dyn std::any::Any + Send)) -> String {
    let reason = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no reason given");
    format!("{} stopped unexpectedly: {reason}", T::DEFINITION.name)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde::Deserialize;
    use serde_json::json;
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::{error::ErrorKind, state::State};

    /// What to do.
    #[derive(Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    struct Wish {
        /// The end of the story.
        how: String,
    }

    #[derive(Serialize, JsonSchema)]
    struct Outcome {
        how: String,
    }

    impl Display for Outcome {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            write!(f, "it went {}", self.how)
        }
    }

    struct Story;

    impl Tool for Story {
        const DEFINITION: Definition = Definition {
            name: "fault_story",
            title: "Story",
            description: &["Ends in the way that is asked for."],
            effect: Effect::Reads,
            idempotent: true,
            open_world: false,
        };
        type Input = Wish;
        type Output = Outcome;

        async fn run(_context: Context, input: Wish) -> Result<Outcome, ToolError> {
            match input.how.as_str() {
                "well" => Ok(Outcome { how: input.how }),
                "never" => std::future::pending().await,
                other => panic!("{other}"),
            }
        }
    }

    async fn tell(how: &str, cancel: CancellationToken) -> Result<Answer, ToolError> {
        let context = Context::new(Arc::new(State::default()), cancel);
        Entry::of::<Story>().call(context, json!({ "how": how })).await
    }

    #[tokio::test]
    async fn an_answer_holds_both_renderings() {
        let answer = tell("well", CancellationToken::new()).await.unwrap();
        assert_eq!(answer.structured, json!({ "how": "well" }));
        assert_eq!(answer.text, "it went well");
    }

    #[tokio::test]
    async fn a_panic_is_an_internal_error_that_names_the_tool() {
        let error = tell("badly", CancellationToken::new()).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Internal);
        assert_eq!(error.message, "fault_story stopped unexpectedly: badly");
    }

    #[tokio::test(start_paused = true)]
    async fn a_cancelled_call_ends_even_if_its_tool_does_not_listen() {
        let cancel = CancellationToken::new();
        cancel.cancel();
        let error = tell("never", cancel).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Cancelled);
    }
}
