//! The capabilities: one typed handler each, served over MCP and the command line alike.
//!
//! A tool is one file with an input type, an output type and a `run`; one line in [`catalog`]
//! adds it. Everything else (schemas, argument errors, the command line) is derived.

mod analyse_function;
mod analyst;
mod arguments;
mod change;
mod change_check;
mod change_file;
mod change_verify;
mod code;
mod code_extract;
mod code_index;
mod code_list;
mod code_outline;
mod code_query;
mod code_review;
mod code_search;
mod context;
mod conversion;
mod digest;
mod error;
mod event_log;
mod faults;
mod fetch;
mod files;
mod handle;
mod impact;
mod impact_bandwidth;
mod impact_blackhole;
mod impact_http_error;
mod impact_jitter;
mod impact_latency;
mod impact_packet_loss;
mod llm;
mod mappings;
mod platform_review;
mod prompts;
mod proxies;
mod proxy_change_faults;
mod proxy_list;
mod proxy_read_events;
mod proxy_start;
mod proxy_stop;
mod report_get;
mod reports;
mod review;
mod revision;
mod risks;
mod risks_find;
mod run_get;
mod run_start;
mod run_stop;
mod runs;
mod scenario_check;
mod scenario_generate;
mod scenario_guard;
mod scenario_review;
mod scenario_run;
mod scenario_source;
mod schema;
mod score;
mod score_performance;
mod score_reliability;
mod state;
mod suggest;
mod suggest_performance;
mod suggest_reliability;
mod suggest_slo;
mod target;
#[cfg(test)]
mod test_ground;
mod tool;
mod traffic;

pub use code::{CodeSettings, EmbedWith, QdrantAccess, Secret};
pub use context::{Context, Progress, Update};
pub use error::{ErrorKind, ToolError};
pub use llm::{LlmClient, LlmSettings};
pub use prompts::{Completion, Prompt, PromptArgument, complete, find_prompt, prompts};
pub use reports::{ReportText, Resource, linked};
pub use review::operation::{Operation, operations};
pub use state::{Limits, State};
pub use tool::{Answer, Definition, Effect, Entry, Tool};

/// Every tool. The order is the order of menus and of the documentation.
static CATALOG: &[Entry] = &[
    Entry::of::<code_list::ListFunctionNames>(),
    Entry::of::<code_extract::ExtractCodeBlock>(),
    Entry::of::<code_outline::OutlineCode>(),
    Entry::of::<code_index::IndexSourceCode>(),
    Entry::of::<code_search::SearchCode>(),
    Entry::of::<code_query::QueryIndex>(),
    Entry::of::<risks_find::FindRisks>(),
    Entry::of::<score_performance::ScorePerformance>(),
    Entry::of::<score_reliability::ScoreReliability>(),
    Entry::of::<suggest_performance::SuggestPerformance>(),
    Entry::of::<suggest_reliability::SuggestReliability>(),
    Entry::of::<suggest_slo::SuggestObjectives>(),
    Entry::of::<change_file::ChangeFile>(),
    Entry::of::<analyse_function::AnalyseFunction>(),
    Entry::of::<impact_latency::LatencyImpact>(),
    Entry::of::<impact_jitter::JitterImpact>(),
    Entry::of::<impact_bandwidth::BandwidthImpact>(),
    Entry::of::<impact_packet_loss::PacketLossImpact>(),
    Entry::of::<impact_blackhole::BlackholeImpact>(),
    Entry::of::<impact_http_error::HttpErrorImpact>(),
    Entry::of::<change_check::CheckChange>(),
    Entry::of::<change_verify::VerifyChange>(),
    Entry::of::<scenario_generate::GenerateScenarios>(),
    Entry::of::<scenario_check::CheckScenario>(),
    Entry::of::<scenario_run::RunScenario>(),
    Entry::of::<report_get::GetReport>(),
    Entry::of::<scenario_review::ReviewResults>(),
    Entry::of::<code_review::ReviewCode>(),
    Entry::of::<run_start::StartImpactScenario>(),
    Entry::of::<run_get::GetRun>(),
    Entry::of::<run_stop::StopRun>(),
    Entry::of::<platform_review::ReviewPlatform>(),
    Entry::of::<proxy_start::StartProxy>(),
    Entry::of::<proxy_list::ListProxies>(),
    Entry::of::<proxy_change_faults::ChangeProxyFaults>(),
    Entry::of::<proxy_read_events::ReadProxyEvents>(),
    Entry::of::<proxy_stop::StopProxy>(),
];

