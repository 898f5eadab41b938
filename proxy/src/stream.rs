//! A byte stream to a client or an upstream, plain or TLS, that can end by reset.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use socket2::SockRef;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};
use tokio_rustls::client::TlsStream;

/// Up to how many bytes the parts of a message are put together before they are written.
const SMALL: usize = 2048;

/// A stream to a client or an upstream.
pub(crate) struct Stream {
    io: Io,
    abort: Abort,
}

enum Io {
    Tcp(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// Tells a stream, whoever owns it by now, to end by reset when it is dropped.
#[derive(Clone, Debug, Default)]
pub(crate) struct Abort(Option<Arc<AtomicBool>>);

impl Abort {
    /// A handle that can be kept while the stream is owned elsewhere.
    pub(crate) fn new() -> Self {
        Self(Some(Arc::default()))
    }

    /// From now on, dropping the stream resets the connection.
    pub(crate) fn abort(&self) {
        if let Some(flag) = &self.0 {
            flag.store(true, Ordering::Relaxed);
        }
    }

    fn is_set(&self) -> bool {
        self.0
            .as_ref()
            .is_some_and(|flag| flag.load(Ordering::Relaxed))
    }
}

impl Stream {
    pub(crate) fn tcp(stream: TcpStream) -> Self {
        // Chunks leave as they come; a stream that cannot be set so still works.
        let _ = stream.set_nodelay(true);
        Self {
            io: Io::Tcp(stream),
            abort: Abort::default(),
        }
    }

    pub(crate) fn tls(stream: TlsStream<TcpStream>) -> Self {
        Self {
            io: Io::Tls(Box::new(stream)),
            abort: Abort::default(),
        }
    }

    pub(crate) fn with_abort(mut self, abort: Abort) -> Self {
        self.abort = abort;
        self
    }

    /// The socket, if nothing lies between it and the bytes.
    pub(crate) fn plain(&self) -> Option<&TcpStream> {
        match &self.io {
            Io::Tcp(stream) => Some(stream),
            Io::Tls(_) => None,
        }
    }

    /// Whether HTTP/2 was agreed on in the TLS handshake.
    pub(crate) fn speaks_http2(&self) -> bool {
        match &self.io {
            Io::Tcp(_) => false,
            Io::Tls(stream) => stream.get_ref().1.alpn_protocol() == Some(b"h2"),
        }
    }

    /// Ends the connection by reset.
    pub(crate) fn reset(&self) {
        // Linger is zero so that the peer sees a reset; a plain close would look like a regular end.
        let _ = SockRef::from(self.socket()).set_linger(Some(Duration::ZERO));
    }

    fn socket(&self) -> &TcpStream {
        match &self.io {
            Io::Tcp(stream) => stream,
            Io::Tls(stream) => stream.get_ref().0,
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        if self.abort.is_set() {
            self.reset();
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match &mut self.io {
            Io::Tcp(stream) => Pin::new(stream).poll_read(cx, buf),
            Io::Tls(stream) => Pin::new(stream.as_mut()).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        match &mut self.io {
            Io::Tcp(stream) => Pin::new(stream).poll_write(cx, buf),
            Io::Tls(stream) => Pin::new(stream.as_mut()).poll_write(cx, buf),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let total = bufs.iter().map(|buf| buf.len()).sum();
        if total <= SMALL {
            // Copying a small message costs less than handing its parts to the system.
            let mut whole = [0; SMALL];
            let mut free = whole.as_mut_slice();
            for buf in bufs {
                let (taken, rest) = free.split_at_mut(buf.len());
                taken.copy_from_slice(buf);
                free = rest;
            }
            return self.poll_write(cx, &whole[..total]);
        }
        match &mut self.io {
            Io::Tcp(stream) => Pin::new(stream).poll_write_vectored(cx, bufs),
            Io::Tls(stream) => Pin::new(stream.as_mut()).poll_write_vectored(cx, bufs),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match &self.io {
            Io::Tcp(stream) => stream.is_write_vectored(),
            Io::Tls(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.io {
            Io::Tcp(stream) => Pin::new(stream).poll_flush(cx),
            Io::Tls(stream) => Pin::new(stream.as_mut()).poll_flush(cx),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.io {
            Io::Tcp(stream) => Pin::new(stream).poll_shutdown(cx),
            Io::Tls(stream) => Pin::new(stream.as_mut()).poll_shutdown(cx),
        }
    }
}
