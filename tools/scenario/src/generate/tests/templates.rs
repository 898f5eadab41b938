//! The templates, built-in and of the users' own.

use serde_json::json;

use super::{check_reads_back, document, users, with_paths};
use crate::file::{CallSpec, Strategy};
use crate::generate::{
    GenerateError, Generated, Options, built_in, new_scenario, read_template, scenarios,
};

const OWN: &str = "
title: Slow & steady
faults:
  slow: {type: latency, mean: 300}
items:
  - call: {timeout: 2000, headers: {X-Test: '1'}}
    context: {faults: [slow], upstreams: ['*']}
    expect: {response_time_under: 900}
";

fn with_options(options: &Options) -> Result<Generated, GenerateError> {
    scenarios(&document(&with_paths("3.0.3", users())), options)
}

#[test]
fn the_built_in_templates_are_those_of_the_documentation_in_its_order() {
    let templates = built_in();
    let titles: Vec<&str> = templates.iter().map(|template| template.title.as_str()).collect();
    assert_eq!(
        titles,
        [
            "Single high-latency spike (client ingress)",
            "Stair-step latency growth (5 x 100 ms)",
            "Periodic 150-250 ms latency pulses during load",
            "5% packet loss for 4s",
            "High jitter (±80ms @ 8Hz)",
            "512 KBps bandwidth cap",
            "Random 500 errors (5% of calls)",
            "Full black-hole for 1s",
        ]
    );
    let loads: Vec<(u32, u32)> = templates
        .iter()
        .filter_map(|template| match template.items[0].context.strategy {
            Some(Strategy::Load { clients, rps, .. }) => Some((clients, rps)),
            _ => None,
        })
        .collect();
    // As documented, but for the first: its 2 requests a second would be too few to tell of 1 % errors.
    assert_eq!(loads, [(3, 4), (2, 1), (5, 4), (2, 3)]);
}

#[test]
fn every_built_in_template_would_be_accepted_as_one_of_the_users_own() {
    for template in built_in() {
        let text = serde_json::to_string(&template).unwrap();
        let read = read_template(&text, "own.yaml").unwrap();
        assert_eq!((&read[0].items, read[0].key.is_empty()), (&template.items, false));
        assert!(template.description.is_some_and(|text| !text.is_empty()), "{}", template.key);
    }
}

#[test]
fn templates_are_chosen_by_their_short_names() {
    let choose = |keys: &[&str]| {
        let templates = Some(keys.iter().map(|key| (*key).to_owned()).collect());
        with_options(&Options { templates, ..Options::default() })
    };
    let generated = choose(&["jitter", "latency-spike"]).unwrap();
    let titles: Vec<&str> =
        generated.endpoints[0].scenarios.iter().map(|scenario| scenario.title.as_str()).collect();
    assert_eq!(titles, ["Single high-latency spike (client ingress)", "High jitter (±80ms @ 8Hz)"]);
    let error = choose(&["jiter"]).unwrap_err();
    assert_eq!((error.code(), error.hint()), ("unknown_template", "did you mean `jitter`?"));
    let error = choose(&["nothing of the kind"]).unwrap_err();
    assert!(error.hint().contains("latency-spike, latency-steps"), "{}", error.hint());
}

#[test]
fn own_templates_come_after_the_built_in_ones() {
    let own = read_template(OWN, "own.yaml").unwrap();
    assert_eq!(own[0].key, "slow-steady");
    let generated = with_options(&Options { own: own.clone(), ..Options::default() }).unwrap();
    assert_eq!(generated.count(), 27);
    check_reads_back(&generated);
    let only = Options { own, templates: Some(vec![]), ..Options::default() };
    let generated = with_options(&only).unwrap();
    let item = &generated.endpoints[1].scenarios[0].items[0];
    assert_eq!(
        (item.call.timeout, item.context.upstreams.as_slice()),
        (Some(2000.0), &["*".to_owned()][..])
    );
    let expect = item.expect.as_ref().unwrap();
    assert_eq!((expect.status, expect.response_time_under), (Some(201), Some(900.0)));
    let headers = json!({"X-Test": "1", "content-type": "application/json"});
    assert_eq!(json!(item.call.headers), headers);
}

#[test]
fn a_template_with_a_mistake_is_refused_with_its_place() {
    for (text, expected) in [
        ("title: t\nitems:\n  - contxt: {}\n", "line 3, column 5"),
        ("title: t\nitems:\n  - call: {url: http://h/}\n", "`url`"),
        ("title: t\nitems: []\n", "no `items`"),
        ("title: ''\nitems: [{}]\n", "empty `title`"),
        ("items: [{}]\n", "title"),
        ("title: t\nitems:\n  - context: {faults: [gone]}\n", "`gone`"),
        ("title: t\nitems:\n  - context: {faults: [{type: latency, men: 3}]}\n", "`men`"),
        ("title: t\nfaults: {a: {type: nothing}}\nitems: [{}]\n", "`nothing`"),
        ("", "empty"),
    ] {
        let error = read_template(text, "own.yaml").unwrap_err();
        assert_eq!((error.code(), error.hint().is_empty()), ("bad_template", false), "{text}");
        assert!(error.to_string().contains(expected), "{text}: {error}");
        assert!(error.to_string().contains("own.yaml"), "{error}");
    }
}

#[test]
fn one_url_gets_a_scenario_for_each_template() {
    let call = CallSpec {
        method: "get".into(),
        url: "http://h:1/users/{id}".into(),
        ..CallSpec::default()
    };
    let scenarios = new_scenario(call.clone(), &Options::default()).unwrap();
    assert_eq!(scenarios.len(), 8);
    for scenario in &scenarios {
        assert_eq!(super::segments(scenario), [("id", "value")]);
        assert_eq!(
            (scenario.items[0].call.method.as_str(), scenario.items[0].call.url.as_str()),
            ("GET", &*call.url)
        );
        assert_eq!(scenario.items[0].context.upstreams, ["http://h:1"]);
    }
    let text = crate::file::write(&scenarios);
    assert_eq!(crate::file::read(&text, "scenario.yaml").unwrap().len(), 8);
    for (method, url, code) in [("GETT", "http://h/", "bad_method"), ("GET", "h/", "bad_url")] {
        let call = CallSpec { method: method.into(), url: url.into(), ..CallSpec::default() };
        assert_eq!(new_scenario(call, &Options::default()).unwrap_err().code(), code);
    }
}
