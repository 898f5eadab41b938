//! Two doors, one answer: each tool says the same to an agent and on the command line.

use fault_tests::mcp::{Agent, CLASSIC};
use fault_tests::program::Outcome;
use fault_tests::{fault, upstream};
use futures_util::StreamExt;
use futures_util::stream;
use serde_json::{Map, Value, json};
use tempfile::TempDir;

/// How long an answer may be that nobody asked to be longer, in bytes: about 5,000 tokens.
const MOST: usize = 24_000;

/// Results of scenarios with a test of each verdict.
const RESULTS: &str = include_str!(
    "../../../tools/scenario/src/report/tests/snapshots/fault_scenario__report__tests__scenarios__example.snap.json"
);

/// A call of each tool, and a few that are refused; `folder` has source code.
fn calls(url: &str, folder: &str) -> Vec<(&'static str, Value)> {
    let mut calls = calls_for_traffic(url);
    calls.extend(calls_for_code(folder));
    calls.extend(calls_for_questions(folder));
    calls
}

/// A call of each tool for source code, and a few that are refused.
fn calls_for_code(folder: &str) -> Vec<(&'static str, Value)> {
    let file = format!("{folder}/orders.py");
    let results = format!("{folder}/results.json");
    vec![
        ("fault_list_function_names", json!({ "file": file })),
        ("fault_extract_code_block", json!({ "file": file, "func": "order" })),
        ("fault_outline_code", json!({ "path": folder })),
        ("fault_outline_code", json!({ "path": folder, "func": "order" })),
        ("fault_find_risks", json!({ "path": folder })),
        ("fault_check_change", json!({ "path": folder, "diff": CHANGE })),
        ("fault_index_source_code", json!({ "source_dir": folder, "lang": "python" })),
        ("fault_search_code", json!({ "query": "an order", "source_dir": folder })),
        ("fault_query_index", json!({ "sql": "SELECT path FROM files", "source_dir": folder })),
        ("fault_review_platform", json!({ "manifests": "kind: Pod\nmetadata: { name: a }\n" })),
        ("fault_review_code", json!({ "source_dir": folder })),
        ("fault_review_results", json!({ "results": results, "source_dir": folder })),
        // From here on each is refused.
        ("fault_review_platform", json!({ "manifests": "kind: [\n" })),
        ("fault_review_code", json!({ "source_dir": folder, "results": results })),
        ("fault_review_results", json!({})),
        ("fault_list_function_names", json!({ "file": "/etc/passwd" })),
        ("fault_extract_code_block", json!({ "file": file, "func": "" })),
        ("fault_extract_code_block", json!({ "file": file, "func": "ordr" })),
        ("fault_outline_code", json!({ "path": folder, "lang": "cobol" })),
        ("fault_find_risks", json!({ "path": folder, "rules": ["no-time-out"] })),
        ("fault_check_change", json!({ "path": folder, "diff": "none" })),
        ("fault_verify_change", verified(folder)),
        ("fault_index_source_code", json!({ "source_dir": "/etc" })),
        ("fault_search_code", json!({ "query": "?", "source_dir": folder })),
        ("fault_query_index", json!({ "sql": "DROP TABLE files", "source_dir": folder })),
    ]
}

/// A call of each tool that a model answers, which none does here, and a few that are refused.
fn calls_for_questions(folder: &str) -> Vec<(&'static str, Value)> {
    let file = format!("{folder}/orders.py");
    let piece = |more: Value| {
        let code = "def order(url):\n    return requests.get(url)\n";
        merged(json!({ "snippet": code, "lang": "python" }), more)
    };
    vec![
        ("fault_score_performance", piece(json!({}))),
        ("fault_score_reliability", piece(json!({}))),
        ("fault_suggest_better_function_performance", piece(json!({ "score": "0.2" }))),
        ("fault_suggest_better_function_reliability", piece(json!({ "target_score": 0.95 }))),
        ("fault_suggest_service_level_objectives_slo", piece(json!({}))),
        ("fault_make_reliability_and_perf_changes", json!({ "file": file })),
        ("fault_function_reliability_deep_analysis", json!({ "file": file, "func": "order" })),
        // From here on each is refused.
        ("fault_score_performance", piece(json!({ "lang": "cobol" }))),
        ("fault_score_reliability", piece(json!({ "snippet": "" }))),
        ("fault_suggest_better_function_reliability", piece(json!({ "score": 1 }))),
        ("fault_make_reliability_and_perf_changes", json!({ "file": "/etc/passwd" })),
        ("fault_function_reliability_deep_analysis", json!({ "file": file, "func": "ordr" })),
    ]
}

