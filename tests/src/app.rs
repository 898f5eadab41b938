//! Applications under test, in this process: each has a dependency, and comes with a bug and without it.
//!
//! An application answers every request alike: it asks its dependency, and says 200 if it has what it
//! needs. The dependency is given by its address, which is usually a proxy's.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Empty, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::header::{HOST, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use crate::upstream::{Upstream, raw};

mod queue;

pub use queue::{queues_everything, sheds_load};

/// The header that tells which call a request belongs to.
const TRACE: &str = "traceparent";

/// Which call a request belongs to, if it says so.
type Trace = Option<HeaderValue>;

/// How long an application waits before it asks again; longer each time.
const PAUSE: Duration = Duration::from_millis(4);

/// How long an application with a time limit waits for its dependency.
const LIMIT: Duration = Duration::from_millis(150);

/// An application that calls nobody.
pub async fn stands_alone() -> Upstream {
    serve(|_| async { StatusCode::OK }).await
}

/// An application that asks once, and hands on what goes wrong.
pub async fn asks_once(dependency: SocketAddr) -> Upstream {
    serve(move |trace| async move { ask(dependency, &trace).await }).await
}

/// An application that asks up to `attempts` times with growing pauses, and then makes do without an
/// answer.
pub async fn asks_up_to(attempts: u32, dependency: SocketAddr) -> Upstream {
    serve(move |trace| async move {
        for attempt in 0..attempts {
            if attempt > 0 {
                sleep(PAUSE * 2_u32.pow(attempt)).await;
            }
            if ask(dependency, &trace).await == StatusCode::OK {
                break;
            }
        }
        StatusCode::OK
    })
    .await
}

/// An application that asks again at once until it gets what it wants.
pub async fn asks_until_it_works(dependency: SocketAddr) -> Upstream {
    serve(move |trace| async move {
        while ask(dependency, &trace).await != StatusCode::OK {}
        StatusCode::OK
    })
    .await
}

/// An application that asks once, and makes do without an answer that does not come in time.
pub async fn asks_with_a_time_limit(dependency: SocketAddr) -> Upstream {
    serve(move |trace| async move {
        let asked = timeout(LIMIT, ask(dependency, &trace)).await;
        asked.unwrap_or(StatusCode::OK)
    })
    .await
}

/// A server that answers each request with what `answer` makes of its trace.
async fn serve<A>(answer: impl Fn(Trace) -> A + Clone + Send + Sync + 'static) -> Upstream
where
    A: Future<Output = StatusCode> + Send + 'static,
{
    raw(move |stream| {
        let answer = answer.clone();
        async move {
            let service = service_fn(move |request: Request<Incoming>| {
                let answer = answer(request.headers().get(TRACE).cloned());
                async move { Ok::<_, Infallible>(page(answer.await)) }
            });
            let builder = auto::Builder::new(TokioExecutor::new());
            // A client may go away at any time.
            let _ = builder.serve_connection(TokioIo::new(stream), service).await;
        }
    })
    .await
}

fn page(status: StatusCode) -> Response<Full<Bytes>> {
    let answer = Response::builder().status(status);
    answer.body(Full::new(Bytes::from_static(b"done"))).expect("it is well formed")
}

/// The status that `dependency` answers; 502 if it does not answer.
async fn ask(dependency: SocketAddr, trace: &Trace) -> StatusCode {
    exchange(dependency, trace).await.unwrap_or(StatusCode::BAD_GATEWAY)
}

/// One request over a connection of its own, which faults that act once for each connection meet.
async fn exchange(dependency: SocketAddr, trace: &Trace) -> Option<StatusCode> {
    let stream = TcpStream::connect(dependency).await.ok()?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.ok()?;
    let mut request = Request::builder().uri("/").header(HOST, dependency.to_string());
    if let Some(trace) = trace {
        request = request.header(TRACE, trace);
    }
    let request = request.body(Empty::<Bytes>::new()).ok()?;
    let talk = async {
        let answer = sender.send_request(request).await.ok()?;
        let status = answer.status();
        answer.into_body().collect().await.ok()?;
        Some(status)
    };
    let mut talk = pin!(talk);
    tokio::select! {
        status = &mut talk => status,
        _ = connection => talk.await,
    }
}
