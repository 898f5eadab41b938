//! Clients of every era of the protocol, line by line.

use fault_tests::mcp::{Agent, CLASSIC, MODERN, modern};
use serde_json::{Value, json};

#[tokio::test]
async fn clients_of_every_era_list_the_same_tools_in_one_process() {
    let mut seen = Vec::new();
    for version in ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"] {
        let mut agent = Agent::introduced(version).await;
        seen.push(agent.tools().await);
        let (late, outcome) = agent.leave().await;
        assert_eq!(late, Vec::<String>::new(), "{version}");
        outcome.done();
    }
    // A client that asks which eras there are, and then speaks both.
    let mut agent = Agent::start();
    let discovered = agent.request("server/discover", modern(json!({}))).await;
    let versions = discovered["result"]["supportedVersions"].to_string();
    assert!(versions.contains(MODERN), "{discovered}");
    agent.initialize(CLASSIC).await;
    seen.push(agent.tools().await);
    let listed = agent.request("tools/list", modern(json!({}))).await;
    seen.push(listed["result"]["tools"].as_array().expect("tools").clone());
    seen.push(agent.tools().await);
    agent.leave().await.1.done();
    assert!(!seen[0].is_empty());
    assert!(seen.iter().all(|tools| tools == &seen[0]), "{seen:?}");
}

#[tokio::test]
async fn a_version_from_the_future_is_answered_with_the_newest_one() {
    let mut agent = Agent::start();
    let answer = agent.initialize(MODERN).await;
    assert_eq!(answer["result"]["protocolVersion"], "2025-11-25", "{answer}");
    let answer = agent.initialize("1999-01-01").await;
    assert!(answer["result"].is_object() || answer["error"].is_object(), "{answer}");
    agent.leave().await.1.done();

    let mut agent = Agent::start();
    let mut params = modern(json!({}));
    params["_meta"]["io.modelcontextprotocol/protocolVersion"] = json!("2099-01-01");
    let answer = agent.request("tools/list", params).await;
    assert_eq!(answer["error"]["code"], -32022, "{answer}");
    agent.leave().await.1.done();
}

#[tokio::test]
async fn a_line_of_garbage_does_not_end_the_session() {
    let mut agent = Agent::introduced(CLASSIC).await;
    for garbage in ["", "hello", "{", "[]", r#"{"jsonrpc":"1.0"}"#, "\u{0}\u{1}"] {
        agent.say(garbage).await;
    }
    assert!(!agent.tools().await.is_empty());
    let ping = agent.request("ping", json!({})).await;
    assert_eq!(ping["result"], json!({}), "{ping}");
    agent.leave().await.1.done();
}

#[tokio::test]
async fn the_server_says_who_it_is_and_how_its_tools_go_together() {
    let mut agent = Agent::start();
    let answer = agent.initialize(CLASSIC).await;
    let result = &answer["result"];
    assert_eq!(result["serverInfo"]["name"], "fault", "{result}");
    assert_eq!(result["serverInfo"]["version"], env!("CARGO_PKG_VERSION"));
    let instructions = result["instructions"].as_str().unwrap_or_default();
    assert!(instructions.len() < 2048);
    for tool in agent.tools().await {
        assert!(tool["name"].is_string());
    }
    // Each tool that is named in the instructions exists.
    let names: Vec<_> = agent.tools().await.iter().map(|tool| tool["name"].clone()).collect();
    let words = instructions.split(|c: char| !c.is_alphanumeric() && c != '_');
    for word in words.filter(|word| word.starts_with("fault_")) {
        assert!(names.contains(&Value::from(word)), "{word} is no tool");
    }
    agent.leave().await.1.done();
}

#[tokio::test]
async fn what_does_not_exist_is_a_protocol_error() {
    let mut agent = Agent::introduced(CLASSIC).await;
    let unknown = agent.request("tools/call", json!({ "name": "fault_nothing" })).await;
    assert_eq!(unknown["error"]["code"], -32602, "{unknown}");
    let cursor = agent.request("tools/list", json!({ "cursor": "x" })).await;
    assert_eq!(cursor["error"]["code"], -32602, "{cursor}");
    let method = agent.request("no/such/method", json!({})).await;
    assert_eq!(method["error"]["code"], -32601, "{method}");
    agent.leave().await.1.done();
}