/// Every tool.
pub fn catalog() -> &'static [Entry] {
    CATALOG
}

/// The tool of a name.
pub fn find(name: &str) -> Result<&'static Entry, ToolError> {
    catalog().iter().find(|entry| entry.definition.name == name).ok_or_else(|| {
        let error = ToolError::input("unknown_tool", format!("there is no tool \"{name}\""));
        let names = catalog().iter().map(|entry| entry.definition.name);
        match arguments::nearest(name, names) {
            Some(near) => error.hint(format!("did you mean \"{near}\"?")),
            None => error.hint("list the tools to see their names"),
        }
    })
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// Keywords that at least one known client refuses.
    const REFUSED: [&str; 9] = [
        "$ref",
        "$defs",
        "$schema",
        "oneOf",
        "allOf",
        "const",
        "format",
        "additionalProperties",
        "patternProperties",
    ];

    /// Calls `visit` with every schema in a schema, and where it stands.
    fn walk(schema: &Value, place: &str, visit: &mut impl FnMut(&Value, &str)) {
        visit(schema, place);
        let named = schema.get("properties").and_then(Value::as_object);
        for (name, property) in named.into_iter().flatten() {
            walk(property, &format!("{place}.{name}"), visit);
        }
        if let Some(items) = schema.get("items") {
            walk(items, &format!("{place}[]"), visit);
        }
        for branch in schema.get("anyOf").and_then(Value::as_array).into_iter().flatten() {
            walk(branch, place, visit);
        }
    }

    #[test]
    fn every_name_fits_the_hosts_and_is_there_once() {
        let names: Vec<&str> = catalog().iter().map(|entry| entry.definition.name).collect();
        for (index, name) in names.iter().enumerate() {
            assert!(name.starts_with("fault_") && name.len() <= 46, "{name}");
            assert!(name.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{name}");
            assert!(!names[..index].contains(name), "{name} is there twice");
        }
        assert!(!names.is_empty());
    }

    #[test]
    fn every_description_is_there_and_short() {
        for entry in catalog() {
            let Definition { name, title, .. } = entry.definition;
            let description = entry.definition.description();
            assert!((100..=1024).contains(&description.len()), "{name}: {}", description.len());
            assert!(!description.contains("  ") && !description.contains('\n'), "{name}");
            assert!(!title.is_empty() && title.len() <= 40, "{name}: {title}");
        }
    }

    #[test]
    fn every_schema_is_portable_and_has_an_object_at_its_root() {
        for entry in catalog() {
            let name = entry.definition.name;
            for root in [entry.input_schema(), entry.output_schema()] {
                assert_eq!(root["type"], "object", "{name}: {root}");
                walk(&root, name, &mut |schema, place| {
                    let Some(schema) = schema.as_object() else { panic!("{place}: {schema}") };
                    for key in schema.keys() {
                        assert!(!REFUSED.contains(&key.as_str()), "{place}: {key}");
                    }
                    assert!(!schema.get("type").is_some_and(Value::is_array), "{place}");
                });
            }
        }
    }

    #[test]
    fn every_argument_says_what_it_is_for() {
        for entry in catalog() {
            walk(&entry.input_schema(), entry.definition.name, &mut |schema, place| {
                let nested = place.ends_with("[]") || !place.contains('.');
                let about = schema.get("description").and_then(Value::as_str).unwrap_or_default();
                assert!(nested || about.len() > 10, "{place} is not described: {schema}");
            });
        }
    }

    #[test]
    fn a_misspelt_name_is_answered_with_the_nearest_one() {
        let error = find("fault_start_proxie").unwrap_err();
        assert_eq!(error.code, "unknown_tool");
        assert_eq!(error.hint.as_deref(), Some("did you mean \"fault_start_proxy\"?"));
        assert!(find("fault_start_proxy").is_ok());
    }
}
