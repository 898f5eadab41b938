//! The floor plan: which room may know which other, and who speaks to the outside.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, MetadataCommand, Package};
use fault_tests::repository;

use crate::hold;

/// The arrows of the floor plan: each crate, and the crates of the project that it may use.
const ARROWS: [(&str, &[&str]); 9] = [
    ("fault-cli", &["fault-proxy", "fault-scenario", "fault-server", "fault-tools"]),
    ("fault-ebpf", &[]),
    ("fault-indexer", &[]),
    ("fault-platform", &["fault-proxy"]),
    ("fault-prompts", &[]),
    ("fault-proxy", &[]),
    ("fault-scenario", &["fault-proxy"]),
    ("fault-server", &["fault-tools"]),
    (
        "fault-tools",
        &[
            "fault-ebpf",
            "fault-indexer",
            "fault-platform",
            "fault-prompts",
            "fault-proxy",
            "fault-scenario",
        ],
    ),
];

/// The crate of whole-program tests: it may use any room, and no room may use it.
const TESTS: &str = "fault-tests";

/// The doors to the outside: a crate (or its prefix, with `*`), and who may name it.
///
/// HTTP is *proxied* in one room only. The load generator and what fetches documents are ordinary
/// HTTP clients, the MCP server an ordinary HTTP server, and the demo application both: they use
/// the same libraries.
const DOORS: [(&str, &[&str]); 33] = [
    ("async-io", &["fault-proxy", "fault-scenario"]),
    ("aws-*", &["fault-platform"]),
    ("axum", &["fault-cli", "fault-server"]),
    ("aya", &["fault-ebpf"]),
    ("clap", &["fault-cli"]),
    ("clap_complete", &["fault-cli"]),
    ("diffy", &["fault-tools"]),
    ("duckdb", &["fault-indexer"]),
    ("fastembed", &["fault-indexer"]),
    ("google-cloud-*", &["fault-platform"]),
    ("hdrhistogram", &["fault-scenario"]),
    ("hyper", &["fault-cli", "fault-proxy", "fault-scenario", "fault-tools"]),
    ("hyper-rustls", &["fault-prompts"]),
    ("hyper-util", &["fault-cli", "fault-prompts", "fault-proxy", "fault-scenario", "fault-tools"]),
    ("ignore", &["fault-indexer"]),
    ("indicatif", &["fault-cli"]),
    ("inquire", &["fault-cli"]),
    ("k8s-openapi", &["fault-platform"]),
    ("kube", &["fault-platform"]),
    ("maud", &["fault-scenario"]),
    ("minijinja", &["fault-prompts"]),
    ("ort", &["fault-indexer"]),
    ("qdrant-client", &["fault-indexer"]),
    ("rand_distr", &["fault-proxy"]),
    ("ratatui", &["fault-cli"]),
    ("rmcp", &["fault-server"]),
    ("rusqlite", &["fault-indexer"]),
    ("rustls", &["fault-cli", "fault-prompts", "fault-proxy"]),
    ("rustls-native-certs", &["fault-cli", "fault-prompts", "fault-proxy"]),
    ("serde-saphyr", &["fault-platform", "fault-prompts", "fault-scenario"]),
    ("socket2", &["fault-proxy"]),
    ("tokio-rustls", &["fault-proxy"]),
    ("tree-sitter*", &["fault-indexer"]),
];

/// One crate naming another, and whether only its tests do.
struct Edge {
    from: String,
    to: String,
    for_tests: bool,
}

fn edges() -> (BTreeSet<String>, Vec<Edge>) {
    let manifest = repository::root().join("Cargo.toml");
    let metadata = MetadataCommand::new()
        .manifest_path(manifest)
        .no_deps()
        .exec()
        .expect("cargo describes the workspace");
    let names = metadata.packages.iter().map(|package| package.name.to_string()).collect();
    (names, metadata.packages.iter().flat_map(edges_of).collect())
}

fn edges_of(package: &Package) -> impl Iterator<Item = Edge> {
    package.dependencies.iter().map(|dependency| Edge {
        from: package.name.to_string(),
        to: dependency.name.clone(),
        for_tests: dependency.kind == DependencyKind::Development,
    })
}

/// Arrows between rooms that the floor plan does not have; those of tests count as well.
fn foreign_arrows(edges: &[Edge]) -> Vec<String> {
    let arrows: BTreeMap<_, _> = ARROWS.into_iter().collect();
    let inside = |edge: &&Edge| edge.to.starts_with("fault-") && edge.from != TESTS;
    let drawn = |edge: &&Edge| {
        arrows.get(edge.from.as_str()).is_some_and(|to| to.contains(&edge.to.as_str()))
    };
    edges
        .iter()
        .filter(inside)
        .filter(|edge| !drawn(edge))
        .map(|edge| format!("{} uses {}", edge.from, edge.to))
        .collect()
}

/// Crates that go to the outside by a door that is not theirs; their tests may.
fn foreign_doors(edges: &[Edge]) -> Vec<String> {
    edges
        .iter()
        .filter(|edge| !edge.for_tests && edge.from != TESTS)
        .filter(|edge| {
            DOORS.iter().any(|(door, rooms)| {
                is_behind(&edge.to, door) && !rooms.contains(&edge.from.as_str())
            })
        })
        .map(|edge| format!("{} names {}", edge.from, edge.to))
        .collect()
}

fn is_behind(name: &str, door: &str) -> bool {
    door.strip_suffix('*').map_or(name == door, |prefix| name.starts_with(prefix))
}

#[test]
fn only_the_arrows_drawn_exist() {
    let sample = |from: &str, to: &str| {
        let edge = Edge { from: from.to_owned(), to: to.to_owned(), for_tests: true };
        foreign_arrows(&[edge]).len()
    };
    assert_eq!(sample("fault-server", "fault-tools"), 0);
    assert_eq!(sample("fault-server", "fault-proxy"), 1);
    assert_eq!(sample("fault-indexer", "fault-prompts"), 1);
    assert_eq!(sample("fault-proxy", "fault-tests"), 1);

    let (names, edges) = edges();
    let planned: BTreeSet<_> = ARROWS.iter().map(|(name, _)| (*name).to_owned()).collect();
    let known: BTreeSet<_> = planned.iter().cloned().chain([TESTS.to_owned()]).collect();
    assert_eq!(names, known, "the crates of the workspace and of the floor plan are the same");
    hold("arrows that the floor plan does not have", &foreign_arrows(&edges));
}

#[test]
fn each_outside_world_has_one_door() {
    let sample = |from: &str, to: &str, for_tests| {
        foreign_doors(&[Edge { from: from.to_owned(), to: to.to_owned(), for_tests }]).len()
    };
    assert_eq!(sample("fault-server", "rmcp", false), 0);
    assert_eq!(sample("fault-tools", "rmcp", false), 1);
    assert_eq!(sample("fault-tools", "rmcp", true), 0);
    assert_eq!(sample("fault-tools", "tree-sitter-python", false), 1);

    hold("crates named outside their room", &foreign_doors(&edges().1));
}
