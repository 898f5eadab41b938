//! What users write about faults is read, and what makes no sense is refused with a way out.

use fault_proxy::{
    Direction, Fault, Flow, Side,
    fault::{catalog, find},
};
use serde_json::{Value, json};

use crate::support::fault;

/// A spelling of each fault that has every one of its settings.
fn full() -> Vec<Value> {
    vec![
        json!({ "type": "latency", "distribution": "normal", "mean": 300.0, "stddev": 20.0,
            "per_read_write": true, "side": "client", "direction": "both", "period": "start:30s" }),
        json!({ "type": "latency", "distribution": "uniform", "min": 1.0, "max": 2.5 }),
        json!({ "type": "latency", "distribution": "pareto", "scale": 10.0, "shape": 1.5 }),
        json!({ "type": "latency", "distribution": "pareto-normal", "scale": 10.0, "shape": 1.5,
            "mean": 1.0 }),
        json!({ "type": "jitter", "amplitude": 20.0, "frequency": 5.0, "direction": "egress" }),
        json!({ "type": "bandwidth", "rate": 100.0, "unit": "KBps" }),
        json!({ "type": "bandwidth", "rate": 0.5, "unit": "mbit" }),
        json!({ "type": "blackhole", "side": "server", "period": "start:5%,duration:10%" }),
        json!({ "type": "packetloss", "probability": 0.1, "round_trip": 10.0 }),
        json!({ "type": "packetloss", "p": 0.1, "r": 0.3, "h": 0.1, "k": 0.9 }),
        json!({ "type": "httperror", "status_code": 503, "body": "{}", "probability": 0.5,
            "direction": "ingress" }),
        json!({ "type": "dns", "rate": 0.5, "period": "duration:1m" }),
        json!({ "type": "rule", "match": { "method": ["GET", "put"], "path": "/users/*", "host": "*.a.test",
            "headers": { "x-tenant": "acme" }, "query": { "page": "2" }, "body": "fragment" },
            "respond": { "status": 503, "headers": { "retry-after": "1" }, "body": "{}" },
            "probability": 0.5, "first": 2, "max": 10, "period": "duration:1m" }),
        json!({ "type": "rule", "delay": { "distribution": "normal", "mean": 300.0, "stddev": 20.0 }, "nth": 3 }),
        json!({ "type": "rule", "rewrite": { "status": 500, "headers": { "x-a": "b", "etag": null }, "body": "" },
            "every": 5 }),
        json!({ "type": "rule", "match": { "method": "GET" }, "drop": "reset" }),
        json!({ "type": "rule", "truncate": 100 }),
        json!({ "type": "rule", "dribble": { "bytes": 10, "every": "100ms" }, "name": "slow" }),
        json!({ "type": "dns", "name": "no such host", "upstreams": "https://a.test, *.b.test" }),
        json!({ "type": "latency", "mean": 1, "name": "slow", "upstreams": ["a.test", "[::1]:80"] }),
    ]
}

