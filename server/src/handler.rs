//! What the server answers to each request of the protocol.

use std::sync::{Arc, LazyLock};

use fault_tools::{Answer, Context, Effect, Entry, State, ToolError};
use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        CacheScope, CallToolRequestParams, CallToolResponse, CallToolResult, CompleteRequestParams,
        CompleteResult, ContentBlock, DiscoverResult, GetPromptRequestParams, GetPromptResponse,
        Implementation, ListPromptsResult, ListResourceTemplatesResult, ListResourcesResult,
        ListToolsResult, MetaObject, PaginatedRequestParams, ReadResourceRequestParams,
        ReadResourceResponse, ServerCapabilities, ServerConfig, Tool, ToolAnnotations,
    },
    service::RequestContext,
};
use serde_json::Value;

use crate::{progress, prompts, resources};

/// How long a client may keep a list, in milliseconds; the lists never change while we run.
const LIST_TTL_MS: u64 = 3_600_000;

/// The key under which a failed call carries `{ kind, code, message, hint }` for programs.
///
/// It is not in the structured content, since clients check that against the output schema of the
/// tool, for errors too.
const ERROR_KEY: &str = "fault/error";

/// What a model is told before it sees the tools. Hosts cut it after 2 KB.
const INSTRUCTIONS: &str = "\
fault disturbs the network between programs, on this machine, and measures what happens.

To find the code that matters: fault_outline_code on a folder lists each call that leaves the \
process, and with `func` who calls a function and what it calls; fault_extract_code_block gives a \
function. For large trees, fault_index_source_code once, then fault_search_code.

To learn how an application copes, run an impact scenario: fault_run_latency_impact_scenario and \
its siblings call a URL without and then with a fault, and answer with a verdict (passed, failed \
or inconclusive), percentiles and proof that the fault was really injected. Leave `proxies` empty \
to disturb the calls to the URL itself. To disturb what the application calls in turn, give a \
mapping such as 34000=https://api.example.com and let the application use 127.0.0.1:34000.
A scenario takes its `duration` plus a few seconds. If your host gives up earlier, start it with \
fault_start_impact_scenario, then ask fault_get_run.

Scenario files keep such tests: fault_generate_scenarios, fault_check_scenario, \
fault_run_scenario (`wait: false` if it takes long), fault_get_report.

For faults that last while you edit, test or debug: fault_start_proxy, then \
fault_change_proxy_faults, fault_read_proxy_events, and at the end fault_stop_proxy.

To make code bear faults: fault_find_risks tells the places that a fault will break, what to do, \
and the fault that shows each. Answers marked `analysis_by: host` leave the reasoning to you: \
follow their `instructions`. Check your diff with fault_check_change; prove it with \
fault_verify_change, if commands are allowed. No tool changes a source file.

Errors say what is wrong and what to do next. Everything is undone when a call is cancelled and \
when the server ends.";

/// The server of one client.
#[derive(Clone, Debug)]
pub(crate) struct Handler {
    state: Arc<State>,
}

static TOOLS: LazyLock<Vec<Tool>> =
    LazyLock::new(|| fault_tools::catalog().iter().map(described).collect());

impl Handler {
    pub(crate) fn new(state: Arc<State>) -> Self {
        Self { state }
    }

    /// What a call is given beside its arguments, but for its progress.
    fn surroundings(&self, context: &RequestContext<RoleServer>) -> Context {
        Context::new(self.state.clone(), context.ct.clone())
    }
}

impl ServerHandler for Handler {
    fn get_info(&self) -> ServerConfig {
        let server = Implementation::new("fault", env!("CARGO_PKG_VERSION"))
            .with_title("fault")
            .with_description("Injects network faults and measures their impact");
        let capabilities = ServerCapabilities::builder()
            .enable_tools()
            .enable_resources()
            .enable_prompts()
            .enable_completions()
            .build();
        ServerConfig::new(capabilities).with_server_info(server).with_instructions(INSTRUCTIONS)
    }

    async fn discover(
        &self,
        _context: RequestContext<RoleServer>,
    ) -> Result<DiscoverResult, ErrorData> {
        let versions = self.supported_protocol_versions().into_owned();
        Ok(DiscoverResult::from_server_info(versions, self.get_info())
            .with_ttl_ms(LIST_TTL_MS)
            .with_cache_scope(CacheScope::Public))
    }

