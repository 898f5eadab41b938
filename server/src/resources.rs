//! Reports as resources: listed, read, and linked from the answers that speak of them.

use fault_tools::{Resource as Report, State};
use rmcp::{
    ErrorData, RoleServer,
    model::{
        CacheScope, ContentBlock, ListResourceTemplatesResult, ListResourcesResult,
        ProtocolVersion, ReadResourceResult, Resource, ResourceContents, ResourceTemplate,
    },
    service::RequestContext,
};
use serde_json::Value;

/// The reports that are kept; the next run adds one, so nobody is to keep this list.
pub(crate) fn list(state: &State) -> ListResourcesResult {
    let reports = state.resources().into_iter().map(resource).collect();
    ListResourcesResult::with_all_items(reports)
        .with_ttl_ms(0)
        .with_cache_scope(CacheScope::Private)
}

/// How every form of every report is addressed.
pub(crate) fn templates() -> ListResourceTemplatesResult {
    let template = ResourceTemplate::new("fault://reports/{run_id}.{form}", "report")
        .with_title("Scenario report")
        .with_description(
            "What fault_run_scenario found, as md, html, json, yaml, txt or xml (JUnit).",
        );
    ListResourceTemplatesResult::with_all_items(vec![template])
}

/// The text of a report.
pub(crate) fn read(state: &State, uri: &str) -> Result<ReadResourceResult, ErrorData> {
    let report = state
        .read_resource(uri)
        .map_err(|error| ErrorData::resource_not_found(error.to_string(), None))?;
    let contents = ResourceContents::text(report.text, uri).with_mime_type(report.media_type);
    // A report never changes, but it may be forgotten.
    Ok(ReadResourceResult::new(vec![contents]).with_ttl_ms(0).with_cache_scope(CacheScope::Private))
}

/// The link to the report that an answer speaks of.
pub(crate) fn link(answer: &Value) -> Option<ContentBlock> {
    fault_tools::linked(answer).map(|report| ContentBlock::resource_link(resource(report)))
}

/// Whether the client knows links in answers. Before this revision there were none, and some
/// clients refuse an answer with a kind of content that they do not know.
pub(crate) fn links_are_known(context: &RequestContext<RoleServer>) -> bool {
    let version = context.protocol_version();
    version.is_some_and(|version| version >= ProtocolVersion::V_2025_06_18)
}

fn resource(report: Report) -> Resource {
    Resource::new(report.uri, report.name)
        .with_title(report.title)
        .with_mime_type(report.media_type)
}
