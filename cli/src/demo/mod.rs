//! The demo application: a small HTTP service to try faults on.
//!
//! | endpoint | answer |
//! |---|---|
//! | `GET /` | `<h1>Hello, World!</h1>` |
//! | `POST /uppercase` | `{"content": "abc"}` comes back as `{"content": "ABC"}` |
//! | `GET /ping` | calls a remote: `{"content": .., "duration": "<milliseconds>"}` |
//! | `GET /ping/myself` | calls the application's own `/` and hands on what it said |
//! | `GET /multi` | calls two remotes at once: `{"content": "", "duration": "<milliseconds>"}` |
//!
//! A call that fails is a 502 with `{"error": ".."}`. The application sets no time-out on its own
//! calls, which is exactly what a blackhole shows.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use tokio::net::TcpListener;
use tokio::task::JoinError;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

mod error;
mod outgoing;
mod routes;
mod tls;

#[cfg(test)]
mod tests;

pub(crate) use self::error::DemoError;

/// What `/ping` calls unless told otherwise.
pub(crate) const DEFAULT_REMOTE: &str = "https://postman-echo.com/get";

/// The first of the two that `/multi` calls unless a remote is given.
const DEFAULT_COMPANION: &str = "https://www.example.com/";

/// How long requests under way may take to finish once the application is asked to stop.
const GRACE: Duration = Duration::from_secs(2);

/// Where the demo application listens and what it calls.
pub(crate) struct Settings {
    /// The address to listen on; port 0 lets the system choose a free one.
    pub(crate) address: SocketAddr,
    /// The `http` or `https` URL that `/ping` and `/multi` call. Without it they call the
    /// documented public ones ([`DEFAULT_REMOTE`]); with it nothing else is called but the
    /// application itself.
    pub(crate) remote: Option<String>,
    /// The HTTP proxy that every outgoing call goes through, as `http://HOST:PORT` or `HOST:PORT`.
    pub(crate) http_proxy: Option<String>,
    /// How `https` remotes are trusted. Without it a call to one fails and says so.
    pub(crate) tls: Option<Arc<ClientConfig>>,
}

/// The running demo application; dropping it stops it at once.
pub(crate) struct Demo {
    address: SocketAddr,
    serving: AbortOnDropHandle<()>,
}

impl Demo {
    /// The address it listens on, with its real port.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits until it has been stopped and the requests under way are answered.
    pub(crate) async fn stopped(self) -> Result<(), JoinError> {
        self.serving.await
    }
}

/// Starts the application; it listens when this returns, and ends when `stop` is cancelled.
///
/// Each request answered is given to `log` as a line: `GET / 200 6.627µs`.
pub(crate) async fn serve(
    settings: Settings,
    log: impl Fn(String) + Send + Sync + 'static,
    stop: CancellationToken,
) -> Result<Demo, DemoError> {
    let outgoing = outgoing::Outgoing::new(settings.http_proxy.as_deref(), settings.tls)?;
    let remote = settings.remote.as_deref().map(outgoing::remote_url).transpose()?;
    let listener = TcpListener::bind(settings.address)
        .await
        .map_err(|source| DemoError::listen(settings.address, source))?;
    let address =
        listener.local_addr().map_err(|source| DemoError::listen(settings.address, source))?;

    let app = routes::App { outgoing, remote, own: own_url(address), stop: stop.clone() };
    let router = routes::router(app, log);
    let serving = async move {
        let until_answered =
            axum::serve(listener, router).with_graceful_shutdown(stop.clone().cancelled_owned());
        tokio::select! {
            _ = until_answered => {}
            // A peer that never finishes its request must not keep the application from stopping.
            () = ended(&stop, GRACE * 2) => {}
        }
    };
    Ok(Demo { address, serving: AbortOnDropHandle::new(tokio::spawn(serving)) })
}

/// Resolves `grace` after `stop` was cancelled.
async fn ended(stop: &CancellationToken, grace: Duration) {
    stop.cancelled().await;
    tokio::time::sleep(grace).await;
}

/// The URL at which the application reaches itself: an address that means "any" is not one to call.
fn own_url(address: SocketAddr) -> hyper::Uri {
    let host = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    format!("http://{}/", SocketAddr::new(host, address.port()))
        .parse()
        .expect("an address and a port make a URL")
}
