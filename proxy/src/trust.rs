//! Whom to trust when an upstream is spoken to over TLS.

use std::{path::PathBuf, sync::Arc};

use rustls::{
    ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, ring},
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject as _},
};

/// Whom to trust. By default the system's certificate authorities.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// Files of certificates, in PEM, that are trusted beside the system's.
    pub authorities: Vec<PathBuf>,
    /// Accept any certificate for any name.
    pub insecure: bool,
}

/// Why certificates cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// A file that is not there, or holds no certificate.
    #[error("{path} is not a file of PEM certificates: {problem}")]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The TLS library refused the settings.
    #[error("TLS cannot be set up: {0}")]
    Setup(#[from] rustls::Error),
}

impl Trust {
    /// The certificates of the files, to see early that they can be read.
    pub(crate) fn read(&self) -> Result<Vec<CertificateDer<'static>>, TrustError> {
        let mut certificates = Vec::new();
        for path in &self.authorities {
            let error = |problem: String| TrustError::File { path: path.clone(), problem };
            let pem = fs_err::read(path).map_err(|source| error(source.kind().to_string()))?;
            let before = certificates.len();
            for certificate in CertificateDer::pem_slice_iter(&pem) {
                certificates.push(certificate.map_err(|source| error(source.to_string()))?);
            }
            if certificates.len() == before {
                return Err(error("it holds none".to_owned()));
            }
        }
        Ok(certificates)
    }
}

/// The settings with which upstreams are spoken to.
pub(crate) fn client_config(trust: &Trust) -> Result<ClientConfig, TrustError> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()?;
    if trust.insecure {
        let verifier = Arc::new(AnyCertificate(provider));
        return Ok(builder
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth());
    }
    let mut roots = RootCertStore::empty();
    // A system without certificates still reaches upstreams whose authority is given.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots.add_parsable_certificates(trust.read()?);
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

/// Takes every certificate, as the user asked; signatures are still checked.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
