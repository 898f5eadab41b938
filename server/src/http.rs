//! Serving any number of clients over streamable HTTP.
//!
//! Only names of this machine are accepted in `Host` and `Origin`, so that no web page can reach
//! the server through a browser, and each request carries a token unless the user decided against
//! it.

use std::{io, net::SocketAddr, sync::Arc};

use axum::{
    Router,
    body::Body,
    extract::{Request, State as Shared},
    http::{StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use rmcp::transport::{
    StreamableHttpServerConfig, StreamableHttpService,
    streamable_http_server::session::local::LocalSessionManager,
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{GRACE, Options, handler::Handler, restore};

/// The path of the endpoint.
const PATH: &str = "/mcp";

/// Names of this machine, accepted in `Host`.
const LOCAL_HOSTS: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// Pages of this machine, accepted in `Origin`.
const LOCAL_ORIGINS: [&str; 6] = [
    "http://localhost:*",
    "http://127.0.0.1:*",
    "http://[::1]:*",
    "https://localhost:*",
    "https://127.0.0.1:*",
    "https://[::1]:*",
];

/// Who may talk to the server.
#[derive(Clone, Default)]
pub struct HttpOptions {
    /// The secret that each request carries as `Authorization: Bearer`; none is asked for if unset.
    pub token: Option<String>,
    /// Further names that clients may call this server by in `Host`, such as `tools.example.com`.
    pub hosts: Vec<String>,
    /// Further pages that may talk to this server, such as `https://app.example.com:443`.
    pub origins: Vec<String>,
}

/// Why the server cannot be reached.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address that was asked for.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The listener failed.
    #[error("the HTTP server failed: {0}")]
    Serve(#[from] io::Error),
}

/// A server that listens and is ready to serve.
#[derive(Debug)]
pub struct HttpServer {
    listener: TcpListener,
    address: SocketAddr,
}

impl HttpServer {
    /// Listens on the address; port 0 takes a free one.
    pub async fn bind(address: SocketAddr) -> Result<Self, HttpError> {
        let failed = |source| HttpError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self { listener, address })
    }

    /// Where clients find the server.
    pub fn url(&self) -> String {
        format!("http://{}{PATH}", self.address)
    }

    /// Serves clients until `options.stop` is cancelled, then undoes what they have set up.
    pub async fn serve(self, http: HttpOptions, options: Options) -> Result<(), HttpError> {
        let Options { state, stop } = options;
        let sessions = CancellationToken::new();
        let router = router(Handler::new(state.clone()), http, sessions.clone());
        let asked = stop.clone();
        let serving = axum::serve(self.listener, router)
            .with_graceful_shutdown(async move { asked.cancelled().await })
            .into_future();
        tokio::pin!(serving);
        let outcome = tokio::select! {
            outcome = &mut serving => outcome.map_err(HttpError::from),
            () = stop.cancelled() => {
                // Sessions end after the calls, so that no stream is cut before its last answer.
                restore(&state).await;
                sessions.cancel();
                // What is still open after the grace is dropped.
                tokio::time::timeout(GRACE, serving).await.unwrap_or(Ok(())).map_err(HttpError::from)
            }
        };
        restore(&state).await;
        outcome
    }
}

fn router(handler: Handler, http: HttpOptions, sessions: CancellationToken) -> Router {
    let local = |names: &[&str], more: Vec<String>| -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).chain(more).collect()
    };
    let config = StreamableHttpServerConfig::default()
        .with_allowed_hosts(local(&LOCAL_HOSTS, http.hosts))
        .with_allowed_origins(local(&LOCAL_ORIGINS, http.origins))
        .with_cancellation_token(sessions);
    let service = StreamableHttpService::new(
        move || Ok(handler.clone()),
        Arc::new(LocalSessionManager::default()),
        config,
    );
    let router = Router::new().route_service(PATH, service);
    match http.token {
        Some(token) => router.layer(middleware::from_fn_with_state(Arc::<str>::from(token), guard)),
        None => router,
    }
}

/// Lets a request through that carries the token.
async fn guard(Shared(token): Shared<Arc<str>>, request: Request<Body>, next: Next) -> Response {
    let given = request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim());
    if given.is_some_and(|given| same(given.as_bytes(), token.as_bytes())) {
        return next.run(request).await;
    }
    let challenge = [(header::WWW_AUTHENTICATE, "Bearer")];
    (StatusCode::UNAUTHORIZED, challenge, "a bearer token is needed\n").into_response()
}

/// Compares in a time that does not tell how much of the secret was right.
fn same(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len()
        && left.iter().zip(right).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}
