//! Scenarios on the command line, run against the demo application.

use std::net::SocketAddr;
use std::path::PathBuf;

use fault_tests::program::{Call, Outcome, Running};
use fault_tests::tls::Authority;
use fault_tests::tool::tool;
use fault_tests::upstream::{self, Upstream};
use fault_tests::{fault, wire};
use rustix::process::Signal;
use tempfile::TempDir;

/// The demo application, whose calls go through the proxy of the runs, and a folder for files.
struct Place {
    folder: TempDir,
    demo: Running,
    application: SocketAddr,
    proxy: u16,
    upstream: Upstream,
}

/// How long a call may take that meets no fault worth the name.
const PLENTY: u32 = 20_000;

/// How long a call cannot be that meets the faults of these scenarios.
const TOO_LITTLE: u32 = 20;

impl Place {
    async fn new() -> Self {
        let (upstream, proxy) = (upstream::http().await, upstream::free_port().await);
        let demo = fault("demo run 127.0.0.1 0 --remote").arg(upstream.url("/"));
        let mut demo = demo.env("HTTP_PROXY", format!("http://127.0.0.1:{proxy}")).start();
        let application = super::demo::address(&mut demo).await;
        let folder = tempfile::tempdir().expect("a folder");
        Self { folder, demo, application, proxy, upstream }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        fs_err::read_to_string(self.path(name)).expect("the file is there")
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs_err::create_dir_all(path.parent().expect("it is in the folder")).expect("a folder");
        fs_err::write(path, text).expect("the folder can be written to");
    }

    /// A scenario whose calls must end within a time, repeated or under load.
    fn scenario(&self, title: &str, within_ms: u32, strategy: &str) -> String {
        let (application, upstream) = (self.application, self.upstream.address);
        format!(
            "title: {title}\n\
             items:\n\
             - call:\n    method: GET\n    url: http://{application}/ping\n\
             \x20 context:\n    upstreams: [http://{upstream}]\n    \
             faults:\n    - type: latency\n      mean: 80\n      stddev: 5\n    strategy: {strategy}\n\
             \x20 expect:\n    status: 200\n    response_time_under: {within_ms}\n"
        )
    }

    fn repeated(&self, title: &str, within_ms: u32) -> String {
        let strategy = "{ mode: repeat, step: 30, count: 3, add_baseline_call: true }";
        self.scenario(title, within_ms, strategy)
    }

    /// A run of a file, whose results and report stay in the folder.
    fn run(&self, name: &str) -> Call {
        let proxy = format!("scenario run --proxy-address 127.0.0.1:{} --result", self.proxy);
        let call = fault(&proxy).arg(self.path("results.json"));
        let call = call.arg("--report").arg(self.path("report.md"));
        call.arg("--scenario").arg(self.path(name))
    }

    /// What the demo application has been asked so far.
    async fn asked(self) -> String {
        // Its own call is the last line, so that there is no waiting for what does not come.
        wire::get(self.application, "/nowhere").await;
        let mut demo = self.demo;
        demo.says("GET /nowhere 404").await;
        demo.stop().await.done().stdout
    }
}

/// The frame of a run, as it is documented.
fn frame(outcome: &Outcome, counts: &str) {
    let summary = "===================== Summary =====================\n\n";
    let header = "================ Running Scenarios ================\n\n";
    assert!(outcome.stderr.starts_with(header), "{outcome:?}");
    let summary = outcome.stdout.strip_prefix(summary);
    let summary = summary.unwrap_or_else(|| panic!("{outcome:?}"));
    assert!(summary.starts_with(&format!("{counts}\nTotal time: ")), "{outcome:?}");
}

