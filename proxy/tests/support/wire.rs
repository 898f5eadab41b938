//! One end of a connection, with what was read ahead, and HTTP/1.1 as it stands on the wire.

use std::{io, net::SocketAddr};

use socket2::SockRef;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::{GLANCE, is_reset, within};

/// One end of a connection.
pub(crate) struct Wire {
    pub(crate) stream: TcpStream,
    ahead: Vec<u8>,
}

/// The head of a message: its first line and its headers in their order and spelling.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) line: String,
    pub(crate) headers: Vec<(String, String)>,
}

/// A message with its body, chunks joined.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) head: Head,
    pub(crate) body: Vec<u8>,
    pub(crate) trailers: Vec<(String, String)>,
}

impl Head {
    pub(crate) fn status(&self) -> u16 {
        let status = self.line.split(' ').nth(1).expect("a status");
        status.parse().expect("a number")
    }

    /// Every value of a header, whatever its spelling.
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        let named = self.headers.iter().filter(|(found, _)| found.eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.as_str()).collect()
    }

    pub(crate) fn one(&self, name: &str) -> Option<&str> {
        let all = self.all(name);
        assert!(all.len() < 2, "{name} stands there twice");
        all.first().copied()
    }

    /// The names of the headers as they are spelled.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.headers.iter().map(|(name, _)| name.as_str()).collect()
    }
}

impl Message {
    pub(crate) fn status(&self) -> u16 {
        self.head.status()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).expect("text")
    }
}

impl Wire {
    pub(crate) fn new(stream: TcpStream) -> Self {
        stream.set_nodelay(true).expect("a socket");
        Self { stream, ahead: Vec::new() }
    }

    pub(crate) async fn connect(address: SocketAddr) -> Self {
        Self::new(within(TcpStream::connect(address)).await.expect("a listener"))
    }

    /// Leaves the system little room to hold bytes for this end.
    pub(crate) fn narrow(&self) {
        let socket = SockRef::from(&self.stream);
        socket.set_send_buffer_size(64 << 10).expect("a socket");
        socket.set_recv_buffer_size(64 << 10).expect("a socket");
    }

    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        within(self.stream.write_all(bytes.as_ref())).await.expect("somebody who reads");
    }

    /// Sends what the other side may not want to the end.
    pub(crate) async fn try_send(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        within(self.stream.write_all(bytes.as_ref())).await
    }

    /// Ends the way out; the way in stays open.
    pub(crate) async fn finish(&mut self) {
        within(self.stream.shutdown()).await.expect("a socket");
    }

    /// The next byte that was not read yet; none at the end.
    async fn fill(&mut self) -> io::Result<bool> {
        let mut buffer = vec![0; 64 << 10];
        let taken = within(self.stream.read(&mut buffer)).await?;
        self.ahead.extend_from_slice(&buffer[..taken]);
        Ok(taken > 0)
    }

    /// Exactly so many bytes.
    pub(crate) async fn exact(&mut self, count: usize) -> Vec<u8> {
        while self.ahead.len() < count {
            assert!(self.fill().await.expect("bytes"), "it ended after {:?}", self.ahead.len());
        }
        self.ahead.drain(..count).collect()
    }

    /// Everything until the end.
    pub(crate) async fn rest(&mut self) -> io::Result<Vec<u8>> {
        while self.fill().await? {}
        Ok(std::mem::take(&mut self.ahead))
    }

    /// Waits for the other side's reset.
    pub(crate) async fn expect_reset(&mut self) {
        let end = self.rest().await;
        assert!(end.as_ref().is_err_and(is_reset), "a reset, not {end:?}");
    }

    /// Looks for a moment whether anything comes, which it must not.
    pub(crate) async fn expect_silence(&mut self) {
        let mut byte = [0];
        assert!(self.ahead.is_empty());
        let read = tokio::time::timeout(GLANCE, self.stream.read(&mut byte)).await;
        assert!(read.is_err(), "nothing was to come, but {read:?} did");
    }

    async fn line(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.ahead.windows(2).position(|pair| pair == b"\r\n") {
                let line: Vec<u8> = self.ahead.drain(..end + 2).collect();
                return Some(String::from_utf8_lossy(&line[..end]).into_owned());
            }
            if !self.fill().await.unwrap_or(false) {
                return None;
            }
        }
    }

    async fn headers(&mut self) -> Option<Vec<(String, String)>> {
        let mut headers = Vec::new();
        loop {
            let line = self.line().await?;
            let Some((name, value)) = line.split_once(':') else {
                assert!(line.is_empty(), "a header: {line}");
                return Some(headers);
            };
            headers.push((name.to_owned(), value.trim().to_owned()));
        }
    }

    /// The head of the next message; none if the connection ended before it.
    pub(crate) async fn try_head(&mut self) -> Option<Head> {
        let line = self.line().await?;
        Some(Head { line, headers: self.headers().await? })
    }

    pub(crate) async fn head(&mut self) -> Head {
        self.try_head().await.expect("a message")
    }

    /// The next chunk of a chunked body; empty at its end, whose trailers are left.
    pub(crate) async fn chunk(&mut self) -> Vec<u8> {
        let size = self.line().await.expect("a chunk");
        let size = usize::from_str_radix(&size, 16).expect("a chunk's size");
        if size == 0 {
            return Vec::new();
        }
        let chunk = self.exact(size).await;
        assert_eq!(self.exact(2).await, b"\r\n");
        chunk
    }

    /// The rest of a message whose head was read; one without a length lasts until the end.
    pub(crate) async fn body(&mut self, head: Head) -> Message {
        let (mut body, mut trailers) = (Vec::new(), Vec::new());
        let request = !head.line.starts_with("HTTP/");
        if head.one("transfer-encoding").is_some_and(|coding| coding.ends_with("chunked")) {
            loop {
                let chunk = self.chunk().await;
                if chunk.is_empty() {
                    break;
                }
                body.extend(chunk);
            }
            trailers = self.headers().await.expect("the end of the body");
        } else if let Some(length) = head.one("content-length") {
            body = self.exact(length.parse().expect("a length")).await;
        } else if !request && !matches!(head.status(), 101 | 204 | 304) {
            body = self.rest().await.expect("a body");
        }
        Message { head, body, trailers }
    }

    /// The next message; none if the connection ended before it.
    pub(crate) async fn try_message(&mut self) -> Option<Message> {
        let head = self.try_head().await?;
        Some(self.body(head).await)
    }

    pub(crate) async fn message(&mut self) -> Message {
        self.try_message().await.expect("a message")
    }

    /// Asks and reads the answer.
    pub(crate) async fn ask(&mut self, request: impl AsRef<[u8]>) -> Message {
        self.send(request).await;
        self.message().await
    }
}
