//! A browser without a window, driven over the DevTools protocol.

use std::path::Path;

use fault_tests::deadline::found;
use fault_tests::program::{Call, Running};
use fault_tests::{soon, tool};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};

/// Names that Chromium goes by; the first is the smallest.
const NAMES: [&str; 6] = [
    "chromium-headless-shell",
    "chrome-headless-shell",
    "chromium",
    "google-chrome",
    "google-chrome-stable",
    "chromium-browser",
];

/// What a page does that a report must not do: ask the network, complain, open dialogs.
const TROUBLE: [&str; 5] = [
    "Log.entryAdded",
    "Network.requestWillBeSent",
    "Page.javascriptDialogOpening",
    "Runtime.consoleAPICalled",
    "Runtime.exceptionThrown",
];

/// A browser with one page; dropping it kills it.
pub(super) struct Browser {
    socket: WebSocketStream<TcpStream>,
    session: Option<String>,
    sent: u64,
    events: Vec<Value>,
    _running: Running,
    _folder: TempDir,
}

impl Browser {
    /// Starts a browser, if one is installed.
    pub(super) async fn start() -> Option<Self> {
        let program = tool::one_of("Chromium", &NAMES)?;
        let folder = tempfile::tempdir().expect("a folder");
        // Its sandbox does not work for root or in most containers, and all that it shows is our own.
        let flags = "--headless --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run \
                     --disable-background-networking --hide-scrollbars --remote-debugging-port=0";
        let running = Call::of(&program, "browser")
            .words(flags)
            .arg(format!("--user-data-dir={}", folder.path().display()))
            .arg("about:blank")
            .env("HOME", folder.path())
            .start();
        let socket = connected(folder.path()).await;
        let mut browser = Self {
            socket,
            session: None,
            sent: 0,
            events: Vec::new(),
            _running: running,
            _folder: folder,
        };
        browser.attach().await;
        Some(browser)
    }

    async fn attach(&mut self) {
        let target = self.call("Target.createTarget", json!({ "url": "about:blank" })).await;
        let whole = json!({ "targetId": target["targetId"], "flatten": true });
        let attached = self.call("Target.attachToTarget", whole).await;
        self.session = attached["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Log", "Network"] {
            self.call(&format!("{domain}.enable"), json!({})).await;
        }
    }

    /// Opens a file in a window of this width, in the `light` or `dark` scheme.
    pub(super) async fn open(&mut self, file: &Path, width: u32, scheme: &str) {
        let window =
            json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        self.call("Emulation.setDeviceMetricsOverride", window).await;
        let scheme = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.call("Emulation.setEmulatedMedia", json!({ "features": scheme })).await;
        self.events.clear();
        let url = format!("file://{}", file.display());
        self.call("Page.navigate", json!({ "url": url })).await;
        soon("the page is loaded", async {
            while !self.events.iter().any(|event| event["method"] == "Page.loadEventFired") {
                let message = self.heard().await;
                self.events.push(message);
            }
        })
        .await;
    }

    /// What an expression of the page amounts to.
    pub(super) async fn asked(&mut self, expression: &str) -> Value {
        let asked =
            json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let mut answer = self.call("Runtime.evaluate", asked).await;
        assert!(answer.get("exceptionDetails").is_none(), "{answer}");
        answer["result"]["value"].take()
    }

    /// What the page did since it was opened that a report must not do; loading itself is no trouble.
    pub(super) fn trouble(&self, file: &Path) -> Vec<&Value> {
        let url = format!("file://{}", file.display());
        let is_itself = |event: &Value| event["params"]["request"]["url"] == url;
        self.events
            .iter()
            .filter(|event| TROUBLE.iter().any(|method| event["method"] == *method))
            .filter(|event| !is_itself(event))
            .collect()
    }

    async fn call(&mut self, method: &str, params: Value) -> Value {
        self.sent += 1;
        let mut request = json!({ "id": self.sent, "method": method, "params": params });
        if let Some(session) = &self.session {
            request["sessionId"] = json!(session);
        }
        self.socket.send(Message::text(request.to_string())).await.expect("it is sent");
        soon(method, async {
            loop {
                let mut message = self.heard().await;
                if message["id"] == self.sent {
                    assert!(message.get("error").is_none(), "{method}: {message}");
                    return message["result"].take();
                }
                self.events.push(message);
            }
        })
        .await
    }

    async fn heard(&mut self) -> Value {
        loop {
            let message = self.socket.next().await.expect("the browser runs").expect("a message");
            if let Message::Text(text) = message {
                return serde_json::from_str(&text).expect("the protocol is JSON");
            }
        }
    }
}

/// Connects to the browser, which writes into its folder where it listens.
async fn connected(folder: &Path) -> WebSocketStream<TcpStream> {
    let file = folder.join("DevToolsActivePort");
    let (port, path) = found("the browser listens", async || {
        let text = fs_err::read_to_string(&file).ok()?;
        let (port, path) = text.split_once('\n')?;
        Some((port.parse::<u16>().ok()?, path.trim().to_owned()))
    })
    .await;
    let stream = TcpStream::connect(("127.0.0.1", port)).await.expect("it listens");
    let url = format!("ws://127.0.0.1:{port}{path}");
    client_async(url, stream).await.expect("it speaks WebSocket").0
}
