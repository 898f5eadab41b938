//! What has one obvious meaning, in whatever form it is written.

use serde_json::json;

use super::{context, item, one, wrong};
use crate::file::{FaultEntry, HttpVersionName, Listen, Place, Strategy, resolve};

#[test]
fn numbers_and_texts_are_taken_for_each_other() {
    let document = one(
        "title: 12\nconfig: { http: { headers: { X-Version: 1.10, X-On: true, X-Hex: 0x1F } } }\n\
         items:\n- call:\n    method: get\n    url: http://a/\n    timeout: \"500\"\n    body: 007\n    http_version: 2\n    \
         reuse_connections: \"no\"\n  expect: { status: \"200\", response_time_under: 1e3 }\n",
    );
    let scenario = &document.scenario;
    assert_eq!(scenario.title, "12");
    let headers = &scenario.config.as_ref().and_then(|c| c.http.as_ref()).expect("set").headers;
    assert_eq!(headers["X-Version"], "1.10");
    assert_eq!(headers["X-On"], "true");
    assert_eq!(headers["X-Hex"], "0x1F");
    let call = &scenario.items[0].call;
    assert_eq!(call.method, "GET");
    assert_eq!(call.timeout, Some(500.0));
    assert_eq!(call.body.as_deref(), Some("007"));
    assert_eq!(call.http_version, Some(HttpVersionName::Http2));
    assert_eq!(call.reuse_connections, Some(false));
    let expect = scenario.items[0].expect.clone().expect("set");
    assert_eq!((expect.status, expect.response_time_under), (Some(200), Some(1000.0)));
}

#[test]
fn a_version_of_http_may_be_a_number() {
    for (written, version) in [
        ("1.1", HttpVersionName::Http1),
        ("'1.1'", HttpVersionName::Http1),
        ("2", HttpVersionName::Http2),
        ("2.0", HttpVersionName::Http2),
        ("'2'", HttpVersionName::Http2),
    ] {
        let text = format!(
            "title: T\nitems: [{{ call: {{ method: GET, url: 'http://a', http_version: {written} }} }}]"
        );
        assert_eq!(one(&text).scenario.items[0].call.http_version, Some(version), "{written}");
    }
}

#[test]
fn a_bare_number_is_a_duration_in_seconds() {
    let document = one(&context("strategy: { mode: LOAD, duration: 10, clients: 2.0, rps: '3' }"));
    let expected = Strategy::Load { duration: "10".to_owned(), clients: 2, rps: 3 };
    assert_eq!(document.scenario.items[0].context.strategy, Some(expected));
}

#[test]
fn what_is_empty_and_optional_was_not_given() {
    let document = one(&item("context:\nexpect: ~"));
    assert_eq!(document.scenario.items[0].context, Default::default());
    let document = one(&context("upstreams:\nfaults: null\nstrategy: null\nslo:\ncontrol:"));
    assert_eq!(document.scenario.items[0].context, Default::default());
}

#[test]
fn a_single_text_is_a_list_of_one() {
    let document = one(&context("upstreams: 'http://b'"));
    assert_eq!(document.scenario.items[0].context.upstreams, ["http://b"]);
}

#[test]
fn a_port_may_be_a_number_or_an_address() {
    let document = one(&context(
        "proxies:\n- { name: a, upstream: b, listen: 9000 }\n- { name: b, upstream: b, listen: '9001' }\n\
         - { name: c, upstream: b, listen: '0.0.0.0:9002' }",
    ));
    let listen: Vec<_> =
        document.scenario.items[0].context.proxies.iter().map(|p| p.listen.clone()).collect();
    assert_eq!(
        listen,
        [
            Some(Listen::Port(9000)),
            Some(Listen::Port(9001)),
            Some(Listen::Address("0.0.0.0:9002".into()))
        ]
    );
}

