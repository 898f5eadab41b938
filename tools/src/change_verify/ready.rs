//! Waits until an application takes calls.

use std::time::Duration;

use http_body_util::Empty;
use hyper::{
    Request,
    body::Bytes,
    header::{CONNECTION, HOST},
};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, time::Instant};

use super::program::Program;

/// How long one question may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long to wait before the next.
const PAUSE: Duration = Duration::from_millis(100);

/// What shows that an application takes calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Health {
    /// An answer with a status below 500 to a GET of this path.
    Http(String),
    /// A connection.
    Tcp,
}

/// Waits until the application takes calls at `host:port`; else why it does not.
pub(super) async fn wait(
    program: &Program,
    (host, port): (&str, u16),
    health: &Health,
    within: Duration,
) -> Result<(), String> {
    let until = Instant::now() + within;
    loop {
        let asked = async {
            let answer = tokio::time::timeout(PATIENCE, ask(host, port, health)).await;
            answer.unwrap_or_else(|_| Err("it does not answer".to_owned()))
        };
        let why = tokio::select! {
            biased;
            ended = program.ended() => return Err(format!("it ended by itself ({ended})")),
            answer = asked => match answer {
                Ok(()) => return Ok(()),
                Err(why) => why,
            },
        };
        if Instant::now() >= until {
            let within = within.as_secs_f64();
            return Err(format!("it is not ready after {within} s at {host}:{port}: {why}"));
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn ask(host: &str, port: u16, health: &Health) -> Result<(), String> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let stream = TcpStream::connect((bare, port)).await;
    let stream = stream.map_err(|_| "nobody listens".to_owned())?;
    let Health::Http(path) = health else { return Ok(()) };
    let words = |error: hyper::Error| format!("GET {path} has no answer ({error})");
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(words)?;
    let request = Request::get(path)
        .header(HOST, format!("{host}:{port}"))
        .header(CONNECTION, "close")
        .body(Empty::<Bytes>::new())
        .map_err(|error| format!("`{path}` is no path ({error})"))?;
    let answered = sender.send_request(request);
    tokio::pin!(connection);
    let response = tokio::select! {
        response = answered => response.map_err(words)?,
        _ = &mut connection => return Err(format!("GET {path} has no answer")),
    };
    match response.status() {
        status if status.as_u16() < 500 => Ok(()),
        status => Err(format!(
            "GET {path} is answered with {status}; name a path that needs no dependency as `health`"
        )),
    }
}
