//! What an agent pays for an answer: however much there is to tell, it stays a few pages, unless the
//! agent asks for more.

use std::path::Path;

use fault_tests::mcp::{Agent, CLASSIC};
use serde_json::{Value, json};

/// How long an answer may be, in bytes: about 5,000 tokens, and what wraps them.
const MOST: usize = 24_000;

/// How long all descriptions and schemas may be, in bytes: about 24,000 tokens for all tools.
const MOST_TOOLS: usize = 98_000;

/// A project with as much to tell as a large one: 200 files with 10 functions that each break rules.
fn project(folder: &Path) {
    let function = |at: usize| {
        format!(
            "async def read_{at}(id):\n    try:\n        return requests.get(f\"{{BASE}}/{at}/{{id}}\").json()\n    \
             except Exception:\n        pass\n\n\n"
        )
    };
    let file: String = (0..10).map(function).collect();
    for number in 0..200 {
        let text = format!("import requests\n\nBASE = \"http://127.0.0.1:{number}\"\n\n\n{file}");
        fs_err::write(folder.join(format!("part_{number}.py")), text).expect("it can be written");
    }
    let many: String = (0..150).map(function).collect();
    fs_err::write(folder.join("large.py"), format!("import requests\n\n{many}"))
        .expect("as before");
}

/// Manifests with as much to tell as a large cluster.
fn manifests() -> String {
    let one = |at: usize| {
        format!(
            "---\nkind: Deployment\nmetadata: {{ name: shop-{at} }}\nspec: {{ template: {{ spec: {{ \
             containers: [{{ name: web, image: shop, ports: [{{ containerPort: 80 }}] }}] }} }} }}\n"
        )
    };
    (0..300).map(one).collect()
}

/// An API with as many endpoints as a large one has.
fn document() -> String {
    let paths = (0..120).map(|at| {
        let operation = json!({ "operationId": format!("read_{at}"), "responses": { "200": { "description": "" } } });
        (format!("/things/{at}"), json!({ "get": operation }))
    });
    let paths: serde_json::Map<String, Value> = paths.collect();
    json!({ "openapi": "3.1.0", "info": { "title": "Things", "version": "1" }, "paths": paths,
        "servers": [{ "url": "http://127.0.0.1:9" }] })
    .to_string()
}

#[tokio::test]
async fn answers_stay_a_few_pages_however_much_there_is_to_tell() {
    let folder = tempfile::tempdir().expect("a folder");
    project(folder.path());
    let path = folder.path().to_string_lossy().into_owned();
    let file = format!("{path}/large.py");
    let snippet = fs_err::read_to_string(&file).expect("it is there");
    let piece = json!({ "snippet": snippet, "lang": "python" });
    let mut agent = Agent::introduced_with(CLASSIC, &format!("--root {path}")).await;
    let calls = [
        ("fault_outline_code", json!({ "path": path })),
        ("fault_outline_code", json!({ "path": file })),
        ("fault_list_function_names", json!({ "file": file })),
        ("fault_index_source_code", json!({ "source_dir": path, "lang": "python" })),
        ("fault_search_code", json!({ "query": "requests get", "source_dir": path })),
        ("fault_query_index", json!({ "sql": "SELECT * FROM chunks", "source_dir": path })),
        ("fault_find_risks", json!({ "path": path })),
        ("fault_find_risks", json!({ "path": file })),
        ("fault_score_reliability", piece.clone()),
        ("fault_score_performance", piece.clone()),
        ("fault_suggest_better_function_reliability", piece.clone()),
        ("fault_suggest_service_level_objectives_slo", piece),
        ("fault_make_reliability_and_perf_changes", json!({ "file": file })),
        ("fault_review_platform", json!({ "manifests": manifests() })),
        ("fault_review_code", json!({ "source_dir": path })),
        ("fault_generate_scenarios", json!({ "spec": document() })),
    ];
    let tools = agent.tools().await;
    let mut long = Vec::new();
    for (name, arguments) in calls {
        let answer = agent.call(name, arguments).await;
        assert_ne!(answer["isError"], true, "{name}: {}", answer["content"]);
        let tool = tools.iter().find(|tool| tool["name"] == name).expect("it is listed");
        for key in tool["outputSchema"]["required"].as_array().into_iter().flatten() {
            let key = key.as_str().expect("a name");
            assert!(answer["structuredContent"].get(key).is_some(), "{name} has no {key}");
        }
        let length = answer["content"].to_string().len();
        let data = answer["structuredContent"].to_string().len();
        if length.max(data) > MOST {
            long.push(format!("{name}: {length} bytes of text, {data} of data"));
        }
    }
    assert!(long.is_empty(), "{}", long.join("\n"));
    agent.leave().await.1.done();
}

#[tokio::test]
async fn the_list_of_tools_stays_as_short_as_is_said() {
    let mut agent = Agent::introduced(CLASSIC).await;
    let tools = agent.tools().await;
    let length: usize = tools.iter().map(|tool| tool.to_string().len()).sum();
    assert!(length <= MOST_TOOLS, "{} tools have {length} bytes", tools.len());
    agent.leave().await.1.done();
}
