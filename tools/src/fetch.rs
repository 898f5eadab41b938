//! Documents from the web. A proxy of our own carries the request, so that TLS and the trust in
//! certificates are what they are for every other call.

use std::time::Duration;

use fault_proxy::{Mapping, Proxy, Seed, Settings, Trust};
use fault_scenario::{Call, mask::masked_url};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::{
    Request, Response, StatusCode,
    body::{Bytes, Incoming},
    header,
};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};

use crate::{
    error::ToolError,
    files::LARGEST,
    state::State,
    target,
    traffic::{origin, remote},
};

/// How long a document may take to arrive, with all redirects.
const PATIENCE: Duration = Duration::from_secs(30);

/// How many times a server may say that the document is elsewhere.
const REDIRECTS: usize = 5;

/// What is asked for.
const ACCEPT: &str = "application/yaml, application/json, text/yaml, */*;q=0.5";

/// The text at an http or https URL.
pub(crate) async fn text(url: &str, state: &State) -> Result<String, ToolError> {
    state.check_open()?;
    let fetched = tokio::time::timeout(PATIENCE, follow(url, state.trust()));
    fetched.await.unwrap_or_else(|_| {
        let reason = format!("it did not arrive within {} s", PATIENCE.as_secs());
        Err(failed(url, &reason))
    })
}

async fn follow(url: &str, trust: &Trust) -> Result<String, ToolError> {
    let mut url = url.trim().to_owned();
    for _ in 0..=REDIRECTS {
        let call = Call::new("GET", &url)?;
        let (host, port) = remote(&call);
        target::check_host(&host, port).await?;
        match ask(&call, &url, trust).await? {
            Found::Text(text) => return Ok(text),
            Found::Elsewhere(place) => url = elsewhere(&call, &place),
        }
    }
    Err(failed(&url, "it was redirected too often"))
}

/// What a server says.
enum Found {
    Text(String),
    Elsewhere(String),
}

async fn ask(call: &Call, url: &str, trust: &Trust) -> Result<Found, ToolError> {
    let mapping = format!("0={}", origin(call)).parse::<Mapping>()?;
    let settings =
        Settings { mappings: vec![mapping], trust: trust.clone(), ..Settings::new(Seed(0)) };
    let proxy = Proxy::start(settings).await?;
    let found = match proxy.listeners().first() {
        Some(listener) => send(&call.through(listener.address), url).await,
        None => Err(ToolError::internal("a proxy with a mapping listens nowhere")),
    };
    proxy.stop().await;
    found
}

async fn send(call: &Call, url: &str) -> Result<Found, ToolError> {
    let mut request = Request::new(Empty::<Bytes>::new());
    *request.uri_mut() = call.url().clone();
    *request.headers_mut() = call.headers().clone();
    request.headers_mut().insert(header::ACCEPT, header::HeaderValue::from_static(ACCEPT));
    let client: Client<HttpConnector, Empty<Bytes>> =
        Client::builder(TokioExecutor::new()).build_http();
    let response =
        client.request(request).await.map_err(|error| failed(url, &error.to_string()))?;
    let status = response.status();
    if let Some(place) = location(&response) {
        return Ok(Found::Elsewhere(place));
    }
    let text = body(response, url).await?;
    if status == StatusCode::OK {
        return Ok(Found::Text(text));
    }
    // The proxy says in a line why there is no answer of the server.
    let why = text.strip_prefix("fault: ").and_then(|text| text.lines().next());
    Err(failed(url, why.unwrap_or(&format!("the answer is {status}"))))
}

fn location(response: &Response<Incoming>) -> Option<String> {
    let place = response.headers().get(header::LOCATION)?.to_str().ok()?;
    response.status().is_redirection().then(|| place.to_owned())
}

async fn body(response: Response<Incoming>, url: &str) -> Result<String, ToolError> {
    let limited = Limited::new(response.into_body(), LARGEST as usize);
    let bytes = limited.collect().await.map_err(|error| failed(url, &error.to_string()))?;
    String::from_utf8(bytes.to_bytes().into()).map_err(|_| failed(url, "it is not text in UTF-8"))
}

/// Where a `Location` leads, seen from the call that was answered with it.
fn elsewhere(call: &Call, place: &str) -> String {
    let scheme = call.url().scheme_str().unwrap_or("http");
    match place {
        _ if place.contains("://") => place.to_owned(),
        _ if place.starts_with("//") => format!("{scheme}:{place}"),
        _ if place.starts_with('/') => format!("{}{place}", origin(call)),
        _ => {
            let path = call.url().path();
            let folder = &path[..path.rfind('/').map_or(0, |slash| slash + 1)];
            format!("{}{folder}{place}", origin(call))
        }
    }
}

fn failed(url: &str, reason: &str) -> ToolError {
    let message = format!("{} cannot be fetched: {reason}", masked_url(url));
    ToolError::environment("fetch_failed", message)
        .hint("check that the URL answers with the document itself, or save it and name the file")
}

#[cfg(test)]
mod tests {
    use axum::{Router, http::HeaderMap, response::Redirect, routing::get};
    use tokio::net::{TcpListener, TcpSocket};

    use super::*;

    /// A server with documents; its address.
    async fn server() -> String {
        let named = |headers: HeaderMap| async move {
            headers[header::HOST].to_str().unwrap_or_default().to_owned()
        };
        let router = Router::new()
            .route("/api/doc.yaml", get(|| async { "openapi: 3.1.0" }))
            .route("/moved", get(|| async { Redirect::permanent("/api/old.yaml") }))
            .route("/api/old.yaml", get(|| async { Redirect::temporary("doc.yaml") }))
            .route("/round", get(|| async { Redirect::temporary("/round") }))
            .route("/inside", get(|| async { Redirect::temporary("http://169.254.169.254/key") }))
            .route("/bytes", get(|| async { [0xff_u8, 0xfe].to_vec() }))
            .route("/host", get(named));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        format!("http://{address}")
    }

    async fn fetched(url: &str) -> Result<String, ToolError> {
        text(url, &State::default()).await
    }

    #[tokio::test]
    async fn a_document_is_fetched_through_redirects_of_every_form() {
        let server = server().await;
        for path in ["/api/doc.yaml", "/moved"] {
            assert_eq!(fetched(&format!("{server}{path}")).await.unwrap(), "openapi: 3.1.0");
        }
        let host = fetched(&format!("{server}/host")).await.unwrap();
        assert_eq!(format!("http://{host}"), server);
    }

    #[tokio::test]
    async fn what_is_no_document_is_an_error_that_says_why() {
        let server = server().await;
        for (path, why) in
            [("/round", "redirected too often"), ("/none", "404"), ("/bytes", "UTF-8")]
        {
            let error = fetched(&format!("{server}{path}")).await.unwrap_err();
            assert_eq!(error.code, "fetch_failed", "{path}");
            assert!(error.message.contains(why), "{error}");
        }
    }

    #[tokio::test]
    async fn a_redirect_leads_to_no_forbidden_place() {
        let error = fetched(&format!("{}/inside", server().await)).await.unwrap_err();
        assert_eq!(error.code, "forbidden_target");
    }

    #[tokio::test]
    async fn a_server_that_is_not_there_is_named_without_its_secrets() {
        // Nobody else gets the port while it is bound, and nobody listens on it.
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = socket.local_addr().unwrap();
        let error =
            fetched(&format!("http://ann:hunter2@{address}/?key=hunter2")).await.unwrap_err();
        assert_eq!(error.code, "fetch_failed");
        assert!(error.message.contains(&address.to_string()), "{error}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}
