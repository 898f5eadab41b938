//! Upstreams that speak TLS are verified by name, with the authority that the user gave.

use std::{convert::Infallible, path::Path as FilePath, sync::Arc};

use fault_proxy::{Proxy, Settings, StartError, Trust, Upstreams};
use http::{Request, Response, Version};
use http_body_util::BodyExt as _;
use hyper::{body::Incoming, client::conn::http2, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{
    ClientConfig, RootCertStore, ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName},
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use crate::support::{Upstream, Wire, any, failure, settings, within};

/// An authority of the test's own, and a folder with its certificate.
struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: TempDir,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let issuer = CertifiedIssuer::self_signed(params, key).expect("an authority");
        let folder = tempfile::tempdir().expect("a folder");
        fs_err::write(folder.path().join("ca.pem"), issuer.pem()).expect("a file");
        Self { issuer, folder }
    }

    fn trust(&self) -> Trust {
        Trust { authorities: vec![self.folder.path().join("ca.pem")], insecure: false }
    }

    fn acceptor(&self, name: &str, alpn: &[&[u8]]) -> TlsAcceptor {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .expect("a configuration");
        config.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
        TlsAcceptor::from(Arc::new(config))
    }

    /// An upstream that answers one request after TLS, or after PostgreSQL's way to it.
    async fn upstream(&self, name: &str, postgres: bool) -> Upstream {
        let acceptor = self.acceptor(name, &[]);
        Upstream::serve(move |mut wire| {
            let acceptor = acceptor.clone();
            async move {
                if postgres {
                    assert_eq!(wire.exact(8).await, [0, 0, 0, 8, 4, 0xd2, 0x16, 0x2f]);
                    wire.send("S").await;
                }
                let Ok(mut stream) = acceptor.accept(wire.stream).await else { return };
                let mut request = vec![0; 4096];
                while stream.read(&mut request).await.is_ok_and(|taken| taken > 0) {
                    let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
                    stream.write_all(answer.as_bytes()).await.expect("a reader");
                }
            }
        })
        .await
    }
}

async fn start(trust: Trust, mapping: Option<String>) -> Proxy {
    let mut settings: Settings = settings();
    settings.http = Some(any());
    settings.upstreams = Upstreams::all();
    settings.trust = trust;
    settings.mappings.extend(mapping.map(|mapping| mapping.parse().expect("a mapping")));
    Proxy::start(settings).await.expect("a proxy")
}

fn absolute(host: &str) -> String {
    format!("GET https://{host}/ HTTP/1.1\r\nHost: {host}\r\n\r\n")
}

const PLAIN: &str = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

#[tokio::test]
async fn an_upstream_is_spoken_to_over_tls_by_mapping_and_by_https_request() {
    let authority = Authority::new();
    let upstream = authority.upstream("localhost", false).await;
    let host = format!("localhost:{}", upstream.address.port());
    for protocol in ["https", "tls"] {
        let proxy = start(authority.trust(), Some(format!("0={protocol}://{host}"))).await;
        let mut wire = Wire::connect(proxy.listeners()[1].address).await;
        assert_eq!(wire.ask(PLAIN).await.text(), "ok", "{protocol}");
        let mut wire = Wire::connect(proxy.listeners()[0].address).await;
        for _ in 0..2 {
            assert_eq!(wire.ask(absolute(&host)).await.text(), "ok");
        }
    }
}

#[tokio::test]
async fn a_certificate_is_for_the_name_also_where_that_was_given_another_address() {
    let authority = Authority::new();
    let upstream = authority.upstream("name.test", false).await;
    let mut settings: Settings = settings();
    settings.trust = authority.trust();
    for host in ["name.test", "other.test"] {
        let address = format!("{host}:443={}", upstream.address);
        settings.resolve.push(address.parse().expect("an address"));
        settings.mappings.push(format!("0=https://{host}").parse().expect("a mapping"));
    }
    let proxy = Proxy::start(settings).await.expect("a proxy");
    for (listener, status) in [(0, 200), (1, 502)] {
        let mut wire = Wire::connect(proxy.listeners()[listener].address).await;
        assert_eq!(wire.ask(PLAIN).await.status(), status);
    }
}

