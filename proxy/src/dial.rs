//! Reaching an upstream: its name, its address, and TLS where the protocol wants it.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::{Arc, OnceLock},
    time::Duration,
};

use rustls::{ClientConfig, pki_types::ServerName};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tokio_rustls::TlsConnector;

use crate::{
    TrustError,
    mapping::{Target, Transport},
    resolve::Resolve,
    stream::Stream,
    trust::{self, Trust},
};

/// How long an upstream may take to accept, for each of its addresses.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a TLS handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// Why an upstream could not be reached.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DialError {
    /// Its name could not be resolved.
    #[error("the name `{host}` could not be resolved: {source}")]
    Resolve {
        /// The name.
        host: String,
        /// What the resolver said.
        source: io::Error,
    },
    /// A fault failed the resolution of its name.
    #[error("the name `{0}` could not be resolved, by a dns fault")]
    ResolveFault(String),
    /// Nothing listens there.
    #[error("{0} refused the connection")]
    Refused(Target),
    /// It did not answer in time.
    #[error("{0} did not accept within {CONNECT:?}")]
    TimedOut(Target),
    /// It could not be reached.
    #[error("{target} could not be reached: {source}")]
    Unreachable {
        /// The upstream.
        target: Target,
        /// What the system said.
        source: io::Error,
    },
    /// The TLS handshake failed.
    #[error("TLS with {target} failed: {source}")]
    Tls {
        /// The upstream.
        target: Target,
        /// What went wrong.
        source: io::Error,
    },
    /// The trusted certificates could not be read.
    #[error("{0}")]
    Trust(#[from] TrustError),
}

impl DialError {
    /// A stable name of the problem, from RFC 9209 (`Proxy-Status`).
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Resolve { .. } | Self::ResolveFault(_) => "dns_error",
            Self::Refused(_) => "connection_refused",
            Self::TimedOut(_) => "connection_timeout",
            Self::Unreachable { .. } => "destination_unavailable",
            Self::Tls { .. } => "tls_protocol_error",
            Self::Trust(_) => "proxy_configuration_error",
        }
    }
}

/// What is needed to reach upstreams.
pub(crate) struct Dialer {
    trust: Trust,
    tls: OnceLock<Arc<ClientConfig>>,
    /// The addresses that were given for targets.
    given: Vec<Resolve>,
}

impl Dialer {
    pub(crate) fn new(trust: Trust, given: Vec<Resolve>) -> Self {
        Self { trust, tls: OnceLock::new(), given }
    }

    /// The address that was given for a target, if one was. The first counts.
    fn given(&self, target: &Target) -> Option<SocketAddr> {
        self.given.iter().find(|given| given.target == *target).map(|given| given.address)
    }

    /// The port that connections to a target really go to.
    pub(crate) fn port(&self, target: &Target) -> u16 {
        self.given(target).map_or(target.port, |address| address.port())
    }

    /// Where connections to a target go: to the address that was given for it, else to what its name resolves to.
    pub(crate) async fn addresses(&self, target: &Target) -> Result<Vec<SocketAddr>, DialError> {
        match self.given(target) {
            Some(address) => Ok(vec![address]),
            None => resolve(target).await,
        }
    }

    /// Connects, and speaks TLS where the transport wants it, offering the given protocols.
    pub(crate) async fn dial(
        &self,
        target: &Target,
        transport: Transport,
        alpn: &[&[u8]],
    ) -> Result<Stream, DialError> {
        let socket = self.connect(target).await?;
        match transport {
            Transport::Plain => Ok(Stream::tcp(socket)),
            // A handshake takes far more room than a plain connection should.
            _ => Box::pin(self.secure(socket, target, transport, alpn)).await,
        }
    }

    /// Tries every address of the host in turn.
    async fn connect(&self, target: &Target) -> Result<TcpStream, DialError> {
        let mut last = None;
        for address in self.addresses(target).await? {
            match connect_to(target, address).await {
                Ok(stream) => return Ok(stream),
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| DialError::Refused(target.clone())))
    }

    /// Speaks TLS on a connection.
    async fn secure(
        &self,
        mut socket: TcpStream,
        target: &Target,
        transport: Transport,
        alpn: &[&[u8]],
    ) -> Result<Stream, DialError> {
        if transport == Transport::PostgresTls {
            request_postgres_tls(&mut socket, target).await?;
        }
        let config = self.tls_config(alpn)?;
        let tls = |source| DialError::Tls { target: target.clone(), source };
        let name =
            ServerName::try_from(target.host.clone()).map_err(|e| tls(io::Error::other(e)))?;
        // Chunks leave as they come; a stream that cannot be set so still works.
        let _ = socket.set_nodelay(true);
        let handshake = TlsConnector::from(config).connect(name, socket);
        match tokio::time::timeout(HANDSHAKE, handshake).await {
            Ok(stream) => Ok(Stream::tls(stream.map_err(tls)?)),
            Err(_) => {
                let late = io::Error::new(io::ErrorKind::TimedOut, "the handshake took too long");
                Err(tls(late))
            }
        }
    }

    fn tls_config(&self, alpn: &[&[u8]]) -> Result<Arc<ClientConfig>, DialError> {
        let base = match self.tls.get() {
            Some(config) => config,
            None => {
                let config = Arc::new(trust::client_config(&self.trust)?);
                self.tls.get_or_init(|| config)
            }
        };
        if alpn.is_empty() {
            return Ok(Arc::clone(base));
        }
        let mut config = ClientConfig::clone(base);
        config.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
        Ok(Arc::new(config))
    }
}

/// The addresses of a host: itself if it is one, else what its name resolves to.
async fn resolve(target: &Target) -> Result<Vec<SocketAddr>, DialError> {
    if let Ok(address) = target.host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, target.port)]);
    }
    let error = |source| DialError::Resolve { host: target.host.clone(), source };
    let addresses: Vec<_> = tokio::net::lookup_host((target.host.as_str(), target.port))
        .await
        .map_err(error)?
        .collect();
    if addresses.is_empty() {
        return Err(error(io::Error::new(io::ErrorKind::NotFound, "the name has no address")));
    }
    Ok(addresses)
}

async fn connect_to(target: &Target, address: SocketAddr) -> Result<TcpStream, DialError> {
    match tokio::time::timeout(CONNECT, TcpStream::connect(address)).await {
        Ok(Ok(stream)) => Ok(stream),
        Ok(Err(source)) if source.kind() == io::ErrorKind::ConnectionRefused => {
            Err(DialError::Refused(target.clone()))
        }
        Ok(Err(source)) => Err(DialError::Unreachable { target: target.clone(), source }),
        Err(_) => Err(DialError::TimedOut(target.clone())),
    }
}

/// PostgreSQL speaks TLS only after an `SSLRequest` that the server answers with `S`.
/// <https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL>
async fn request_postgres_tls(socket: &mut TcpStream, target: &Target) -> Result<(), DialError> {
    const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];
    let tls = |source| DialError::Tls { target: target.clone(), source };
    let asked = async {
        socket.write_all(&SSL_REQUEST).await?;
        socket.read_u8().await
    };
    match tokio::time::timeout(HANDSHAKE, asked).await {
        Ok(Ok(b'S')) => Ok(()),
        Ok(Ok(_)) => Err(tls(io::Error::other("the server does not speak TLS"))),
        Ok(Err(error)) => Err(tls(error)),
        Err(_) => Err(tls(io::ErrorKind::TimedOut.into())),
    }
}
