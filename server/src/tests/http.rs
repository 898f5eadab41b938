//! What the HTTP server lets in, and that it ends when it is told to.

use std::sync::Arc;

use fault_tools::State;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

use crate::{HttpError, HttpOptions, HttpServer, Options};

struct Served {
    authority: String,
    stop: CancellationToken,
    server: JoinHandle<Result<(), HttpError>>,
}

impl Served {
    async fn start(token: Option<&str>) -> Self {
        let server = HttpServer::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let authority =
            server.url().trim_start_matches("http://").trim_end_matches("/mcp").to_owned();
        let stop = CancellationToken::new();
        let options = Options { state: Arc::new(State::default()), stop: stop.clone() };
        let http = HttpOptions { token: token.map(str::to_owned), ..HttpOptions::default() };
        Self { authority, stop, server: tokio::spawn(server.serve(http, options)) }
    }

    /// Posts a message with more headers, each on a line of its own; answers with status and body.
    async fn post(&self, host: &str, headers: &str, message: &Value) -> (u16, String) {
        let body = message.to_string();
        let request = format!(
            "POST /mcp HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\
             content-type: application/json\r\naccept: application/json, text/event-stream\r\n\
             content-length: {}\r\n{headers}\r\n{body}",
            body.len()
        );
        let mut stream = TcpStream::connect(&self.authority).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        (status, answer)
    }
}

fn hello() -> Value {
    json!({
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18", "capabilities": {},
            "clientInfo": { "name": "test", "version": "1" },
        },
    })
}

fn list() -> Value {
    json!({
        "jsonrpc": "2.0", "id": 1, "method": "tools/list",
        "params": { "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
        } },
    })
}

#[tokio::test]
async fn both_eras_are_served_on_this_machine() {
    let served = Served::start(None).await;
    let (status, body) = served.post(&served.authority, "", &hello()).await;
    assert_eq!(status, 200);
    assert!(body.contains("\"name\":\"fault\""), "{body}");
    let headers = "mcp-protocol-version: 2026-07-28\r\nmcp-method: tools/list\r\n";
    let (status, body) = served.post(&served.authority, headers, &list()).await;
    assert_eq!(status, 200, "{body}");
    assert!(body.contains("fault_start_proxy"), "{body}");
}

#[tokio::test]
async fn a_foreign_host_or_origin_is_turned_away() {
    let served = Served::start(None).await;
    assert_eq!(served.post("evil.example.com", "", &hello()).await.0, 403);
    let evil = "origin: http://evil.example.com\r\n";
    assert_eq!(served.post(&served.authority, evil, &hello()).await.0, 403);
    let local = "origin: http://localhost:6274\r\n";
    assert_eq!(served.post(&served.authority, local, &hello()).await.0, 200);
}

#[tokio::test]
async fn a_request_without_the_right_token_is_turned_away() {
    let served = Served::start(Some("s3cret")).await;
    assert_eq!(served.post(&served.authority, "", &hello()).await.0, 401);
    for wrong in ["Bearer s3cre", "Bearer s3creT", "Basic s3cret", "s3cret"] {
        let header = format!("authorization: {wrong}\r\n");
        assert_eq!(served.post(&served.authority, &header, &hello()).await.0, 401, "{wrong}");
    }
    let right = "authorization: bearer s3cret\r\n";
    assert_eq!(served.post(&served.authority, right, &hello()).await.0, 200);
}

#[tokio::test]
async fn the_server_ends_with_its_proxies_when_it_is_told_to() {
    let served = Served::start(None).await;
    let message = json!({
        "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": { "name": "fault_start_proxy", "arguments": {}, "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
        } },
    });
    let headers = "mcp-protocol-version: 2026-07-28\r\nmcp-method: tools/call\r\n\
                   mcp-name: fault_start_proxy\r\n";
    let (status, body) = served.post(&served.authority, headers, &message).await;
    assert_eq!(status, 200, "{body}");
    let address = body.split("\"address\":\"").nth(1).unwrap().split('"').next().unwrap();
    assert!(TcpStream::connect(address).await.is_ok());
    served.stop.cancel();
    assert!(served.server.await.unwrap().is_ok());
    assert!(TcpStream::connect(address).await.is_err());
    assert!(TcpStream::connect(&served.authority).await.is_err());
}
