//! Each kind of mistake gives its code, its line and its key.

use super::{context, item, read, wrong};

/// The first problem of a text, as `CODE LINE KEY`.
#[track_caller]
fn check(text: &str, expected: &str, said: &str) {
    let problems = wrong(text);
    let first = &problems[0];
    let line = first.line.map_or_else(|| "-".to_owned(), |line| line.to_string());
    let key = if first.key.is_empty() { "." } else { &first.key };
    assert_eq!(format!("{} {line} {key}", first.code), expected, "{text}\n{first}");
    let whole = format!("{first}\nhint: {}", first.hint);
    assert!(whole.contains(said), "{said:?} is not in:\n{whole}");
    println!("{first}\n   hint: {}", first.hint);
}

#[test]
fn a_file_that_is_not_yaml_is_told_by_its_line() {
    for text in ["", "---\n", "# nothing\n", "---\n---\n~\n"] {
        check(text, "empty_file - .", "no scenario");
    }
    check("title: T\n\titems: []\n", "invalid_yaml 1 .", "indent with spaces");
    check(
        "title: T\nitems:\n- call:\n   method: GET\n url: x\n",
        "invalid_yaml 5 .",
        "indentation",
    );
    check("title: 'its", "invalid_yaml 1 .", "unclosed quote");
    check("title: a: b\n", "invalid_yaml 1 .", "quotes around texts");
    check("title: T\ntitle: U\n", "duplicate_key 2 .", "`title`");
    check("title: *nobody\n", "invalid_yaml 1 .", "unknown anchor");
    check("title: !mine T\n", "invalid_yaml 1 .", "tag");
    check("title: T\nnull: 1\n", "invalid_yaml 2 .", "a key");
    check("title: T\n? [a]\n: 1\n", "invalid_yaml 2 .", "a key");
    check("title: T\n<<: 1\n", "invalid_yaml 2 .", "merge");
    check("title: T\nitems: &a [*a]\n", "invalid_yaml 2 .", "refers to what it stands in");
}

#[test]
fn a_document_of_another_shape_is_told_by_its_key() {
    check("hello\n", "invalid_value 1 .", "a document must be a mapping");
    check("- a\n", "invalid_value 1 .", "not a list");
    check("items: []\n", "missing_key 1 title", "in a line");
    check("title:\nitems: []", "missing_value 1 title", "no value");
    check("title: ' '\nitems: []", "invalid_value 1 title", "at least one letter");
    check("title: T\n", "missing_key 1 items", "at least one item");
    check("title: T\nitems: []\n", "missing_key 2 items", "at least one item");
    check("title: T\nitems: {}\n", "invalid_value 2 items", "must be a list, not a mapping");
    check("title: T\nitems:\n- {}\n", "missing_key 3 items[0].call", "request");
    check("title: T\nitems:\n- call:\n", "missing_value 3 items[0].call", "no value");
    check("title: T\nitem: []\nitems: [{}]", "unknown_key 2 item", "did you mean `items`?");
    check(
        "title: T\ndescription: [a]\nitems: [{}]",
        "invalid_value 2 description",
        "must be a text, not a list",
    );
    check(&item("status: 200"), "unknown_key 4 items[0].status", "belongs under `expect`");
    check(
        "title: T\nconfig: { http: { header: {} } }\nitems: [{}]",
        "unknown_key 2 config.http.header",
        "`headers`",
    );
    check(
        "title: T\nconfig: { http: { headers: { '': x } } }\nitems: [{}]",
        "invalid_value 2 config.http.headers",
        "empty",
    );
}

