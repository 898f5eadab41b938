//! A FastAPI application: scenarios are made from its OpenAPI document and run, and a seed repeats what
//! they do to it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;

use fault_tests::deadline::found;
use fault_tests::program::{Call, Running};
use fault_tests::upstream::free_port;
use fault_tests::{fault, repository, tool, wire};
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpStream;

use super::{Desk, Ran, hits, list, told};

/// The application and the folder of its database.
struct Application {
    address: SocketAddr,
    _running: Running,
    _folder: TempDir,
}

impl Application {
    /// The application with its first user, if Python has what it needs.
    async fn start() -> Option<(Self, std::path::PathBuf)> {
        let python = tool::python("fastapi uvicorn").await?;
        let (folder, port) = (tempfile::tempdir().expect("a folder"), free_port().await);
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let running = Call::of(&python, "fastapi_app.py")
            .arg(repository::root().join("tests/data/fastapi_app.py"))
            .words(&format!("127.0.0.1 {port}"))
            .arg(folder.path().join("users.db"))
            .start();
        found("the application listens", async || TcpStream::connect(address).await.ok()).await;
        let body = r#"{"name":"jane","password":"boom"}"#;
        let user = format!(
            "POST /users/ HTTP/1.1\r\nhost: app\r\ncontent-type: application/json\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
        assert_eq!(wire::ask(address, &user).await.status, 200);
        Some((Self { address, _running: running, _folder: folder }, python))
    }

    /// Its scenarios, with loads of one second instead of ten and fifteen, so that this takes less of
    /// everybody's time.
    async fn scenarios(&self) -> String {
        let desk = Desk::new();
        let url = format!("http://{}/openapi.json", self.address);
        let file = desk.path("scenario.yaml");
        let call = fault("scenario generate --spec-url").arg(url).arg("--scenario").arg(&file);
        let said = call.outcome().await.done().stdout;
        let wanted = "Generated 24 reliability scenarios across 3 endpoints!\n";
        assert!(said.starts_with(wanted), "{said}");
        let text = desk.read("scenario.yaml");
        let loads = text.matches("duration: 10s").count() + text.matches("duration: 15s").count();
        assert!(loads >= 9, "{text}");
        text.replace("duration: 10s", "duration: 1s").replace("duration: 15s", "duration: 1s")
    }
}

/// A run of the scenarios with reports of each kind.
async fn run(scenarios: &str, seed: u32) -> (Desk, Ran) {
    let desk = Desk::new();
    desk.write("scenario.yaml", scenarios);
    let words = format!("scenario run --proxy-address 127.0.0.1:0 --no-ui --seed {seed}");
    let mut call = fault(&words).arg("--result").arg(desk.path("results.json"));
    for report in ["report.md", "report.html", "report.xml", "report.json"] {
        call = call.arg("--report").arg(desk.path(report));
    }
    let ran = desk.ran(call.arg("--scenario").arg(desk.path("scenario.yaml"))).await;
    (desk, ran)
}

/// A call, by its scenario, test, phase and number.
type Key = (String, String, String, u64);

/// What faults were to do to each call, periods left out: whether a call near the edge of one falls
/// into it is a matter of its time and not of the seed.
fn decisions(ran: &Ran) -> BTreeMap<Key, Vec<String>> {
    let mut decisions = BTreeMap::new();
    for scenario in list(&ran.results["results"]) {
        let title = scenario["scenario"]["title"].to_string();
        for test in list(&scenario["results"]) {
            for call in list(&test["results"]) {
                let scheduled = list(&call["faults"]).iter().any(|it| it.get("period").is_some());
                if scheduled {
                    continue;
                }
                let key = (
                    title.clone(),
                    test["name"].to_string(),
                    call["phase"].to_string(),
                    call["number"].as_u64().unwrap_or(0),
                );
                decisions.insert(key, hits(call).into_iter().filter_map(decision).collect());
            }
        }
    }
    decisions
}

/// What a fault decided. How many chunks jitter and bandwidth see is up to the sender.
fn decision(event: &Value) -> Option<String> {
    let kind = event["type"].as_str()?;
    match kind {
        "latency" => Some(format!("{} asked for {}", event["label"], event["asked"])),
        _ => Some(format!("{} {}", event["label"], event["status_code"])),
    }
}

#[tokio::test]
async fn its_scenarios_run_and_a_seed_repeats_their_faults_call_by_call() {
    let Some((application, python)) = Application::start().await else { return };
    let scenarios = application.scenarios().await;
    // All three at once, so that each is disturbed by the others in another way.
    let runs = tokio::join!(run(&scenarios, 11), run(&scenarios, 11), run(&scenarios, 12));
    let ((desk, first), (_, second), (_, other)) = runs;
    checked(&first);
    reports(&desk, &python).await;
    let [first, second, other] = [&first, &second, &other].map(decisions);
    assert!(first.len() >= 80, "{}", first.len());
    let differing = |one: &BTreeMap<Key, Vec<String>>| {
        let pairs = first.iter().filter(|(key, met)| one.get(*key) != Some(met));
        pairs.map(|(key, met)| format!("{key:?}: {met:?}, {:?}", one.get(key))).collect::<Vec<_>>()
    };
    assert_eq!(differing(&second), [""; 0]);
    assert!(differing(&other).len() >= 10, "{:#?}", differing(&other));
}

/// Checks that every test was run, that its calls arrived at the application, and that its faults acted
/// wherever a verdict was passed.
fn checked(ran: &Ran) {
    assert_eq!(ran.tests().count(), 24);
    for test in ran.tests() {
        assert!(test["faulted"]["crossed"].as_u64().is_some_and(|it| it > 0), "{}", told(test));
        let refused = list(&test["results"])
            .iter()
            .filter(|call| call["errors"].to_string().contains("refused"));
        assert_eq!(refused.count(), 0, "{}", told(test));
        let answered = list(&test["results"])
            .iter()
            .filter_map(|call| call["metrics"]["protocol"]["code"].as_u64());
        let strange: Vec<_> = answered.filter(|code| ![200, 500].contains(code)).collect();
        assert_eq!(strange, [0; 0], "{}", told(test));
        if test["verdict"] == "passed" {
            let acted = list(&test["faults"]).iter().all(|it| it["hit"].as_u64() > Some(0));
            assert!(acted, "{}", told(test));
        }
    }
}

/// Checks the reports, the one for build servers by somebody else's reader.
async fn reports(desk: &Desk, python: &Path) {
    let tests = "import sys, xml.etree.ElementTree as tree\n\
                 root = tree.parse(sys.argv[1]).getroot()\n\
                 print(root.tag, len(list(root.iter('testcase'))))";
    let call = Call::of(python, "python").arg("-c").arg(tests).arg(desk.path("report.xml"));
    assert_eq!(call.outcome().await.done().stdout, "testsuites 24\n");
    assert!(desk.read("report.html").contains("<html"));
    assert!(desk.read("report.md").starts_with("# Scenarios Report"));
    let report: Value = serde_json::from_str(&desk.read("report.json")).expect("it is JSON");
    assert_eq!(list(&report["results"]).len(), 24);
}
