//! The generator against small servers: what they do is what must be measured.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use super::*;
use crate::load::Arrival;
use crate::recording::{ErrorKind, Outcome};
use crate::summary::Summary;

mod once;
mod versions;

/// What a server does with each request that it has read.
#[derive(Clone, Copy)]
enum Behaviour {
    Answer(&'static str),
    /// Answers as soon as it has had this many requests.
    Together(usize),
    Stall,
    Close,
    Reset,
}

const OK_TEXT: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
const OK: Behaviour = Behaviour::Answer(OK_TEXT);

/// [`Run::measure`] for calls that nobody needs to tell apart.
async fn run(
    call: &Call,
    load: &Load,
    cancel: &CancellationToken,
    progress: &watch::Sender<Progress>,
) -> Result<Recording, LoadError> {
    Run { call, load, trace: None, cancel, progress, observer: None }.measure().await
}

/// A server under test. It ends with the test's runtime.
struct Server {
    url: String,
    connections: Arc<AtomicUsize>,
    /// How many connections are open.
    open: watch::Receiver<usize>,
    requests: watch::Receiver<usize>,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// The `traceparent` header of each request that has one.
    fn traces(&self) -> Vec<String> {
        let heads = self.heads.lock().unwrap();
        let lines = heads.iter().flat_map(|head| head.lines());
        lines.filter_map(|line| line.strip_prefix("traceparent: ")).map(str::to_owned).collect()
    }

    /// What these headers say of this run.
    fn trace_numbers(&self, run: u64) -> Vec<(u64, bool)> {
        self.traces().iter().map(|trace| number_of(trace, run).unwrap()).collect()
    }
}

/// What the connections of a server share.
#[derive(Clone)]
struct Seen {
    open: watch::Sender<usize>,
    requests: watch::Sender<usize>,
    heads: Arc<Mutex<Vec<String>>>,
}

async fn server(behaviour: Behaviour) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/path?q=1", listener.local_addr().unwrap());
    let connections = Arc::new(AtomicUsize::new(0));
    let ((open, still_open), (counter, requests)) = (watch::channel(0), watch::channel(0));
    let heads = Arc::default();
    let seen = Seen { open, requests: counter, heads: Arc::clone(&heads) };
    let accepted = connections.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            accepted.fetch_add(1, Ordering::Relaxed);
            let seen = seen.clone();
            tokio::spawn(async move {
                seen.open.send_modify(|open| *open += 1);
                serve(stream, behaviour, &seen).await;
                seen.open.send_modify(|open| *open -= 1);
            });
        }
    });
    Server { url, connections, open: still_open, requests, heads }
}

async fn serve(mut stream: TcpStream, behaviour: Behaviour, seen: &Seen) {
    let mut read = Vec::new();
    loop {
        let Ok(1..) = stream.read_buf(&mut read).await else {
            return;
        };
        while let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            let head: Vec<u8> = read.drain(..end + 4).collect();
            seen.heads.lock().unwrap().push(String::from_utf8(head).unwrap());
            seen.requests.send_modify(|count| *count += 1);
            match behaviour {
                Behaviour::Answer(text) => {
                    stream.write_all(text.as_bytes()).await.unwrap();
                    if text.contains("connection: close") {
                        return;
                    }
                }
                Behaviour::Together(all) => {
                    let mut requests = seen.requests.subscribe();
                    requests.wait_for(|count| *count >= all).await.unwrap();
                    stream.write_all(OK_TEXT.as_bytes()).await.unwrap();
                }
                Behaviour::Stall => {}
                Behaviour::Close => return,
                Behaviour::Reset => return stream.set_zero_linger().unwrap(),
            }
        }
    }
}

/// Sends 20 calls of two clients within 100 ms, each of which waits for `timeout` ms.
async fn check(url: &str, timeout: u64) -> Recording {
    let call = Call::new("GET", url).unwrap().with_timeout(Duration::from_millis(timeout)).unwrap();
    measured(&call, None).await
}

