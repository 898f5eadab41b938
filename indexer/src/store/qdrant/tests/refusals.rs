//! What is said when a Qdrant cannot be used.

use std::{
    io::{Read, Write},
    net::TcpListener,
};

use super::{
    Change, Duration, Manifest, Qdrant, Room, Select, Settings, StandIn, Store, StoreError,
    VERSION, file, runtime,
};
use crate::store::qdrant::record::Meta;

const KEY: &str = "sesame-open-4711";

fn settings(url: &str) -> Settings {
    Settings {
        url: url.to_owned(),
        key: Some(KEY.to_owned()),
        collection: "fault-test".to_owned(),
        timeout: Duration::from_millis(200),
    }
}

/// The error of the first question.
fn error(settings: Settings) -> StoreError {
    let connected = Qdrant::connect(runtime().handle().clone(), settings);
    let error = connected.and_then(|mut store| store.manifest()).expect_err("it is no store");
    assert!(!error.hint.is_empty());
    assert!(!format!("{error:?}").contains(KEY), "{error:?}");
    error
}

/// A port where nobody listens.
fn nobody() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
fn nobody_listens() {
    let url = format!("http://user:{KEY}@127.0.0.1:{}/?key={KEY}", nobody());
    let error = error(Settings { timeout: Duration::from_secs(30), ..settings(&url) });
    assert_eq!(error.code, "store_unreachable");
    assert!(error.message.starts_with("Qdrant at http://127.0.0.1:"), "{error}");
    assert!(error.message.ends_with("cannot be reached: nobody listens there"), "{error}");
}

#[test]
fn a_server_that_never_answers_is_not_waited_for() {
    // Connections are taken by the system, and nobody reads what comes.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let error = error(settings(&format!("http://{}", silent.local_addr().unwrap())));
    assert_eq!(error.code, "store_unreachable");
    assert!(error.message.contains("no answer"), "{error}");
}

#[test]
fn a_server_of_another_protocol_is_told_from_one_that_is_not_there() {
    // What Qdrant's own port of HTTP answers to gRPC.
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", server.local_addr().unwrap());
    std::thread::spawn(move || {
        for connection in server.incoming() {
            let mut connection = connection.unwrap();
            let _ = connection.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
            // It goes only after the other side has: what was sent is not lost to a reset.
            let _ = connection.read_to_end(&mut Vec::new());
        }
    });
    let error = error(Settings { timeout: Duration::from_secs(30), ..settings(&url) });
    assert_eq!(error.code, "store_unreachable");
    assert!(error.message.ends_with("speaks no gRPC"), "{error}");
    assert!(error.hint.contains("6334"), "{error:?}");
}

#[test]
fn something_else_than_a_url_is_refused_at_once() {
    for url in ["", "localhost", "ftp://localhost", "http://"] {
        let error = error(settings(url));
        assert_eq!(
            (error.code, error.hint.contains("http://localhost:6334")),
            ("store_error", true)
        );
    }
    let key = Some(format!("{KEY}\n"));
    assert_eq!(error(Settings { key, ..settings("http://localhost") }).code, "store_refused");
}

#[test]
fn secrets_are_not_in_debug_output() {
    let settings = settings(&format!("http://user:{KEY}@localhost"));
    let store = Qdrant::connect(runtime().handle().clone(), settings.clone()).unwrap();
    for shown in [format!("{settings:?}"), format!("{store:?}"), format!("{store:#?}")] {
        assert!(shown.contains("localhost") && !shown.contains(KEY), "{shown}");
    }
}

#[test]
fn a_wrong_key_is_refused_and_the_right_one_is_not() {
    let Some(stand_in) = StandIn::start() else { return };
    stand_in.tell(&format!("key {KEY}"));
    let settings = Settings { timeout: Duration::from_secs(30), ..settings(&stand_in.url) };
    for key in [None, Some("another")] {
        let error = error(Settings { key: key.map(str::to_owned), ..settings.clone() });
        assert_eq!(error.code, "store_refused");
        assert!(error.hint.contains("key"), "{error:?}");
    }
    let mut store = Qdrant::connect(runtime().handle().clone(), settings).unwrap();
    assert_eq!(store.manifest().unwrap(), Manifest::default());
}