#[tokio::test]
async fn a_certificate_for_another_name_or_by_another_authority_is_refused() {
    let (authority, other) = (Authority::new(), Authority::new());
    let upstream = authority.upstream("elsewhere.example", false).await;
    let right = authority.upstream("localhost", false).await;
    for (upstream, trust) in [(&upstream, authority.trust()), (&right, other.trust())] {
        let host = format!("localhost:{}", upstream.address.port());
        let proxy = start(trust, Some(format!("0=tls://{host}"))).await;
        let mut events = proxy.subscribe();
        let mut wire = Wire::connect(proxy.listeners()[0].address).await;
        let answer = wire.ask(absolute(&host)).await;
        assert_eq!(answer.status(), 502);
        let said = answer.head.one("proxy-status").expect("a reason");
        assert!(said.starts_with("fault; error=tls_"), "{said}");
        assert!(failure(&mut events).await.starts_with("tls_"));
        // Where the proxy does not read HTTP, a reset says it.
        Wire::connect(proxy.listeners()[1].address).await.expect_reset().await;
    }
}

#[tokio::test]
async fn any_certificate_will_do_if_the_user_says_so() {
    let upstream = Authority::new().upstream("elsewhere.example", false).await;
    let trust = Trust { authorities: Vec::new(), insecure: true };
    let host = format!("localhost:{}", upstream.address.port());
    let proxy = start(trust, Some(format!("0=https://{host}"))).await;
    let mut wire = Wire::connect(proxy.listeners()[1].address).await;
    assert_eq!(wire.ask(PLAIN).await.text(), "ok");
}

#[tokio::test]
async fn an_address_is_verified_as_an_address() {
    let authority = Authority::new();
    let upstream = authority.upstream("127.0.0.1", false).await;
    let proxy = start(authority.trust(), Some(format!("0=https://{}", upstream.address))).await;
    let mut wire = Wire::connect(proxy.listeners()[1].address).await;
    assert_eq!(wire.ask(PLAIN).await.text(), "ok");
}

#[tokio::test]
async fn postgres_is_asked_for_tls_first() {
    let authority = Authority::new();
    let upstream = authority.upstream("localhost", true).await;
    let host = format!("localhost:{}", upstream.address.port());
    let proxy = start(authority.trust(), Some(format!("0=psqls://{host}"))).await;
    let mut wire = Wire::connect(proxy.listeners()[1].address).await;
    assert_eq!(wire.ask(PLAIN).await.text(), "ok");
}

#[tokio::test]
async fn a_postgres_without_tls_is_a_reset_and_told() {
    let upstream = Upstream::serve(|mut wire| async move {
        wire.exact(8).await;
        wire.send("N").await;
        let _ = wire.rest().await;
    })
    .await;
    let proxy = start(Trust::default(), Some(format!("0=psqls://{}", upstream.address))).await;
    let mut events = proxy.subscribe();
    Wire::connect(proxy.listeners()[1].address).await.expect_reset().await;
    assert!(failure(&mut events).await.starts_with("tls_"));
}

#[tokio::test]
async fn an_upstream_that_speaks_no_tls_is_a_502() {
    let upstream =
        Upstream::answering("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n").await;
    let proxy = start(Trust::default(), Some(format!("0=https://{}", upstream.address))).await;
    let mut wire = Wire::connect(proxy.listeners()[1].address).await;
    // The upstream takes the client's hello for a head that never ends, so it is told by closing.
    let garbage = Upstream::serve(|mut wire| async move {
        wire.exact(5).await;
        wire.send("HTTP/1.1 400 Bad Request\r\n\r\n").await;
    })
    .await;
    drop(upstream);
    assert_eq!(wire.ask(PLAIN).await.status(), 502);
    let proxy = start(Trust::default(), Some(format!("0=https://{}", garbage.address))).await;
    let mut wire = Wire::connect(proxy.listeners()[1].address).await;
    let answer = wire.ask(PLAIN).await;
    assert_eq!(answer.status(), 502);
    assert!(answer.head.one("proxy-status").is_some_and(|said| said.contains("error=tls_")));
}