#[test]
fn json_is_yaml_too() {
    let text = r#"{"title": "T", "items": [{"call": {"method": "GET", "url": "http://a/"}}]}"#;
    let document = one(text);
    assert_eq!(document.scenario.items[0].call.url, "http://a/");
    let column = text.find("\"url\"").expect("it is there") + 1;
    assert_eq!(document.places.at("items[0].call.url"), Some(Place { line: 1, column }));
}

#[test]
fn empty_documents_are_skipped() {
    let text = format!("---\n# nothing\n---\n{}---\n~\n---\n{}...\n", item(""), item(""));
    let documents = crate::file::read(&text, "x").expect("it is fine");
    assert_eq!(documents.iter().map(|d| d.index).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(documents[1].places.at("title").map(|place| place.line), Some(10));
}

#[test]
fn anchors_and_merge_keys_may_be_used() {
    let text = "title: T\nitems:\n- &first\n  call: &call { method: GET, url: 'http://a/', timeout: 5 }\n  context: {}\n\
         - call: { <<: *call, url: 'http://b/' }\n- *first\n";
    let document = one(text);
    let items = &document.scenario.items;
    assert_eq!(items[1].call.url, "http://b/");
    assert_eq!((&*items[1].call.method, items[1].call.timeout), ("GET", Some(5.0)));
    assert_eq!(items[2], items[0]);
}

#[test]
fn places_fall_back_to_the_nearest_key_around() {
    let document = one(&context("faults:\n- type: latency\n  mean: 300"));
    let at = |path: &str| document.places.at(path).map(|place| (place.line, place.column));
    assert_eq!(at("items[0].context.faults[0].mean"), Some((7, 7)));
    assert_eq!(at("items[0].context.faults[0].stddev"), Some((6, 7)));
    assert_eq!(at("items[0].context.strategy.mode"), Some((4, 3)));
    assert_eq!(at("matrix"), Some((1, 1)));
    assert_eq!(at(""), Some((1, 1)));
    let problem = document.problem("unknown_host", "items[0].context.faults[0].mean", "no", "do");
    assert_eq!(problem.to_string(), "test.yaml:7:7: items[0].context.faults[0].mean: no");
}

#[test]
fn names_stand_for_faults_and_for_other_names() {
    let document = one(&format!(
        "faults:\n  slow: {{ type: latency, mean: 300 }}\n  late: slow\n  own: {{ type: latency, mean: 1, name: mine }}\n  \
         storm: [late, {{ type: blackhole }}]\n{}",
        context("faults: [slow, late, own, storm, { type: jitter, amplitude: 1, frequency: 1 }]")
    ));
    let scenario = &document.scenario;
    let faults = resolve(&scenario.items[0].context.faults, &scenario.faults).expect("they are");
    let shown: Vec<_> = faults.iter().map(|fault| (fault.kind(), fault.name())).collect();
    assert_eq!(
        shown,
        [
            ("latency", Some("slow")),
            ("latency", Some("slow")),
            ("latency", Some("mine")),
            ("latency", Some("slow")),
            ("blackhole", None),
            ("jitter", None)
        ]
    );
}

#[test]
fn what_does_not_stand_for_a_fault_is_told() {
    let entries = [
        FaultEntry::Named("nobody".to_owned()),
        FaultEntry::Fault(json!({ "type": "latency" }).as_object().expect("a map").clone()),
    ];
    let problems = resolve(&entries, &Default::default()).expect_err("both are wrong");
    let shown: Vec<_> = problems.iter().map(|p| (&*p.code, &*p.key)).collect();
    assert_eq!(shown, [("unknown_name", "[0]"), ("missing_setting", "[1]")]);
}

#[test]
fn both_names_of_a_key_are_too_many() {
    let problems = wrong("title: T\nitems: []\nscenarios: []\nmatrix: { calls: {}, faults: [a] }");
    assert_eq!(problems[0].code, "conflicting_keys");
    assert_eq!((problems[0].line, &*problems[0].key), (Some(3), "scenarios"));
}