/// A call of each tool for traffic and scenarios, and a few that are refused.
fn calls_for_traffic(url: &str) -> Vec<(&'static str, Value)> {
    // Short, with faults that are strong enough for the same verdict each time.
    let common = json!({ "url": url, "duration": "1s", "rps": 5, "seed": "7" });
    let brief = |own: Value| merged(common.clone(), own);
    vec![
        // Before there are any.
        ("fault_list_proxies", json!({})),
        ("fault_run_latency_impact_scenario", brief(json!({ "latency": 300 }))),
        ("fault_run_jitter_impact_scenario", brief(json!({ "amplitude": 3000, "frequency": 5 }))),
        ("fault_run_bandwidth_impact_scenario", brief(json!({ "rate": 10, "timeout": 1 }))),
        ("fault_run_packet_loss_impact_scenario", brief(json!({}))),
        ("fault_run_blackhole_impact_scenario", brief(json!({ "timeout": 0.5 }))),
        ("fault_run_http_error_impact_scenario", brief(json!({ "status_code": 503 }))),
        ("fault_start_impact_scenario", brief(json!({ "fault": { "type": "blackhole" } }))),
        ("fault_start_proxy", json!({ "faults": [{ "type": "latency", "mean": 300 }] })),
        ("fault_start_proxy", json!({ "mappings": ["0=localhost:1"], "seed": "7" })),
        ("fault_generate_scenarios", json!({ "url": url })),
        ("fault_check_scenario", json!({ "content": scenario(url) })),
        ("fault_check_scenario", json!({ "content": "title: nothing\n" })),
        ("fault_run_scenario", json!({ "content": scenario(url), "seed": "7" })),
        // From here on each is refused.
        ("fault_list_proxies", json!({ "all": true })),
        ("fault_start_proxy", json!({ "faults": [{ "type": "gravity" }] })),
        ("fault_start_proxy", json!({ "faults": [{ "type": "latency" }] })),
        ("fault_start_proxy", json!({ "mappings": ["nonsense"] })),
        ("fault_start_proxy", json!({ "http": "0.0.0.0:0" })),
        ("fault_change_proxy_faults", json!({ "proxy_id": "nobody", "faults": [] })),
        ("fault_change_proxy_faults", json!({})),
        ("fault_read_proxy_events", json!({ "proxy_id": "nobody" })),
        ("fault_stop_proxy", json!({ "proxy_id": "nobody" })),
        ("fault_get_run", json!({ "run_id": "nothing" })),
        ("fault_get_run", json!({ "run_id": "nothing", "wait_s": 1000 })),
        ("fault_stop_run", json!({ "run_id": "nothing" })),
        ("fault_generate_scenarios", json!({})),
        ("fault_check_scenario", json!({})),
        ("fault_run_scenario", json!({ "content": "title: nothing\n" })),
        ("fault_get_report", json!({ "run_id": "nothing" })),
        ("fault_run_latency_impact_scenario", json!({ "url": url })),
        ("fault_run_latency_impact_scenario", brief(json!({ "latency": -1 }))),
        ("fault_run_http_error_impact_scenario", brief(json!({ "status_code": 99 }))),
        ("fault_start_impact_scenario", brief(json!({ "fault": {}, "duration": "1000h" }))),
    ]
}

/// A change of the source code.
const CHANGE: &str = "--- a/orders.py\n+++ b/orders.py\n@@ -3,2 +3,2 @@\n def order(item):\n-    \
                      return httpx.get(item)\n+    return httpx.get(item, timeout=2)\n";

