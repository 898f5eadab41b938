//! What is written is read back.

use std::collections::BTreeMap;

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use serde_json::json;

use crate::file::{
    CallSpec, Config, Context, Dependency, Expect, FaultEntry, FaultSet, HttpConfig,
    HttpVersionName, Item, Listen, Matrix, Meta, Override, Paths, Recovery, Scenario,
    Strategy as HowOften, header_comment, read, write,
};
use crate::slo::{Slo, SloType};

/// Texts that look like something else in YAML.
const ODD: [&str; 48] = [
    "",
    " ",
    "'",
    "\"",
    "''",
    "it's",
    "a: b",
    "a:",
    ": a",
    "# a",
    "a # b",
    "a#b",
    " a",
    "a ",
    "\ta",
    "a\tb",
    "a\n",
    "\na",
    "a\nb",
    "a\n\nb\n\n",
    "  a\n b",
    "yes",
    "no",
    "on",
    "off",
    "y",
    "n",
    "true",
    "False",
    "null",
    "~",
    "1",
    "1.0",
    "1e3",
    "0x1F",
    "0o7",
    ".inf",
    ".NaN",
    "2024-01-01",
    "12:30",
    "- a",
    "-",
    "[a]",
    "{a: b}",
    "&a",
    "*a",
    "---",
    "<<",
];

/// Texts that a scenario may not have for some keys.
fn some(text: &str) -> bool {
    !text.trim().is_empty()
}

fn text() -> BoxedStrategy<String> {
    let odd = proptest::sample::select(&ODD[..]).prop_map(str::to_owned);
    let any = "[ -~äß€\u{1F600}\n\t\r\u{85}\u{2028}\u{feff}]{0,12}";
    prop_oneof![odd, any, "[a-z]{1,8}"].boxed()
}

fn name() -> BoxedStrategy<String> {
    text().prop_filter("not empty", |text| some(text)).boxed()
}

fn number() -> BoxedStrategy<f64> {
    prop_oneof![1.0..1e6_f64, Just(0.1), Just(1e-7), Just(1e21), Just(300.0)].boxed()
}

fn slo() -> impl Strategy<Value = Slo> {
    let types = prop_oneof![Just(SloType::Latency), Just(SloType::Error)];
    (types, text(), 0.001..=100.0_f64, number()).prop_map(
        |(slo_type, title, objective, threshold)| Slo { slo_type, title, objective, threshold },
    )
}

fn fault() -> impl Strategy<Value = FaultEntry> {
    (number(), text()).prop_map(|(mean, body)| {
        let fault = if mean > 10.0 {
            json!({ "type": "latency", "mean": mean, "name": "a: 'b'", "period": "start:1s,duration:2s" })
        } else {
            json!({ "type": "httperror", "body": body, "status_code": 503 })
        };
        FaultEntry::Fault(fault.as_object().expect("a map").clone())
    })
}

fn call() -> impl Strategy<Value = CallSpec> {
    let headers = option::of(btree_map(name(), text(), 0..3));
    let version =
        option::of(prop_oneof![Just(HttpVersionName::Http1), Just(HttpVersionName::Http2)]);
    let parts = (
        name(),
        headers,
        option::of(text()),
        option::of(number()),
        version,
        option::of(any::<bool>()),
        option::of(text()),
    );
    parts.prop_map(|(url, headers, body, timeout, http_version, reuse_connections, id)| CallSpec {
        method: "PATCH".to_owned(),
        url,
        headers,
        body,
        timeout,
        http_version,
        reuse_connections,
        meta: id.map(|id| Meta { operation_id: Some(id) }),
    })
}

fn strategy() -> impl Strategy<Value = HowOften> {
    prop_oneof![
        Just(HowOften::Single {}),
        (number(), 1..9_u64, option::of(name())).prop_map(|(step, count, parameter)| {
            HowOften::Repeat {
                step,
                count,
                parameter,
                failfast: Some(true),
                wait: None,
                add_baseline_call: None,
            }
        }),
        (1..9_u32).prop_map(|n| HowOften::Load { duration: format!("{n}"), clients: n, rps: n }),
        (name(), option::of(vec(slo(), 0..2))).prop_map(|(parameter, slo)| HowOften::Search {
            parameter,
            from: -1.5,
            to: 3.0,
            slo,
            precision: Some(0.5),
            duration: Some("1m 30s".to_owned()),
            clients: None,
            rps: Some(1),
        }),
    ]
}

