//! Serving one client over a pair of byte streams, such as standard input and output.
//!
//! The end of the input is the end of the client. Running calls are then undone and never
//! answered: clients are known to crash on an answer that comes after they have closed the stream.
//! Only what is answered anyway within a moment is still sent, for the sake of shell pipes.

use std::{collections::HashSet, io, time::Duration};

use rmcp::{
    RoleServer, ServiceExt,
    model::{
        ClientJsonRpcMessage, ClientNotification, ClientRequest, JsonRpcMessage, RequestId,
        ServerJsonRpcMessage,
    },
    service::ServerInitializeError,
    transport::{Transport, async_rw::AsyncRwTransport, stdio_pipes},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite},
    sync::watch,
    time::Instant,
};
use tokio_util::sync::CancellationToken;

use crate::{GRACE, Options, handler::Handler, restore};

/// How long calls that are already under way may still answer after the end of the input.
const LAST_WORDS: Duration = Duration::from_millis(150);

/// Why a server could not go on.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The client broke the protocol before anything was agreed.
    #[error("the client did not follow the protocol: {0}")]
    Protocol(Box<ServerInitializeError>),
    /// The task that served the client failed.
    #[error("the server task failed: {0}")]
    Task(#[from] tokio::task::JoinError),
}

/// Serves the client on standard input and output until it goes away or `options.stop` is
/// cancelled.
pub async fn serve_stdio(options: Options) -> Result<(), ServeError> {
    let (input, output) = stdio_pipes();
    serve(input, output, options).await
}

/// Serves the client on these streams until it goes away or `options.stop` is cancelled.
///
/// Everything that the client has set up is undone when this returns.
pub async fn serve(
    input: impl AsyncRead + Send + Unpin + 'static,
    output: impl AsyncWrite + Send + Unpin + 'static,
    options: Options,
) -> Result<(), ServeError> {
    let Options { state, stop } = options;
    let gone = CancellationToken::new();
    // A last line without an end is still a request.
    let lines = AsyncRwTransport::new_server(input.chain(&b"\n"[..]), output);
    let client = Client {
        lines,
        open: watch::Sender::new(HashSet::new()),
        introduced: false,
        ends_at: None,
        gone: gone.clone(),
        stop,
    };
    let outcome = match Handler::new(state.clone()).serve(client).await {
        Ok(service) => {
            let ending = service.cancellation_token();
            let serving = service.waiting();
            tokio::pin!(serving);
            tokio::select! {
                ended = &mut serving => ended.map(drop).map_err(ServeError::from),
                () = gone.cancelled() => {
                    // Calls end because the state is shut down; rmcp waits for them.
                    let ended = tokio::time::timeout(GRACE, &mut serving);
                    let (ended, ()) = tokio::join!(ended, restore(&state));
                    if ended.is_err() {
                        tracing::warn!("calls were still running when the server ended");
                    }
                    ending.cancel();
                    return Ok(());
                }
            }
        }
        // A client that only asks what we are, and leaves, has done nothing wrong.
        Err(ServerInitializeError::ConnectionClosed(_) | ServerInitializeError::Cancelled) => {
            Ok(())
        }
        Err(error) => Err(ServeError::Protocol(Box::new(error))),
    };
    restore(&state).await;
    outcome
}

/// The client's lines, with an end that is quick and silent.
struct Client<R: AsyncRead, W: AsyncWrite> {
    lines: AsyncRwTransport<RoleServer, R, W>,
    /// Requests that were not answered yet.
    open: watch::Sender<HashSet<RequestId>>,
    /// Whether a request has settled which revision of the protocol is spoken.
    introduced: bool,
    /// When to stop waiting for last answers, after the end of the input.
    ends_at: Option<Instant>,
    gone: CancellationToken,
    stop: CancellationToken,
}

impl<R, W> Client<R, W>
where
    R: AsyncRead + Send + Unpin,
    W: AsyncWrite + Send + Unpin + 'static,
{
    /// Keeps book of what is to be answered; false if the message is to be left out.
    fn note(&mut self, message: &ClientJsonRpcMessage) -> bool {
        match message {
            JsonRpcMessage::Request(request) => {
                self.open.send_modify(|open| {
                    open.insert(request.id.clone());
                });
                let probe = matches!(
                    request.request,
                    ClientRequest::DiscoverRequest(_) | ClientRequest::PingRequest(_)
                );
                self.introduced |= !probe;
                true
            }
            JsonRpcMessage::Notification(notification) => {
                if let ClientNotification::CancelledNotification(cancelled) =
                    &notification.notification
                    && let Some(id) = &cancelled.params.request_id
                {
                    self.open.send_modify(|open| {
                        open.remove(id);
                    });
                }
                // A client may cancel a probe that took too long before it introduces itself.
                self.introduced
            }
            _ => self.introduced,
        }
    }

    /// Waits for last answers. The service may drop this half way and come again.
    async fn leave(&mut self) {
        if self.gone.is_cancelled() {
            return;
        }
        let ends_at = *self.ends_at.get_or_insert_with(|| Instant::now() + LAST_WORDS);
        let mut open = self.open.subscribe();
        let silent = open.wait_for(HashSet::is_empty);
        // Neither an answer to everything nor running out of time changes what follows.
        let _ = tokio::time::timeout_at(ends_at, silent).await;
        self.gone.cancel();
    }
}

impl<R, W> Transport<RoleServer> for Client<R, W>
where
    R: AsyncRead + Send + Unpin,
    W: AsyncWrite + Send + Unpin + 'static,
{
    type Error = io::Error;

    fn send(
        &mut self,
        message: ServerJsonRpcMessage,
    ) -> impl Future<Output = Result<(), io::Error>> + Send + 'static {
        let answered = match &message {
            JsonRpcMessage::Response(response) => Some(response.id.clone()),
            JsonRpcMessage::Error(error) => error.id.clone(),
            _ => None,
        };
        let open = self.open.clone();
        let gone = self.gone.clone();
        let sending = self.lines.send(message);
        async move {
            if gone.is_cancelled() {
                return Ok(());
            }
            let sent = tokio::select! {
                sent = sending => sent,
                // A client that is gone does not read any more.
                () = gone.cancelled() => Ok(()),
            };
            if let Some(id) = answered {
                open.send_modify(|open| {
                    open.remove(&id);
                });
            }
            sent
        }
    }

    async fn receive(&mut self) -> Option<ClientJsonRpcMessage> {
        loop {
            let message = tokio::select! {
                message = self.lines.receive() => message,
                () = self.stop.cancelled() => {
                    self.gone.cancel();
                    None
                }
            };
            match message {
                Some(message) if self.note(&message) => return Some(message),
                Some(_) => {}
                None => {
                    self.leave().await;
                    return None;
                }
            }
        }
    }

    async fn close(&mut self) -> Result<(), io::Error> {
        self.lines.close().await
    }
}
