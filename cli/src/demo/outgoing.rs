//! The calls that the demo application makes to others, directly or through an HTTP proxy.
//!
//! Each call opens a connection of its own, so that faults which act once for each connection are
//! met by each call.

use std::error::Error;
use std::fmt;
use std::io;
use std::pin::pin;
use std::sync::Arc;

use axum::body::Bytes;
use http_body_util::{BodyExt, Empty, Limited};
use hyper::client::conn::http1;
use hyper::header::HOST;
use hyper::{Method, Request, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use super::{DemoError, tls};

/// The longest body taken from a remote, in bytes.
const LONGEST_BODY: usize = 8 * 1024 * 1024;

/// Makes outgoing calls.
pub(super) struct Outgoing {
    proxy: Option<Place>,
    tls: Option<Arc<ClientConfig>>,
}

/// A host and port to connect to.
#[derive(Clone, Debug, PartialEq)]
struct Place {
    host: String,
    port: u16,
}

impl Outgoing {
    /// Makes outgoing calls, through `proxy` if there is one.
    pub(super) fn new(
        proxy: Option<&str>,
        tls: Option<Arc<ClientConfig>>,
    ) -> Result<Self, DemoError> {
        let proxy = proxy.map(proxy_place).transpose()?;
        Ok(Self { proxy, tls })
    }

    /// GETs the body at `url`; an answer that is not a success is an error.
    pub(super) async fn get(&self, url: &Uri) -> Result<Bytes, OutgoingError> {
        let place = Place::of(url);
        if url.scheme_str() == Some("https") {
            return self.get_secure(url, &place).await;
        }
        match &self.proxy {
            None => exchange(connect(&place).await?, origin_form(url), url).await,
            Some(proxy) => exchange(connect(proxy).await?, url.clone(), url).await,
        }
    }

    async fn get_secure(&self, url: &Uri, place: &Place) -> Result<Bytes, OutgoingError> {
        let config = self.tls.clone().ok_or_else(|| OutgoingError::NoTrust(place.to_string()))?;
        match &self.proxy {
            None => exchange_secure(connect(place).await?, config, url, place).await,
            Some(proxy) => {
                let tunnel = tunnel(connect(proxy).await?, place).await?;
                exchange_secure(tunnel, config, url, place).await
            }
        }
    }
}

/// Reads the URL of a remote.
pub(super) fn remote_url(given: &str) -> Result<Uri, DemoError> {
    let bad = || DemoError::BadRemote(given.to_owned());
    let url: Uri = given.parse().map_err(|_| bad())?;
    match (url.scheme_str(), url.host()) {
        (Some("http" | "https"), Some(host)) if !host.is_empty() => Ok(url),
        _ => Err(bad()),
    }
}

fn proxy_place(given: &str) -> Result<Place, DemoError> {
    let bad = || DemoError::BadProxy(given.to_owned());
    let text = if given.contains("://") { given.to_owned() } else { format!("http://{given}") };
    let url = remote_url(&text).map_err(|_| bad())?;
    if url.scheme_str() == Some("http") { Ok(Place::of(&url)) } else { Err(bad()) }
}

async fn connect(place: &Place) -> Result<TcpStream, OutgoingError> {
    TcpStream::connect((place.host.as_str(), place.port))
        .await
        .map_err(|source| OutgoingError::Unreachable { place: place.to_string(), source })
}

/// Asks the proxy at the other end of `stream` for a tunnel to `place`.
async fn tunnel(
    stream: TcpStream,
    place: &Place,
) -> Result<impl AsyncRead + AsyncWrite + Unpin + Send + use<>, OutgoingError> {
    let failed = |source| OutgoingError::Http { place: place.to_string(), source };
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(failed)?;
    let authority = place.to_string();
    let ask = async {
        let request = Request::builder()
            .method(Method::CONNECT)
            .uri(authority.as_str())
            .header(HOST, authority.as_str())
            .body(Empty::<Bytes>::new())
            .expect("a host and a port make a CONNECT request");
        let response = sender.send_request(request).await.map_err(failed)?;
        if response.status() != StatusCode::OK {
            let (place, status) = (authority.clone(), response.status());
            return Err(OutgoingError::TunnelRefused { place, status });
        }
        let upgraded = hyper::upgrade::on(response).await.map_err(failed)?;
        Ok(TokioIo::new(upgraded))
    };
    driven(ask, connection.with_upgrades()).await
}

async fn exchange_secure<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    config: Arc<ClientConfig>,
    url: &Uri,
    place: &Place,
) -> Result<Bytes, OutgoingError> {
    let (plain, pump) = tls::open(stream, config, &place.host)
        .await
        .map_err(|source| OutgoingError::Tls { place: place.to_string(), source })?;
    driven(exchange(plain, origin_form(url), url), pump).await
}