fn context() -> impl Strategy<Value = Context> {
    let dependencies = vec((fault(), any::<u16>()), 0..2).prop_map(|list| {
        let dependency = |(index, (fault, port)): (usize, (FaultEntry, u16))| Dependency {
            name: format!("dependency {index}"),
            upstream: "psql://db: 5432".to_owned(),
            listen: Some(if port == 0 {
                Listen::Address(":9".to_owned())
            } else {
                Listen::Port(port)
            }),
            faults: vec![fault],
        };
        list.into_iter().enumerate().map(dependency).collect()
    });
    let parts = (
        vec(text(), 0..3),
        vec(fault(), 0..3),
        option::of(strategy()),
        option::of(vec(slo(), 0..2)),
        dependencies,
    );
    parts.prop_map(|(upstreams, faults, strategy, slo, proxies)| Context {
        upstreams,
        faults,
        strategy,
        slo,
        proxies,
        control: Some(false),
        recovery: Some(Recovery { duration: "10s".to_owned(), tolerance: Some(5.0), within: None }),
        ..Context::default()
    })
}

fn scenario() -> impl Strategy<Value = Scenario> {
    let items = vec((call(), context(), option::of(1.0..9.0_f64)), 1..3);
    let map = || btree_map(name(), text(), 0..3);
    let parts = (name(), option::of(text()), map(), map(), items, name(), call());
    parts.prop_map(|(title, description, headers, segments, items, fault, call)| {
        let http = HttpConfig { headers, paths: Some(Paths { segments }) };
        let set = json!({ "type": "blackhole" }).as_object().expect("a map").clone();
        let one = FaultSet::One(FaultEntry::Fault(set.clone()));
        let many = FaultSet::Many(vec![FaultEntry::Named(fault.clone()), FaultEntry::Fault(set)]);
        let expect =
            |under| Expect { status: Some(200), response_time_under: under, ..Expect::default() };
        Scenario {
            title,
            description,
            config: Some(Config { http: Some(http) }),
            faults: BTreeMap::from([(fault.clone(), one), (format!("{fault}+"), many)]),
            items: items
                .into_iter()
                .map(|(call, context, under)| Item {
                    call,
                    context,
                    expect: under.map(|it| expect(Some(it))),
                })
                .collect(),
            matrix: Some(Matrix {
                calls: BTreeMap::from([(fault.clone(), call)]),
                faults: vec![fault.clone()],
                context: Context::default(),
                expect: Some(expect(None)),
                overrides: vec![Override { call: Some(fault), skip: true, ..Override::default() }],
            }),
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn what_is_written_is_read_back_equal(scenarios in vec(scenario(), 1..3)) {
        let text = format!("{}{}", header_comment("scenario.json"), write(&scenarios));
        let documents = read(&text, "written.yaml").map_err(|problems| {
            TestCaseError::fail(format!("{}\n{text}", problems[0]))
        })?;
        let again: Vec<_> = documents.into_iter().map(|document| document.scenario).collect();
        prop_assert_eq!(&again, &scenarios, "{}", text);
    }
}

#[test]
fn odd_texts_survive_as_body_header_and_name() {
    for odd in ODD {
        let headers = BTreeMap::from([("X".to_owned(), odd.to_owned())]);
        let call = CallSpec {
            method: "GET".to_owned(),
            url: "http://a/".to_owned(),
            headers: Some(headers),
            body: Some(odd.to_owned()),
            ..CallSpec::default()
        };
        let item = Item { call, ..Item::default() };
        let scenario = Scenario { title: "T".to_owned(), items: vec![item], ..Scenario::default() };
        let text = write(std::slice::from_ref(&scenario));
        let documents = read(&text, "odd").unwrap_or_else(|p| panic!("{odd:?}: {}\n{text}", p[0]));
        assert_eq!(documents[0].scenario, scenario, "{odd:?}\n{text}");
    }
}

#[test]
fn documents_are_written_in_the_order_of_the_types() {
    let item = Item {
        call: CallSpec {
            method: "POST".to_owned(),
            url: "http://a/".to_owned(),
            body: Some("{\"it\": \"it's\"}".to_owned()),
            timeout: Some(500.0),
            ..CallSpec::default()
        },
        context: Context {
            upstreams: vec!["http://a".to_owned()],
            strategy: Some(HowOften::Load { duration: "10s".to_owned(), clients: 2, rps: 1 }),
            ..Context::default()
        },
        expect: Some(Expect { status: Some(200), ..Expect::default() }),
    };
    let scenario =
        |title: &str, items| Scenario { title: title.to_owned(), items, ..Scenario::default() };
    assert_eq!(
        write(&[scenario("One: two", vec![item]), scenario("yes", Vec::new())]),
        r#"title: "One: two"
items:
- call:
    method: POST
    url: http://a/
    body: "{\"it\": \"it's\"}"
    timeout: 500.0
  context:
    upstreams:
    - http://a
    faults: []
    strategy:
      mode: load
      duration: 10s
      clients: 2
      rps: 1
  expect:
    status: 200
---
title: "yes"
"#
    );
}

#[test]
fn the_hint_for_editors_is_one_line() {
    assert_eq!(header_comment("a.json\n"), "# yaml-language-server: $schema=a.json\n");
}
