//! HTTP by hand: the bytes that a client sends, and what comes back.

use std::{io::ErrorKind, net::SocketAddr};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::deadline::soon;

/// An answer to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The lines of the head, the first included.
    pub head: String,
    /// What follows the head.
    pub body: String,
}

/// A `GET` of `path` from `address`.
pub async fn get(address: SocketAddr, path: &str) -> Answer {
    ask(address, &head("GET", path, &address.to_string())).await
}

/// A `GET` of `url` through the HTTP proxy at `proxy`.
pub async fn get_through(proxy: SocketAddr, url: &str) -> Answer {
    let host = url.split('/').nth(2).expect("a URL has a host");
    ask(proxy, &head("GET", url, host)).await
}

/// The head of a request that wants the connection closed after it.
pub fn head(method: &str, target: &str, host: &str) -> String {
    format!("{method} {target} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n")
}

/// The answer to `request`, up to the end of the connection.
pub async fn ask(address: SocketAddr, request: &str) -> Answer {
    let answer = exchange(address, request.as_bytes()).await;
    parse(&answer).unwrap_or_else(|| panic!("no answer to '{request}' but '{answer}'"))
}

/// What comes back for `bytes` up to the end of the connection; nothing if it is reset.
pub async fn exchange(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = match soon("a connection", TcpStream::connect(address)).await {
        Ok(stream) => stream,
        // Who is refused at once may hear of it while still connecting.
        Err(error) if error.kind() == ErrorKind::ConnectionReset => return String::new(),
        Err(error) => panic!("{address}: {error}"),
    };
    let mut answer = Vec::new();
    soon("an answer", async {
        // Who is refused in the middle of its request sees that as an error of writing.
        let _ = stream.write_all(bytes).await;
        let _ = stream.read_to_end(&mut answer).await;
    })
    .await;
    String::from_utf8_lossy(&answer).into_owned()
}

/// A connection to `address`.
pub async fn connect(address: SocketAddr) -> TcpStream {
    let stream = soon("a connection", TcpStream::connect(address)).await;
    stream.unwrap_or_else(|error| panic!("{address}: {error}"))
}

/// A tunnel to `target` through the HTTP proxy at `proxy`, or the answer that refuses it.
pub async fn tunnel(proxy: SocketAddr, target: &str) -> Result<TcpStream, Answer> {
    let mut stream = connect(proxy).await;
    let request = format!("CONNECT {target} HTTP/1.1\r\nhost: {target}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("it is read");
    let mut head = Vec::new();
    soon("an answer to CONNECT", async {
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.expect("an answer to CONNECT"));
        }
    })
    .await;
    let answer = parse(&String::from_utf8_lossy(&head)).expect("an answer has a head");
    if answer.status == 200 { Ok(stream) } else { Err(answer) }
}

fn parse(answer: &str) -> Option<Answer> {
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some(Answer { status, head: head.to_owned(), body: body.to_owned() })
}