/// What is refused unless the user allows that programs are started.
fn verified(folder: &str) -> Value {
    json!({
        "source_dir": folder, "diff": CHANGE, "start": ["python3", "orders.py"],
        "content": scenario("http://127.0.0.1:1/"),
    })
}

/// A folder with source code.
fn code() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let text = "import httpx\n\ndef order(item):\n    return httpx.get(item)\n";
    fs_err::write(folder.path().join("orders.py"), text).expect("the folder can be written to");
    fs_err::write(folder.path().join("results.json"), RESULTS).expect("it can be written to");
    folder
}

/// A scenario of one call that is late.
fn scenario(url: &str) -> String {
    let item = json!({
        "call": { "method": "GET", "url": url },
        "context": {
            "upstreams": [url],
            "faults": [{ "type": "latency", "mean": 50 }],
            "proxy": { "disable_http_proxies": true },
        },
        "expect": { "status": 200 },
    });
    json!({ "title": "late", "items": [item] }).to_string()
}

fn merged(one: Value, other: Value) -> Value {
    let parts = [one, other].into_iter().filter_map(|part| match part {
        Value::Object(map) => Some(map),
        _ => None,
    });
    Value::Object(parts.flatten().collect::<Map<_, _>>())
}

/// Where two values are not made of the same, and how.
fn unlike(one: &Value, other: &Value, place: &str, found: &mut Vec<String>) {
    match (one, other) {
        (Value::Object(left), Value::Object(right)) => {
            let names = left.keys().chain(right.keys().filter(|name| !left.contains_key(*name)));
            for name in names {
                unlike(&one[name], &other[name], &format!("{place}.{name}"), found);
            }
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            for (left, right) in left.iter().zip(right) {
                unlike(left, right, &format!("{place}[]"), found);
            }
        }
        (left, right) if left != right => found.push(format!("{place}: {left} and {right}")),
        _ => {}
    }
}

/// What the top of an answer is made of: names and kinds, without what differs from run to run.
fn shape(value: &Value) -> Value {
    let kind = |value: &Value| match value {
        Value::Object(_) => "an object",
        Value::Array(_) => "a list",
        Value::String(_) => "a text",
        Value::Number(_) => "a number",
        Value::Bool(_) | Value::Null => "a word",
    };
    let top = value.as_object().into_iter().flatten();
    top.map(|(key, value)| (key.clone(), Value::from(kind(value)))).collect()
}

/// The words of a text, without those that hold a number; of a report, its headings.
fn words(text: &str) -> Vec<String> {
    let headings: Vec<_> = text.lines().filter(|line| line.starts_with('#')).collect();
    let lines = if headings.is_empty() { text.lines().collect() } else { headings };
    let words = lines.into_iter().flat_map(str::split_whitespace);
    let plain = words.filter(|word| !word.contains(|c: char| c.is_ascii_digit()));
    plain.map(str::to_owned).collect()
}

/// A call on the command line.
async fn on_command_line(name: &str, arguments: &Value, how: &str) -> Outcome {
    let call = fault("tool").arg(name).arg(arguments.to_string());
    call.words(how).outcome().await
}

