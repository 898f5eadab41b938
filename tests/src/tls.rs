//! A certificate authority of our own, and a certificate for this machine.

use std::path::PathBuf;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::PrivateKeyDer;
use tempfile::TempDir;
use tokio_rustls::TlsAcceptor;

/// An authority, and a server's certificate from it.
pub struct Authority {
    /// The server's side.
    pub acceptor: TlsAcceptor,
    /// A file with the authority's certificate, for clients.
    pub file: PathBuf,
    /// What clients of the tests trust.
    pub roots: rustls::RootCertStore,
    _folder: TempDir,
}

impl Authority {
    /// An authority that nobody knows yet, and a server for `localhost`.
    #[expect(clippy::new_without_default, reason = "each is another one")]
    pub fn new() -> Self {
        Self::of("localhost")
    }

    /// An authority that nobody knows yet, and a server for `host`.
    pub fn of(host: &str) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        // With one name for both, some clients take the server's certificate for a self-signed one.
        params.distinguished_name.push(DnType::CommonName, "authority of a test");
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key"))
            .expect("an authority signs itself");
        let key = KeyPair::generate().expect("a key");
        let server = CertificateParams::new(vec![host.to_owned()])
            .and_then(|params| params.signed_by(&key, &issuer))
            .expect("the authority signs");
        let folder = tempfile::tempdir().expect("a folder for the certificate");
        let file = folder.path().join("ca.pem");
        fs_err::write(&file, issuer.pem()).expect("the certificate is written");
        let mut roots = rustls::RootCertStore::empty();
        roots.add(issuer.der().clone()).expect("a certificate");
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("the usual versions")
            .with_no_client_auth()
            .with_single_cert(vec![server.der().clone()], key)
            .expect("certificate and key fit");
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Self { acceptor: TlsAcceptor::from(Arc::new(config)), file, roots, _folder: folder }
    }
}