/// Sends this call 20 times in the same way.
async fn measured(call: &Call, trace: Option<TraceRun>) -> Recording {
    let (progress, cancel) = (watch::Sender::new(Progress::default()), CancellationToken::new());
    let (cancel, progress) = (&cancel, &progress);
    let run = Run { call, load: &BURST, trace, cancel, progress, observer: None };
    run.measure().await.unwrap()
}

const BURST: Load = Load { duration: Duration::from_millis(100), clients: 2, rps: 100 };
const LONG: u64 = 60_000;

#[track_caller]
fn assert_all(recording: &Recording, outcome: Outcome) {
    let outcomes: Vec<Outcome> = recording.samples().iter().map(|sample| sample.outcome).collect();
    assert_eq!(outcomes, [outcome; 20]);
    assert_eq!((recording.planned(), recording.requests(), recording.not_sent()), (20, 20, 0));
}

#[tokio::test]
async fn every_planned_call_is_sent_and_measured() {
    let server = server(OK).await;
    let recording = check(&server.url, LONG).await;
    assert_all(&recording, Outcome::Answered(200));
    assert_eq!((recording.errors(), recording.bytes(), recording.cancelled()), (0, 40, false));
    assert_eq!(*server.requests.borrow(), 20);
    let mut offsets: Vec<u128> =
        recording.samples().iter().map(|sample| sample.at.as_millis()).collect();
    offsets.sort_unstable();
    assert_eq!(offsets, (0..100).step_by(5).collect::<Vec<u128>>());
    for sample in recording.samples() {
        assert!(sample.ttfb.unwrap() <= sample.total && sample.late <= sample.total);
    }
}

#[tokio::test]
async fn clients_reuse_their_connections_and_do_not_share_them() {
    let server = server(OK).await;
    let load = Load { duration: Duration::from_millis(1000), clients: 2, rps: 5 };
    let call = Call::new("GET", &server.url).unwrap();
    let (progress, _) = watch::channel(Progress::default());
    let recording = run(&call, &load, &CancellationToken::new(), &progress).await.unwrap();
    let connections = server.connections.load(Ordering::Relaxed);
    assert_eq!(recording.requests(), 10);
    assert!((2..10).contains(&connections), "{connections}");
}

#[tokio::test]
async fn without_reuse_each_request_opens_a_connection_and_closes_it() {
    let server = server(OK).await;
    let call = Call::new("GET", &server.url).unwrap();
    for (reuse, connections) in [(false, 20..=20), (true, 2..=20)] {
        server.connections.store(0, Ordering::Relaxed);
        let recording = measured(&call.clone().reusing_connections(reuse), None).await;
        assert_all(&recording, Outcome::Answered(200));
        let opened = server.connections.load(Ordering::Relaxed);
        assert!(connections.contains(&opened), "{opened}");
        server.open.clone().wait_for(|open| *open == 0).await.unwrap();
    }
}

#[tokio::test]
async fn a_connection_that_the_server_closes_after_each_answer_costs_no_request() {
    let close = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok";
    let server = server(Behaviour::Answer(close)).await;
    assert_all(&check(&server.url, LONG).await, Outcome::Answered(200));
    assert_eq!(server.connections.load(Ordering::Relaxed), 20);
}

