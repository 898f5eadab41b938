//! A byte stream to a client or an upstream, plain or TLS, that can end by reset.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use socket2::SockRef;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::Instant,
};
use tokio_rustls::client::TlsStream;

use crate::clock::{Clock, Timer};

/// Up to how many bytes the parts of a message are put together before they are written.
const SMALL: usize = 2048;

/// A stream to a client or an upstream.
pub(crate) struct Stream {
    io: Io,
    leg: Option<Arc<Leg>>,
    ending: Option<Box<Ending>>,
}

enum Io {
    Tcp(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// How long an exchange may still take once its client has said that nothing more comes.
///
/// A client that only closed its sending half waits for the answer; one that gave up has closed the same way. The
/// answer is given this time to come, then the client counts as gone.
const PATIENCE: Duration = Duration::from_secs(5);

/// What a client's stream and the exchanges on it share, whoever owns the stream by now.
#[derive(Debug, Default)]
pub(crate) struct Leg {
    aborted: AtomicBool,
    busy: AtomicUsize,
    stuck: AtomicBool,
}

/// An exchange is under way for as long as this lives.
#[derive(Debug)]
pub(crate) struct Busy(Arc<Leg>);

impl Leg {
    /// From now on, dropping the stream resets the connection.
    pub(crate) fn abort(&self) {
        self.aborted.store(true, Ordering::Relaxed);
    }

    /// Whether what was written last waits for the other side to take it.
    pub(crate) fn is_stuck(&self) -> bool {
        self.stuck.load(Ordering::Relaxed)
    }

    /// Says that an exchange is under way.
    pub(crate) fn busy(self: &Arc<Self>) -> Busy {
        self.busy.fetch_add(1, Ordering::Relaxed);
        Busy(Arc::clone(self))
    }

    fn is_busy(&self) -> bool {
        self.busy.load(Ordering::Relaxed) > 0
    }
}

impl Busy {
    /// The leg the exchange is on.
    pub(crate) fn leg(&self) -> &Leg {
        &self.0
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.busy.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The wait for an answer whose client has ended its sending half.
struct Ending {
    until: Instant,
    timer: Timer,
}

impl Stream {
    pub(crate) fn tcp(stream: TcpStream) -> Self {
        // Chunks leave as they come; a stream that cannot be set so still works.
        let _ = stream.set_nodelay(true);
        Self { io: Io::Tcp(stream), leg: None, ending: None }
    }

    pub(crate) fn tls(stream: TlsStream<TcpStream>) -> Self {
        Self { io: Io::Tls(Box::new(stream)), leg: None, ending: None }
    }

    /// A stream on which exchanges are answered.
    pub(crate) fn with_leg(mut self, leg: Arc<Leg>) -> Self {
        self.leg = Some(leg);
        self
    }

    /// The same stream once no exchange is left on it.
    pub(crate) fn without_leg(mut self) -> Self {
        self.leg = None;
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
        if self.leg.as_ref().is_some_and(|leg| leg.aborted.load(Ordering::Relaxed)) {
            self.reset();
        }
    }
}

impl Stream {
    fn poll_io_read(
        &mut self,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match &mut self.io {
            Io::Tcp(stream) => Pin::new(stream).poll_read(cx, buf),
            Io::Tls(stream) => Pin::new(stream.as_mut()).poll_read(cx, buf),
        }
    }

    /// What came of writing, which the exchanges on the stream can ask for.
    fn noted(&self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if let Some(leg) = &self.leg {
            leg.stuck.store(written.is_pending(), Ordering::Relaxed);
        }
        written
    }

    /// The end of what a client sends, told at once or, while an exchange is under way, after a while.
    fn poll_ending(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.leg.as_ref().is_some_and(|leg| leg.is_busy()) {
            return Poll::Ready(Ok(()));
        }
        let ending = self.ending.get_or_insert_with(|| {
            Box::new(Ending { until: Instant::now() + PATIENCE, timer: Timer::default() })
        });
        ending.timer.poll(Clock::Tokio, ending.until, cx).map(Ok)
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.leg.is_none() {
            return self.poll_io_read(cx, buf);
        }
        let before = buf.filled().len();
        if self.ending.is_none() {
            ready!(self.poll_io_read(cx, buf))?;
        }
        if buf.filled().len() > before || buf.remaining() == 0 {
            return Poll::Ready(Ok(()));
        }
        self.poll_ending(cx)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = match &mut self.io {
            Io::Tcp(stream) => Pin::new(stream).poll_write(cx, buf),
            Io::Tls(stream) => Pin::new(stream.as_mut()).poll_write(cx, buf),
        };
        self.noted(written)
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
        let written = match &mut self.io {
            Io::Tcp(stream) => Pin::new(stream).poll_write_vectored(cx, bufs),
            Io::Tls(stream) => Pin::new(stream.as_mut()).poll_write_vectored(cx, bufs),
        };
        self.noted(written)
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