/// A store with one file, whose point with the version now says `meta`.
fn with_meta(room: &Room, meta: &Meta) -> Qdrant {
    let mut store = room.open();
    store.change(Change::Files { gone: &[], new: &[file("a.py", "1", &[("f", "x")])] }).unwrap();
    let points = vec![meta.point()];
    let upsert = qdrant_client::qdrant::UpsertPointsBuilder::new(&room.settings.collection, points);
    store.link.wait(store.link.client.upsert_points(upsert.wait(true))).unwrap();
    store
}

#[test]
fn an_index_of_another_version_can_only_be_cleared() {
    let Some(stand_in) = StandIn::start() else { return };
    for (version, code) in [(VERSION + 1, "index_newer"), (VERSION - 1, "index_older")] {
        let room = stand_in.room();
        let mut store = with_meta(&room, &Meta { version, ..Meta::default() });
        let new = [file("b.py", "1", &[("f", "x")])];
        let errors = [
            store.manifest().map(|_| ()),
            store.select(&Select::Bare { limit: 1 }).map(|_| ()),
            store.change(Change::Files { gone: &[], new: &new }),
            store.change(Change::Embedder("test/2", 2)),
            store.change(Change::Vectors(&[(1, vec![1.0, 0.0])])),
        ];
        for error in errors {
            assert_eq!(error.expect_err("it is another version").code, code);
        }
        store.change(Change::Clear).unwrap();
        assert_eq!(store.manifest().unwrap(), Manifest::default());
        store.change(Change::Files { gone: &[], new: &new }).unwrap();
        assert_eq!(store.manifest().unwrap().chunks, 1);
    }
}

#[test]
fn a_collection_of_somebody_else_is_neither_written_nor_cleared() {
    let Some(stand_in) = StandIn::start() else { return };
    let room = stand_in.room();
    let mut store = room.open();
    let collection = &room.settings.collection;
    let create = qdrant_client::qdrant::CreateCollectionBuilder::new(collection).vectors_config(
        qdrant_client::qdrant::VectorParamsBuilder::new(2, qdrant_client::qdrant::Distance::Dot),
    );
    store.link.wait(store.link.client.create_collection(create)).unwrap();
    let new = [file("b.py", "1", &[("f", "x")])];
    for change in [Change::Clear, Change::Files { gone: &[], new: &new }] {
        let error = store.change(change).expect_err("it is not ours");
        assert_eq!(error.code, "not_an_index");
    }
    assert!(store.link.wait(store.link.client.collection_exists(collection)).unwrap());
}

#[test]
fn vectors_of_two_embedders_are_not_mixed() {
    let Some(stand_in) = StandIn::start() else { return };
    let room = stand_in.room();
    let (mut one, mut other) = (room.open(), room.open());
    one.change(Change::Files { gone: &[], new: &[file("a.py", "1", &[("f", "x")])] }).unwrap();
    let id = one.select(&Select::File { path: "a.py" }).unwrap()[0].id;
    let vectors = [(id, vec![1.0, 0.0])];
    for store in [&mut one, &mut other] {
        assert_eq!(error_of(store, &vectors), "embedder_changed", "there is none");
    }
    one.change(Change::Embedder("one/2", 2)).unwrap();
    other.change(Change::Embedder("other/2", 2)).unwrap();
    assert_eq!(error_of(&mut one, &vectors), "embedder_changed");
    assert_eq!(one.manifest().unwrap().vectors, 0);
    other.change(Change::Vectors(&vectors)).unwrap();
    assert_eq!(one.manifest().unwrap().vectors, 1);
    // Vectors of another length are none of this embedder.
    assert_eq!(error_of(&mut other, &[(id, vec![1.0])]), "store_error");
}

fn error_of(store: &mut Qdrant, vectors: &[(u64, Vec<f32>)]) -> &'static str {
    store.change(Change::Vectors(vectors)).expect_err("they do not fit").code
}
