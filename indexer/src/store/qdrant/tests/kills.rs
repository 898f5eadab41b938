//! Whoever writes may be killed anywhere: what is there can be used, and is as good as new when it
//! is written again.

use super::{Change, IndexedFile, Manifest, Qdrant, Room, Select, StandIn, Store, Words, file};

/// The steps of a story, each a change that may be cut short.
type Step = fn(&mut Qdrant) -> Result<(), crate::StoreError>;

const A: &str = "a.py";
const B: &str = "b.py";

fn before() -> Vec<IndexedFile> {
    vec![
        file(A, "1", &[("old", "apple"), ("both", "pear"), ("more", "fig")]),
        file(B, "1", &[("gone", "apple")]),
    ]
}

fn after() -> Vec<IndexedFile> {
    vec![file(A, "2", &[("new", "apple"), ("both", "plum")]), file("c.py", "1", &[("c", "apple")])]
}

fn change(store: &mut Qdrant) -> Result<(), crate::StoreError> {
    store.change(Change::Files { gone: &[B.to_owned()], new: &after() })
}

fn found(store: &mut Qdrant, words: &str) -> Vec<String> {
    let terms = Words::default().of_query(words);
    let hits = store.select(&Select::Words { terms: &terms, limit: 2 }).unwrap();
    let mut names: Vec<_> = hits.into_iter().map(|hit| hit.chunk.name).collect();
    names.sort();
    names
}

fn names(store: &mut Qdrant, path: &str) -> Vec<String> {
    let hits = store.select(&Select::File { path }).unwrap();
    hits.into_iter().map(|hit| hit.chunk.name).collect()
}

/// Cuts a step short after each number of writes in turn, looks at what is left, and does it again.
fn cut(prepare: Step, step: Step, look: fn(&mut Qdrant), done: fn(&mut Qdrant)) {
    let Some(stand_in) = StandIn::start() else { return };
    for writes in 0.. {
        let room: Room = stand_in.room();
        prepare(&mut room.open()).unwrap();
        stand_in.tell(&format!("writes {writes}"));
        let outcome = step(&mut room.open());
        stand_in.tell("writes");
        look(&mut room.open());
        step(&mut room.open()).unwrap();
        done(&mut room.open());
        if outcome.is_ok() {
            assert!(writes > 1, "the step was cut short at least twice");
            return;
        }
    }
}

#[test]
fn every_file_is_wholly_the_old_or_the_new_one() {
    let prepare: Step = |store| store.change(Change::Files { gone: &[], new: &before() });
    let look = |store: &mut Qdrant| {
        let manifest = store.manifest().unwrap();
        let version = manifest.files[A].hash.clone();
        let (in_file, apple, pear) = match version.as_str() {
            "1" => (vec!["old", "both", "more"], "old", 1),
            _ => (vec!["new", "both"], "new", 0),
        };
        assert_eq!(names(store, A), in_file);
        assert_eq!(found(store, "pear").len(), pear);
        assert!(found(store, "apple").contains(&apple.to_owned()), "{version}");
        let chunks: usize = manifest.files.keys().map(|path| names(store, path).len()).sum();
        assert_eq!(manifest.chunks, chunks);
        assert_eq!(store.select(&Select::Bare { limit: 100 }).unwrap().len(), chunks);
    };
    cut(prepare, change, look, |store| {
        assert_eq!(names(store, A), ["new", "both"]);
        assert_eq!(store.manifest().unwrap().chunks, 3);
        assert_eq!(found(store, "apple"), ["c", "new"]);
        assert!(found(store, "pear").is_empty());
    });
}

#[test]
fn a_first_index_that_is_cut_short_is_begun_anew() {
    let step: Step = |store| store.change(Change::Files { gone: &[], new: &before() });
    let look = |store: &mut Qdrant| {
        let manifest = store.manifest().unwrap();
        assert!(manifest == Manifest::default() || manifest.files.len() == 2, "{manifest:?}");
    };
    cut(
        |_| Ok(()),
        step,
        look,
        |store| {
            assert_eq!(store.manifest().unwrap().chunks, 4);
            assert_eq!(found(store, "apple"), ["gone", "old"]);
        },
    );
}

#[test]
fn another_embedder_is_there_wholly_or_not_at_all() {
    let prepare: Step = |store| {
        store.change(Change::Files { gone: &[], new: &before() })?;
        store.change(Change::Embedder("first/2", 2))?;
        let hits = store.select(&Select::File { path: A })?;
        store.change(Change::Vectors(&[(hits[0].id, vec![1.0, 0.0])]))
    };
    let step: Step = |store| {
        store.change(Change::Embedder("second/3", 3))?;
        let hits = store.select(&Select::File { path: A })?;
        store.change(Change::Vectors(&[(hits[1].id, vec![0.0, 1.0, 0.0])]))
    };
    let look = |store: &mut Qdrant| {
        let manifest = store.manifest().unwrap();
        let (vector, vectors) = match manifest.embedder.as_deref() {
            Some("first/2") => (vec![1.0, 0.0], 1..2),
            _ => (vec![0.0, 1.0, 0.0], 0..2),
        };
        assert!(vectors.contains(&manifest.vectors), "{manifest:?}");
        let near = store.select(&Select::Near { vector: &vector, limit: 9 }).unwrap();
        assert_eq!(near.len(), manifest.vectors);
        let bare = store.select(&Select::Bare { limit: 9 }).unwrap();
        assert_eq!(bare.len(), manifest.chunks - manifest.vectors);
    };
    cut(prepare, step, look, |store| {
        let manifest = store.manifest().unwrap();
        assert_eq!((manifest.embedder.as_deref(), manifest.vectors), (Some("second/3"), 1));
        let hits = store.select(&Select::File { path: A }).unwrap();
        assert_eq!(hits[1].vector, Some(vec![0.0, 1.0, 0.0]));
        assert_eq!(hits[0].vector, None);
    });
}

#[test]
fn a_file_that_lost_chunks_to_another_process_is_indexed_again() {
    let Some(stand_in) = StandIn::start() else { return };
    let room = stand_in.room();
    let mut store = room.open();
    store.change(Change::Files { gone: &[], new: &before() }).unwrap();
    // Two versions cross: the newer one's chunks and file are written, the older one's deleting
    // comes last. It is repeated here by its outcome.
    let id = store.select(&Select::File { path: A }).unwrap()[1].id;
    let delete = qdrant_client::qdrant::DeletePointsBuilder::new(&room.settings.collection)
        .points([id])
        .wait(true);
    store.link.wait(store.link.client.delete_points(delete)).unwrap();
    let manifest = store.manifest().unwrap();
    assert_eq!(manifest.files.keys().collect::<Vec<_>>(), [B]);
    assert_eq!(manifest.chunks, 1);
    store.change(Change::Files { gone: &[], new: &before() }).unwrap();
    assert_eq!(store.manifest().unwrap().chunks, 4);
}
