//! A client's view of the server over a pair of streams, line by line.

use std::{sync::Arc, time::Duration};

use fault_tools::State;
use serde_json::{Value, json};
use tokio::{
    io::{
        AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, Lines, ReadHalf, WriteHalf, split,
    },
    net::{TcpListener, TcpStream},
    task::JoinHandle,
    time::{Instant, timeout},
};
use tokio_util::sync::CancellationToken;

use crate::{Options, ServeError, serve};

/// A client, and the server it talks to.
pub(super) struct Client {
    writer: WriteHalf<DuplexStream>,
    lines: Lines<BufReader<ReadHalf<DuplexStream>>>,
    server: JoinHandle<Result<(), ServeError>>,
    stop: CancellationToken,
}

impl Client {
    /// A client that has not said anything yet.
    fn start() -> Self {
        let (near, far) = tokio::io::duplex(1 << 20);
        let (input, output) = split(far);
        let stop = CancellationToken::new();
        let options = Options { state: Arc::new(State::default()), stop: stop.clone() };
        let (reader, writer) = split(near);
        let lines = BufReader::new(reader).lines();
        Self { writer, lines, server: tokio::spawn(serve(input, output, options)), stop }
    }

    /// A client that has agreed on a revision of the protocol by `initialize`.
    pub(super) async fn introduced(version: &str) -> Self {
        let mut client = Self::start();
        let answer = client.ask(json!({
            "jsonrpc": "2.0", "id": "hello", "method": "initialize",
            "params": {
                "protocolVersion": version, "capabilities": {},
                "clientInfo": { "name": "test", "version": "1" },
            },
        }));
        assert_eq!(answer.await["result"]["protocolVersion"], version);
        client.say(json!({ "jsonrpc": "2.0", "method": "notifications/initialized" })).await;
        client
    }

    async fn say(&mut self, message: Value) {
        self.writer.write_all(format!("{message}\n").as_bytes()).await.unwrap();
    }

    async fn hear(&mut self) -> Value {
        let line = timeout(Duration::from_secs(30), self.lines.next_line()).await;
        let line = line.expect("the server says something").unwrap().expect("the stream is open");
        serde_json::from_str(&line).expect("every line is JSON")
    }

    async fn ask(&mut self, message: Value) -> Value {
        let id = message["id"].clone();
        self.say(message).await;
        loop {
            let heard = self.hear().await;
            if heard["id"] == id {
                return heard;
            }
        }
    }

    pub(super) async fn request(&mut self, method: &str, params: Value) -> Value {
        self.ask(json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params })).await
    }

    pub(super) async fn call(&mut self, tool: &str, arguments: Value) -> Value {
        let params = json!({ "name": tool, "arguments": arguments });
        self.request("tools/call", params).await["result"].clone()
    }

    /// Closes the input; answers with the lines that came after, when the server has ended.
    async fn leave(mut self) -> (Vec<String>, Result<(), ServeError>) {
        self.writer.shutdown().await.unwrap();
        let mut late = Vec::new();
        while let Some(line) = self.lines.next_line().await.unwrap() {
            late.push(line);
        }
        (late, self.server.await.unwrap())
    }
}

/// The `_meta` of each request of the 2026-07-28 revision.
fn modern() -> Value {
    json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1" },
    })
}

/// A place that takes connections and never answers; also a URL for it.
async fn silent() -> (JoinHandle<()>, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let task = tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            held.push(stream);
        }
    });
    (task, url)
}

#[tokio::test]
async fn clients_of_every_era_see_the_same_tools() {
    let mut seen = Vec::new();
    for version in ["2024-11-05", "2025-06-18", "2025-11-25"] {
        let mut client = Client::introduced(version).await;
        seen.push(client.request("tools/list", json!({})).await["result"]["tools"].clone());
    }
    let mut client = Client::start();
    let discovered = client.request("server/discover", json!({ "_meta": modern() })).await;
    assert!(discovered["result"]["supportedVersions"].to_string().contains("2026-07-28"));
    assert!(discovered["result"]["ttlMs"].as_u64().unwrap() > 0);
    let listed = client.request("tools/list", json!({ "_meta": modern() })).await;
    assert_eq!(listed["result"]["cacheScope"], "public");
    seen.push(listed["result"]["tools"].clone());
    let count = fault_tools::catalog().len();
    assert!(seen.iter().all(|tools| tools == &seen[0] && tools.as_array().unwrap().len() == count));
}

