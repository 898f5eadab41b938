//! Qdrant keeps the promises of a store, and says what is wrong when it cannot be used.
//!
//! A real one is used where `QDRANT_URL` names one (and `QDRANT_API_KEY` its key, if it wants one).
//! Otherwise, and for what a real one cannot be made to do, there is the stand-in of
//! `tests/data/qdrant_stand_in.py`: the vendor's own local engine behind the vendor's own protocol.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::runtime::Runtime;

use super::{Qdrant, Settings, collection_name};
use crate::{
    chunk::{Chunk, ChunkKind},
    lexical::Words,
    store::{
        Change, FileMark, IndexedFile, Manifest, Select, Store, StoreError, VERSION, conformance,
    },
};

mod copies;
mod kills;
mod refusals;

#[test]
fn a_real_qdrant_keeps_every_promise() {
    let Some(url) = variable("QDRANT_URL") else {
        skip("Qdrant: QDRANT_URL is not set");
        return;
    };
    let key = variable("QDRANT_API_KEY");
    conformance::suite(&|| {
        let room = Room::of(&url, key.clone());
        Box::new(move || Box::new(room.open()))
    });
}

#[test]
fn the_stand_in_keeps_every_promise() {
    let Some(stand_in) = StandIn::start() else { return };
    conformance::suite(&|| {
        let room = stand_in.room();
        Box::new(move || Box::new(room.open()))
    });
}

#[test]
fn a_collection_is_named_after_its_folder() {
    assert_eq!(collection_name("Check-out service_2"), "fault-check-out-service_2");
    assert_eq!(collection_name("../été/"), "fault-t");
    assert_eq!(collection_name("数据"), "fault-index");
    assert_eq!(collection_name(&"a".repeat(500)).len(), "fault-".len() + 100);
}

/// A collection of its own, which goes with the test.
struct Room {
    settings: Settings,
    runtime: Arc<Runtime>,
}

impl Room {
    fn of(url: &str, key: Option<String>) -> Self {
        static ROOMS: AtomicUsize = AtomicUsize::new(0);
        let number = ROOMS.fetch_add(1, Ordering::Relaxed);
        let settings = Settings {
            url: url.to_owned(),
            key,
            collection: format!("fault-test-{}-{number}", std::process::id()),
            timeout: Duration::from_secs(30),
        };
        Self { settings, runtime: runtime() }
    }

    fn open(&self) -> Qdrant {
        Qdrant::connect(self.runtime.handle().clone(), self.settings.clone()).unwrap()
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        // A collection that is left behind, such as that of a refusal, does no harm.
        let _ = self.open().change(Change::Clear);
    }
}

fn runtime() -> Arc<Runtime> {
    static RUNTIME: OnceLock<Arc<Runtime>> = OnceLock::new();
    RUNTIME.get_or_init(|| Arc::new(Runtime::new().unwrap())).clone()
}

/// The stand-in, which goes when its standard input does.
struct StandIn {
    process: Child,
    talk: Mutex<(ChildStdin, BufReader<ChildStdout>)>,
    url: String,
}

impl StandIn {
    /// Without a Python that has what it needs, the test has nothing to do.
    fn start() -> Option<Self> {
        let Some(python) = variable("FAULT_TEST_PYTHON") else {
            skip("Qdrant's stand-in: FAULT_TEST_PYTHON is not set");
            return None;
        };
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/qdrant_stand_in.py");
        let mut process = Command::new(python)
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the Python of FAULT_TEST_PYTHON starts");
        let input = process.stdin.take().unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut port = String::new();
        output.read_line(&mut port).unwrap();
        let port: u16 = port.trim().parse().expect("it has qdrant-client and grpcio, and starts");
        let url = format!("http://127.0.0.1:{port}");
        Some(Self { process, talk: Mutex::new((input, output)), url })
    }

    fn room(&self) -> Room {
        Room::of(&self.url, None)
    }

    fn tell(&self, line: &str) {
        let mut talk = self.talk.lock().unwrap();
        writeln!(talk.0, "{line}").unwrap();
        let mut answer = String::new();
        talk.1.read_line(&mut answer).unwrap();
        assert_eq!(answer.trim(), "ok");
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A file of functions, each a name and a text.
fn file(path: &str, hash: &str, functions: &[(&str, &str)]) -> IndexedFile {
    let mut words = Words::default();
    let chunks = functions.iter().map(|(name, text)| {
        let chunk = Chunk {
            kind: ChunkKind::Function,
            name: (*name).to_owned(),
            language: "python".to_owned(),
            first_line: 1,
            last_line: 1,
            text: (*text).to_owned(),
            calls: Vec::new(),
            imports: Vec::new(),
            remote_calls: Vec::new(),
        };
        let terms = words.of_chunk(path, &chunk);
        (chunk, terms)
    });
    let chunks: Vec<_> = chunks.collect();
    let mark =
        FileMark { language: "python".to_owned(), hash: hash.to_owned(), lines: chunks.len() };
    IndexedFile { path: path.to_owned(), mark, chunks }
}

/// Says that a test is skipped, and why, past the harness that keeps what tests print.
fn skip(why: &str) {
    // Whoever runs the tests may have closed the stream; that is no reason to fail.
    let _ = writeln!(std::io::stderr(), "\nskipped: {why}");
}

#[expect(clippy::disallowed_methods, reason = "whoever runs the tests says what they may use")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
