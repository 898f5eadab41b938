//! What the demo application calls in the tests: remotes and a proxy.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener as BlockingListener};
use std::sync::{Arc, Mutex};

use rustls::{ServerConnection, StreamOwned};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::server_config;

/// A listener on a free port of this machine.
async fn listener() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

/// An address at which nobody listens.
pub(super) async fn nobody() -> SocketAddr {
    listener().await.1
}

/// A remote that answers each request with `status` and `body`.
pub(super) async fn remote(status: u16, body: &'static str) -> SocketAddr {
    let (listener, address) = listener().await;
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                read_head(&mut stream).await;
                answer(&mut stream, status, body).await;
            });
        }
    });
    address
}

/// A remote that answers nobody until `count` requests wait for it together.
pub(super) async fn patient_remote(count: usize) -> (SocketAddr, JoinHandle<()>) {
    let (listener, address) = listener().await;
    let answering = tokio::spawn(async move {
        let mut waiting = Vec::new();
        while waiting.len() < count {
            let (mut stream, _) = listener.accept().await.unwrap();
            read_head(&mut stream).await;
            waiting.push(stream);
        }
        for mut stream in waiting {
            answer(&mut stream, 200, "{}").await;
        }
    });
    (address, answering)
}

/// A remote that notifies of a request and never answers it.
pub(super) async fn silent_remote() -> (SocketAddr, Arc<Notify>) {
    let (listener, address) = listener().await;
    let called = Arc::new(Notify::new());
    let caller = Arc::clone(&called);
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        read_head(&mut stream).await;
        caller.notify_one();
        // Held open until the demo application gives up.
        stream.read_to_end(&mut Vec::new()).await.ok();
    });
    (address, called)
}

/// A remote that takes connections and closes them without a word.
pub(super) async fn curt_remote() -> SocketAddr {
    let (listener, address) = listener().await;
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            read_head(&mut stream).await;
        }
    });
    address
}

/// A proxy that keeps the first line of each request.
///
/// It answers plain requests itself, and opens tunnels when `tunnels` is set.
pub(super) async fn proxy(tunnels: bool) -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let (listener, address) = listener().await;
    let asked = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&asked);
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(relay(stream, tunnels, Arc::clone(&record)));
        }
    });
    (address, asked)
}

async fn relay(mut stream: TcpStream, tunnels: bool, asked: Arc<Mutex<Vec<String>>>) {
    let head = read_head(&mut stream).await;
    let line = head.lines().next().unwrap().to_owned();
    asked.lock().unwrap().push(line.clone());
    match line.strip_prefix("CONNECT ") {
        None => answer(&mut stream, 200, r#"{"by":"proxy"}"#).await,
        Some(_) if !tunnels => answer(&mut stream, 403, "").await,
        Some(rest) => {
            let target = rest.split(' ').next().unwrap();
            let mut upstream = TcpStream::connect(target).await.unwrap();
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
            // The end of a tunnel may be rude; what went through it is what the test looks at.
            copy_bidirectional(&mut stream, &mut upstream).await.ok();
        }
    }
}

/// A remote that speaks TLS as `localhost`, for one connection.
pub(super) fn secure_remote(body: &'static str) -> u16 {
    let listener = BlockingListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let (socket, _) = listener.accept().unwrap();
        let session = ServerConnection::new(server_config()).unwrap();
        let mut stream = StreamOwned::new(session, socket);
        let (mut head, mut byte) = (Vec::new(), [0]);
        while !head.ends_with(b"\r\n\r\n") {
            // A client that does not trust this remote hangs up here.
            let Ok(1) = stream.read(&mut byte) else {
                return;
            };
            head.push(byte[0]);
        }
        let length = body.len();
        write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{body}").unwrap();
        stream.conn.send_close_notify();
        stream.flush().ok();
    });
    port
}

async fn read_head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(head).unwrap()
}

async fn answer(stream: &mut TcpStream, status: u16, body: &str) {
    let length = body.len();
    let head = format!("HTTP/1.1 {status} Said\r\ncontent-length: {length}\r\n\r\n");
    stream.write_all((head + body).as_bytes()).await.unwrap();
}