    async fn list_tools(
        &self,
        request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        first_page(request)?;
        Ok(ListToolsResult::with_all_items(TOOLS.clone())
            .with_ttl_ms(LIST_TTL_MS)
            .with_cache_scope(CacheScope::Public))
    }

    async fn list_prompts(
        &self,
        request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        first_page(request)?;
        Ok(prompts::list().with_ttl_ms(LIST_TTL_MS).with_cache_scope(CacheScope::Public))
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        prompts::get(&self.surroundings(&context), request).await.map(Into::into)
    }

    async fn complete(
        &self,
        request: CompleteRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CompleteResult, ErrorData> {
        prompts::complete(&self.surroundings(&context), request).await
    }

    async fn list_resources(
        &self,
        request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        first_page(request)?;
        Ok(resources::list(&self.state))
    }

    async fn list_resource_templates(
        &self,
        request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        first_page(request)?;
        Ok(resources::templates().with_ttl_ms(LIST_TTL_MS).with_cache_scope(CacheScope::Public))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        resources::read(&self.state, &request.uri).map(Into::into)
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        TOOLS.iter().find(|tool| tool.name == name).cloned()
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let entry = fault_tools::find(&request.name)
            .map_err(|error| ErrorData::invalid_params(error.to_string(), None))?;
        let links = resources::links_are_known(&context);
        let (progress, forwarding) = progress::watch(&context);
        let surroundings = self.surroundings(&context).with_progress(progress);
        let arguments = request.arguments.map_or(Value::Null, Value::Object);
        let outcome = entry.call(surroundings, arguments).await;
        forwarding.end().await;
        let answered = |answer| answered(answer, links);
        Ok(outcome.map_or_else(|error| failed(&error), answered).into())
    }
}

/// Every list fits on one page, so a cursor is one that we never gave out.
fn first_page(request: Option<PaginatedRequestParams>) -> Result<(), ErrorData> {
    match request.and_then(|request| request.cursor) {
        Some(cursor) => {
            Err(ErrorData::invalid_params(format!("there is no page at cursor \"{cursor}\""), None))
        }
        None => Ok(()),
    }
}

fn described(entry: &Entry) -> Tool {
    let definition = entry.definition;
    let object = |schema: Value| match schema {
        Value::Object(object) => Arc::new(object),
        _ => Arc::default(),
    };
    let annotations = ToolAnnotations::with_title(definition.title)
        .read_only(definition.effect == Effect::Reads)
        .destructive(definition.effect == Effect::Disturbs)
        .idempotent(definition.idempotent)
        .open_world(definition.open_world);
    Tool::new(definition.name, definition.description(), object(entry.input_schema()))
        .with_title(definition.title)
        .with_raw_output_schema(object(entry.answer_shape()))
        .with_annotations(annotations)
}

fn answered(answer: Answer, links: bool) -> CallToolResult {
    let link = if links { resources::link(&answer.structured) } else { None };
    let blocks = std::iter::once(ContentBlock::text(answer.text)).chain(link).collect();
    let mut result = CallToolResult::success(blocks);
    result.structured_content = Some(answer.structured);
    result
}

/// Hosts show a model the text of a failed call and nothing else, so the text says everything.
fn failed(error: &ToolError) -> CallToolResult {
    let text = format!("{error}\ncode: {}", error.code);
    let mut meta = MetaObject::new();
    meta.insert(ERROR_KEY.to_owned(), serde_json::to_value(error).unwrap_or_default());
    CallToolResult::error(vec![ContentBlock::text(text)]).with_meta(Some(meta))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_instructions_fit_into_what_hosts_show() {
        assert!(INSTRUCTIONS.len() < 2048, "{} bytes", INSTRUCTIONS.len());
    }

    #[test]
    fn the_text_of_a_failed_call_holds_every_fact() {
        let error = ToolError::input("bad_url", "the URL has no host").hint("write http://host/");
        let result = failed(&error);
        let text = &result.content[0].as_text().unwrap().text;
        assert_eq!(text, "the URL has no host\nhint: write http://host/\ncode: bad_url");
        assert_eq!(result.is_error, Some(true));
        assert_eq!(result.structured_content, None);
    }
}