#[test]
fn a_mistake_in_a_call_is_told() {
    let call = |line: &str| format!("title: T\nitems:\n- call:\n    {line}\n    url: http://a/\n");
    check(&call("verb: GET"), "missing_key 3 items[0].call.method", "GET or POST");
    check(&call("methods: GET"), "missing_key 3 items[0].call.method", "`method` is missing");
    check(&call("method: POTS"), "invalid_value 4 items[0].call.method", "did you mean `POST`?");
    let call = |line: &str| call(&format!("method: GET\n    {line}"));
    check(
        &call("timeout: soon"),
        "invalid_value 5 items[0].call.timeout",
        "must be a number above 0, not `soon`",
    );
    check(&call("timeout: 0"), "invalid_value 5 items[0].call.timeout", "milliseconds");
    check(&call("timeout: .nan"), "invalid_value 5 items[0].call.timeout", "number");
    check(&call("timeout: 1e999"), "invalid_value 5 items[0].call.timeout", "number");
    check(&call("http_version: 3"), "invalid_value 5 items[0].call.http_version", "one of 1.1, 2");
    check(&call("body: { a: 1 }"), "invalid_value 5 items[0].call.body", "write the body as text");
    check(&call("body: {id}"), "invalid_value 5 items[0].call.body", "write the body as text");
    check(
        &call("headers: { X: [] }"),
        "invalid_value 5 items[0].call.headers.X",
        "must be a text, not an empty list",
    );
    check(&call("headers: { X: }"), "missing_value 5 items[0].call.headers.X", "no value");
    check(&call("headers: [a]"), "invalid_value 5 items[0].call.headers", "Headers");
    check(
        &call("reuse_connections: 2"),
        "invalid_value 5 items[0].call.reuse_connections",
        "true or false",
    );
    check(
        &call("meta: { operationId: a }"),
        "unknown_key 5 items[0].call.meta.operationId",
        "`operation_id`",
    );
}

#[test]
fn a_mistake_in_an_expectation_or_an_objective_is_told() {
    check(
        &item("expect: { status: 99 }"),
        "invalid_value 4 items[0].expect.status",
        "from 100 to 599",
    );
    check(
        &item("expect: { status: ok }"),
        "invalid_value 4 items[0].expect.status",
        "whole number",
    );
    check(&item("expect: { status: 200.5 }"), "invalid_value 4 items[0].expect.status", "`200.5`");
    check(
        &item("expect: { response_time_under: 0 }"),
        "invalid_value 4 items[0].expect.response_time_under",
        "above 0",
    );
    check(
        &item("expect: { response_time: 9 }"),
        "unknown_key 4 items[0].expect.response_time",
        "`response_time_under`",
    );
    let slo = |slo: &str| context(&format!("slo:\n- {{ {slo} }}"));
    let at = |code: &str, key: &str| format!("{code} 6 items[0].context.slo[0].{key}");
    check(
        &slo("title: A, objective: 1, threshold: 1"),
        &at("missing_key", "slo_type"),
        "`latency`",
    );
    check(
        &slo("type: speed, title: A, objective: 1, threshold: 1"),
        &at("invalid_value", "slo_type"),
        "one of latency, error",
    );
    check(
        &slo("type: error, title: A, objective: 0, threshold: 1"),
        &at("invalid_value", "objective"),
        "above 0, up to 100",
    );
    check(
        &slo("type: error, title: A, objective: 101, threshold: 1"),
        &at("invalid_value", "objective"),
        "percent",
    );
    check(
        &slo("type: error, title: A, objective: 9, threshold: -1"),
        &at("invalid_value", "threshold"),
        "at least 0",
    );
    check(
        &slo("type: error, slo_type: error, title: A, objective: 9, threshold: 1"),
        &at("conflicting_keys", "type"),
        "keep `slo_type`",
    );
    let both = item("context: { slo: [] }\nslo: []");
    check(&both, "conflicting_keys 5 items[0].slo", "context.slo");
}