#[tokio::test]
async fn a_client_that_speaks_tls_to_an_https_mapping_is_carried_as_it_is() {
    let authority = Authority::new();
    let upstream = authority.upstream("localhost", false).await;
    let host = format!("localhost:{}", upstream.address.port());
    // The proxy itself trusts nobody here, and need not.
    let proxy = start(Trust::default(), Some(format!("0=https://{host}"))).await;
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(authority.issuer.der().to_vec())).expect("an authority");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let socket = TcpStream::connect(proxy.listeners()[1].address).await.expect("a proxy");
    let name = ServerName::try_from("localhost").expect("a name");
    let connector = TlsConnector::from(Arc::new(config));
    let mut stream = within(connector.connect(name, socket)).await.expect("a handshake");
    stream.write_all(PLAIN.as_bytes()).await.expect("a reader");
    let mut answer = [0; 15];
    within(stream.read_exact(&mut answer)).await.expect("an answer");
    assert_eq!(&answer, b"HTTP/1.1 200 OK");
}

#[tokio::test]
async fn a_tls_client_at_the_http_proxy_is_a_400_and_told() {
    let proxy = start(Trust::default(), None).await;
    let mut events = proxy.subscribe();
    let mut wire = Wire::connect(proxy.listeners()[0].address).await;
    wire.send([0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0]).await;
    assert_eq!(failure(&mut events).await, "invalid_http");
    let _ = wire.rest().await;
}

#[tokio::test]
async fn a_file_without_certificates_keeps_the_proxy_from_starting() {
    let folder = tempfile::tempdir().expect("a folder");
    let empty = folder.path().join("empty.pem");
    fs_err::write(&empty, "nothing\n").expect("a file");
    let missing = folder.path().join("missing.pem");
    for (path, problem) in [(&empty, "holds none"), (&missing, "entity not found")] {
        let mut settings = settings();
        settings.http = Some(any());
        settings.trust.authorities = vec![FilePath::new(path).to_owned()];
        let error = Proxy::start(settings).await.err().expect("no certificates");
        assert!(matches!(error, StartError::Trust(_)));
        assert_eq!(error.code(), "invalid_certificates");
        assert!(error.to_string().contains(problem), "{error}");
    }
}

/// What an upstream that offers these protocols answers a client of HTTP/2 with prior knowledge.
async fn version_behind(alpn: &[&[u8]]) -> String {
    let authority = Authority::new();
    let acceptor = authority.acceptor("localhost", alpn);
    let upstream = Upstream::serve(move |wire| {
        let acceptor = acceptor.clone();
        async move {
            let stream = acceptor.accept(wire.stream).await.expect("a handshake");
            let service = service_fn(|request: Request<Incoming>| async move {
                Ok::<_, Infallible>(Response::new(format!("{:?}", request.version())))
            });
            let builder = auto::Builder::new(TokioExecutor::new());
            let _ = builder.serve_connection(TokioIo::new(stream), service).await;
        }
    })
    .await;
    let host = format!("localhost:{}", upstream.address.port());
    let proxy = start(authority.trust(), Some(format!("0=https://{host}"))).await;
    let wire = Wire::connect(proxy.listeners()[1].address).await;
    let builder = http2::Builder::new(TokioExecutor::new());
    let handshake = builder.handshake::<_, String>(TokioIo::new(wire.stream));
    let (mut sender, connection) = within(handshake).await.expect("HTTP/2");
    tokio::spawn(connection);
    let mut seen = Vec::new();
    for _ in 0..2 {
        let request = Request::get("http://localhost/").body(String::new()).expect("a request");
        let response = within(sender.send_request(request)).await.expect("an answer");
        assert_eq!((response.status().as_u16(), response.version()), (200, Version::HTTP_2));
        let body = within(response.into_body().collect()).await.expect("a body").to_bytes();
        seen.push(String::from_utf8(body.to_vec()).expect("text"));
    }
    assert_eq!(seen[0], seen[1]);
    seen.remove(0)
}

#[tokio::test]
async fn http_2_is_spoken_to_an_upstream_that_agrees_to_it_and_http_1_to_others() {
    assert_eq!(version_behind(&[b"h2", b"http/1.1"]).await, "HTTP/2.0");
    assert_eq!(version_behind(&[b"http/1.1"]).await, "HTTP/1.1");
    assert_eq!(version_behind(&[]).await, "HTTP/1.1");
}
