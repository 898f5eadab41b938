//! Scenario files with mistakes: each is told with its place and what to do, and nothing is run.

use fault_tests::program::Outcome;
use fault_tests::wire;

use super::Desk;
use crate::program::demo;

/// A scenario whose parts can be spoilt one by one.
const SOUND: &str = "\
title: Sound
items:
- call:
    method: GET
    url: http://{application}/
    timeout: 5000
  context:
    upstreams:
    - http://{application}
    faults:
    - type: latency
      mean: 10
    - type: httperror
      status_code: 500
      probability: 0.5
      period: start:10%,duration:20%
    strategy:
      mode: load
      duration: 1s
      clients: 1
      rps: 5
    slo:
    - type: error
      title: errors
      objective: 90
      threshold: 10
  expect:
    status: 200
";

/// What is replaced by what, the line that is blamed, the key that is named, and what the hint or the
/// message says.
const MISTAKES: &[(&str, &str, usize, &str, &str)] = &[
    ("title: Sound\n", "", 1, "title", "missing"),
    ("title: Sound", "title: [Sound]", 1, "title", "text"),
    ("title: Sound", "title: Sound\ntitel: Sound", 2, "titel", "title"),
    ("method: GET", "method: FETCH", 4, "items[0].call.method", "GET"),
    ("url: http", "url: ftp", 5, "items[0].call.url", "http"),
    ("url: http", "ulr: http", 5, "items[0].call.ulr", "url"),
    ("timeout: 5000", "timeout: -1", 6, "items[0].call.timeout", "0"),
    ("timeout: 5000", "timeout: 5s", 6, "items[0].call.timeout", "number"),
    ("    - http://{application}\n", "      a: b\n", 8, "items[0].context.upstreams", "list"),
    ("type: latency", "type: latecy", 11, "items[0].context.faults[0]", "latency"),
    ("mean: 10", "mean: -10", 12, "items[0].context.faults[0].mean", "0"),
    ("mean: 10", "maen: 10", 12, "items[0].context.faults[0].maen", "mean"),
    ("status_code: 500", "status_code: 5000", 14, "items[0].context.faults[1].status_code", "599"),
    ("probability: 0.5", "probability: 50", 15, "items[0].context.faults[1].probability", "1"),
    ("period: start:10%", "period: begin:10%", 16, "items[0].context.faults[1].period", "start"),
    ("mode: load", "mode: loud", 18, "items[0].context.strategy.mode", "load"),
    ("duration: 1s", "duration: soon", 19, "items[0].context.strategy", "s"),
    ("clients: 1", "clients: 0", 20, "items[0].context.strategy", "client"),
    ("type: error", "type: errors", 23, "items[0].context.slo[0]", "error"),
    ("objective: 90", "objective: 900", 25, "items[0].context.slo[0].objective", "100"),
    ("status: 200", "status: 20", 28, "items[0].expect.status", "599"),
    ("  expect:\n", "  expects:\n", 27, "items[0].expects", "expect"),
    ("items:", "\titems:", 1, "", "spaces"),
    ("title: Sound", "title: \"Sound", 2, "", "quotes"),
];

#[tokio::test]
async fn each_mistake_is_told_with_its_place_and_what_to_do_and_nothing_is_run() {
    let mut application = fault_tests::fault("demo run 127.0.0.1 0").start();
    let address = demo::address(&mut application).await;
    let sound = |text: &str| text.replace("{application}", &address.to_string());
    for (part, wrong, line, key, says) in MISTAKES {
        assert_eq!(SOUND.matches(part).count(), 1, "{part}");
        let desk = Desk::new();
        desk.write("wrong.yaml", &sound(&SOUND.replace(part, wrong)));
        let outcome = desk.call("wrong.yaml").outcome().await;
        told(&outcome, &desk.path("wrong.yaml").display().to_string(), *line, key, says);
        assert!(!desk.path("results.json").exists(), "{outcome:?}");
    }
    let desk = Desk::new();
    desk.write("sound.yaml", &sound(SOUND));
    let check = desk.call("sound.yaml").words("--dry-run").outcome().await.done();
    assert!(check.stdout.contains("Sound"), "{check:?}");
    wire::get(address, "/last").await;
    application.says("GET /last 404").await;
    let asked = application.stop().await.done().stdout;
    assert!(!asked.contains("GET / "), "{asked}");
}

/// Checks that a run was refused for one mistake in this place.
#[track_caller]
fn told(outcome: &Outcome, file: &str, line: usize, key: &str, says: &str) {
    assert_eq!((outcome.code(), outcome.stdout.as_str()), (2, ""), "{outcome:?}");
    let said = &outcome.stderr;
    let place = format!("{file}:{line}:");
    let Some(rest) = said.split(&place).nth(1) else {
        panic!("no `{place}` but:\n{said}");
    };
    let (column, rest) = rest.split_once(':').expect("a column");
    assert!(column.parse::<u32>().is_ok_and(|column| column > 0), "{said}");
    assert!(rest.starts_with(&format!(" {key}")), "no `{key}` but:\n{said}");
    assert!(rest.contains(says), "no `{says}` but:\n{said}");
    assert!(rest.contains("hint: "), "{said}");
    assert!(!said.contains("panicked"), "{said}");
}

#[tokio::test]
async fn all_mistakes_of_all_files_are_told_at_once() {
    let desk = Desk::new();
    let sound = SOUND.replace("{application}", "127.0.0.1:9");
    desk.write(
        "all/a.yaml",
        &sound.replace("mean: 10", "mean: -10").replace("status: 200", "status: 2"),
    );
    desk.write("all/b.yaml", &format!("{sound}---\n{}", sound.replace("GET", "FETCH")));
    let outcome = desk.call("all").outcome().await;
    assert_eq!((outcome.code(), outcome.stdout.as_str()), (2, ""), "{outcome:?}");
    let lines = sound.lines().count();
    for place in
        ["a.yaml:12:".to_owned(), "a.yaml:28:".to_owned(), format!("b.yaml:{}:", lines + 5)]
    {
        assert!(outcome.stderr.contains(&place), "no `{place}` but:\n{}", outcome.stderr);
    }
}
