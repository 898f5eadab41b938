//! Embeddings over real HTTP, against a server that takes nothing but what each provider documents.

#[path = "shared/stand.rs"]
mod stand;
#[path = "embeddings/stand_in.rs"]
mod stand_in;
#[path = "embeddings/wire.rs"]
mod wire;

use std::sync::Arc;
use std::time::Duration;

use fault_prompts::{
    Access, EmbeddingSettings, Embeddings, Key, ModelError, Patience, Provider, Purpose,
};

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::PrivateKeyDer;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use stand_in::{Call, Reply, StandIn};
use wire::KEY;

/// Asks at once again, so that no test waits; what is longer than a minute is not waited for.
const EAGER: Patience = Patience {
    answer_within: Duration::from_secs(20),
    tries: 3,
    first_wait: Duration::ZERO,
    longest_wait: Duration::from_secs(60),
};

fn settings(provider: Provider, server: &StandIn) -> EmbeddingSettings {
    let path = match provider {
        Provider::OpenAi | Provider::Compatible => "/v1",
        Provider::Gemini => "/v1beta",
        Provider::OpenRouter => "/api/v1",
        Provider::Ollama | Provider::Anthropic => "",
    };
    let key = matches!(provider, Provider::OpenAi | Provider::Gemini).then(|| Key::new(KEY));
    let endpoint = Some(format!("{}{path}", server.address()));
    EmbeddingSettings {
        access: Access { provider, endpoint, key },
        model: (provider == Provider::Compatible).then(|| "local".to_owned()),
        dimension: None,
        patience: EAGER,
    }
}

async fn open(provider: Provider, server: &StandIn) -> Embeddings {
    Embeddings::open(settings(provider, server)).await.expect("a model")
}

/// What becomes of one text when the server first gives these replies, and the calls it took.
async fn outcome(
    provider: Provider,
    replies: Vec<Reply>,
) -> (Result<Vec<Vec<f32>>, ModelError>, Vec<Call>) {
    let server = StandIn::start(replies).await;
    let mut settings = settings(provider, &server);
    settings.dimension = settings.dimension.or((provider == Provider::Compatible).then_some(8));
    let embeddings = Embeddings::open(settings).await.expect("a model");
    let vectors = embeddings.embed(&["one"], Purpose::Document).await;
    (vectors, server.calls())
}

/// The error of one text when the server gives this reply, and how often it was called.
async fn error_after(replies: Vec<Reply>) -> (ModelError, usize) {
    let (vectors, calls) = outcome(Provider::OpenAi, replies).await;
    (vectors.expect_err("no vectors"), calls.len())
}

fn cosine(one: &[f32], other: &[f32]) -> f32 {
    one.iter().zip(other).map(|(a, b)| a * b).sum()
}

#[tokio::test]
async fn each_provider_is_spoken_to_in_its_own_form() {
    let expected = [
        (Provider::OpenAi, "openai/text-embedding-3-small/1536", "/v1/embeddings"),
        (
            Provider::Gemini,
            "gemini/gemini-embedding-001/1536",
            "/v1beta/models/gemini-embedding-001:batchEmbedContents",
        ),
        (Provider::Ollama, "ollama/nomic-embed-text/768", "/api/embed"),
        (Provider::Compatible, "compatible/local/8", "/v1/embeddings"),
    ];
    for (provider, name, path) in expected {
        let server = StandIn::start(Vec::new()).await;
        let embeddings = open(provider, &server).await;
        assert_eq!(embeddings.name(), name);

        let texts = ["fn connect() {}", "a recipe", "fn connect() {}"];
        let vectors = embeddings.embed(&texts, Purpose::Document).await.unwrap();
        assert_eq!(vectors.len(), 3, "{name}");
        for vector in &vectors {
            assert_eq!(vector.len(), embeddings.dimension());
            assert!((cosine(vector, vector) - 1.0).abs() < 1e-5, "{name}");
        }
        // The server answers out of order where its form allows it.
        assert!(cosine(&vectors[0], &vectors[2]) > 0.999, "{name}");
        assert!(cosine(&vectors[0], &vectors[1]) < 0.9, "{name}");
        let calls = server.calls();
        assert!(calls.iter().all(|call| call.path == path), "{calls:?}");
        assert!(calls.iter().all(|call| call.status == 200), "{calls:?}");
    }
}

#[tokio::test]
async fn the_purpose_reaches_the_model() {
    let server = StandIn::start(Vec::new()).await;
    let gemini = open(Provider::Gemini, &server).await;
    gemini.embed(&["x"], Purpose::Document).await.unwrap();
    gemini.embed(&["x"], Purpose::Query).await.unwrap();
    let ollama = open(Provider::Ollama, &server).await;
    ollama.embed(&["x"], Purpose::Query).await.unwrap();

    let calls = server.calls();
    let task = |call: &Call| call.body["requests"][0]["taskType"].clone();
    assert_eq!(task(&calls[0]), "RETRIEVAL_DOCUMENT");
    assert_eq!(task(&calls[1]), "CODE_RETRIEVAL_QUERY");
    assert_eq!(calls[2].body["input"][0], "search_query: x");
}

