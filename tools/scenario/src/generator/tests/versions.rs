//! HTTP/2, against a server that speaks nothing else.

use std::convert::Infallible;

use bytes::Bytes;
use http::{Request, Response, Version};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};

use super::*;
use crate::call::HttpVersion;

/// A server of HTTP/2 that answers as soon as it has had this many requests.
async fn server_of_http2(together: usize) -> Server {
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
                let answering = seen.clone();
                let service =
                    service_fn(move |request| answer(request, answering.clone(), together));
                seen.open.send_modify(|open| *open += 1);
                let server = http2::Builder::new(TokioExecutor::new());
                let _ = server.serve_connection(TokioIo::new(stream), service).await;
                seen.open.send_modify(|open| *open -= 1);
            });
        }
    });
    Server { url, connections, open: still_open, requests, heads }
}

async fn answer(
    request: Request<Incoming>,
    seen: Seen,
    together: usize,
) -> Result<Response<Full<Bytes>>, Infallible> {
    assert_eq!(request.version(), Version::HTTP_2);
    let trace = request.headers().get("traceparent");
    let trace = trace.map_or("", |trace| trace.to_str().unwrap());
    let head = format!("{}\ntraceparent: {trace}\n", request.uri());
    seen.heads.lock().unwrap().push(head);
    seen.requests.send_modify(|count| *count += 1);
    seen.requests.subscribe().wait_for(|count| *count >= together).await.unwrap();
    Ok(Response::new(Full::from("ok")))
}

fn call(server: &Server) -> Call {
    Call::new("GET", &server.url).unwrap().with_http_version(HttpVersion::Http2)
}

#[tokio::test]
async fn requests_of_a_client_share_an_http_2_connection() {
    // Nobody is answered until all have asked, so that none of them waits for another.
    let server = server_of_http2(20).await;
    let recording = measured(&call(&server), Some(TraceRun(7))).await;
    assert_all(&recording, Outcome::Answered(200));
    assert_eq!((recording.bytes(), server.connections.load(Ordering::Relaxed)), (40, 2));
    let mut seen = server.trace_numbers(7);
    seen.sort_unstable();
    assert_eq!(seen, (1..=20).map(|number| (number, true)).collect::<Vec<_>>());
    assert!(server.heads.lock().unwrap()[0].starts_with(&server.url));
    server.open.clone().wait_for(|open| *open == 0).await.unwrap();
}

#[tokio::test]
async fn a_client_with_many_requests_out_opens_a_few_connections_and_no_more() {
    let server = server_of_http2(600).await;
    let load = Load { duration: Duration::from_millis(100), clients: 1, rps: 6000 };
    let (progress, _) = watch::channel(Progress::default());
    let recording = run(&call(&server), &load, &CancellationToken::new(), &progress).await.unwrap();
    assert_eq!((recording.requests(), recording.errors()), (600, 0));
    assert_eq!(server.connections.load(Ordering::Relaxed), 4);
}

#[tokio::test]
async fn without_reuse_each_http_2_request_has_a_connection_of_its_own() {
    let server = server_of_http2(0).await;
    let recording = measured(&call(&server).reusing_connections(false), None).await;
    assert_all(&recording, Outcome::Answered(200));
    assert_eq!(server.connections.load(Ordering::Relaxed), 20);
    server.open.clone().wait_for(|open| *open == 0).await.unwrap();
}

#[tokio::test]
async fn a_call_on_its_own_can_be_http_2() {
    let server = server_of_http2(0).await;
    let OneCall { sample, .. } = call_once(&call(&server), None, 1).await.unwrap();
    assert_eq!((sample.outcome, sample.bytes), (Outcome::Answered(200), 2));
}

#[tokio::test]
async fn a_server_that_closes_http_2_connections_fails_their_requests() {
    let server = server(Behaviour::Close).await;
    let call = call(&server);
    let recording = measured(&call, None).await;
    assert_eq!((recording.requests(), recording.errors()), (20, 20));
}
