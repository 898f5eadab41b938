//! What the program talks to: small servers in the test's own process.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;

use crate::tls::Authority;

/// A server; dropping it stops it.
#[derive(Debug)]
pub struct Upstream {
    /// Where it listens.
    pub address: SocketAddr,
    task: AbortHandle,
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Upstream {
    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// The address of a page of it.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

/// A server that does `serve` with each connection.
pub async fn raw<S>(serve: impl Fn(TcpStream) -> S + Send + 'static) -> Upstream
where
    S: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let serving = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream));
        }
    });
    Upstream { address, task: serving.abort_handle() }
}

/// An HTTP server: `POST` comes back as it was sent, `/bytes/N` is N bytes, the rest is `hello`.
pub async fn http() -> Upstream {
    raw(serve_http).await
}

/// The same over TLS, with a certificate for `localhost`.
pub async fn https(authority: &Authority) -> Upstream {
    let acceptor = authority.acceptor.clone();
    raw(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            if let Ok(stream) = acceptor.accept(stream).await {
                serve_http(stream).await;
            }
        }
    })
    .await
}

/// A WebSocket server that sends each message back.
pub async fn websocket() -> Upstream {
    raw(async |stream| {
        let Ok(mut socket) = tokio_tungstenite::accept_async(stream).await else {
            return;
        };
        while let Some(Ok(message)) = socket.next().await {
            if !message.is_close() && socket.send(message).await.is_err() {
                return;
            }
        }
    })
    .await
}

/// A server that takes whatever it is sent and never says anything.
pub async fn silent() -> Upstream {
    raw(async |mut stream| {
        // How its client goes away is nothing to it.
        let _ = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await;
    })
    .await
}

/// An HTTP server whose answer never ends.
pub async fn endless() -> Upstream {
    raw(async |mut stream| {
        let mut request = [0; 1024];
        let page = pattern(1 << 16);
        let _ = stream.read(&mut request).await;
        let mut sent = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
        while sent.is_ok() {
            sent = stream.write_all(&page).await;
        }
    })
    .await
}

/// A port that nothing listens on. It is below those that systems give to outgoing connections, so that none of them
/// takes it before it is used; and another one each time, in each of several processes.
pub async fn free_port() -> u16 {
    const FIRST: u32 = 10_000;
    const COUNT: u32 = 22_000;
    static NEXT: AtomicU32 = AtomicU32::new(0);
    loop {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let at = std::process::id().wrapping_mul(61).wrapping_add(number) % COUNT;
        let port = u16::try_from(FIRST + at).expect("it is below 32000");
        if TcpListener::bind(("127.0.0.1", port)).await.is_ok() {
            return port;
        }
    }
}

async fn serve_http(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
    let builder = auto::Builder::new(TokioExecutor::new());
    // A client may go away at any time.
    let _ = builder.serve_connection(TokioIo::new(stream), service_fn(answer)).await;
}

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let path = request.uri().path().to_owned();
    let post = request.method() == hyper::Method::POST || request.method() == hyper::Method::PUT;
    let (status, body) = match path.strip_prefix("/bytes/").map(str::parse::<usize>) {
        Some(Ok(count)) => (StatusCode::OK, Bytes::from(pattern(count))),
        Some(Err(_)) => (StatusCode::BAD_REQUEST, Bytes::new()),
        None if post => match request.into_body().collect().await {
            Ok(body) => (StatusCode::OK, body.to_bytes()),
            Err(_) => (StatusCode::BAD_REQUEST, Bytes::new()),
        },
        None => (StatusCode::OK, Bytes::from_static(b"hello")),
    };
    let answer = Response::builder().status(status).header("x-upstream", "here");
    Ok(answer.body(Full::new(body)).expect("it is well formed"))
}

/// Bytes of which no two neighbours or pages are alike.
pub fn pattern(count: usize) -> Vec<u8> {
    (0..count).map(|at| (at ^ (at >> 8) ^ (at >> 16)) as u8).collect()
}
