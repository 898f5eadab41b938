//! Rules that make no sense, or can never fire, and why.

use fault_proxy::{Fault, Proxy, Settings, Upstreams};
use serde_json::{Value, json};

use super::{rule, seen};
use crate::support::{any, faults, settings};

fn check(settings: Value, code: &str, words: &str, hint: &str) {
    let error = Fault::from_value(&rule(settings.clone())).expect_err("a refusal");
    assert_eq!(error.code, code, "{settings}: {error}");
    assert!(error.message.contains(words), "{settings}: {error}");
    assert!(error.hint.contains(hint), "{settings}: {}", error.hint);
}

fn never(settings: Value, words: &str, hint: &str) {
    check(settings, "rule_never_fires", words, hint);
}

#[test]
fn a_rule_that_can_never_fire_is_refused_when_it_is_read() {
    let limited = |name: &str, value: u64| {
        let mut limited = json!({ "drop": "close" });
        limited[name] = value.into();
        limited
    };
    for name in ["first", "nth", "every", "max", "probability"] {
        never(limited(name, 0), &format!("rule `{name}` is 0, so the rule never fires"), name);
        Fault::from_value(&rule(limited(name, 1))).expect("the control");
    }
    for status in [100, 101, 199, 600, 65_536] {
        never(json!({ "respond": { "status": status } }), "`respond.status` is", "200 to 599");
        never(json!({ "rewrite": { "status": status } }), "`rewrite.status` is", "200 to 599");
    }
    never(json!({ "rewrite": {} }), "changes nothing", "`status`, `headers` and `body`");
    for (conditions, words, hint) in [
        (json!({ "path": "users" }), "every path begins with `/`", "`/users`"),
        (json!({ "path": "" }), "every path begins with `/`", "write `/`"),
        (json!({ "path": "/a?page=2" }), "a path ends before `?`", "`match.query`"),
        (json!({ "host": "http://a" }), "holds a `/`", "host alone"),
        (json!({ "method": "CONNECT" }), "is not read as HTTP", "method"),
        (json!({ "method": [] }), "names no method", "method"),
        (json!({ "body": "x".repeat(65_537) }), "64 KiB", "match.body"),
    ] {
        never(json!({ "match": conditions, "drop": "close" }), words, hint);
    }
}

#[test]
fn a_rule_that_makes_no_sense_is_refused_with_the_place() {
    let invalid =
        |settings: Value, words: &str, hint: &str| check(settings, "invalid_setting", words, hint);
    check(json!({}), "missing_setting", "no action", "exactly one of respond, delay");
    invalid(
        json!({ "drop": "close", "truncate": 1 }),
        "`truncate` stands beside `drop`",
        "second rule",
    );
    invalid(
        json!({ "drop": "close", "first": 1, "nth": 2 }),
        "`nth` and `first` exclude",
        "keep one",
    );
    invalid(
        json!({ "drop": "close", "nth": 1, "every": 2 }),
        "`every` and `nth` exclude",
        "keep one",
    );
    for probability in [-1.0, 1.5] {
        invalid(
            json!({ "drop": "close", "probability": probability }),
            "above 0 and at most 1",
            "probability",
        );
    }
    invalid(json!({ "drop": "slowly" }), "`slowly`, which is not one of close, reset", "`drop`");
    invalid(json!({ "respond": 503 }), "`503`, which is not an object", "set `respond`");
    invalid(json!({ "respond": {} }), "status", "set `respond`");
    invalid(json!({ "respond": { "status": "x" } }), "respond.status", "set `respond`");
    invalid(json!({ "respond": { "status": 503, "boody": "" } }), "boody", "set `respond`");
    invalid(json!({ "match": { "paht": "/" }, "drop": "close" }), "paht", "set `match`");
    invalid(
        json!({ "match": { "method": 7 }, "drop": "close" }),
        "a method or a list",
        "set `match`",
    );
    invalid(json!({ "match": { "method": "A B" }, "drop": "close" }), "no method", "GET");
    invalid(
        json!({ "match": { "headers": { "a b": "c" } }, "drop": "close" }),
        "no name",
        "x-tenant",
    );
    invalid(json!({ "match": { "body": "" }, "drop": "close" }), "is empty", "match.body");
    invalid(json!({ "respond": { "status": 204, "body": "x" } }), "status 204 have none", "leave");
    for name in ["Content-Length", "transfer-encoding", "connection"] {
        invalid(json!({ "respond": { "status": 200, "headers": { name: "1" } } }), name, "leave");
        invalid(json!({ "rewrite": { "headers": { name: null } } }), name, "leave");
    }
    invalid(
        json!({ "respond": { "status": 200, "headers": { "x": "a\nb" } } }),
        "no header can hold",
        "one line",
    );
    invalid(json!({ "dribble": { "bytes": 0, "every": "1s" } }), "pieces of no bytes", "bytes: 10");
    for every in ["100", "0ms", "soon", "-1s"] {
        invalid(json!({ "dribble": { "bytes": 1, "every": every } }), "with its unit", "100ms");
    }
    check(json!({ "drop": "close", "frist": 1 }), "unknown_setting", "`frist`", "`first`");
}