#[tokio::test]
async fn the_dimension_is_asked_for_where_it_can_be() {
    let server = StandIn::start(Vec::new()).await;
    for (provider, expected) in [(Provider::OpenAi, 256), (Provider::Gemini, 256)] {
        let dimension = Some(expected);
        let settings = EmbeddingSettings { dimension, ..settings(provider, &server) };
        let embeddings = Embeddings::open(settings).await.unwrap();
        let vectors = embeddings.embed(&["x"], Purpose::Query).await.unwrap();
        assert_eq!(vectors[0].len(), expected);
    }
    let calls = server.calls();
    assert_eq!(calls[0].body["dimensions"], 256);
    assert_eq!(calls[1].body["requests"][0]["outputDimensionality"], 256);
}

#[tokio::test]
async fn a_model_that_is_not_known_is_asked_for_its_dimension_once() {
    let server = StandIn::start(Vec::new()).await;
    let embeddings = open(Provider::Compatible, &server).await;
    assert_eq!((embeddings.dimension(), server.calls().len()), (8, 1));
    embeddings.embed(&["one"], Purpose::Query).await.unwrap();
    assert_eq!(server.calls().len(), 2);

    let server = StandIn::start(Vec::new()).await;
    let wrong = EmbeddingSettings { dimension: Some(9), ..settings(Provider::Compatible, &server) };
    let embeddings = Embeddings::open(wrong).await.unwrap();
    let error = embeddings.embed(&["one"], Purpose::Query).await.unwrap_err();
    assert_eq!(error.code, "llm_bad_answer");
    assert_eq!(error.hint, "set the dimension of the model to 8");
}