/// One request and its answer over `stream`, with `target` in the request line.
async fn exchange<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    target: Uri,
    url: &Uri,
) -> Result<Bytes, OutgoingError> {
    let place = url.authority().map(ToString::to_string).unwrap_or_default();
    let failed = |source| OutgoingError::Http { place: place.clone(), source };
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(failed)?;
    let request = Request::builder()
        .uri(target)
        .header(HOST, place.as_str())
        .body(Empty::<Bytes>::new())
        .map_err(|_| OutgoingError::BadUrl(url.to_string()))?;
    let talk = async {
        let response = sender.send_request(request).await.map_err(failed)?;
        if !response.status().is_success() {
            let (url, status) = (url.to_string(), response.status());
            return Err(OutgoingError::Unsuccessful { url, status });
        }
        let body = Limited::new(response.into_body(), LONGEST_BODY).collect().await;
        let body = body.map_err(|source| OutgoingError::Body { url: url.to_string(), source })?;
        Ok(body.to_bytes())
    };
    driven(talk, connection).await
}

/// Runs `talk` to its end while `engine` moves its bytes; both end here, no task is left behind.
async fn driven<T>(talk: impl Future<Output = T>, engine: impl Future) -> T {
    let mut talk = pin!(talk);
    tokio::select! {
        said = &mut talk => said,
        _ = engine => talk.await,
    }
}

fn origin_form(url: &Uri) -> Uri {
    let path = url.path_and_query().map_or("/", |path| path.as_str());
    path.parse().unwrap_or_else(|_| Uri::from_static("/"))
}

impl Place {
    /// The host and port of an `http` or `https` URL.
    fn of(url: &Uri) -> Self {
        let host = url.host().unwrap_or_default();
        // A literal IPv6 address stands in brackets in a URL, and without them in a look-up.
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let usual = if url.scheme_str() == Some("https") { 443 } else { 80 };
        Self { host, port: url.port_u16().unwrap_or(usual) }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// Why a call to another service failed.
#[derive(Debug)]
pub(super) enum OutgoingError {
    /// The URL can't stand in a request.
    BadUrl(String),
    /// No connection could be made.
    Unreachable { place: String, source: io::Error },
    /// The proxy would not open a tunnel.
    TunnelRefused { place: String, status: StatusCode },
    /// An `https` remote was to be called, and nothing says whom to trust.
    NoTrust(String),
    /// No TLS session could be made.
    Tls { place: String, source: io::Error },
    /// The exchange broke off.
    Http { place: String, source: hyper::Error },
    /// The body broke off or was too long.
    Body { url: String, source: Box<dyn Error + Send + Sync> },
    /// The remote answered, but not with a success.
    Unsuccessful { url: String, status: StatusCode },
}

impl fmt::Display for OutgoingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadUrl(url) => write!(f, "URL '{url}' cannot be requested"),
            Self::Unreachable { place, .. } => write!(f, "cannot connect to {place}"),
            Self::TunnelRefused { place, status } => {
                write!(f, "the proxy refused a tunnel to {place} with {}", status.as_u16())
            }
            Self::NoTrust(place) => write!(f, "no trusted certificates to check {place} with"),
            Self::Tls { place, .. } => write!(f, "no TLS session with {place}"),
            Self::Http { place, .. } => write!(f, "the exchange with {place} failed"),
            Self::Body { url, .. } => write!(f, "the body of {url} could not be read"),
            Self::Unsuccessful { url, status } => write!(f, "{url} answered {}", status.as_u16()),
        }
    }
}

impl Error for OutgoingError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Unreachable { source, .. } | Self::Tls { source, .. } => Some(source),
            Self::Http { source, .. } => Some(source),
            Self::Body { source, .. } => Some(source.as_ref()),
            Self::BadUrl(_)
            | Self::TunnelRefused { .. }
            | Self::NoTrust(_)
            | Self::Unsuccessful { .. } => None,
        }
    }
}
