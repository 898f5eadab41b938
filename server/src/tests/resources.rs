//! Reports of scenario runs, as a client finds them.

use axum::{Router, routing::get};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::stdio::Client;

/// Runs a scenario against a small application; what the tool answered.
async fn run(client: &mut Client) -> Value {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let router = Router::new().route("/", get(|| async { "hi" }));
    let serving = tokio::spawn(async move { axum::serve(listener, router).await });
    let item = json!({
        "call": { "method": "GET", "url": url },
        "context": { "upstreams": [url], "faults": [{ "type": "latency", "mean": 5 }] },
        "expect": { "status": 200 },
    });
    let content = json!({ "title": "Greeting", "items": [item] }).to_string();
    let arguments = json!({ "content": content, "proxy_address": "127.0.0.1:0" });
    let answer = client.call("fault_run_scenario", arguments).await;
    serving.abort();
    assert_eq!(answer["isError"], false, "{answer}");
    answer
}

#[tokio::test]
async fn the_report_of_a_run_is_linked_listed_and_read() {
    let mut client = Client::introduced("2025-06-18").await;
    let none = client.request("resources/list", json!({})).await;
    assert_eq!(none["result"]["resources"], json!([]));
    let answer = run(&mut client).await;
    let uri = &answer["structuredContent"]["report_resource"];
    assert_eq!(answer["content"][1]["type"], "resource_link", "{answer}");
    assert_eq!(&answer["content"][1]["uri"], uri);

    let listed = client.request("resources/list", json!({})).await;
    assert_eq!(&listed["result"]["resources"][0]["uri"], uri, "{listed}");
    let read = client.request("resources/read", json!({ "uri": uri })).await;
    let contents = &read["result"]["contents"][0];
    assert_eq!(contents["mimeType"], "text/markdown", "{read}");
    assert!(contents["text"].as_str().unwrap().contains("Greeting"), "{read}");

    let templates = client.request("resources/templates/list", json!({})).await;
    let template = &templates["result"]["resourceTemplates"][0]["uriTemplate"];
    let page = template
        .as_str()
        .unwrap()
        .replace("{form}", "html")
        .replace("{run_id}", answer["structuredContent"]["run_id"].as_str().unwrap());
    let read = client.request("resources/read", json!({ "uri": page })).await;
    assert_eq!(read["result"]["contents"][0]["mimeType"], "text/html", "{read}");
}

#[tokio::test]
async fn clients_from_before_links_are_sent_none() {
    let mut client = Client::introduced("2025-03-26").await;
    let answer = run(&mut client).await;
    assert_eq!(answer["content"].as_array().unwrap().len(), 1, "{answer}");
}

#[tokio::test]
async fn a_resource_that_is_not_there_is_a_protocol_error() {
    let mut client = Client::introduced("2025-06-18").await;
    for uri in ["fault://reports/x.md", "file:///etc/passwd"] {
        let error = client.request("resources/read", json!({ "uri": uri })).await["error"].clone();
        assert_eq!(error["code"], -32002, "{error}");
        assert!(error["message"].as_str().unwrap().contains("hint: "), "{error}");
    }
}
