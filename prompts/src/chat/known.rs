//! Which model is usual.

use crate::access::Provider;

/// The model that answers where none is named.
///
/// It is the one of the middle: what a provider's own documentation (November 2026) names between
/// its cheapest and its most capable model, for everyday work. OpenRouter passes on to the usual
/// one of OpenAI, and of Ollama it is the one that its documentation pulls.
pub(super) fn usual_model(provider: Provider) -> Option<&'static str> {
    match provider {
        Provider::OpenAi => Some("gpt-6.1-terra"),
        Provider::Gemini => Some("gemini-3.8-flash"),
        Provider::OpenRouter => Some("openai/gpt-6.1-terra"),
        Provider::Ollama => Some("gemma4"),
        Provider::Anthropic => Some("claude-sonnet-5-5"),
        Provider::Compatible => None,
    }
}
