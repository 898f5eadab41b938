//! Prompts: listed, rendered, and completed while somebody types.

use std::{collections::BTreeMap, sync::LazyLock};

use fault_tools::{Context, ToolError};
use rmcp::{
    ErrorData,
    model::{
        CompleteRequestParams, CompleteResult, CompletionInfo, GetPromptRequestParams,
        GetPromptResult, JsonObject, ListPromptsResult, Prompt, PromptArgument, PromptMessage,
        Reference, Role,
    },
};
use serde_json::Value;

static PROMPTS: LazyLock<Vec<Prompt>> =
    LazyLock::new(|| fault_tools::prompts().iter().map(described).collect());

/// Every prompt.
pub(crate) fn list() -> ListPromptsResult {
    ListPromptsResult::with_all_items(PROMPTS.clone())
}

/// The message of a prompt. There is no result that is an error, as tools have it: what is wrong
/// with the arguments is told as an error of the protocol.
pub(crate) async fn get(
    context: &Context,
    request: GetPromptRequestParams,
) -> Result<GetPromptResult, ErrorData> {
    let prompt = fault_tools::find_prompt(&request.name).map_err(|error| refused(&error))?;
    let given = texts(request.arguments.unwrap_or_default())?;
    let text = prompt.render(context, &given).await.map_err(|error| refused(&error))?;
    let message = PromptMessage::new_text(Role::User, text);
    Ok(GetPromptResult::new(vec![message]).with_description(prompt.description))
}

/// What an argument can be.
pub(crate) async fn complete(
    context: &Context,
    request: CompleteRequestParams,
) -> Result<CompleteResult, ErrorData> {
    let Reference::Prompt(prompt) = request.r#ref else { return Ok(CompleteResult::default()) };
    // The suite of conformance completes a prompt of its own, which no other server has: nothing can
    // follow, and whoever asks for the prompt itself is told that there is none.
    if fault_tools::find_prompt(&prompt.name).is_err() {
        return Ok(CompleteResult::default());
    }
    let given = request.context.and_then(|context| context.arguments).unwrap_or_default();
    let (given, argument) = (given.into_iter().collect(), request.argument);
    let found =
        fault_tools::complete(context, &prompt.name, &argument.name, &argument.value, &given)
            .await
            .map_err(|error| refused(&error))?;
    let (total, more) = (u32::try_from(found.total).ok(), found.total > found.values.len());
    let completion = CompletionInfo::with_pagination(found.values, total, more)
        .map_err(|reason| ErrorData::internal_error(reason, None))?;
    Ok(CompleteResult::new(completion))
}

fn described(prompt: &fault_tools::Prompt) -> Prompt {
    let argument = |argument: &fault_tools::PromptArgument| {
        PromptArgument::new(argument.name)
            .with_description(argument.description)
            .with_required(argument.required)
    };
    let arguments = prompt.arguments.iter().map(argument).collect();
    Prompt::new(prompt.name, Some(prompt.description), Some(arguments)).with_title(prompt.title)
}

/// The arguments of a prompt are texts; some hosts send nothing for what was not typed.
fn texts(arguments: JsonObject) -> Result<BTreeMap<String, String>, ErrorData> {
    let text = |(name, value): (String, Value)| match value {
        Value::String(text) => Some(Ok((name, text))),
        Value::Null => None,
        _ => Some(Err(ErrorData::invalid_params(format!("`{name}` is no text"), None))),
    };
    arguments.into_iter().filter_map(text).collect()
}

fn refused(error: &ToolError) -> ErrorData {
    ErrorData::invalid_params(error.to_string(), serde_json::to_value(error).ok())
}
