//! Verified changes: a real application and diffs of all kinds, by the command and over MCP.

use std::collections::BTreeMap;
use std::path::Path;

use fault_tests::mcp::{Agent, CLASSIC};
use fault_tests::program::Outcome;
use fault_tests::tool::one_of;
use fault_tests::upstream::{self, Upstream};
use fault_tests::{fault, wire};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Where programs are found here: the application under test is started by name.
#[expect(clippy::disallowed_methods, reason = "whoever runs the tests says where programs are")]
fn path() -> std::ffi::OsString {
    std::env::var_os("PATH").expect("a path")
}

/// An application that waits for its dependency for as long as that takes. It also writes where it
/// is started, starts a process of its own, and says where it listens.
const APPLICATION: &str = r##"import os
import subprocess
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

STOCK = os.environ["STOCK_URL"]
subprocess.Popen(["sleep", "1000"])


def stock():
    with urllib.request.urlopen(STOCK) as answer:
        return answer.read()


class Orders(BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"up" if self.path == "/health" else stock()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


open("orders.py", "a").write("# the application was here\n")
open("port", "w").write(os.environ["PORT"])
ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Orders).serve_forever()
"##;

/// A time limit, and an answer of its own when it has passed.
const FIX: &str = "--- a/orders.py
+++ b/orders.py
@@ -9,6 +9,9 @@
 
 def stock():
-    with urllib.request.urlopen(STOCK) as answer:
-        return answer.read()
+    try:
+        with urllib.request.urlopen(STOCK, timeout=0.5) as answer:
+            return answer.read()
+    except OSError:
+        return b\"unknown\"
 
 
";

/// The application in a folder, what it depends on, and a scenario in which that is gone.
struct Place {
    folder: TempDir,
    _stock: Upstream,
    /// Where the application finds its dependency.
    port: u16,
}

impl Place {
    /// None without Python.
    async fn new(fault: Value) -> Option<Self> {
        one_of("Python", &["python3"])?;
        let (folder, stock) = (tempfile::tempdir().expect("a folder"), upstream::http().await);
        let port = upstream::free_port().await;
        let place = Self { folder, port, _stock: stock };
        place.write("app/orders.py", APPLICATION);
        place.write("fix.diff", FIX);
        let scenario = json!({
            "title": "The stock is gone",
            "items": [{
                "call": { "method": "GET", "url": "http://localhost:9090/", "timeout": 2500 },
                "context": {
                    "proxy": { "disable_http_proxies": true },
                    "proxies": [{
                        "name": "stock",
                        "upstream": place._stock.url("/").trim_end_matches('/'),
                        "listen": port,
                        "faults": [fault],
                    }],
                },
                "expect": { "status": 200 },
            }],
        });
        place.write("scenario.yaml", &scenario.to_string());
        Some(place)
    }

    async fn without_an_answer() -> Option<Self> {
        Self::new(json!({ "type": "blackhole" })).await
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.folder.path().join(name);
        fs_err::create_dir_all(path.parent().expect("it is in the folder")).expect("a folder");
        fs_err::write(path, text).expect("the folder can be written to");
    }

    /// Where the application finds its dependency, and what its processes are told by.
    fn environment(&self) -> BTreeMap<&'static str, String> {
        BTreeMap::from([
            ("STOCK_URL", format!("http://127.0.0.1:{}/", self.port)),
            ("VERIFIED_IN", self.folder.path().display().to_string()),
        ])
    }

    async fn verify(&self, words: &str) -> Outcome {
        let call = fault("agent verify --diff fix.diff --source-dir app --scenario scenario.yaml");
        let mut call = call.words("--url http://localhost:9090 --health /health --seed 7");
        for (name, value) in self.environment() {
            call = call.arg("--env").arg(format!("{name}={value}"));
        }
        let call = call.words(words).words("-- python3 -u orders.py");
        let outcome = call.env("PATH", path()).within(self.folder.path()).outcome().await;
        assert_eq!(self.read("app/orders.py"), APPLICATION, "the source is as it was");
        assert!(!self.folder.path().join("app/port").exists(), "nothing was written into it");
        assert!(!self.is_alive(), "a process was left behind: {outcome:?}");
        outcome
    }

    fn read(&self, name: &str) -> String {
        fs_err::read_to_string(self.folder.path().join(name)).expect("the file is there")
    }

    /// Whether a process of the application is there.
    fn is_alive(&self) -> bool {
        let own = format!("VERIFIED_IN={}\0", self.folder.path().display());
        let has = |process: &Path| {
            let environment = fs_err::read(process.join("environ")).unwrap_or_default();
            String::from_utf8_lossy(&environment).contains(&own)
        };
        let processes = fs_err::read_dir("/proc").into_iter().flatten().flatten();
        processes.into_iter().any(|process| has(&process.path()))
    }
}

fn answer(outcome: &Outcome) -> Value {
    serde_json::from_str(&outcome.stdout).unwrap_or_else(|_| panic!("{outcome:?}"))
}