#[tokio::test]
async fn a_run_that_passes_ends_with_0_in_the_documented_frame() {
    let place = Place::new().await;
    place.write("a.yaml", &place.repeated("A slow upstream", PLENTY));
    let outcome = place.run("a.yaml").words("--seed 7").outcome().await;
    assert_eq!(outcome.code(), 0, "{outcome:?}");
    frame(&outcome, "Tests run: 1, Tests failed: 0");
    let line = outcome.stderr.lines().find(|line| line.starts_with("passed  "));
    let line = line.unwrap_or_else(|| panic!("{outcome:?}"));
    assert!(line.starts_with("passed  4/4  [00:00:0"), "{line}");
    let call = format!("] A slow upstream [GET http://{}/ping]", place.application);
    assert!(line.ends_with(&call), "{line}");
    for file in ["report.md", "results.json"] {
        let saved = format!("saved as {}\n", place.path(file).display());
        assert!(outcome.stdout.contains(&saved), "{file}: {outcome:?}");
    }
    assert!(outcome.stdout.contains("\nSeed 7; to repeat the run: "), "{outcome:?}");
    let results: serde_json::Value = serde_json::from_str(&place.read("results.json")).unwrap();
    assert_eq!((results["verdict"].as_str(), &results["seed"]), (Some("passed"), &"7".into()));
    let calls = results["results"][0]["results"][0]["results"].as_array();
    assert_eq!(calls.map(Vec::len), Some(4), "{results:#}");
    let hit = results.pointer("/results/0/results/0/faults/0/hit");
    assert!(hit.and_then(serde_json::Value::as_u64).is_some_and(|hit| hit >= 3), "{results:#}");
    assert!(place.asked().await.contains("GET /ping 200"));
}

#[tokio::test]
async fn a_test_that_fails_ends_the_run_with_1_unless_that_is_not_wanted() {
    let place = Place::new().await;
    place.write("a.yaml", &place.repeated("A slow upstream", TOO_LITTLE));
    let outcome = place.run("a.yaml").outcome().await;
    assert_eq!(outcome.code(), 1, "{outcome:?}");
    frame(&outcome, "Tests run: 1, Tests failed: 1");
    assert!(outcome.stderr.contains("\nfailed  4/4  ["), "{outcome:?}");
    let told = outcome.stdout.split("\nfailed: A slow upstream [GET ").nth(1);
    assert!(told.is_some_and(|told| told.contains("\n  hint: ")), "{outcome:?}");
    let outcome = place.run("a.yaml").words("--exit-zero --no-ui").outcome().await.done();
    assert!(outcome.stdout.contains("Tests failed: 1"), "{outcome:?}");
    assert!(!outcome.stderr.contains("Running Scenarios"), "{outcome:?}");
}

#[tokio::test]
async fn a_fault_that_never_acts_makes_a_test_inconclusive_and_the_run_end_with_1() {
    let place = Place::new().await;
    let text = place.repeated("Elsewhere", PLENTY).replace("/ping", "/ping/myself");
    let text = text.replace(&place.upstream.address.to_string(), "nobody.invalid");
    place.write("a.yaml", &text);
    let outcome = place.run("a.yaml").outcome().await;
    assert_eq!(outcome.code(), 1, "{outcome:?}");
    frame(&outcome, "Tests run: 1, Tests failed: 0, Tests inconclusive: 1");
    assert!(outcome.stdout.contains("\ninconclusive: Elsewhere ["), "{outcome:?}");
}

#[tokio::test]
async fn a_dry_run_and_a_check_say_what_would_be_run_and_send_nothing() {
    let place = Place::new().await;
    place.write("a.yaml", &place.repeated("A slow upstream", PLENTY));
    let dry = place.run("a.yaml").words("--dry-run").outcome().await.done();
    for command in ["check", "validate"] {
        let check = fault("scenario").words(command).arg("--scenario").arg(place.path("a.yaml"));
        assert_eq!(check.outcome().await.done().stdout, dry.stdout, "{command}");
    }
    assert!(dry.stdout.contains("A slow upstream"), "{dry:?}");
    for file in ["report.md", "results.json"] {
        assert!(!place.path(file).exists(), "{file}");
    }
    let asked = place.asked().await;
    assert!(!asked.contains("GET /ping 200"), "{asked}");
}