/// What differs between the doors for a call.
async fn difference(agent: Value, name: &str, arguments: &Value, root: &str) -> Option<String> {
    let json = format!("--json {root}");
    let (as_json, as_text) = tokio::join!(
        on_command_line(name, arguments, &json),
        on_command_line(name, arguments, root)
    );
    let text = agent["content"][0]["text"].as_str().unwrap_or_default();
    if agent["isError"] == true {
        let (message, code) = text.rsplit_once("\ncode: ").expect("a code");
        let Some((message, hint)) = message.split_once("\nhint: ") else {
            return Some(format!("{text} has no hint"));
        };
        let wanted = format!("error: {message} [{code}]\nhint: {hint}\n");
        let same = [&as_json, &as_text].iter().all(|outcome| {
            outcome.code() == 2 && outcome.stdout.is_empty() && outcome.stderr == wanted
        });
        return (!same).then(|| format!("{wanted}\nis not\n{as_text:?}"));
    }
    let found: Value = serde_json::from_str(&as_json.stdout).unwrap_or_default();
    let structured = &agent["structuredContent"];
    let mut differences = Vec::new();
    unlike(&shape(structured), &shape(&found), "", &mut differences);
    unlike(&structured["verdict"], &found["verdict"], "verdict", &mut differences);
    if !differences.is_empty() {
        return Some(format!("{}\n{}{}", differences.join("\n"), as_json.stderr, found["reasons"]));
    }
    let fell_short = matches!(found["verdict"].as_str(), Some("failed" | "inconclusive"));
    if as_json.code() != i32::from(fell_short) || as_text.code() != i32::from(fell_short) {
        return Some(format!("{:?}", (as_json.status, as_text.status)));
    }
    let same = words(text) == words(&as_text.stdout);
    (!same).then(|| format!("{text}\nis not\n{}", as_text.stdout))
}

/// Keeps an answer under the number of its request.
/// What an answer must have by its schema, and has not. A refusal has no structured content.
fn lacking<'a>(schema: &'a Value, answer: &'a Value) -> impl Iterator<Item = &'a str> {
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    required.filter(|key| answer.is_object() && answer.get(*key).is_none())
}

fn keep(answers: &mut Map<String, Value>, mut heard: Value) {
    answers.insert(heard["id"].to_string(), heard["result"].take());
}

#[tokio::test]
async fn each_tool_answers_alike_over_mcp_and_on_the_command_line() {
    let folder = code();
    let path = folder.path().to_string_lossy();
    let root = format!("--root {path}");
    let mut agent = Agent::introduced_with(CLASSIC, &root).await;
    let tools = agent.tools().await;
    let (mut called, mut answers) = (Vec::new(), Map::new());
    let mut servers = Vec::new();
    for _ in calls("", "") {
        // Of its own for each call: a target is disturbed by one scenario at a time.
        servers.push(upstream::http().await);
    }
    for (index, server) in servers.iter().enumerate() {
        let (name, arguments) = calls(&server.url("/"), &path).swap_remove(index);
        let params = json!({ "name": name, "arguments": arguments });
        let number = agent.ask("tools/call", params).await;
        // Scenarios take their time, and run at the same time.
        while !name.starts_with("fault_run_") && !answers.contains_key(&number.to_string()) {
            keep(&mut answers, agent.hear().await);
        }
        called.push((name, arguments, number));
    }
    while answers.len() < called.len() {
        keep(&mut answers, agent.hear().await);
    }
    for (name, arguments, number) in &called {
        let answer = &answers[&number.to_string()];
        let length = answer["content"].to_string().len();
        let data = answer["structuredContent"].to_string().len();
        assert!(length.max(data) <= MOST, "{name} {arguments}: {length} and {data} bytes");
    }
    let lacking = called.iter().flat_map(|(name, arguments, number)| {
        let tool = tools.iter().find(|tool| tool["name"] == *name).expect("it is listed");
        let answer = &answers[&number.to_string()]["structuredContent"];
        lacking(&tool["outputSchema"], answer).map(move |key| format!("{name} {arguments}: {key}"))
    });
    assert_eq!(lacking.collect::<Vec<_>>(), Vec::<String>::new(), "strict clients refuse it");
    let compared = called.iter().map(|(name, arguments, number)| {
        let (answer, root) = (answers[&number.to_string()].clone(), root.clone());
        async move {
            let difference = difference(answer, name, arguments, &root).await?;
            Some(format!("{name} {arguments}: {difference}"))
        }
    });
    // Few at a time, so that they don't measure each other.
    let compared = stream::iter(compared).buffer_unordered(2);
    let found: Vec<_> = compared.filter_map(async |found| found).collect().await;
    assert!(found.is_empty(), "{}", found.join("\n\n"));
    for tool in tools {
        let name = tool["name"].as_str().expect("a name");
        assert!(called.iter().any(|call| call.0 == name), "{name} is not compared");
    }
    agent.leave().await.1.done();
}