#[tokio::test]
async fn a_proxy_is_started_listed_changed_read_and_stopped() {
    let mut client = Client::introduced("2025-06-18").await;
    let faults = json!([{ "type": "latency", "mean": "300" }]);
    let started = client.call("fault_start_proxy", json!({ "faults": faults })).await;
    assert_eq!(started["isError"], false, "{started}");
    let proxy = &started["structuredContent"];
    let id = proxy["proxy_id"].as_str().unwrap().to_owned();
    let address = proxy["listeners"][0]["address"].as_str().unwrap().to_owned();
    let text = started["content"][0]["text"].as_str().unwrap();
    assert!(text.contains(&id) && text.contains(&address) && text.contains("300 ms"), "{text}");
    assert!(TcpStream::connect(&address).await.is_ok());

    let listed = client.call("fault_list_proxies", json!({})).await;
    assert_eq!(listed["structuredContent"]["proxies"][0]["proxy_id"], id.as_str());
    let changed =
        client.call("fault_change_proxy_faults", json!({ "proxy_id": id, "faults": [] })).await;
    assert_eq!(changed["structuredContent"]["faults"], json!([]));
    let read = client.call("fault_read_proxy_events", json!({ "proxy_id": id })).await;
    assert_eq!(read["structuredContent"]["running"], true, "{read}");
    let stopped = client.call("fault_stop_proxy", json!({ "proxy_id": id })).await;
    assert_eq!(stopped["isError"], false, "{stopped}");
    assert!(TcpStream::connect(&address).await.is_err());
}

#[tokio::test]
async fn a_wrong_argument_is_an_answer_that_says_what_to_do() {
    let mut client = Client::introduced("2025-06-18").await;
    let result = client.call("fault_start_proxy", json!({ "fault": [] })).await;
    assert_eq!(result["isError"], true);
    let text = result["content"][0]["text"].as_str().unwrap();
    assert!(
        text.contains("did you mean \"faults\"") && text.contains("invalid_arguments"),
        "{text}"
    );
    assert_eq!(result["_meta"]["fault/error"]["code"], "invalid_arguments");
    // Some clients check structured content against the output schema for errors too.
    assert_eq!(result.get("structuredContent"), None);
}

#[tokio::test]
async fn an_unknown_tool_and_an_unknown_cursor_are_protocol_errors() {
    let mut client = Client::introduced("2025-06-18").await;
    let error =
        client.request("tools/call", json!({ "name": "fault_start_prox" })).await["error"].clone();
    assert_eq!(error["code"], -32602);
    assert!(error["message"].as_str().unwrap().contains("fault_start_proxy"), "{error}");
    for list in ["tools/list", "prompts/list", "resources/list", "resources/templates/list"] {
        let error = client.request(list, json!({ "cursor": "x" })).await["error"].clone();
        assert_eq!(error["code"], -32602, "{list}");
        assert!(client.request(list, json!({})).await["error"].is_null(), "{list}");
    }
}

#[tokio::test]
async fn the_end_of_input_undoes_everything_quickly_and_without_a_word() {
    let (holding, url) = silent().await;
    let mut client = Client::introduced("2025-06-18").await;
    let started = client.call("fault_start_proxy", json!({})).await;
    let listener = &started["structuredContent"]["listeners"][0]["address"];
    let address = listener.as_str().unwrap().to_owned();
    let params = json!({
        "name": "fault_run_latency_impact_scenario", "_meta": { "progressToken": "p" },
        "arguments": { "url": url, "latency": 10 },
    });
    client
        .say(json!({ "jsonrpc": "2.0", "id": 9, "method": "tools/call", "params": params }))
        .await;
    let progress = client.hear().await;
    assert_eq!(progress["method"], "notifications/progress", "{progress}");

    let began = Instant::now();
    let (late, outcome) = client.leave().await;
    assert_eq!(late, Vec::<String>::new());
    assert!(outcome.is_ok());
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    assert!(TcpStream::connect(&address).await.is_err());
    holding.abort();
}

