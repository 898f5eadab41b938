//! The forms of the original.

use crate::file::{FaultEntry, Strategy, read, resolve};
use crate::slo::SloType;

const DOCUMENTED: &str = include_str!("documented.yaml");
const PUBLISHED: &str = include_str!("published.yaml");

#[test]
fn every_documented_example_is_read() {
    let documents = read(DOCUMENTED, "documented.yaml").expect("the examples are fine");
    assert_eq!(documents.len(), 15);
    for (index, document) in documents.iter().enumerate() {
        assert_eq!(document.index, index);
        assert_eq!(document.scenario.items.len(), 1);
    }
    let titles: Vec<_> = documents.iter().map(|d| d.scenario.title.as_str()).collect();
    assert_eq!(titles[11..13], ["5% packet loss for 4s", "High jitter (±80ms @ 8Hz)"]);
}

#[test]
fn objectives_beside_the_context_belong_to_it() {
    let documents = read(DOCUMENTED, "documented.yaml").expect("the examples are fine");
    let slo = documents[2].scenario.items[0].context.slo.as_deref().expect("they were moved");
    let types: Vec<_> = slo.iter().map(|slo| slo.slo_type).collect();
    assert_eq!(types, [SloType::Latency, SloType::Latency, SloType::Error]);
    let line = documents[2].places.at("items[0].context.slo[2].threshold").map(|place| place.line);
    let written = DOCUMENTED.lines().collect::<Vec<_>>();
    assert_eq!(written[line.expect("it has a place") - 1].trim(), "threshold: 1");
}

#[test]
fn what_the_published_schema_allows_is_read() {
    let documents = read(PUBLISHED, "published.yaml").expect("the file is fine");
    let items = &documents[0].scenario.items;
    let context = &items[0].context;
    assert!(matches!(context.strategy, Some(Strategy::Repeat { count: 3, .. })), "{context:?}");
    let load = items[1].context.strategy.as_ref();
    assert!(matches!(load, Some(Strategy::Load { clients: 3, .. })), "{load:?}");
    let faults = resolve(&context.faults, &documents[0].scenario.faults).expect("they are faults");
    let kinds: Vec<_> = faults.iter().map(|fault| fault.kind()).collect();
    assert_eq!(kinds, ["latency", "bandwidth", "jitter", "blackhole", "httperror", "packetloss"]);
    assert!(matches!(&context.faults[0], FaultEntry::Fault(map) if map["global"] == true));
}
