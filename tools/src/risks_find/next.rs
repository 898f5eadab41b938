//! What to call next, to see the worst of what was found.

use fault_indexer::risk::Rule;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::Place;

/// How many faults are told to try.
const TRIES: usize = 3;

/// What stands for the address of an endpoint, which only the caller knows.
const URL: &str = "<URL of your endpoint>";

/// What stands for the address of a dependency, which only the caller knows.
const PROXIES: &str = "34000=<PROTOCOL://HOST:PORT of the dependency>";

/// A call to try.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(super) struct Next {
    /// The tool.
    pub(super) tool: String,
    /// Its arguments, as JSON; put your own addresses in the place of what is in `<>`.
    pub(super) arguments: String,
    /// What it is to show.
    pub(super) purpose: String,
}

/// The calls that show the worst of these places, one for each fault.
pub(super) fn calls(places: &[Place]) -> Vec<Next> {
    let mut calls: Vec<Next> = Vec::new();
    for place in places {
        let fault = Rule::named(&place.rule).and_then(|rule| rule.fault);
        let Some((tool, own)) = fault.and_then(impact) else { continue };
        if calls.len() < TRIES && !calls.iter().any(|call| call.tool == tool) {
            let mut arguments = json!({ "url": URL, "proxies": [PROXIES] });
            if let Some((key, value)) = own {
                arguments[key] = value.into();
            }
            calls.push(Next {
                tool: tool.to_owned(),
                arguments: arguments.to_string(),
                purpose: purpose(place),
            });
        }
    }
    if !calls.is_empty() {
        calls.push(Next {
            tool: "fault_generate_scenarios".to_owned(),
            arguments: json!({ "url": URL }).to_string(),
            purpose: "keeps such experiments as scenario files, for later runs and for CI"
                .to_owned(),
        });
    }
    calls
}

/// The tool that measures the impact of a fault, with the argument that it cannot do without.
fn impact(fault: &str) -> Option<(&'static str, Option<(&'static str, u32)>)> {
    Some(match fault {
        "bandwidth" => ("fault_run_bandwidth_impact_scenario", Some(("rate", 10))),
        "blackhole" => ("fault_run_blackhole_impact_scenario", None),
        "http-error" => ("fault_run_http_error_impact_scenario", Some(("status_code", 503))),
        "jitter" => ("fault_run_jitter_impact_scenario", None),
        "latency" => ("fault_run_latency_impact_scenario", Some(("latency", 1000))),
        "packet-loss" => ("fault_run_packet_loss_impact_scenario", None),
        _ => return None,
    })
}

fn purpose(place: &Place) -> String {
    let Place { rule, file, first_line, function, .. } = place;
    let function = function.as_deref().map(|name| format!(" in {name}")).unwrap_or_default();
    format!(
        "shows {rule} at {file}:{first_line}{function}: call an endpoint that reaches it, and let \
         the application use 127.0.0.1:34000 for the dependency"
    )
}

#[cfg(test)]
mod tests {
    use fault_indexer::risk::RULES;
    use serde_json::Value;

    use super::*;

    #[test]
    fn each_fault_of_a_rule_has_a_tool_that_takes_these_arguments() {
        for rule in RULES {
            let Some(fault) = rule.fault else { continue };
            let (tool, own) = impact(fault).unwrap_or_else(|| panic!("{fault} has no tool"));
            let schema = crate::find(tool).unwrap().input_schema();
            let mut given = vec!["url", "proxies"];
            given.extend(own.map(|(key, _)| key));
            for key in &given {
                assert!(schema["properties"].get(key).is_some(), "{tool} takes no {key}");
            }
            for needed in schema["required"].as_array().into_iter().flatten() {
                let needed = needed.as_str().unwrap();
                assert!(given.contains(&needed), "{tool} needs {needed}");
            }
        }
    }

    #[test]
    fn each_fault_is_told_once_with_the_worst_place_that_it_shows() {
        let place = |rule: &str, first_line| Place {
            rule: rule.to_owned(),
            fix: 0,
            file: "a.py".to_owned(),
            first_line,
            last_line: first_line,
            function: Some("go".to_owned()),
            code: String::new(),
        };
        let found = calls(&[place("no-timeout", 3), place("retry-not-idempotent", 9)]);
        let names: Vec<_> = found.iter().map(|call| call.tool.as_str()).collect();
        assert_eq!(names, ["fault_run_blackhole_impact_scenario", "fault_generate_scenarios"]);
        assert!(found[0].purpose.contains("no-timeout at a.py:3 in go"), "{found:?}");
        let arguments: Value = serde_json::from_str(&found[0].arguments).unwrap();
        assert!(arguments["url"].as_str().unwrap().starts_with('<'), "{arguments}");
        assert!(calls(&[place("secret-in-url", 1)]).is_empty());
    }
}