#[tokio::test]
async fn calls_from_a_pipe_are_answered_although_the_input_has_ended() {
    let mut client = Client::introduced("2025-06-18").await;
    let params = json!({ "name": "fault_start_proxy", "arguments": {} });
    let call = json!({ "jsonrpc": "2.0", "id": 5, "method": "tools/call", "params": params });
    // The last line of a pipe may have no end.
    client.writer.write_all(call.to_string().as_bytes()).await.unwrap();
    let (late, outcome) = client.leave().await;
    assert!(outcome.is_ok());
    let answer: Value = serde_json::from_str(&late[0]).unwrap();
    assert_eq!((late.len(), &answer["id"]), (1, &json!(5)));
}

#[tokio::test]
async fn a_cancelled_call_is_undone_and_never_answered() {
    let (holding, url) = silent().await;
    let mut client = Client::introduced("2025-06-18").await;
    let arguments = json!({ "url": url, "latency": 10, "duration": "30s" });
    let params = json!({
        "name": "fault_run_latency_impact_scenario", "arguments": arguments.clone(),
        "_meta": { "progressToken": "p" },
    });
    client
        .say(json!({ "jsonrpc": "2.0", "id": 9, "method": "tools/call", "params": params }))
        .await;
    assert_eq!(client.hear().await["method"], "notifications/progress");
    client
        .say(json!({
            "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": 9 },
        }))
        .await;
    // The target is free for the next scenario as soon as the first is undone.
    loop {
        let mut arguments = arguments.clone();
        arguments["fault"] = json!({ "type": "latency", "mean": 10 });
        arguments.as_object_mut().unwrap().remove("latency");
        let started = client.call("fault_start_impact_scenario", arguments).await;
        assert!(!started.to_string().contains("\"id\":9"));
        if started["isError"] == false {
            let run_id = started["structuredContent"]["run_id"].clone();
            let stopped = client.call("fault_stop_run", json!({ "run_id": run_id })).await;
            assert_eq!(stopped["structuredContent"]["state"], "stopped", "{stopped}");
            break;
        }
        assert_eq!(started["_meta"]["fault/error"]["code"], "target_busy", "{started}");
    }
    let (late, outcome) = client.leave().await;
    assert_eq!(late, Vec::<String>::new());
    assert!(outcome.is_ok());
    holding.abort();
}

#[tokio::test]
async fn a_client_that_only_asks_what_this_is_has_done_nothing_wrong() {
    let mut client = Client::start();
    let discovered = client.request("server/discover", json!({ "_meta": modern() })).await;
    let server = &discovered["result"]["_meta"]["io.modelcontextprotocol/serverInfo"];
    assert_eq!(server["name"], "fault");
    assert!(client.leave().await.1.is_ok());
    assert!(Client::start().leave().await.1.is_ok());
}

#[tokio::test]
async fn a_client_may_cancel_its_probe_before_it_introduces_itself() {
    let mut client = Client::start();
    client
        .say(json!({
            "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": 1 },
        }))
        .await;
    let answer = client
        .request(
            "initialize",
            json!({
                "protocolVersion": "2025-06-18", "capabilities": {},
                "clientInfo": { "name": "test", "version": "1" },
            }),
        )
        .await;
    assert_eq!(answer["result"]["serverInfo"]["name"], "fault");
}

#[tokio::test]
async fn the_server_ends_when_it_is_told_to() {
    let client = Client::introduced("2025-06-18").await;
    client.stop.cancel();
    assert!(client.server.await.unwrap().is_ok());
}