#[tokio::test]
async fn a_report_is_written_in_the_form_that_its_suffix_asks_for() {
    let place = Place::new().await;
    place.write("a.yaml", &place.repeated("A slow upstream", PLENTY));
    let forms = [
        ("report.md", "# Scenarios Report"),
        ("r.html", "<"),
        ("r.json", "{"),
        ("r.yaml", ":"),
        ("r.txt", "A slow upstream"),
        ("r.xml", "<testsuite"),
    ];
    let mut call = place.run("a.yaml");
    for (name, _) in &forms[1..] {
        call = call.arg("--report").arg(place.path(name));
    }
    let outcome = call.outcome().await.done();
    for (name, holds) in forms {
        assert!(place.read(name).contains(holds), "{name}: {}", place.read(name));
        let saved = format!("Report saved as {}\n", place.path(name).display());
        assert!(outcome.stdout.contains(&saved), "{outcome:?}");
    }
    let refused = place.run("a.yaml").arg("--report").arg(place.path("r.docx")).outcome().await;
    assert_eq!((refused.code(), refused.stdout.as_str()), (2, ""), "{refused:?}");
}

#[tokio::test]
async fn the_variables_name_the_files_and_the_usual_names_are_the_documented_ones() {
    let Some(env) = tool("env") else { return };
    let place = Place::new().await;
    place.write("a.yaml", &place.repeated("A slow upstream", PLENTY));
    let proxy = format!("127.0.0.1:{}", place.proxy);
    let usual = Call::of(&env, "env").arg("-C").arg(place.folder.path());
    let usual = usual.arg(fault_tests::program::binary()).words("scenario --proxy-address");
    let usual = usual.arg(&proxy).words("run --scenario a.yaml");
    let said = usual.outcome().await.done().stdout;
    assert!(said.contains("Report saved as report.md\nResults saved as results.json\n"), "{said}");
    place.read("report.md");
    place.read("results.json");
    let named = fault("scenario run")
        .env("FAULT_SCENARIO_PROXY_ADDR", &proxy)
        .env("FAULT_SCENARIO_PATH", place.path("a.yaml"))
        .env("FAULT_SCENARIO_REPORT_PATH", place.path("named.html"))
        .env("FAULT_SCENARIO_RESULTS_PATH", place.path("named.yaml"))
        .env("FAULT_SEED", "9");
    let said = named.outcome().await.done().stdout;
    assert!(said.contains("Seed 9;"), "{said}");
    place.read("named.html");
    assert!(place.read("named.yaml").contains("verdict: passed"));
}

#[tokio::test]
async fn a_job_on_github_gets_a_summary_behind_what_is_there() {
    let place = Place::new().await;
    place.write("a.yaml", &place.repeated("A slow upstream", TOO_LITTLE));
    place.write("summary.md", "before\n");
    let call = place.run("a.yaml").env("GITHUB_STEP_SUMMARY", place.path("summary.md"));
    assert_eq!(call.outcome().await.code(), 1);
    let text = place.read("summary.md");
    assert!(text.starts_with("before\n## "), "{text}");
    assert!(text.contains("A slow upstream") && text.contains("Failed"), "{text}");
}

#[tokio::test]
async fn a_signal_ends_a_run_with_what_it_has_found_so_far() {
    for signal in [Signal::INT, Signal::TERM] {
        let mut place = Place::new().await;
        let strategy = "{ mode: load, duration: 10m, clients: 2, rps: 5 }";
        let first = place.repeated("The first", PLENTY);
        let second = place.scenario("The second", PLENTY, strategy);
        place.write("a.yaml", &format!("{first}---\n{second}"));
        let mut run = place.run("a.yaml").start();
        run.warns("passed  4/4").await;
        let so_far = place.demo.says("GET /ping 200").await.lines().count();
        let calls = fault_tests::deadline::found("the second test calls", async || {
            let said = place.demo.says("GET /ping 200").await.lines().count();
            (said > so_far).then_some(())
        });
        calls.await;
        run.signal(signal);
        let outcome = run.ended().await;
        assert_eq!(outcome.code(), 1, "{outcome:?}");
        assert!(outcome.stdout.contains("The run was cut short"), "{outcome:?}");
        let report = place.read("report.md");
        assert!(report.contains("The first"), "{report}");
        let results: serde_json::Value =
            serde_json::from_str(&place.read("results.json")).expect("it is whole");
        assert_eq!(results["cut_short"], true, "{results:#}");
    }
}