#[tokio::test]
async fn a_diff_that_helps_is_told_to_have_fixed_it() {
    let Some(place) = Place::without_an_answer().await else { return };
    let outcome = place.verify("").await;
    assert_eq!(outcome.code(), 0, "{outcome:?}");
    assert!(outcome.stdout.starts_with("Fixed: "), "{outcome:?}");
    assert!(
        outcome.stdout.contains("GET http://localhost:9090/]: failed -> passed"),
        "{outcome:?}"
    );
    assert!(outcome.stdout.contains("- no-timeout "), "{outcome:?}");
    assert!(outcome.stdout.contains("\nfault agent verify --diff change.diff "), "{outcome:?}");
}

#[tokio::test]
async fn without_the_fault_the_scenario_passes_with_and_without_the_diff() {
    let fault = json!({ "type": "latency", "mean": 5 });
    let Some(place) = Place::new(fault).await else { return };
    let outcome = place.verify("--json").await;
    assert_eq!(outcome.code(), 0, "{outcome:?}");
    assert_eq!(answer(&outcome)["outcome"], "unchanged_pass", "{outcome:?}");
}

#[tokio::test]
async fn a_diff_that_does_not_help_falls_short() {
    let Some(place) = Place::without_an_answer().await else { return };
    place.write("fix.diff", &FIX.replace("timeout=0.5", "timeout=60"));
    let outcome = place.verify("--json").await;
    assert_eq!(outcome.code(), 1, "{outcome:?}");
    assert_eq!(answer(&outcome)["outcome"], "still_fails", "{outcome:?}");
}

#[tokio::test]
async fn a_diff_that_breaks_the_start_is_told_with_the_last_words() {
    let Some(place) = Place::without_an_answer().await else { return };
    let broken = FIX.replace("+    try:\n", "+    try\n");
    place.write("fix.diff", &broken);
    let outcome = place.verify("").await;
    assert_eq!(outcome.code(), 2, "{outcome:?}");
    assert!(outcome.stdout.contains("SyntaxError: "), "{outcome:?}");
    assert!(outcome.stderr.contains("[application_not_started]"), "{outcome:?}");
}

#[tokio::test]
async fn a_diff_that_does_not_apply_is_refused_with_the_line() {
    let Some(place) = Place::without_an_answer().await else { return };
    place.write("fix.diff", &FIX.replace(" def stock", " def stocks"));
    let outcome = place.verify("").await;
    assert_eq!(outcome.code(), 2, "{outcome:?}");
    assert!(outcome.stderr.contains("`def stock():`"), "{outcome:?}");
    assert!(outcome.stderr.contains("[diff_does_not_apply]"), "{outcome:?}");
}

#[tokio::test]
async fn over_mcp_nothing_is_started_unless_the_user_allows_it() {
    let Some(place) = Place::without_an_answer().await else { return };
    let root = place.folder.path().display().to_string();
    let arguments = json!({
        "source_dir": format!("{root}/app"), "diff": FIX, "health": "/health", "seed": "7",
        "start": [one_of("Python", &["python3"]).expect("it was there"), "-u", "orders.py"],
        "scenario": [format!("{root}/scenario.yaml")], "env": place.environment(),
    });
    let mut agent = Agent::introduced_with(CLASSIC, &format!("--root {root}")).await;
    let refused = agent.call("fault_verify_change", arguments.clone()).await;
    assert_eq!(refused["isError"], true, "{refused}");
    assert!(refused["content"][0]["text"].as_str().unwrap().contains("--allow-exec"), "{refused}");
    agent.leave().await.1.done();
    let mut agent = Agent::introduced_with(CLASSIC, &format!("--root {root} --allow-exec")).await;
    let found = agent.succeed("fault_verify_change", arguments).await;
    assert_eq!(found["outcome"], "fixed", "{found:#}");
    assert!(!place.is_alive(), "a process was left behind");
    agent.leave().await.1.done();
}

#[tokio::test]
async fn an_interrupted_verification_leaves_nothing_behind() {
    let Some(place) = Place::without_an_answer().await else { return };
    let call = fault("agent verify --diff fix.diff --source-dir app --scenario scenario.yaml");
    let mut call = call.words("--url http://localhost:9090 --health /never --ready-within 5m");
    for (name, value) in place.environment() {
        call = call.arg("--env").arg(format!("{name}={value}"));
    }
    let listens = upstream::free_port().await;
    let script = format!("sleep 1000 & exec python3 -m http.server --bind 127.0.0.1 {listens}");
    let call = call.words("-- /bin/sh -c").arg(script);
    let call = call.env("PATH", path());
    let running = call.within(place.folder.path()).start();
    let address = ([127, 0, 0, 1], listens).into();
    while tokio::net::TcpStream::connect(address).await.is_err() {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(wire::get(address, "/").await.status, 200, "it is really there");
    let outcome = running.stop().await;
    assert!(outcome.stderr.contains("[cancelled]"), "{outcome:?}");
    assert!(!place.is_alive(), "a process was left behind");
    assert!(tokio::net::TcpStream::connect(address).await.is_err(), "it listens no more");
}