/// What is written, then the code of the problem, and parts of its words and of its hint.
const MISTAKES: &[(&str, &str, &str, &str)] = &[
    (r#"3"#, "invalid_fault", "not `3`", "\"type\": \"latency\""),
    (r#"{ "mean": 3 }"#, "missing_fault_type", "no `type`", "latency, jitter"),
    (r#"{ "type": "latencie" }"#, "unknown_fault", "`latencie`", "did you mean `latency`?"),
    (r#"{ "type": "zzz" }"#, "unknown_fault", "`zzz`", "use one of latency"),
    (r#"{ "type": "latency" }"#, "missing_setting", "latency `mean` is needed", "--latency-mean"),
    (
        r#"{ "type": "latency", "mean": 0 }"#,
        "invalid_setting",
        "`mean` must be above 0",
        "--latency-mean",
    ),
    (
        r#"{ "type": "latency", "mean": -5 }"#,
        "invalid_setting",
        "`mean` must be above 0",
        "millisec",
    ),
    (
        r#"{ "type": "latency", "mean": "a" }"#,
        "invalid_setting",
        "`a`, which is not a number",
        "millisec",
    ),
    (r#"{ "type": "latency", "mean": "NaN" }"#, "invalid_setting", "not a number", "millisec"),
    (
        r#"{ "type": "latency", "mean": [1] }"#,
        "invalid_setting",
        "`[1]`, which is not a number",
        "`mean`",
    ),
    (
        r#"{ "type": "latency", "mean": 5, "stddev": -1 }"#,
        "invalid_setting",
        "`stddev` must be 0 or more",
        "--latency-stddev",
    ),
    (
        r#"{ "type": "latency", "mean": 5, "meen": 5 }"#,
        "unknown_setting",
        "no setting `meen`",
        "did you mean `mean`?",
    ),
    (
        r#"{ "type": "latency", "mean": 5, "xyzzy": 5 }"#,
        "unknown_setting",
        "`xyzzy`",
        "its settings are",
    ),
    (
        r#"{ "type": "latency", "mean": 5, "distribution": "gamma" }"#,
        "invalid_setting",
        "one of normal, uniform, pareto",
        "--latency-distribution",
    ),
    (
        r#"{ "type": "latency", "mean": 5, "per_read_write": "maybe" }"#,
        "invalid_setting",
        "not true or false",
        "--latency-per-read-write",
    ),
    (
        r#"{ "type": "latency", "mean": 5, "side": "middle" }"#,
        "invalid_setting",
        "one of client, server",
        "--latency-side",
    ),
    (
        r#"{ "type": "latency", "mean": 5, "direction": "up" }"#,
        "invalid_setting",
        "one of ingress, egress, both",
        "--latency-direction",
    ),
    (
        r#"{ "type": "latency", "mean": 5, "period": "soon" }"#,
        "invalid_schedule",
        "latency `period`: `soon`",
        "start:30s",
    ),
    (
        r#"{ "type": "latency", "mean": 5, "period": 3 }"#,
        "invalid_setting",
        "not a text",
        "--latency-sched",
    ),
    (r#"{ "type": "latency", "mean": 5, "global": 3 }"#, "unknown_setting", "`global`", "settings"),
    (
        r#"{ "type": "latency", "distribution": "uniform" }"#,
        "missing_setting",
        "`max` is needed",
        "--latency-max",
    ),
    (
        r#"{ "type": "latency", "distribution": "uniform", "min": 9, "max": 5 }"#,
        "invalid_setting",
        "from 0 to the maximum, 5 ms",
        "--latency-min",
    ),
    (
        r#"{ "type": "latency", "distribution": "pareto" }"#,
        "missing_setting",
        "`scale` is needed",
        "--latency-scale",
    ),
    (
        r#"{ "type": "latency", "distribution": "pareto", "scale": 1 }"#,
        "missing_setting",
        "`shape` is needed",
        "--latency-shape",
    ),
    (
        r#"{ "type": "latency", "distribution": "pareto-normal", "scale": 1, "shape": 1 }"#,
        "missing_setting",
        "`mean` is needed",
        "--latency-mean",
    ),
    (
        r#"{ "type": "jitter", "amplitude": 0 }"#,
        "invalid_setting",
        "`amplitude` must be above 0 ms",
        "--jitter-amplitude",
    ),
    (
        r#"{ "type": "jitter", "frequency": 0 }"#,
        "invalid_setting",
        "`frequency` must be above 0 Hz",
        "--jitter-frequency",
    ),
    (
        r#"{ "type": "bandwidth", "rate": 0 }"#,
        "invalid_setting",
        "`rate` must be above 0",
        "--bandwidth-rate",
    ),
    (
        r#"{ "type": "bandwidth", "unit": "furlong" }"#,
        "invalid_setting",
        "one of Bps, KBps",
        "--bandwidth-unit",
    ),
    (
        r#"{ "type": "packetloss", "probability": 0 }"#,
        "invalid_setting",
        "above 0 to have an effect",
        "--packet-loss-probability",
    ),
    (
        r#"{ "type": "packetloss", "probability": 5 }"#,
        "invalid_setting",
        "a probability from 0 to 1",
        "--packet-loss-probability",
    ),
    (
        r#"{ "type": "packetloss", "probability": 0.1, "p": 0.1 }"#,
        "invalid_setting",
        "cannot be combined",
        "--packet-loss-probability",
    ),
    (
        r#"{ "type": "packetloss", "p": 0.1 }"#,
        "missing_setting",
        "`r` is needed",
        "--packet-loss-r",
    ),
    (
        r#"{ "type": "packetloss", "r": 0.1 }"#,
        "missing_setting",
        "`p` is needed",
        "--packet-loss-p",
    ),
    (
        r#"{ "type": "packetloss", "p": 0, "r": 1 }"#,
        "invalid_setting",
        "`p` must be above 0",
        "--packet-loss-p",
    ),
    (
        r#"{ "type": "packetloss", "round_trip": -1 }"#,
        "invalid_setting",
        "from 0 to 60000 ms",
        "round-trip",
    ),
    (
        r#"{ "type": "httperror", "status_code": 99 }"#,
        "invalid_setting",
        "from 200 to 599",
        "--http-response-status",
    ),
    (
        r#"{ "type": "httperror", "status_code": 70000 }"#,
        "invalid_setting",
        "httperror `status_code`",
        "--http-response-status",
    ),
    (
        r#"{ "type": "httperror", "status_code": 503.5 }"#,
        "invalid_setting",
        "not a whole number",
        "--http-response-status",
    ),
    (
        r#"{ "type": "httperror", "probability": 0 }"#,
        "invalid_setting",
        "above 0 and at most 1",
        "trigger-probability",
    ),
    (
        r#"{ "type": "httperror", "side": "client" }"#,
        "unknown_setting",
        "no setting `side`",
        "its settings are",
    ),
    (r#"{ "type": "dns", "rate": 1.5 }"#, "invalid_setting", "above 0 and at most 1", "--dns-rate"),
    (
        r#"{ "type": "blackhole", "name": "" }"#,
        "invalid_setting",
        "blackhole `name` is ``, which is not a text of 1 to 64 characters",
        "set `name`",
    ),
    (r#"{ "type": "dns", "name": "a\nb" }"#, "invalid_setting", "on one line", "leave it out"),
    (r#"{ "type": "dns", "name": 7 }"#, "invalid_setting", "`name` is `7`", "set `name`"),
    (
        r#"{ "type": "dns", "upstreams": "a b" }"#,
        "invalid_setting",
        "dns `upstreams`: upstream `a b` is not a host",
        "*.example.com",
    ),
    (r#"{ "type": "dns", "upstreams": [] }"#, "invalid_setting", "names no host", "leave"),
    (r#"{ "type": "dns", "upstreams": " , " }"#, "invalid_setting", "names no host", "leave"),
    (
        r#"{ "type": "dns", "upstreams": ["a", 7] }"#,
        "invalid_setting",
        "`upstreams` is `[\"a\",7]`, which is not a text or a list of texts",
        "write a host",
    ),
    (r#"{ "type": "dns", "upstream": "a" }"#, "unknown_setting", "`upstream`", "`upstreams`?"),
    (r#"{ "type": "blackhole", "rate": 1 }"#, "unknown_setting", "no setting `rate`", "direction"),
];

#[test]
fn every_mistake_is_named_with_a_way_out() {
    for (text, code, message, hint) in MISTAKES {
        let value = serde_json::from_str(text).expect("JSON");
        let error = Fault::from_value(&value).expect_err(text);
        assert_eq!(error.code, *code, "{text}: {error:?}");
        assert!(error.message.contains(message), "{text}: {}", error.message);
        assert!(error.hint.contains(hint), "{text}: {}", error.hint);
    }
}

#[test]
fn older_and_looser_spellings_mean_the_same() {
    let latency = |rest: Value| {
        let mut value = json!({ "type": "latency", "mean": 5, "scale": 1, "shape": 1 });
        value.as_object_mut().expect("an object").extend(rest.as_object().expect("one").clone());
        value
    };
    for (old, new) in [
        (latency(json!({ "global": false })), latency(json!({ "per_read_write": true }))),
        (latency(json!({ "global": true })), latency(json!({}))),
        (latency(json!({ "global": "false" })), latency(json!({ "per_read_write": true }))),
        (
            latency(json!({ "distribution": "pareto_normal" })),
            latency(json!({ "distribution": "pareto-normal" })),
        ),
        (
            latency(json!({ "distribution": "paretonormal" })),
            latency(json!({ "distribution": "pareto-normal" })),
        ),
        (latency(json!({ "distribution": "Normal" })), latency(json!({}))),
        (latency(json!({ "sched": "start:3s" })), latency(json!({ "period": "start:3s" }))),
        (latency(json!({ "mean": " 5.0 ", "stddev": "2" })), latency(json!({ "stddev": 2 }))),
        (latency(json!({ "per_read_write": "true" })), latency(json!({ "per_read_write": true }))),
        (
            latency(json!({ "side": "CLIENT", "direction": "Both" })),
            latency(json!({ "side": "client", "direction": "both" })),
        ),
        (latency(json!({ "stddev": null, "period": null })), latency(json!({}))),
        (
            json!({ "type": "bandwidth", "rate": "3", "unit": "kbps" }),
            json!({ "type": "bandwidth", "rate": 3, "unit": "KBps" }),
        ),
        (
            json!({ "type": "bandwidth", "unit": "MBIT" }),
            json!({ "type": "bandwidth", "unit": "mbit" }),
        ),
        (json!({ "type": "packet-loss" }), json!({ "type": "packetloss" })),
        (json!({ "type": "packet_loss" }), json!({ "type": "packetloss" })),
        (
            json!({ "type": "http-response", "status_code": "503" }),
            json!({ "type": "httperror", "status_code": 503 }),
        ),
        (json!({ "type": "DNS" }), json!({ "type": "dns" })),
    ] {
        assert_eq!(fault(old.clone()), fault(new), "{old}");
    }
    assert_ne!(fault(latency(json!({}))), fault(latency(json!({ "mean": 6 }))));
}

#[test]
fn a_fault_reads_back_as_it_is_written() {
    for value in full() {
        let first = fault(value);
        let written = serde_json::to_value(&first).expect("JSON");
        let second: Fault = serde_json::from_value(written.clone()).expect("a fault");
        assert_eq!(first, second, "{written}");
        assert_eq!(first.to_string(), second.to_string());
    }
    let refused =
        serde_json::from_value::<Fault>(json!({ "type": "latency" })).expect_err("no mean");
    assert!(refused.to_string().contains("`mean` is needed"), "{refused}");
}

/// Whether a JSON Schema of a fault's kind (an object of plain properties) takes the value.
fn takes(schema: &Value, value: &Value) -> bool {
    let fits = |(name, value): (&String, &Value)| {
        let property = &schema["properties"][name];
        let either = property["anyOf"].as_array().map_or(std::slice::from_ref(property), |all| all);
        let kind = either.iter().any(|kind| match kind["type"].as_str() {
            Some("string") => value.is_string(),
            Some("array") => value.is_array(),
            Some("number") => value.is_number(),
            Some("integer") => value.is_u64(),
            Some("boolean") => value.is_boolean(),
            Some("object") => value.is_object(),
            _ => false,
        });
        kind && property["enum"].as_array().is_none_or(|words| words.contains(value))
    };
    let object = value.as_object().expect("an object");
    let required = schema["required"].as_array().expect("a list");
    required.iter().all(|name| object.contains_key(name.as_str().expect("a name")))
        && object.iter().all(fits)
}

#[test]
fn each_schema_takes_what_the_reader_takes_and_nothing_of_another_fault() {
    for value in full() {
        let written = serde_json::to_value(fault(value.clone())).expect("JSON");
        for entry in catalog() {
            let own = entry.definition.kind == value["type"];
            assert_eq!(takes(&entry.schema(), &value), own, "{} {value}", entry.definition.kind);
            assert_eq!(
                takes(&entry.schema(), &written),
                own,
                "{} {written}",
                entry.definition.kind
            );
        }
    }
    let schema = find("latency").expect("an entry").schema();
    assert!(!takes(&schema, &json!({ "type": "latency", "meen": 3 })));
    assert!(!takes(&schema, &json!({ "type": "latency", "distribution": "gamma" })));
}

#[test]
fn every_default_that_a_schema_names_is_the_one_that_is_used() {
    for entry in catalog() {
        let kind = entry.definition.kind;
        let bare = match kind {
            "latency" => json!({ "type": kind, "mean": 5 }),
            "rule" => json!({ "type": kind, "drop": "close" }),
            _ => json!({ "type": kind }),
        };
        let mut spelled = bare.clone();
        for property in entry.properties() {
            if let Some(default) = property.default {
                spelled[property.name] = default;
            }
        }
        assert_eq!(fault(bare), fault(spelled), "{kind}");
    }
}

#[test]
fn flags_and_variables_of_all_faults_are_distinct_and_explained() {
    let mut flags: Vec<String> = Vec::new();
    let mut envs: Vec<String> = Vec::new();
    for entry in catalog() {
        assert!(entry.switch_env().starts_with("FAULT_"));
        flags.push(entry.switch_flag());
        envs.push(entry.switch_env());
        for property in entry.properties() {
            assert!(!property.about.is_empty(), "{}", property.name);
            assert_eq!(property.flag.is_some(), entry.has_flags(), "{}", property.name);
            flags.extend(property.flag);
            envs.extend(property.env);
        }
    }
    for mut names in [flags, envs] {
        let all = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}

#[test]
fn side_and_direction_say_which_bytes_are_meant() {
    let flows = |side: &str, direction: &str| {
        let fault = fault(json!({ "type": "blackhole", "side": side, "direction": direction }));
        (fault.acts_on(Flow::Request), fault.acts_on(Flow::Response))
    };
    assert_eq!(flows("server", "ingress"), (false, true));
    assert_eq!(flows("server", "egress"), (true, false));
    assert_eq!(flows("client", "ingress"), (true, false));
    assert_eq!(flows("client", "egress"), (false, true));
    assert_eq!(flows("client", "both"), (true, true));
    let plain = fault(json!({ "type": "blackhole" }));
    assert_eq!((plain.side(), plain.direction()), (Side::Server, Direction::Ingress));
    let answers = fault(json!({ "type": "httperror", "direction": "both" }));
    assert!(!answers.acts_on(Flow::Request) && !answers.acts_on(Flow::Response));
}

#[test]
fn a_fault_says_in_words_what_it_does_where_and_when() {
    for (value, words) in [
        (
            json!({ "type": "latency", "mean": 300, "stddev": 20, "period": "start:5s" }),
            "latency: 300 ms ± 20 ms, drawn once, on responses between proxy and upstream, during start:5s",
        ),
        (
            json!({ "type": "bandwidth", "rate": 3, "unit": "mbit", "side": "client" }),
            "bandwidth: 3 mbit a second, on requests between client and proxy",
        ),
        (
            json!({ "type": "blackhole", "direction": "both" }),
            "blackhole: nothing gets through, on requests and responses between proxy and upstream",
        ),
        (
            json!({ "type": "packetloss", "probability": 0.25 }),
            "packet loss: 25% of segments, sent again after 50 ms or a time-out, on responses between proxy and upstream",
        ),
        (
            json!({ "type": "httperror", "status_code": 503, "body": "no" }),
            "http response: status 503 with a body of 2 bytes for 100% of requests",
        ),
        (json!({ "type": "dns" }), "dns: 50% of name resolutions fail"),
        (
            json!({ "type": "dns", "name": "lost", "upstreams": ["a.test", "*:80"], "period": "start:5s" }),
            "dns `lost`: 50% of name resolutions fail, only for a.test, *:80, during start:5s",
        ),
    ] {
        assert_eq!(fault(value).to_string(), words);
    }
}
