//! What is known of models: which one is usual, and how long its vectors are.

use super::Purpose;
use crate::access::Provider;

pub(super) fn usual_model(provider: Provider) -> Option<&'static str> {
    match provider {
        Provider::OpenAi => Some("text-embedding-3-small"),
        Provider::Gemini => Some("gemini-embedding-001"),
        Provider::Ollama => Some("nomic-embed-text"),
        // Anthropic has no model that makes vectors, and OpenRouter none that is usual.
        Provider::OpenRouter | Provider::Anthropic | Provider::Compatible => None,
    }
}

/// How long the vectors of a model are where nobody says it.
///
/// Gemini's models make 3072 unless asked for less; half of it loses next to nothing, and is what
/// OpenAI's usual model has.
pub(super) fn dimension(model: &str) -> Option<usize> {
    match without_tag(model) {
        "text-embedding-3-large" => Some(3072),
        "text-embedding-3-small" | "text-embedding-ada-002" => Some(1536),
        "gemini-embedding-001" | "gemini-embedding-2" => Some(1536),
        "nomic-embed-text" | "embeddinggemma" => Some(768),
        _ => None,
    }
}

/// Whether a model makes vectors as short as it is asked to.
pub(super) fn can_be_cut(model: &str) -> bool {
    model.starts_with("text-embedding-3-") || model.starts_with("gemini-embedding-")
}

/// What Gemini calls the use of a text; the one for queries knows that code is looked for. Its newer
/// models read the use from the text.
pub(super) fn task(model: &str, purpose: Purpose) -> Option<&'static str> {
    match (model, purpose) {
        ("gemini-embedding-001", Purpose::Document) => Some("RETRIEVAL_DOCUMENT"),
        ("gemini-embedding-001", Purpose::Query) => Some("CODE_RETRIEVAL_QUERY"),
        _ => None,
    }
}

/// What a model was trained to find before a text. Those that are not here want the bare text.
pub(super) fn prefix(model: &str, purpose: Purpose) -> &'static str {
    match (without_tag(model), purpose) {
        ("nomic-embed-text", Purpose::Document) => "search_document: ",
        ("nomic-embed-text", Purpose::Query) => "search_query: ",
        ("embeddinggemma" | "gemini-embedding-2", Purpose::Document) => "title: none | text: ",
        ("embeddinggemma" | "gemini-embedding-2", Purpose::Query) => {
            "task: code retrieval | query: "
        }
        _ => "",
    }
}

/// Ollama names a version after a colon: `nomic-embed-text:latest`.
fn without_tag(model: &str) -> &str {
    model.split(':').next().unwrap_or(model)
}
