//! The client's side of a TLS session over any byte stream.
//!
//! The session's plain text is one end of an in-memory pipe; a future moves bytes between the other
//! end and the stream, and ends with the session.

use std::io::{self, ErrorKind, Read, Write};
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream};

/// How many bytes may wait in the pipe, and how many are read at once.
const BUFFER: usize = 16 * 1024;

/// Shakes hands with `host` over `stream`; the future returned must be polled for bytes to move.
pub(super) async fn open<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    config: Arc<ClientConfig>,
    host: &str,
) -> io::Result<(DuplexStream, impl Future<Output = io::Result<()>> + use<S>)> {
    let name = ServerName::try_from(host.to_owned())
        .map_err(|source| io::Error::new(ErrorKind::InvalidInput, source))?;
    let mut session = ClientConnection::new(config, name).map_err(io::Error::other)?;
    let mut buffer = vec![0; BUFFER];
    let mut early = Vec::new();
    flush(&mut session, &mut stream).await?;
    while session.is_handshaking() {
        let count = stream.read(&mut buffer).await?;
        if count == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        let fed = feed(&mut session, &buffer[..count], &mut early);
        // A failed session has an alert to send, so that the peer learns why.
        flush(&mut session, &mut stream).await?;
        fed?;
    }
    let (plain, inner) = tokio::io::duplex(BUFFER);
    Ok((plain, pump(session, stream, inner, early)))
}

/// Moves bytes both ways until either side ends; `arrived` came with the handshake.
async fn pump<S: AsyncRead + AsyncWrite + Unpin>(
    mut session: ClientConnection,
    mut stream: S,
    mut plain: DuplexStream,
    mut arrived: Vec<u8>,
) -> io::Result<()> {
    let (mut incoming, mut outgoing) = (vec![0; BUFFER], vec![0; BUFFER]);
    let mut open = true;
    while open {
        plain.write_all(&arrived).await?;
        arrived.clear();
        tokio::select! {
            count = stream.read(&mut incoming) => match count? {
                0 => return Err(ErrorKind::UnexpectedEof.into()),
                count => open = feed(&mut session, &incoming[..count], &mut arrived)?,
            },
            count = plain.read(&mut outgoing) => match count? {
                0 => {
                    session.send_close_notify();
                    open = false;
                }
                count => session.writer().write_all(&outgoing[..count])?,
            },
        }
        flush(&mut session, &mut stream).await?;
    }
    plain.write_all(&arrived).await
}

/// Gives the session what came over the wire, and appends what it says to `plain`.
///
/// Answers whether the peer may still send more.
fn feed(session: &mut ClientConnection, mut wire: &[u8], plain: &mut Vec<u8>) -> io::Result<bool> {
    while !wire.is_empty() {
        session.read_tls(&mut wire)?;
        let state = session
            .process_new_packets()
            .map_err(|source| io::Error::new(ErrorKind::InvalidData, source))?;
        let start = plain.len();
        plain.resize(start + state.plaintext_bytes_to_read(), 0);
        session.reader().read_exact(&mut plain[start..])?;
        if state.peer_has_closed() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Sends what the session has to say.
async fn flush<S: AsyncWrite + Unpin>(
    session: &mut ClientConnection,
    stream: &mut S,
) -> io::Result<()> {
    let mut wire = Vec::new();
    while session.wants_write() {
        session.write_tls(&mut wire)?;
    }
    stream.write_all(&wire).await?;
    stream.flush().await
}
