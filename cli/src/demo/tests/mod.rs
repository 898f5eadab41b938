//! The demo application over real sockets.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

use super::{Demo, Settings, serve};

mod calls;
mod endpoints;
mod lifecycle;
mod peers;

const CERTIFICATE: &[u8] = include_bytes!("localhost.pem");
const KEY: &[u8] = include_bytes!("localhost.key.pem");

/// Settings that listen on a free port and call nobody outside.
fn settings() -> Settings {
    let address = SocketAddr::from(([127, 0, 0, 1], 0));
    Settings { address, remote: None, http_proxy: None, tls: None }
}

/// A running demo application and the lines it logged.
struct Trial {
    demo: Demo,
    lines: Arc<Mutex<Vec<String>>>,
    stop: CancellationToken,
}

impl Trial {
    async fn start(settings: Settings) -> Self {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let (stop, sink) = (CancellationToken::new(), Arc::clone(&lines));
        let log = move |line| sink.lock().unwrap().push(line);
        let demo = serve(settings, log, stop.clone()).await.unwrap();
        Self { demo, lines, stop }
    }

    async fn get(&self, path: &str) -> Reply {
        request(self.demo.address(), &format!("GET {path}"), "", "").await
    }

    fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }
}

/// What came back, read as it is on the wire.
#[derive(Debug)]
struct Reply {
    status: u16,
    head: String,
    body: String,
}

impl Reply {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    fn error(&self) -> String {
        self.json()["error"].as_str().unwrap().to_owned()
    }
}

/// Sends one request over a connection of its own.
async fn request(address: SocketAddr, start: &str, headers: &str, body: &str) -> Reply {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let length = body.len();
    let head = format!("{start} HTTP/1.1\r\nhost: demo\r\nconnection: close\r\n{headers}");
    let text = format!("{head}content-length: {length}\r\n\r\n{body}");
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).await.unwrap();
    let (head, body) = reply.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Reply { status, head: head.to_lowercase(), body: body.to_owned() }
}

/// Trusts the certificate of the tests and no other.
fn trusting() -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(CERTIFICATE).unwrap()).unwrap();
    client_config(roots)
}

/// Trusts nobody.
fn distrusting() -> Arc<ClientConfig> {
    client_config(RootCertStore::empty())
}

fn client_config(roots: RootCertStore) -> Arc<ClientConfig> {
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().unwrap();
    Arc::new(builder.with_root_certificates(roots).with_no_client_auth())
}

/// Answers for `localhost`.
fn server_config() -> Arc<ServerConfig> {
    let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    let certificate = CertificateDer::from_pem_slice(CERTIFICATE).unwrap();
    let key = PrivateKeyDer::from_pem_slice(KEY).unwrap();
    Arc::new(builder.with_single_cert(vec![certificate], key).unwrap())
}