#[test]
fn a_delay_gets_the_words_of_the_latency_fault() {
    for (settings, code) in [
        (json!({}), "missing_setting"),
        (json!({ "mean": -5 }), "invalid_setting"),
        (json!({ "mean": "soon" }), "invalid_setting"),
        (json!({ "distribution": "gamma", "mean": 5 }), "invalid_setting"),
    ] {
        let mut latency = settings.clone();
        latency["type"] = "latency".into();
        let words = Fault::from_value(&latency).expect_err("a refusal").message;
        check(json!({ "delay": settings }), code, &format!("rule `delay`: {words}"), "in `delay`");
    }
    for other in ["meen", "side", "period", "name", "per_read_write"] {
        let mut settings = json!({ "mean": 5 });
        settings[other] = "x".into();
        check(json!({ "delay": settings }), "unknown_setting", &format!("`{other}`"), "mean");
    }
    let spelled = rule(json!({ "delay": { "distribution": "UNIFORM", "max": "5" } }));
    let plain = rule(json!({ "delay": { "distribution": "uniform", "max": 5.0 } }));
    let read = |value: &Value| Fault::from_value(value).expect("a rule");
    assert_eq!(read(&spelled), read(&plain));
}

async fn start(
    values: &[Value],
    adjust: impl FnOnce(&mut Settings),
) -> Result<Proxy, (String, String)> {
    let mut settings = settings();
    settings.faults = faults(values);
    adjust(&mut settings);
    Proxy::start(settings).await.map_err(|error| {
        assert_eq!(error.code(), "rule_never_fires", "{error}");
        (error.to_string(), error.hint())
    })
}

fn map(settings: &mut Settings, text: &str) {
    settings.mappings.push(text.parse().expect("a mapping"));
}

async fn refused(values: &[Value], adjust: impl FnOnce(&mut Settings), words: &str, hint: &str) {
    let (error, said) = start(values, adjust).await.err().expect("a refusal");
    assert!(error.contains(words) && error.contains("never fires"), "{error}");
    assert!(said.contains(hint), "{said}");
}

#[tokio::test]
async fn a_rule_is_refused_where_nothing_is_read_as_http() {
    let rule = [seen(json!({}))];
    refused(&rule, |settings| map(settings, "0=tcp://a.test:1"), "no listener", "http://").await;
    refused(&rule, |settings| map(settings, "0=tls://a.test"), "no listener", "http://").await;
    refused(&rule, |settings| settings.http = Some(any()), "acts on no host", "--upstream").await;
    assert!(start(&rule, |settings| map(settings, "0=http://a.test")).await.is_ok());
    assert!(start(&rule, |settings| map(settings, "0=https://a.test")).await.is_ok());
    let all = |settings: &mut Settings| {
        settings.http = Some(any());
        settings.upstreams = Upstreams::all();
    };
    assert!(start(&rule, all).await.is_ok());
}

#[tokio::test]
async fn a_rule_is_refused_whose_host_is_none_that_faults_act_on() {
    let forward = |upstream: &'static str| {
        move |settings: &mut Settings| {
            settings.http = Some(any());
            settings.upstreams = Upstreams::parse(&[upstream]).expect("a host");
            map(settings, "0=tcp://c.test:1");
            map(settings, "0=http://d.test:8080");
        }
    };
    for (host, upstream, fires) in [
        ("api.b.test", "*.b.test", true),
        ("*.test", "a.test", true),
        ("a.test:80", "http://a.test", true),
        ("a.test:81", "http://a.test", false),
        ("x.test", "a.test", false),
        ("c.test", "a.test", false),
        ("d.test", "a.test", true),
        ("D.test:8080", "a.test", true),
        ("d.test:80", "a.test", false),
    ] {
        let rule = [seen(json!({ "match": { "host": host } }))];
        if fires {
            assert!(start(&rule, forward(upstream)).await.is_ok(), "{host} {upstream}");
        } else {
            let words = format!("`match.host` is `{host}`");
            refused(&rule, forward(upstream), &words, "match.host").await;
        }
    }
    let own = |host: &str| [seen(json!({ "upstreams": host }))];
    let mapped = |settings: &mut Settings| map(settings, "0=http://d.test");
    assert!(start(&own("d.test"), mapped).await.is_ok());
    refused(&own("e.test"), mapped, "acts on no host", "upstreams").await;
}

#[tokio::test]
async fn a_rule_is_refused_behind_one_that_takes_everything() {
    let mapped = |settings: &mut Settings| map(settings, "0=http://d.test");
    let second = seen(json!({ "match": { "path": "/a" } }));
    for first in [
        json!({}),
        json!({ "match": { "path": "/**" } }),
        json!({ "match": { "path": "/a" } }),
        json!({ "match": { "host": "*" }, "name": "all", "probability": 1 }),
    ] {
        refused(&[seen(first), second.clone()], mapped, "rule 1 before it", "narrower").await;
    }
    for first in [
        json!({ "match": { "path": "/b" } }),
        json!({ "match": { "path": "/*" } }),
        json!({ "first": 5 }),
        json!({ "max": 5 }),
        json!({ "probability": 0.5 }),
        json!({ "period": "duration:5s" }),
        json!({ "upstreams": "d.test" }),
    ] {
        assert!(start(&[seen(first.clone()), second.clone()], mapped).await.is_ok(), "{first}");
    }
}

#[tokio::test]
async fn a_change_is_refused_as_a_start_is_and_changes_nothing() {
    let rule = seen(json!({ "match": { "path": "/a" } }));
    let rig = start(&[rule], |settings| map(settings, "0=http://d.test")).await.expect("a proxy");
    let before = rig.faults();
    let wrong = || faults(&[seen(json!({ "match": { "host": "e.test" } }))]);
    assert_eq!(rig.set_faults(wrong()).expect_err("a refusal").code, "rule_never_fires");
    assert_eq!(rig.begin(wrong(), None).expect_err("a refusal").code, "rule_never_fires");
    assert_eq!(rig.faults(), before);
}