#[test]
fn a_mistake_in_a_strategy_is_told() {
    let strategy = |text: &str| context(&format!("strategy: {text}"));
    let at = |code: &str, key: &str| format!("{code} 5 items[0].context.strategy{key}");
    check(&strategy("load"), &at("invalid_value", ""), "must be a mapping");
    check(&strategy("{ step: 1, count: 2 }"), &at("missing_key", ".mode"), "repeat");
    check(&strategy("{ type: load }"), &at("missing_key", ".mode"), "load");
    check(&strategy("{ mode: laod }"), &at("invalid_value", ".mode"), "did you mean `load`?");
    check(&strategy("{ mode: load }"), &at("missing_key", ".duration"), "10s");
    let load = |duration: &str, clients: &str| {
        strategy(&format!("{{ mode: load, duration: {duration}, clients: {clients}, rps: 1 }}"))
    };
    check(&load("soon", "1"), &at("invalid_value", ".duration"), "such as `10s`");
    check(&load("0", "1"), &at("invalid_value", ".duration"), "above zero");
    check(&load("-1", "1"), &at("invalid_value", ".duration"), "not `-1`");
    check(&load("1s", "0"), &at("invalid_value", ".clients"), "at least 1");
    check(&load("1s", "5000000000"), &at("invalid_value", ".clients"), "`5000000000`");
    check(
        &load("1s", "1, count: 3"),
        &at("unknown_key", ".count"),
        "the strategy `load` has no key `count`",
    );
    check(
        &strategy("{ mode: repeat, step: 1, count: 0 }"),
        &at("invalid_value", ".count"),
        "at least 1",
    );
    check(
        &strategy("{ mode: search, parameter: latency.mean, from: 5, to: 5 }"),
        &at("invalid_value", ".from"),
        "below",
    );
    let recovery = context("recovery: { duration: 10s, within: never }");
    check(&recovery, "invalid_value 5 items[0].context.recovery.within", "duration");
}

#[test]
fn a_mistake_in_a_fault_has_the_words_of_the_engine() {
    let fault = |text: &str| context(&format!("faults:\n- {text}"));
    let at = |code: &str, key: &str| format!("{code} 6 items[0].context.faults[0]{key}");
    check(
        &fault("{ type: latency, maen: 300 }"),
        &at("unknown_setting", ".maen"),
        "did you mean `mean`?",
    );
    check(&fault("{ type: latency, mean: soon }"), &at("invalid_setting", ".mean"), "a number");
    check(&fault("{ type: latency }"), &at("missing_setting", ""), "mean");
    check(
        &fault("{ type: latancy, mean: 3 }"),
        &at("unknown_fault", ".type"),
        "did you mean `latency`?",
    );
    check(&fault("{ mean: 3 }"), &at("missing_fault_type", ""), "type");
    check(
        &fault("{ type: blackhole, period: 'start:x' }"),
        &at("invalid_schedule", ".period"),
        "start:30s",
    );
    check(&fault("[a]"), &at("invalid_fault", ""), "not a list");
    check(&fault("slow"), &at("unknown_name", ""), "define it under `faults`");
    let several = context(
        "faults:\n- type: latency\n  mean: 1\n- type: jitter\n  amplitude: 1\n  frequency: fast",
    );
    check(&several, "invalid_setting 10 items[0].context.faults[1].frequency", "jitter");
    let dependency =
        context("proxies:\n- name: a\n  upstream: b\n  faults: [{ type: latency, mean: -1 }]");
    check(&dependency, "invalid_setting 8 items[0].context.proxies[0].faults[0].mean", "above 0");
}

#[test]
fn a_mistake_in_the_names_of_faults_is_told() {
    let named = |faults: &str| format!("faults: {faults}\n{}", context("faults: [slow]"));
    check(
        &named("{ slwo: { type: blackhole } }"),
        "unknown_name 6 items[0].context.faults[0]",
        "did you mean `slwo`?",
    );
    check(&named("{ slow: { type: latency } }"), "missing_setting 1 faults.slow", "mean");
    check(&named("{ slow: [late] }"), "unknown_name 1 faults.slow[0]", "`late`");
    check(&named("{ slow: slow }"), "circular_faults 1 faults.slow", "slow -> slow");
    check(
        &named("{ a: b, b: [slow], slow: a }"),
        "circular_faults 1 faults.a",
        "a -> b -> slow -> a",
    );
    check(&named("[slow]"), "invalid_value 1 faults", "mapping");
    let chain: Vec<_> = (0..40).map(|n| format!("n{n}: n{}", n + 1)).collect();
    check(
        &named(&format!("{{ {}, n40: {{ type: blackhole }}, slow: n0 }}", chain.join(", "))),
        "too_many_faults 1 faults.n0",
        "32",
    );
}