#[tokio::test]
async fn all_that_is_wrong_in_files_is_told_with_its_place_and_nothing_is_run() {
    let place = Place::new().await;
    let text = place.repeated("Wrong", PLENTY);
    let text = text.replace("mean: 80", "mean: -80").replace("status: 200", "sttus: 200");
    place.write("wrong.yaml", &text);
    place.write("right.yaml", &place.repeated("Right", PLENTY));
    let wrong = place.path("wrong.yaml").display().to_string();
    let run = place.run("wrong.yaml").arg("-s").arg(place.path("right.yaml")).outcome().await;
    let dry = place.run("wrong.yaml").words("--dry-run").outcome().await;
    let check = fault("scenario check -s").arg(place.path("wrong.yaml")).outcome().await;
    for outcome in [run, dry, check] {
        assert_eq!(outcome.code(), 2, "{outcome:?}");
        let said = format!("{}{}", outcome.stdout, outcome.stderr);
        let places: Vec<_> =
            said.lines().filter(|line| line.contains(&format!("{wrong}:"))).collect();
        assert_eq!(places.len(), 2, "{said}");
        for (line, key) in places.iter().zip(["mean", "sttus"]) {
            let place = line.split(&format!("{wrong}:")).nth(1).unwrap_or_default();
            let mut parts = place.splitn(4, ':');
            let numbers = parts.by_ref().take(2).filter(|part| part.parse::<u32>().is_ok());
            assert_eq!(numbers.count(), 2, "{line}");
            assert!(parts.next().is_some_and(|named| named.contains(key)), "{line}");
        }
        assert!(said.matches("hint: ").count() >= 2, "{said}");
    }
    let asked = place.asked().await;
    assert!(!asked.contains("GET /ping 200"), "{asked}");
}

#[tokio::test]
async fn a_folder_is_run_as_a_whole_and_a_filter_chooses_from_it() {
    let place = Place::new().await;
    place.write("all/one.yaml", &place.repeated("The first", PLENTY));
    place.write("all/deeper/two.yml", &place.repeated("The second", PLENTY));
    place.write("all/notes.txt", "no scenario");
    let outcome = place.run("all").words("--jobs 2").outcome().await.done();
    frame(&outcome, "Tests run: 2, Tests failed: 0");
    for pattern in ["*second*", "second"] {
        let outcome = place.run("all").words("--filter").arg(pattern).outcome().await.done();
        frame(&outcome, "Tests run: 1, Tests failed: 0");
        assert!(outcome.stderr.contains("The second"), "{outcome:?}");
    }
    let outcome = place.run("all").words("--filter third").outcome().await;
    assert_eq!((outcome.code(), outcome.stdout.as_str()), (2, ""), "{outcome:?}");
}

#[tokio::test]
async fn what_is_not_there_and_what_is_misplaced_is_refused() {
    let place = Place::new().await;
    let said = place.run("nothing.yaml").outcome().await.refused("file_not_found");
    assert!(said.contains("nothing.yaml"), "{said}");
    place.write("a.yaml", &place.repeated("A slow upstream", PLENTY));
    for words in ["--disable-http-proxy", "--proxy 1=a:1", "-u a", "--duration 5m"] {
        let call = fault("scenario").words(words).words("run --scenario").arg(place.path("a.yaml"));
        call.outcome().await.refused("said_in_the_file");
    }
    let plugin = fault("scenario -g http://127.0.0.1:1 run -s").arg(place.path("a.yaml"));
    plugin.outcome().await.refused("planned");
    place.run("a.yaml").words("--jobs 0").outcome().await.refused("invalid_jobs");
    place.run("a.yaml").words("--seed x").outcome().await.refused("invalid_seed");
    fault("scenario run").outcome().await.refused("invalid_usage");
}

