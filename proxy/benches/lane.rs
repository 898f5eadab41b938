//! What a lane costs for each chunk of 16 KiB: pushed, decided, queued, taken.

use bytes::Bytes;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use fault_proxy::{Fault, bench};
use serde_json::json;

const CHUNK: usize = 16 << 10;

fn lanes(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("lane, a chunk of 16 KiB");
    group.throughput(Throughput::Bytes(CHUNK as u64));
    let latency = json!({ "type": "latency", "mean": 5, "stddev": 1, "per_read_write": true });
    for (name, faults) in [
        ("latency once", json!([{ "type": "latency", "mean": 5, "stddev": 1 }])),
        ("latency for each", json!([latency])),
        ("jitter", json!([{ "type": "jitter" }])),
        ("bandwidth", json!([{ "type": "bandwidth", "rate": 100, "unit": "MBps" }])),
        ("packet loss", json!([{ "type": "packetloss", "probability": 0.01 }])),
        (
            "latency, jitter, bandwidth",
            json!([latency, { "type": "jitter" },
            { "type": "bandwidth", "rate": 100, "unit": "MBps" }]),
        ),
    ] {
        let faults: Vec<Fault> = serde_json::from_value(faults).expect("faults");
        let mut pass = bench::lane(faults).expect("faults that act together");
        let chunk = Bytes::from(vec![0; CHUNK]);
        group.bench_function(name, |bencher| bencher.iter(|| pass(chunk.clone())));
    }
}

criterion_group!(benches, lanes);
criterion_main!(benches);
