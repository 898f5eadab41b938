//! An agent: the client of `fault agent tool` over its standard input and output, line by line.

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{ChildStdin, ChildStdout};

use crate::deadline::soon;
use crate::program::{Outcome, Running, fault};

/// The last revision of the protocol that opens with `initialize`, of those the tests speak.
pub const CLASSIC: &str = "2025-06-18";

/// The revision of the protocol that has no session.
pub const MODERN: &str = "2026-07-28";

/// An agent and the server it has started.
#[derive(Debug)]
pub struct Agent {
    /// The server.
    pub server: Running,
    input: Option<ChildStdin>,
    lines: Lines<BufReader<ChildStdout>>,
    asked: u64,
}

impl Agent {
    /// An agent that has not said anything yet.
    pub fn start() -> Self {
        Self::start_with("")
    }

    /// The same, of a server that was started with these words.
    pub fn start_with(words: &str) -> Self {
        let (mut server, out) = fault("agent tool").words(words).spoken_to().start_unread();
        Self { input: server.input.take(), server, lines: BufReader::new(out).lines(), asked: 0 }
    }

    /// An agent that has agreed on a revision of the protocol.
    pub async fn introduced(version: &str) -> Self {
        Self::introduced_with(version, "").await
    }

    /// The same, to a server that was started with these words.
    pub async fn introduced_with(version: &str, words: &str) -> Self {
        let mut agent = Self::start_with(words);
        let answer = agent.initialize(version).await;
        assert_eq!(answer["result"]["protocolVersion"], version, "{answer}");
        agent
    }

    /// Opens a session and answers with what the server said.
    pub async fn initialize(&mut self, version: &str) -> Value {
        let params = json!({
            "protocolVersion": version, "capabilities": {},
            "clientInfo": { "name": "fault-tests", "version": "1" },
        });
        let answer = self.request("initialize", params).await;
        self.notify("notifications/initialized", json!({})).await;
        answer
    }

    /// Sends a line.
    pub async fn say(&mut self, line: &str) {
        let input = self.input.as_mut().expect("the agent has not left");
        let line = format!("{line}\n");
        soon("the server reads", input.write_all(line.as_bytes()))
            .await
            .expect("the server is there");
    }

    /// The next line.
    pub async fn hear(&mut self) -> Value {
        let line = soon("the server says something", self.lines.next_line()).await;
        let line = line.expect("its output can be read");
        let line = line.unwrap_or_else(|| panic!("{:?} has gone away", self.server));
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{line}: {error}"))
    }

    /// Sends a notification.
    pub async fn notify(&mut self, method: &str, params: Value) {
        let message = json!({ "jsonrpc": "2.0", "method": method, "params": params });
        self.say(&message.to_string()).await;
    }

    /// Sends a request, and answers with its number.
    pub async fn ask(&mut self, method: &str, params: Value) -> u64 {
        self.asked += 1;
        let message =
            json!({ "jsonrpc": "2.0", "id": self.asked, "method": method, "params": params });
        self.say(&message.to_string()).await;
        self.asked
    }

    /// Sends a request and waits for its answer; what else comes in between is left out.
    pub async fn request(&mut self, method: &str, params: Value) -> Value {
        let number = self.ask(method, params).await;
        self.answer(number).await.1
    }

    /// The answer to a request, and what came before it.
    pub async fn answer(&mut self, number: u64) -> (Vec<Value>, Value) {
        let mut before = Vec::new();
        loop {
            let heard = self.hear().await;
            if heard["id"] == number {
                return (before, heard);
            }
            before.push(heard);
        }
    }

    /// Calls a tool.
    pub async fn call(&mut self, name: &str, arguments: Value) -> Value {
        let params = json!({ "name": name, "arguments": arguments });
        let answer = self.request("tools/call", params).await;
        assert!(answer["error"].is_null(), "{answer}");
        answer["result"].clone()
    }

    /// Calls a tool that does what it is asked to; answers with the structured content.
    pub async fn succeed(&mut self, name: &str, arguments: Value) -> Value {
        let result = self.call(name, arguments).await;
        assert_ne!(result["isError"], true, "{result}");
        result["structuredContent"].clone()
    }

    /// The tools that there are.
    pub async fn tools(&mut self) -> Vec<Value> {
        let answer = self.request("tools/list", json!({})).await;
        let tools = answer["result"]["tools"].as_array();
        tools.unwrap_or_else(|| panic!("{answer}")).clone()
    }

    /// Closes the input; answers with the lines that came after, and how the server ended.
    pub async fn leave(mut self) -> (Vec<String>, Outcome) {
        drop(self.input.take());
        self.last_words().await
    }

    /// Waits for the end of the server; answers as [`Agent::leave`] does.
    pub async fn last_words(mut self) -> (Vec<String>, Outcome) {
        let mut late = Vec::new();
        loop {
            let line = soon("the end of the output", self.lines.next_line()).await;
            match line.expect("its output can be read") {
                Some(line) => late.push(line),
                None => break,
            }
        }
        (late, self.server.ended().await)
    }
}

/// What each request of the modern revision carries in its parameters.
pub fn modern(mut params: Value) -> Value {
    params["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": MODERN,
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": { "name": "fault-tests", "version": "1" },
    });
    params
}
