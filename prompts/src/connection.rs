//! The way to a provider: questions and answers in JSON, over one client.

use std::sync::Arc;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Uri};
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::access::{Access, Address, Key, Provider};
use crate::error::{Kind, ModelError};
use crate::patience::Failed;
use crate::refusal::Asked;

/// The interface of Anthropic that is spoken here, as its documentation names it.
const ANTHROPIC_VERSION: &str = "2026-10-21";

/// What a model is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// It answers in words.
    Words,
    /// It makes vectors.
    Vectors,
}

impl Use {
    /// How many bytes an answer may have. Of vectors the longest that is expected, 64 of 3072
    /// numbers each, has about 5 MB; the longest texts of models have half a megabyte.
    fn longest_answer(self) -> usize {
        match self {
            Self::Words => 4 << 20,
            Self::Vectors => 32 << 20,
        }
    }
}

/// The way to one model of a provider.
///
/// It goes where it is told: a redirection, which would take the key along, is not followed, and no
/// proxy of the environment is used, which may be the one whose faults are being tried.
pub(crate) struct Connection {
    pub(crate) provider: Provider,
    pub(crate) model: String,
    purpose: Use,
    key: Option<Key>,
    address: Address,
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
}

impl Connection {
    pub(crate) fn new(access: &Access, model: String, purpose: Use) -> Result<Self, ModelError> {
        let key = access.usable_key()?.cloned();
        let address = access.address()?;
        let tls = tls().map_err(|reason| {
            let message = format!("TLS cannot be set up: {reason}");
            ModelError::new(Kind::Unavailable, message, "check the certificates of the system")
        })?;
        let connector =
            HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1();
        let client = Client::builder(TokioExecutor::new()).build(connector.build());
        Ok(Self { provider: access.provider, model, purpose, key, address, client })
    }

    /// Asks one question, once.
    pub(crate) async fn ask<T: DeserializeOwned>(
        &self,
        path: &str,
        question: &Value,
    ) -> Result<T, Failed> {
        let asked = self.asked();
        let uri = self.address.join(path).ok_or_else(|| {
            asked.failed_to_ask("the name of the model does not fit into an address")
        })?;
        let request = self.request(uri, question);
        let answer = self.client.request(request).await.map_err(|reason| asked.lost(&reason))?;
        let (head, body) = answer.into_parts();
        let body = Limited::new(body, self.purpose.longest_answer()).collect().await;
        let body = body.map_err(|reason| asked.cut_off(&*reason))?.to_bytes();
        if !head.status.is_success() {
            return Err(asked.answered(head.status, &body, &head.headers));
        }
        serde_json::from_slice(&body).map_err(|reason| asked.unreadable(&reason, &head.headers))
    }

    /// An answer in the form that its provider documents.
    pub(crate) fn read<T: DeserializeOwned>(&self, answer: Value) -> Result<T, Failed> {
        let unreadable = |reason| self.asked().unreadable(&reason, &HeaderMap::new());
        serde_json::from_value(answer).map_err(unreadable)
    }

    fn request(&self, uri: Uri, question: &Value) -> Request<Full<Bytes>> {
        let mut request = Request::new(Full::from(question.to_string()));
        *request.method_mut() = http::Method::POST;
        *request.uri_mut() = uri;
        let headers = request.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(USER_AGENT, HeaderValue::from_static("fault"));
        if self.provider == Provider::Anthropic {
            let version = HeaderValue::from_static(ANTHROPIC_VERSION);
            headers.insert(HeaderName::from_static("anthropic-version"), version);
        }
        headers.extend(self.key.as_ref().and_then(|key| self.proof(key)));
        request
    }

    /// The header with the key. It is marked as secret, so that nothing prints it.
    fn proof(&self, key: &Key) -> Option<(HeaderName, HeaderValue)> {
        let (name, text) = match self.provider {
            Provider::Gemini => (HeaderName::from_static("x-goog-api-key"), key.text().to_owned()),
            Provider::Anthropic => (HeaderName::from_static("x-api-key"), key.text().to_owned()),
            Provider::OpenAi | Provider::OpenRouter | Provider::Ollama | Provider::Compatible => {
                (AUTHORIZATION, format!("Bearer {}", key.text()))
            }
        };
        let mut value = HeaderValue::try_from(text).ok()?;
        value.set_sensitive(true);
        Some((name, value))
    }

    /// Who is asked, for messages.
    pub(crate) fn asked(&self) -> Asked<'_> {
        let (name, model, purpose) = (self.provider.name(), &self.model, self.purpose);
        Asked { name, model, purpose, key: self.key.as_ref() }
    }
}

fn tls() -> Result<ClientConfig, rustls::Error> {
    let mut roots = RootCertStore::empty();
    // A system without certificates still reaches a model on this machine.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}
