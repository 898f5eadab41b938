//! An index goes from a file to Qdrant and back, with its vectors.

use super::{Change, Manifest, Qdrant, Room, Select, StandIn, Store, file};
use crate::store::{
    Hit,
    copy::{Copied, copy},
    sqlite::Sqlite,
};

/// An index in a file, with a vector for every other chunk.
fn local(folder: &tempfile::TempDir) -> Sqlite {
    let mut store = Sqlite::open(&folder.path().join("index.db")).unwrap();
    let new = [
        file("a.py", "1", &[("f", "apple"), ("g", "pear"), ("h", "plum")]),
        file("b/c.py", "1", &[("i", "apple")]),
        file("empty.py", "1", &[]),
    ];
    store.change(Change::Files { gone: &[], new: &new }).unwrap();
    store.change(Change::Embedder("test/2", 2)).unwrap();
    let vectors: Vec<_> = chunks(&mut store, "a.py").iter().map(|hit| hit.id).collect();
    let vectors = [(vectors[0], vec![1.0, 0.0]), (vectors[2], vec![0.6, 0.8])];
    store.change(Change::Vectors(&vectors)).unwrap();
    store
}

fn chunks(store: &mut dyn Store, path: &str) -> Vec<Hit> {
    store.select(&Select::File { path }).unwrap()
}

/// What is in a store but for the numbers, which each store gives anew.
fn content(store: &mut dyn Store) -> (Manifest, Vec<Vec<Hit>>) {
    let manifest = store.manifest().unwrap();
    let files = manifest.files.keys().map(|path| chunks(store, path));
    let files = files.map(|hits| hits.into_iter().map(|hit| Hit { id: 0, ..hit }).collect());
    let files = files.collect();
    (manifest, files)
}

#[test]
fn an_index_goes_to_qdrant_and_back() {
    let Some(stand_in) = StandIn::start() else { return };
    let (room, folder, back) =
        (stand_in.room(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (mut here, mut there): (Sqlite, Qdrant) = (local(&folder), Room::open(&room));
    let mut steps = Vec::new();
    let all = Copied { files: 3, of: 3, chunks: 4, vectors: 2 };
    assert_eq!(copy(&mut here, &mut there, &mut |step| steps.push(step)).unwrap(), all);
    assert_eq!(steps, [all]);
    assert_eq!(content(&mut there), content(&mut here));
    assert_eq!(content(&mut there).0.vectors, 2);

    let mut back = Sqlite::open(&back.path().join("index.db")).unwrap();
    assert_eq!(copy(&mut there, &mut back, &mut |_| ()).unwrap(), all);
    assert_eq!(content(&mut back), content(&mut here));
}

#[test]
fn a_second_copy_takes_what_changed() {
    let Some(stand_in) = StandIn::start() else { return };
    let (room, folder) = (stand_in.room(), tempfile::tempdir().unwrap());
    let (mut here, mut there) = (local(&folder), room.open());
    copy(&mut here, &mut there, &mut |_| ()).unwrap();
    let nothing = Copied { files: 3, of: 3, chunks: 0, vectors: 0 };
    assert_eq!(copy(&mut here, &mut there, &mut |_| ()).unwrap(), nothing);

    let new = [file("b/c.py", "2", &[("j", "apple"), ("k", "fig")])];
    here.change(Change::Files { gone: &["empty.py".to_owned()], new: &new }).unwrap();
    let id = chunks(&mut here, "b/c.py")[1].id;
    here.change(Change::Vectors(&[(id, vec![0.0, 1.0])])).unwrap();
    let changed = Copied { files: 2, of: 2, chunks: 2, vectors: 1 };
    assert_eq!(copy(&mut here, &mut there, &mut |_| ()).unwrap(), changed);
    assert_eq!(content(&mut there), content(&mut here));
}

#[test]
fn a_copy_that_is_cut_short_goes_on_where_it_was() {
    let Some(stand_in) = StandIn::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut here = local(&folder);
    for writes in 0.. {
        let room = stand_in.room();
        stand_in.tell(&format!("writes {writes}"));
        let outcome = copy(&mut here, &mut room.open(), &mut |_| ());
        stand_in.tell("writes");
        let mut there = room.open();
        copy(&mut here, &mut there, &mut |_| ()).unwrap();
        assert_eq!(content(&mut there), content(&mut here));
        if outcome.is_ok() {
            assert!(writes > 5, "it was cut short several times");
            return;
        }
    }
}
