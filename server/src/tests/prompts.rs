//! Prompts, as hosts list them, ask for them and complete their arguments.

use serde_json::json;

use super::stdio::Client;

#[tokio::test]
async fn prompts_are_listed_and_announced() {
    let mut client = Client::introduced("2025-06-18").await;
    let listed = client.request("prompts/list", json!({})).await;
    let prompts = listed["result"]["prompts"].as_array().unwrap();
    let names: Vec<_> = prompts.iter().map(|prompt| prompt["name"].as_str().unwrap()).collect();
    let expected: Vec<_> = fault_tools::prompts().iter().map(|prompt| prompt.name).collect();
    assert_eq!(names, expected);
    assert_eq!(prompts[0]["arguments"][0]["name"], "file", "{listed}");
    assert_eq!(prompts[0]["arguments"][0]["required"], true, "{listed}");
    let error = client.request("prompts/list", json!({ "cursor": "x" })).await["error"].clone();
    assert_eq!(error["code"], -32602, "{error}");
}

#[tokio::test]
async fn what_is_wrong_with_a_prompt_is_a_protocol_error() {
    let mut client = Client::introduced("2025-06-18").await;
    for (params, expected) in [
        (json!({ "name": "fault_sugest_slo" }), "did you mean \"fault_suggest_slo\"?"),
        (json!({ "name": "fault_suggest_slo" }), "`file` is missing"),
        (json!({ "name": "fault_suggest_slo", "arguments": { "file": 7 } }), "is no text"),
        (json!({ "name": "fault_suggest_slo", "arguments": { "file": "a.py" } }), "root"),
    ] {
        let error = client.request("prompts/get", params).await["error"].clone();
        assert_eq!(error["code"], -32602, "{error}");
        assert!(error["message"].as_str().unwrap().contains(expected), "{error}");
    }
}

#[tokio::test]
async fn a_prompt_is_one_message_of_the_user() {
    let mut client = Client::introduced("2025-06-18").await;
    let run = client.call(
        "fault_start_impact_scenario",
        json!({
            "url": "http://127.0.0.1:9/", "fault": { "type": "blackhole" }, "duration": "1s",
        }),
    );
    let run = run.await;
    let id = run["structuredContent"]["run_id"].as_str().unwrap_or_else(|| panic!("{run}"));
    let params = json!({ "name": "fault_explain_run", "arguments": { "run_id": id } });
    let got = client.request("prompts/get", params).await;
    let messages = got["result"]["messages"].as_array().unwrap();
    assert_eq!((messages.len(), &messages[0]["role"]), (1, &json!("user")), "{got}");
    assert!(messages[0]["content"]["text"].as_str().unwrap().contains(id), "{got}");
}

#[tokio::test]
async fn arguments_are_completed() {
    let mut client = Client::introduced("2025-06-18").await;
    let params = |name: &str| {
        json!({
            "ref": { "type": "ref/prompt", "name": name },
            "argument": { "name": "lang", "value": "j" },
        })
    };
    let told = client.request("completion/complete", params("fault_suggest_slo")).await;
    let completion = &told["result"]["completion"];
    assert_eq!(completion["values"], json!(["javascript", "java"]), "{told}");
    assert_eq!((&completion["total"], &completion["hasMore"]), (&json!(2), &json!(false)));
    // What is not there has nothing that could follow.
    let none = client.request("completion/complete", params("fault_x")).await;
    assert_eq!(none["result"]["completion"]["values"], json!([]), "{none}");
}
