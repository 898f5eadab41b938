//! The generator against small servers: what they do is what must be measured.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;

/// What a server does with each request that it has read.
#[derive(Clone, Copy)]
enum Behaviour {
    Answer(&'static str),
    Stall,
    Close,
    Reset,
}

const OK: Behaviour = Behaviour::Answer("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");

/// A server under test. It ends with the test's runtime.
struct Server {
    url: String,
    connections: Arc<AtomicUsize>,
    requests: watch::Receiver<usize>,
}

async fn server(behaviour: Behaviour) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/path?q=1", listener.local_addr().unwrap());
    let connections = Arc::new(AtomicUsize::new(0));
    let (counter, requests) = watch::channel(0);
    let accepted = connections.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            accepted.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(serve(stream, behaviour, counter.clone()));
        }
    });
    Server { url, connections, requests }
}

async fn serve(mut stream: TcpStream, behaviour: Behaviour, counter: watch::Sender<usize>) {
    let mut read = Vec::new();
    loop {
        let Ok(1..) = stream.read_buf(&mut read).await else {
            return;
        };
        while let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            read.drain(..end + 4);
            counter.send_modify(|count| *count += 1);
            match behaviour {
                Behaviour::Answer(text) => {
                    stream.write_all(text.as_bytes()).await.unwrap();
                    if text.contains("connection: close") {
                        return;
                    }
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
    let (progress, _) = watch::channel(Progress::default());
    run(&call, &BURST, &CancellationToken::new(), &progress).await.unwrap()
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
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
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
    let mut run = Run::new(&call, &load, &progress);
    for _ in 0..MAX_OUTSTANDING + 3 {
        run.send(Arrival { at: Duration::ZERO, client: 0 });
    }
    assert_eq!((run.sent, run.out.len()), (MAX_OUTSTANDING as u64, MAX_OUTSTANDING));
    assert_eq!(run.finish(true).not_sent(), 3);
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

#[test]
fn running_out_of_sockets_is_this_machines_fault_and_other_failures_are_not() {
    for (errno, kind) in [(24, Some(ErrorKind::Local)), (23, Some(ErrorKind::Local)), (22, None)] {
        assert_eq!(kind_of_io(&io::Error::from_raw_os_error(errno)), kind, "{errno}");
    }
    let local = io::Error::from(io::ErrorKind::AddrNotAvailable);
    assert_eq!(kind_of(&local, ErrorKind::Other), ErrorKind::Local);
    assert_eq!(kind_of(&std::fmt::Error, ErrorKind::Other), ErrorKind::Other);
}