#[test]
fn a_mistake_around_a_call_is_told() {
    let twice = context("proxies:\n- { name: a, upstream: b }\n- { name: a, upstream: c }");
    check(&twice, "duplicate_name 7 items[0].context.proxies[1].name", "two dependencies");
    let port = context("proxies:\n- { name: a, upstream: b, listen: 70000 }");
    check(&port, "invalid_value 6 items[0].context.proxies[0].listen", "65535");
    let platform = context("runs_on: { platform: nomad, service: s }");
    check(&platform, "invalid_value 5 items[0].context.runs_on.platform", "kubernetes");
    check(
        &context("runs_on: { platform: kubernetes }"),
        "missing_key 5 items[0].context.runs_on.service",
        "service",
    );
    check(
        &context("upstream: [a]"),
        "unknown_key 5 items[0].context.upstream",
        "did you mean `upstreams`?",
    );
    check(
        &context("upstreams: { a: b }"),
        "invalid_value 5 items[0].context.upstreams",
        "begins with `-`",
    );
    check(
        &context("upstreams: [{ a: b }]"),
        "invalid_value 5 items[0].context.upstreams[0]",
        "text",
    );
}

#[test]
fn a_mistake_in_a_matrix_is_told() {
    let matrix = |lines: &str| {
        format!("title: T\nfaults: {{ slow: {{ type: latency, mean: 1 }} }}\nmatrix:\n{lines}")
    };
    let call = "  calls: { home: { method: GET, url: 'http://a' } }\n";
    check(
        &matrix("  calls: {}\n  faults: [slow]"),
        "missing_key 4 matrix.calls",
        "at least one call",
    );
    check(
        &matrix(&format!("{call}  faults: []")),
        "invalid_value 5 matrix.faults",
        "at least one entry",
    );
    check(
        &matrix(&format!("{call}  faults: [slo]")),
        "unknown_name 5 matrix.faults[0]",
        "did you mean `slow`?",
    );
    check(
        &matrix(&format!("{call}  faults: [slow, slow]")),
        "duplicate_name 5 matrix.faults[1]",
        "twice",
    );
    let overrides =
        |text: &str| matrix(&format!("{call}  faults: [slow]\n  overrides:\n  - {text}"));
    check(
        &overrides("{ call: hom, skip: true }"),
        "unknown_name 7 matrix.overrides[0].call",
        "did you mean `home`?",
    );
    check(
        &overrides("{ fault: fast }"),
        "unknown_name 7 matrix.overrides[0].fault",
        "the matrix has slow",
    );
    check(
        &overrides("{ skip: maybe }"),
        "invalid_value 7 matrix.overrides[0].skip",
        "true or false",
    );
}

#[test]
fn all_that_is_wrong_is_told_together_in_the_order_of_the_lines() {
    let text = "title: T\nextra: 1\nitems:\n- call: { method: GET, url: 'http://a/', timeout: soon }\n  context:\n    \
         faults:\n    - type: latency\n      maen: 3\n    - slow\n    proxies: [{ name: a, upstream: b }, { name: a, \
         upstream: b }]\n---\ntitle: U\nitems: [{ call: { url: 'http://b' } }]\n";
    let shown: Vec<_> = wrong(text).iter().map(|p| (p.line.unwrap_or(0), p.code.clone())).collect();
    let shown: Vec<_> = shown.iter().map(|(line, code)| (*line, &**code)).collect();
    assert_eq!(
        shown,
        [
            (2, "unknown_key"),
            (4, "invalid_value"),
            (8, "unknown_setting"),
            (9, "unknown_name"),
            (10, "duplicate_name"),
            (13, "missing_key"),
        ]
    );
}

#[test]
fn no_more_than_fifty_problems_are_told() {
    let items: String = (0..200).map(|_| "- {}\n").collect();
    assert_eq!(wrong(&format!("title: T\nitems:\n{items}")).len(), 50);
}

#[test]
fn a_problem_is_shown_with_its_place() {
    let problems = read(&item("expect: { status: 1 }"), "some/file.yaml").expect_err("no status");
    assert_eq!(
        problems[0].to_string(),
        "some/file.yaml:4:13: items[0].expect.status: `status` must be a whole number from 100 to 599, not `1`"
    );
    let problems = read("", "some/file.yaml").expect_err("empty");
    assert_eq!(problems[0].to_string(), "some/file.yaml: there is no scenario in the file");
    let json = serde_json::to_value(&problems[0]).expect("it has JSON");
    assert_eq!(json["code"], "empty_file");
    assert!(json.get("line").is_none());
}