#[tokio::test]
async fn calls_take_the_address_and_the_trust_that_they_are_given() {
    let place = Place::new().await;
    let authority = Authority::new();
    let secure = upstream::https(&authority).await;
    let text = place.repeated("Direct", PLENTY);
    let of = |origin: &str| {
        let text = text.replace(&format!("http://{}/ping", place.application), origin);
        text.replace(&format!("http://{}", place.upstream.address), origin)
    };
    place.write("named.yaml", &of("http://service.invalid:80/"));
    let resolve = format!("service.invalid:80={}", place.upstream.address);
    place.run("named.yaml").arg("--resolve").arg(resolve).outcome().await.done();
    assert_eq!(place.run("named.yaml").outcome().await.code(), 1);

    place.write("secure.yaml", &of(&format!("https://localhost:{}/", secure.port())));
    place.run("secure.yaml").arg("--ca").arg(&authority.file).outcome().await.done();
    place.run("secure.yaml").words("--insecure").outcome().await.done();
    assert_eq!(place.run("secure.yaml").outcome().await.code(), 1);
}

#[tokio::test]
async fn a_port_that_is_taken_is_refused_and_nothing_is_measured() {
    let place = Place::new().await;
    place.write("a.yaml", &place.repeated("A slow upstream", PLENTY));
    let taken = place.upstream.address.to_string();
    let call = fault("scenario run --proxy-address").arg(&taken).words("--scenario");
    let call = call.arg(place.path("a.yaml")).arg("--result").arg(place.path("results.json"));
    let outcome = call.arg("--report").arg(place.path("report.md")).outcome().await;
    assert_eq!(outcome.stdout, "", "{outcome:?}");
    assert_eq!(outcome.code(), 2, "{outcome:?}");
    assert!(outcome.stderr.contains(&taken) && outcome.stderr.contains("in use"), "{outcome:?}");
}

#[tokio::test]
async fn scenarios_are_made_from_a_document_or_a_url_and_can_be_run() {
    let place = Place::new().await;
    let document = format!(
        "openapi: 3.0.3\ninfo: {{ title: demo, version: '1' }}\n\
         servers: [{{ url: 'http://{}' }}]\npaths:\n  /ping:\n    get:\n      operationId: ping\n      \
         responses: {{ '200': {{ description: well }} }}\n",
        place.application
    );
    place.write("openapi.yaml", &document);
    let file = place.path("made.yaml");
    let call = fault("scenario generate --spec-file").arg(place.path("openapi.yaml"));
    let said = call.arg("--scenario").arg(&file).outcome().await.done().stdout;
    assert!(
        said.starts_with("Generated ") && said.contains("reliability scenarios across 1 endpoint"),
        "{said}"
    );
    let plan = fault("scenario check -s").arg(&file).outcome().await.done().stdout;
    assert!(plan.contains(&format!("http://{}/ping", place.application)), "{plan}");

    let first = format!("http://{}/ping", place.application);
    let call = fault("scenario new").arg(&first).arg("--scenario").arg(place.path("new.yaml"));
    call.outcome().await.done();
    let plan = fault("scenario check -s").arg(place.path("new.yaml")).outcome().await.done().stdout;
    assert!(plan.contains(&first), "{plan}");
    // Without a file it is printed, so that it can be piped on.
    let printed = fault("scenario new").arg(&first).words("--method POST").outcome().await.done();
    assert!(printed.stdout.contains("method: POST"), "{printed:?}");

    let nothing = fault("scenario generate --scenario").arg(&file).outcome().await;
    nothing.refused("no_source");
    let listed = fault("scenario generate --list-templates").outcome().await.done().stdout;
    assert!(listed.lines().count() >= 8, "{listed}");
}