#[tokio::test]
async fn many_texts_go_in_several_calls_and_keep_their_order() {
    let server = StandIn::start(Vec::new()).await;
    let embeddings = open(Provider::Compatible, &server).await;
    let texts: Vec<_> = (0..150).map(|number| format!("text {number}")).collect();
    let texts: Vec<_> = texts.iter().map(String::as_str).collect();
    let together = embeddings.embed(&texts, Purpose::Document).await.unwrap();
    let sizes = |calls: &[Call]| {
        let inputs = calls.iter().map(|call| call.body["input"].as_array().unwrap().len());
        inputs.skip(1).collect::<Vec<_>>()
    };
    assert_eq!(sizes(&server.calls()), [64, 64, 22]);
    let alone = embeddings.embed(&[texts[140]], Purpose::Document).await.unwrap();
    assert_eq!(together[140], alone[0]);
    assert!(embeddings.embed(&[], Purpose::Document).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_busy_provider_is_asked_again_when_it_says() {
    let an_hour = Patience { first_wait: Duration::from_secs(3600), ..EAGER };
    let long = Patience { longest_wait: Duration::from_secs(3600), ..an_hour };
    for provider in [Provider::OpenAi, Provider::Gemini, Provider::Ollama] {
        let server = StandIn::start(vec![Reply::busy("0"), Reply::busy("0")]).await;
        let settings = EmbeddingSettings { patience: long, ..settings(provider, &server) };
        let embeddings = Embeddings::open(settings).await.unwrap();
        let vectors = embeddings.embed(&["one"], Purpose::Query).await.unwrap();
        assert_eq!((vectors.len(), server.calls().len()), (1, 3));
    }
}

#[tokio::test]
async fn a_provider_that_stays_busy_is_left() {
    let (error, calls) = error_after(vec![Reply::busy("0"); 9]).await;
    assert_eq!((error.code, calls), ("llm_busy", 3));

    let (error, calls) = error_after(vec![Reply::busy("3600")]).await;
    assert_eq!((error.code, calls), ("llm_busy", 1));
    assert_eq!(error.message, "openai takes no more questions for now, and asks to wait 3600 s");
}

#[tokio::test]
async fn a_provider_that_fails_for_a_while_is_asked_again() {
    let failures = [Reply::status(503, "overloaded"), Reply::Cut];
    let (vectors, calls) = outcome(Provider::OpenAi, failures.to_vec()).await;
    assert_eq!((vectors.unwrap().len(), calls.len()), (1, 3));

    let (error, calls) = error_after(vec![Reply::status(500, "broken"); 9]).await;
    assert_eq!((error.code, calls), ("llm_unavailable", 3));
    assert!(error.message.ends_with(": broken"), "{error}");
}

#[tokio::test]
async fn a_refused_key_is_not_tried_again_nor_shown() {
    let said = format!("Incorrect API key provided: {KEY}");
    for status in [401, 403] {
        let (error, calls) = error_after(vec![Reply::status(status, &said)]).await;
        assert_eq!((error.code, calls), ("llm_refused", 1));
        assert!(!format!("{error:?}").contains(KEY), "{error:?}");
    }
    // Gemini calls a wrong key a wrong argument.
    let reason = Reply::Status(
        400,
        None,
        r#"{"error": {"message": "API key not valid", "details": [{"reason": "API_KEY_INVALID"}]}}"#
            .to_owned(),
    );
    let (vectors, _) = outcome(Provider::Gemini, vec![reason]).await;
    assert_eq!(vectors.unwrap_err().code, "llm_refused");

    let (error, _) = error_after(vec![Reply::status(400, &said)]).await;
    assert_eq!(error.code, "llm_bad_request");
    assert!(error.message.contains("***") && !error.message.contains(KEY), "{error}");
}

#[tokio::test]
async fn a_model_that_is_not_there_is_named() {
    let missing = Reply::Status(404, None, r#"{"error": "model not found, try pulling"}"#.into());
    let (vectors, calls) = outcome(Provider::Ollama, vec![missing]).await;
    let error = vectors.unwrap_err();
    assert_eq!((error.code, calls.len()), ("llm_model_unknown", 1));
    let expected =
        "ollama has no model nomic-embed-text at this address: model not found, try pulling";
    assert_eq!(error.message, expected);
}

#[tokio::test]
async fn an_answer_that_is_none_is_a_clear_error() {
    let replies = [
        (Reply::Html, "it is no JSON, but \"text/html\""),
        (Reply::Garbage, "it is no JSON, but \"application/json\""),
        (Reply::Status(200, None, r#"{"object": "list"}"#.into()), "it is not of the form"),
        (Reply::Status(302, None, String::new()), "it answered 302 Found"),
        (Reply::FewerVectors, "0 vectors for 1 texts"),
        (Reply::ShorterVectors, "a vector of length 1535 instead of 1536"),
        (Reply::NoDirection, "a vector has no direction"),
        (Reply::Endless, "it does not end"),
    ];
    for (reply, expected) in replies {
        let (error, calls) = error_after(vec![reply]).await;
        assert_eq!((error.code, calls), ("llm_bad_answer", 1), "{error}");
        assert!(error.message.contains(expected), "{error}");
    }
}

#[tokio::test]
async fn a_provider_that_hangs_is_left() {
    let server = StandIn::start(vec![Reply::Hang, Reply::HangAfterHead]).await;
    let answer_within = Duration::from_millis(50);
    let patience = Patience { answer_within, tries: 2, ..EAGER };
    let settings = EmbeddingSettings { patience, ..settings(Provider::OpenAi, &server) };
    let embeddings = Embeddings::open(settings).await.unwrap();
    let error = embeddings.embed(&["one"], Purpose::Query).await.unwrap_err();
    assert_eq!(error.code, "llm_unavailable");
    assert_eq!(error.message, "openai gave no answer within 50ms");
    assert_eq!(server.calls().len(), 2);
}

#[tokio::test]
async fn a_dropped_call_ends() {
    let server = StandIn::start(vec![Reply::Hang]).await;
    let embeddings = open(Provider::OpenAi, &server).await;
    tokio::select! {
        _ = embeddings.embed(&["one"], Purpose::Query) => panic!("the server hangs"),
        () = server.called() => {}
    }
    server.caller_gone().await;
}

#[tokio::test]
async fn an_address_where_nobody_listens_is_a_clear_error() {
    let server = StandIn::start(Vec::new()).await;
    let settings = settings(Provider::OpenAi, &server);
    server.stop().await;
    let embeddings = Embeddings::open(settings).await.unwrap();
    let error = embeddings.embed(&["one"], Purpose::Query).await.unwrap_err();
    assert_eq!(error.code, "llm_unavailable");
    assert!(error.message.contains("refused"), "{error}");
    assert!(!format!("{embeddings:?} {error:?}").contains(KEY));
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_not_taken() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let accept = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        acceptor.accept(stream).await.map(|_| ())
    });

    let key = Some(Key::new(KEY));
    let endpoint = Some(format!("https://localhost:{port}/v1"));
    let access = Access { provider: Provider::OpenAi, endpoint, key };
    let patience = Patience { tries: 1, ..EAGER };
    let settings = EmbeddingSettings { access, model: None, dimension: None, patience };
    let embeddings = Embeddings::open(settings).await.unwrap();
    let error = embeddings.embed(&["one"], Purpose::Query).await.unwrap_err();
    assert_eq!(error.code, "llm_unavailable");
    assert!(error.message.contains("certificate"), "{error}");
    assert!(accept.await.unwrap().is_err());
}

#[tokio::test]
async fn a_server_without_keys_is_sent_none_and_one_with_keys_its_own() {
    let server = StandIn::start(Vec::new()).await;
    open(Provider::Compatible, &server).await;
    assert_eq!(server.calls()[0].authorization, None);

    let server = StandIn::start(Vec::new()).await;
    for provider in [Provider::Compatible, Provider::Ollama] {
        let mut settings = settings(provider, &server);
        settings.access.key = Some(Key::new(KEY));
        let embeddings = Embeddings::open(settings).await.unwrap();
        embeddings.embed(&["one"], Purpose::Query).await.unwrap();
    }
    let expected = Some(format!("Bearer {KEY}"));
    assert!(server.calls().iter().all(|call| call.authorization == expected));
}
