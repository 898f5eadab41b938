//! Reviews of real results and of the code behind them, with and without a model.

use fault_tests::fault;
use fault_tests::model::{FORMS, KEY, Model};
use fault_tests::program::{Call, Running};
use fault_tests::upstream::{self, Upstream};
use serde_json::{Value, json};
use tempfile::TempDir;

/// The code that is said to answer the calls.
const APP: &str = "import requests\nfrom fastapi import FastAPI\n\napp = FastAPI()\n\n\
                   def fetch(url):\n    return requests.get(url).text\n\n\
                   @app.get(\"/ping\")\ndef ping():\n    return fetch(\"http://remote/\")\n\n\
                   @app.get(\"/\")\ndef home():\n    return \"hi\"\n";

/// A change of that code which applies.
const DIFF: &str = "--- a/app.py\n+++ b/app.py\n@@ -6,2 +6,2 @@\n def fetch(url):\n\
                    -    return requests.get(url).text\n+    return requests.get(url, timeout=(2, 5)).text\n";

/// The demo application, what it calls, and a folder with results of scenarios and its code.
struct Place {
    folder: TempDir,
    _demo: Running,
    _upstream: Upstream,
}

impl Place {
    async fn new() -> Self {
        let (upstream, proxy) = (upstream::http().await, upstream::free_port().await);
        let demo = fault("demo run 127.0.0.1 0 --remote").arg(upstream.url("/"));
        let mut demo = demo.env("HTTP_PROXY", format!("http://127.0.0.1:{proxy}")).start();
        let application = super::demo::address(&mut demo).await;
        let folder = tempfile::tempdir().expect("a folder");
        let item = |path: &str, within: u32| {
            format!(
                "- call:\n    method: GET\n    url: http://{application}{path}\n  context:\n    \
                 upstreams: [\"http://{}\"]\n    faults:\n    - type: latency\n      mean: 200\n  \
                 expect:\n    status: 200\n    response_time_under: {within}\n",
                upstream.address
            )
        };
        let scenario =
            format!("title: A slow remote\nitems:\n{}{}", item("/ping", 100), item("/", 20_000));
        let place = Self { folder, _demo: demo, _upstream: upstream };
        place.write("slow.yaml", &scenario);
        place.write("app/app.py", APP);
        let words = format!(
            "scenario run --proxy-address 127.0.0.1:{proxy} --scenario slow.yaml --result results.json"
        );
        let outcome = fault(&words).within(place.folder.path()).outcome().await;
        assert_eq!(outcome.code(), 1, "{outcome:?}");
        place
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.folder.path().join(name);
        fs_err::create_dir_all(path.parent().expect("it is in the folder")).expect("a folder");
        fs_err::write(path, text).expect("the folder can be written to");
    }

    fn read(&self, name: &str) -> String {
        fs_err::read_to_string(self.folder.path().join(name)).expect("the file is there")
    }

    fn agent(&self, words: &str) -> Call {
        fault("agent").words(words).within(self.folder.path())
    }
}

#[tokio::test]
async fn results_and_code_are_reviewed_without_a_model_and_the_code_stays_as_it_is() {
    let place = Place::new().await;
    let told = place.agent("scenario-review --source-dir app").outcome().await.done().stdout;
    assert!(told.contains("1 of 2 tests failed"), "{told}");
    assert!(told.contains("Review saved as scenario-review-report.md"), "{told}");
    let report = place.read("scenario-review-report.md");
    assert!(report.contains("Analysis by: rules (no model was asked)"), "{report}");
    let results: Value = serde_json::from_str(&place.read("results.json")).expect("results");
    let p95 = results.pointer("/results/0/results/0/faulted/summary/latency/p95");
    let p95 = p95.and_then(Value::as_f64).expect("a time");
    let shown = format!("{p95:.2}");
    let shown = shown.trim_end_matches('0').trim_end_matches('.');
    assert!(report.contains(&format!("| {shown} |")), "{shown}: {report}");
    assert!(report.contains("| GET /ping | ping (app.py:9) | by its route |"), "{report}");
    let words = "code-review --source-dir app --source-lang python --operation /ping";
    let told = place.agent(words).outcome().await.done().stdout;
    assert!(told.contains("It is answered by ping (app.py:9)"), "{told}");
    let report = place.read("code-review-report.md");
    assert!(report.contains("Taken in: `scenario-review-report.md`"), "{report}");
    assert!(report.contains("`app.py:7`"), "{report}");
    assert_eq!(place.read("app/app.py"), APP);
}

#[tokio::test]
async fn a_model_is_given_code_and_review_as_data_and_its_change_is_checked() {
    let place = Place::new().await;
    place.agent("scenario-review").outcome().await.done();
    let recommendation = json!({
        "title": "Bound the call", "priority": "critical", "complexity": "low", "cost": "low",
        "benefit": "It ends.", "rationale": "It has no time-out.", "evidence": ["S1"],
        "diff": DIFF, "verify": "A blackhole.", "discussion": [], "risk": "Errors.",
        "shows": "More of 504.", "watch": "The rate of 504.",
    });
    let script = vec![("complexity", json!({ "recommendations": [recommendation] }))];
    let model = Model::start(FORMS[0], script).await;
    let words = format!(
        "--llm-client open-ai --llm-endpoint {} code-review --source-dir app --operation /ping",
        model.endpoint(FORMS[0])
    );
    place.agent(&words).env("OPENAI_API_KEY", KEY).outcome().await.done();
    let report = place.read("code-review-report.md");
    assert!(report.contains("This diff applies to the files as they are."), "{report}");
    assert!(report.contains("+    return requests.get(url, timeout=(2, 5)).text"), "{report}");
    assert!(report.contains("fault agent verify --source-dir app"), "{report}");
    let asked = Value::from(model.asked()).to_string();
    for part in ["FILE app.py (all of it)", "fault resilience report analysis", "````data"] {
        assert!(asked.contains(part), "{part}: {asked}");
    }
    assert_eq!(place.read("app/app.py"), APP);
}

#[tokio::test]
async fn an_operation_is_needed_where_there_are_several_and_nobody_can_be_asked() {
    let place = Place::new().await;
    let outcome = place.agent("code-review --source-dir app").outcome().await;
    assert_eq!(outcome.code(), 2, "{outcome:?}");
    assert!(outcome.stderr.contains("[operation_needed]"), "{outcome:?}");
    assert!(outcome.stderr.contains("`GET /ping`, `GET /`"), "{outcome:?}");
    let outcome = place.agent("code-review --source-dir app --operation /pin").outcome().await;
    assert!(outcome.stderr.contains("[unknown_operation]"), "{outcome:?}");
    let outcome = place.agent("scenario-review --results missing.json").outcome().await;
    assert_eq!(outcome.code(), 2, "{outcome:?}");
    assert!(outcome.stderr.contains("[file_not_found]"), "{outcome:?}");
}
