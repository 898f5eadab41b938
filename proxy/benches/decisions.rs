//! What it costs to decide: each fault's decision, whether a schedule acts, what a mapping means.

use std::{hint::black_box, time::Duration};

use criterion::{Criterion, criterion_group, criterion_main};
use fault_proxy::{
    Fault, Mapping, Schedule, Seed, Target,
    dice::Dice,
    fault::{Asked, Chunk, Decider},
};
use http::{HeaderMap, Method, Uri};
use serde_json::json;

fn decisions(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decision");
    for (name, value) in [
        (
            "latency, normal",
            json!({ "type": "latency", "mean": 5, "stddev": 1, "per_read_write": true }),
        ),
        (
            "latency, uniform",
            json!({ "type": "latency", "distribution": "uniform", "max": 5, "per_read_write": true }),
        ),
        (
            "latency, pareto-normal",
            json!({ "type": "latency", "distribution": "pareto-normal", "mean": 5,
            "scale": 1, "shape": 2, "per_read_write": true }),
        ),
        ("latency, drawn once", json!({ "type": "latency", "mean": 5, "stddev": 1 })),
        ("jitter", json!({ "type": "jitter" })),
        ("bandwidth", json!({ "type": "bandwidth" })),
        ("blackhole", json!({ "type": "blackhole" })),
        ("packet loss, independent", json!({ "type": "packetloss", "probability": 0.01 })),
        ("packet loss, ladder", json!({ "type": "packetloss" })),
        ("http response", json!({ "type": "httperror", "probability": 0.5, "body": "{}" })),
        ("dns", json!({ "type": "dns" })),
        (
            "rule",
            json!({ "type": "rule", "match": { "path": "/users/*" }, "respond": { "status": 503 } }),
        ),
    ] {
        let fault = Fault::from_value(&value).expect("a fault");
        let mut dice = Dice::new(Seed(7), 1, 1);
        let mut at = Duration::ZERO;
        let target = Target { host: "example.com".to_owned(), port: 80 };
        let (uri, headers) = (Uri::from_static("/users/17?page=2"), HeaderMap::new());
        let mut decide: Box<dyn FnMut()> = match fault.decider() {
            Decider::Stream(mut stream) => Box::new(move || {
                at += Duration::from_micros(10);
                let chunk = Chunk { len: 1460, behind: 14_600, at, before: None };
                black_box(stream.decide(black_box(chunk), &mut dice));
            }),
            Decider::Answer(mut answer) => Box::new(move || drop(black_box(answer(&mut dice)))),
            Decider::Resolution(mut fails) => Box::new(move || _ = black_box(fails(&mut dice))),
            Decider::Exchange(mut rule) => Box::new(move || {
                let asked = Asked {
                    method: &Method::GET,
                    target: &target,
                    uri: &uri,
                    headers: &headers,
                    body: None,
                };
                drop(black_box(rule(black_box(&asked), &mut dice)));
            }),
        };
        group.bench_function(name, |bencher| bencher.iter(&mut decide));
    }
}

fn texts(criterion: &mut Criterion) {
    let schedule: Schedule =
        "start:5%,duration:30%;start:90%,duration:5%".parse().expect("a schedule");
    let windows = schedule.windows(Some(Duration::from_secs(300))).expect("a run");
    let at = Duration::from_secs(284);
    criterion.bench_function("schedule, does it act now", |bencher| {
        bencher.iter(|| windows.iter().any(|window| window.contains(black_box(at))));
    });
    criterion.bench_function("mapping, parsed", |bencher| {
        bencher
            .iter(|| black_box("127.0.0.1:9090=https://www.example.com:8443").parse::<Mapping>());
    });
}

criterion_group!(benches, decisions, texts);
criterion_main!(benches);