#[tokio::test]
async fn requests_are_numbered_in_the_order_in_which_they_are_due() {
    let server = server(OK).await;
    let call = Call::new("GET", &server.url).unwrap();
    let recording = measured(&call, Some(TraceRun(7))).await;
    assert_all(&recording, Outcome::Answered(200));
    let mut numbers: Vec<_> =
        recording.samples().iter().map(|sample| (sample.number, sample.at)).collect();
    numbers.sort_unstable();
    let due = (1..).zip(BURST.arrivals().map(|arrival| arrival.at));
    assert_eq!(numbers, due.collect::<Vec<_>>());
    let mut seen = server.trace_numbers(7);
    seen.sort_unstable();
    assert_eq!(seen, (1..=20).map(|number| (number, true)).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_trace_of_the_calls_own_is_left_alone() {
    let server = server(OK).await;
    let own = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let call = Call::new("GET", &server.url).and_then(|call| call.with_header("traceparent", own));
    measured(&call.unwrap(), Some(TraceRun(7))).await;
    assert_eq!(server.traces(), [own; 20]);
}

#[tokio::test]
async fn the_observer_sees_each_request_in_the_order_of_the_recording() {
    let server = server(OK).await;
    let call = Call::new("GET", &server.url).unwrap();
    let (progress, cancel) = (watch::Sender::new(Progress::default()), CancellationToken::new());
    let mut seen = Vec::new();
    let mut see = |sample: &Sample| seen.push(*sample);
    let (call, cancel, progress) = (&call, &cancel, &progress);
    let observer: Option<&mut (dyn FnMut(&Sample) + Send)> = Some(&mut see);
    let run = Run { call, load: &BURST, trace: None, cancel, progress, observer };
    let recording = run.measure().await.unwrap();
    assert_eq!((seen.len(), seen.as_slice()), (20, recording.samples()));
}

#[tokio::test]
async fn a_stall_of_the_server_is_not_hidden_by_waiting_for_it() {
    // The server answers nobody until it has a hundred requests. Whoever waits for an answer before sending the
    // next request never gets one.
    let server = server(Behaviour::Together(100)).await;
    let call = Call::new("GET", &server.url).unwrap();
    let load = Load { duration: Duration::from_millis(500), clients: 1, rps: 200 };
    let (progress, _) = watch::channel(Progress::default());
    let recording = run(&call, &load, &CancellationToken::new(), &progress).await.unwrap();
    let last = load.arrivals().last().unwrap().at;
    assert_eq!((recording.requests(), recording.errors()), (100, 0));
    for sample in recording.samples() {
        assert!(sample.at + sample.total >= last, "{sample:?}");
    }
    // So the latencies fall from the length of the stall to nothing, at the distance of the requests.
    let waits = recording.waits();
    for (rank, arrival) in (1..).zip(load.arrivals()) {
        assert!(waits.ranked(rank).unwrap() >= arrival.at, "{rank}");
    }
}

#[tokio::test]
async fn a_server_error_is_an_answer_that_counts_as_an_error() {
    let server = server(Behaviour::Answer("HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n")).await;
    let recording = check(&server.url, LONG).await;
    assert_all(&recording, Outcome::Answered(503));
    assert_eq!((recording.errors(), recording.statuses()[&503]), (20, 20));
}

#[tokio::test]
async fn a_stalled_answer_times_out() {
    let server = server(Behaviour::Stall).await;
    let recording = check(&server.url, 50).await;
    assert_all(&recording, Outcome::Failed(ErrorKind::TimedOut));
    assert!(recording.samples().iter().all(|sample| sample.total >= Duration::from_millis(50)));
    assert!(recording.samples().iter().all(|sample| sample.ttfb.is_none()));
}

#[tokio::test]
async fn a_body_that_stalls_times_out_after_its_first_byte() {
    let part = "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\npart";
    let server = server(Behaviour::Answer(part)).await;
    let recording = check(&server.url, 2000).await;
    assert_all(&recording, Outcome::Failed(ErrorKind::TimedOut));
    assert!(recording.samples().iter().all(|sample| sample.ttfb.is_some() && sample.bytes == 4));
}

#[tokio::test]
async fn a_port_without_a_listener_refuses() {
    // Nobody else gets the port while it is bound, and nobody listens on it.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let url = format!("http://{}/", socket.local_addr().unwrap());
    assert_all(&check(&url, LONG).await, Outcome::Failed(ErrorKind::Refused));
}

#[tokio::test]
async fn a_connection_that_ends_before_the_answer_is_closed_early() {
    let server = server(Behaviour::Close).await;
    assert_all(&check(&server.url, LONG).await, Outcome::Failed(ErrorKind::ClosedEarly));
}

#[tokio::test]
async fn a_body_cut_short_is_closed_early_and_not_an_answer() {
    let cut = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 9\r\n\r\npart";
    let server = server(Behaviour::Answer(cut)).await;
    assert_all(&check(&server.url, LONG).await, Outcome::Failed(ErrorKind::ClosedEarly));
}

#[tokio::test]
async fn a_reset_connection_is_a_reset() {
    let server = server(Behaviour::Reset).await;
    assert_all(&check(&server.url, LONG).await, Outcome::Failed(ErrorKind::Reset));
}

#[tokio::test]
async fn an_answer_in_another_protocol_is_not_http() {
    let server = server(Behaviour::Answer("220 mail.example ESMTP\r\n\r\n")).await;
    assert_all(&check(&server.url, LONG).await, Outcome::Failed(ErrorKind::NotHttp));
}

#[tokio::test]
async fn an_address_that_cannot_be_reached_cannot_be_connected_to() {
    // The system refuses to connect a stream to the broadcast address, with or without a network.
    let recording = check("http://255.255.255.255:9/", LONG).await;
    assert_all(&recording, Outcome::Failed(ErrorKind::Connect));
}

#[tokio::test]
async fn calls_beyond_the_cap_are_counted_as_not_sent() {
    let server = server(Behaviour::Stall).await;
    let call = Call::new("GET", &server.url).unwrap();
    let (progress, _) = watch::channel(Progress::default());
    let load = Load { duration: Duration::from_millis(10), clients: 1, rps: 1 };
    let cancel = CancellationToken::new();
    let run = Run {
        call: &call,
        load: &load,
        trace: None,
        cancel: &cancel,
        progress: &progress,
        observer: None,
    };
    let mut run = Dispatch::new(run);
    for number in 1..=MAX_OUTSTANDING as u64 + 3 {
        run.send(number, Arrival { at: Duration::ZERO, client: 0 });
    }
    let recording = run.finish(true);
    assert_eq!((progress.borrow().sent, recording.not_sent()), (MAX_OUTSTANDING as u64, 3));
    let summary = Summary::of(&recording);
    assert!(summary.generator_limited);
    let reason = summary.generator_limit.unwrap();
    assert_eq!(reason, "3 of 1 requests could not be sent when they were due");
}

#[tokio::test]
async fn cancelling_stops_sending_and_gives_what_was_measured() {
    let mut server = server(OK).await;
    let cancel = CancellationToken::new();
    let stop = cancel.clone();
    tokio::spawn(async move {
        server.requests.wait_for(|count| *count == 5).await.unwrap();
        stop.cancel();
    });
    let call = Call::new("GET", &server.url).unwrap();
    let load = Load { duration: Duration::from_secs(3600), clients: 1, rps: 100 };
    let (progress, last) = watch::channel(Progress::default());
    let recording = run(&call, &load, &cancel, &progress).await.unwrap();
    assert!(recording.cancelled());
    assert!((1..1000).contains(&recording.requests()), "{}", recording.requests());
    assert_eq!((recording.planned(), recording.errors()), (360_000, 0));
    assert_eq!(last.borrow().done, recording.requests());
}

#[tokio::test]
async fn progress_ends_with_the_whole_run() {
    let server = server(Behaviour::Answer("HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n")).await;
    let call = Call::new("GET", &server.url).unwrap();
    let (progress, last) = watch::channel(Progress::default());
    run(&call, &BURST, &CancellationToken::new(), &progress).await.unwrap();
    let Progress { planned, sent, done, errors, .. } = *last.borrow();
    assert_eq!((planned, sent, done, errors), (20, 20, 20, 20));
}

#[tokio::test]
async fn an_https_url_is_refused_with_the_way_to_do_it() {
    let call = Call::new("GET", "https://example.com/?key=hunter2").unwrap();
    let (progress, _) = watch::channel(Progress::default());
    let error = run(&call, &BURST, &CancellationToken::new(), &progress).await.unwrap_err();
    assert_eq!(error.code(), "https_not_direct");
    assert!(error.hint().contains("9090=https://host") && !error.to_string().contains("hunter2"));
}
