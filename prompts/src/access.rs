//! Who answers, where, and with which key.

use std::fmt;

use http::Uri;
use http::uri::{PathAndQuery, Scheme};

use crate::error::{Kind, ModelError};

/// Who answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provider {
    /// OpenAI.
    OpenAi,
    /// Google's Gemini, by its own interface (not the one that resembles OpenAI's).
    Gemini,
    /// OpenRouter, which passes questions on to the models of others.
    OpenRouter,
    /// Ollama, by its own interface (`/api`); it needs no key.
    Ollama,
    /// Anthropic, by its own interface (`/v1/messages`).
    Anthropic,
    /// Anything else that speaks as OpenAI does, at an endpoint that is given.
    Compatible,
}

impl Provider {
    /// Its name in settings and in the names of models.
    pub fn name(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::Gemini => "gemini",
            Self::OpenRouter => "openrouter",
            Self::Ollama => "ollama",
            Self::Anthropic => "anthropic",
            Self::Compatible => "compatible",
        }
    }

    fn endpoint(self) -> Option<&'static str> {
        match self {
            Self::OpenAi => Some("https://api.openai.com/v1/"),
            Self::Gemini => Some("https://generativelanguage.googleapis.com/v1beta/"),
            Self::OpenRouter => Some("https://openrouter.ai/api/v1/"),
            Self::Ollama => Some("http://localhost:11434/"),
            Self::Anthropic => Some("https://api.anthropic.com/"),
            Self::Compatible => None,
        }
    }
}

/// A key of a provider. What prints it prints no letter of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(String);

impl Key {
    /// Takes a key as it stands in a variable; blanks around it are no part of it.
    pub fn new(text: &str) -> Self {
        Self(text.trim().to_owned())
    }

    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    /// A key is sent in a header, so that it can hold no line and no letter beyond ASCII.
    fn is_sound(&self) -> bool {
        !self.0.is_empty() && self.0.bytes().all(|byte| byte.is_ascii_graphic())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Key(..)")
    }
}

/// How a provider is reached.
#[derive(Clone, PartialEq, Eq)]
pub struct Access {
    /// Who answers.
    pub provider: Provider,
    /// The address of its interface, such as `http://127.0.0.1:8080/v1`; each provider but a
    /// compatible one has a usual one.
    pub endpoint: Option<String>,
    /// The key; all but Ollama and a compatible one need one at their usual endpoints.
    pub key: Option<Key>,
}

// An endpoint may hold a password, and is left out as the key is.
impl fmt::Debug for Access {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Access").field("provider", &self.provider).finish_non_exhaustive()
    }
}

impl Access {
    /// Where the provider answers.
    pub(crate) fn address(&self) -> Result<Address, ModelError> {
        let given = self.endpoint.as_deref().or(self.provider.endpoint());
        let given = given.ok_or_else(|| {
            let message = "an endpoint that is compatible with OpenAI has no usual address";
            ModelError::new(Kind::EndpointInvalid, message, HOW_TO_NAME_ONE)
        })?;
        let known = [Scheme::HTTP, Scheme::HTTPS];
        let uri = given.trim().parse::<Uri>().ok();
        let uri = uri.filter(|uri| uri.scheme().is_some_and(|scheme| known.contains(scheme)));
        let uri = uri.ok_or_else(|| {
            let message = "the endpoint of the model is no address of HTTP";
            ModelError::new(Kind::EndpointInvalid, message, HOW_TO_NAME_ONE)
        })?;
        let mut path = uri.path().trim_end_matches('/');
        // Users know the addresses of both with and without these paths.
        path = match self.provider {
            Provider::Ollama => path.strip_suffix("/v1").or(path.strip_suffix("/api")),
            Provider::Anthropic => path.strip_suffix("/v1"),
            _ => None,
        }
        .unwrap_or(path);
        Ok(Address { path: path.to_owned(), base: uri })
    }

    /// The key, if there is one, after checking that one is there where it is needed.
    pub(crate) fn usable_key(&self) -> Result<Option<&Key>, ModelError> {
        let name = self.provider.name();
        let open = matches!(self.provider, Provider::Ollama | Provider::Compatible);
        let needed = self.endpoint.is_none() && !open;
        match self.key.as_ref() {
            Some(key) if key.is_sound() => Ok(Some(key)),
            Some(key) if !key.text().is_empty() => Err(ModelError::new(
                Kind::KeyMissing,
                format!("the key of {name} holds letters that no key has"),
                "copy the key anew, without quotes and on one line",
            )),
            _ if needed => Err(ModelError::new(
                Kind::KeyMissing,
                format!("{name} needs a key, and none is given"),
                "set the variable with the key of the provider, or choose a model of this machine",
            )),
            _ => Ok(None),
        }
    }
}

/// Where a provider answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    base: Uri,
    path: String,
}

impl Address {
    /// The address of one of its paths; what the endpoint asks for (`?api-version=..`) stays.
    pub(crate) fn join(&self, path: &str) -> Option<Uri> {
        let query = self.base.query().map(|query| format!("?{query}")).unwrap_or_default();
        let whole = format!("{}/{path}{query}", self.path);
        let mut parts = self.base.clone().into_parts();
        parts.path_and_query = Some(PathAndQuery::try_from(whole).ok()?);
        Uri::from_parts(parts).ok()
    }
}

const HOW_TO_NAME_ONE: &str = "give an address such as http://127.0.0.1:8080/v1";

#[cfg(test)]
mod tests {
    use super::*;

    fn address(provider: Provider, endpoint: &str) -> Result<String, &'static str> {
        let endpoint = Some(endpoint.to_owned());
        let access = Access { provider, endpoint, key: None };
        let address = access.address().map_err(|error| error.code)?;
        Ok(address.join("embeddings").expect("the path fits").to_string())
    }

    #[test]
    fn an_endpoint_is_taken_as_users_write_it() {
        let plain = address(Provider::Compatible, "http://127.0.0.1:8080/v1");
        assert_eq!(plain.as_deref(), Ok("http://127.0.0.1:8080/v1/embeddings"));
        let asked = address(Provider::Compatible, "https://host/openai/?api-version=2");
        assert_eq!(asked.as_deref(), Ok("https://host/openai/embeddings?api-version=2"));
        for written in ["http://host:11434", "http://host:11434/v1/", "http://host:11434/api"] {
            let found = address(Provider::Ollama, written);
            assert_eq!(found.as_deref(), Ok("http://host:11434/embeddings"));
        }
        for written in ["https://host", "https://host/v1", "https://host/v1/"] {
            let found = address(Provider::Anthropic, written);
            assert_eq!(found.as_deref(), Ok("https://host/embeddings"));
        }
        for wrong in ["host:8080", "ftp://host/", "not an address", ""] {
            assert_eq!(address(Provider::OpenAi, wrong), Err("llm_endpoint_invalid"));
        }
        let none = Access { provider: Provider::Compatible, endpoint: None, key: None };
        assert_eq!(none.address().unwrap_err().code, "llm_endpoint_invalid");
    }

    #[test]
    fn a_key_is_needed_where_the_provider_asks_for_one() {
        let check = |provider, key: Option<&str>| {
            let access = Access { provider, endpoint: None, key: key.map(Key::new) };
            access.usable_key().map(|key| key.is_some()).map_err(|error| error.code)
        };
        assert_eq!(check(Provider::OpenAi, None), Err("llm_key_missing"));
        assert_eq!(check(Provider::OpenAi, Some("  ")), Err("llm_key_missing"));
        assert_eq!(check(Provider::Gemini, Some("two\nlines")), Err("llm_key_missing"));
        assert_eq!(check(Provider::Gemini, Some(" key-1\n")), Ok(true));
        assert_eq!(check(Provider::OpenRouter, None), Err("llm_key_missing"));
        assert_eq!(check(Provider::Anthropic, None), Err("llm_key_missing"));
        assert_eq!(check(Provider::Ollama, None), Ok(false));
        assert_eq!(check(Provider::Compatible, None), Ok(false));
    }

    #[test]
    fn neither_a_key_nor_a_password_is_printed() {
        let key = Some(Key::new("sk-secret"));
        let endpoint = Some("http://ann:secret@127.0.0.1/v1".to_owned());
        let access = Access { provider: Provider::OpenAi, endpoint, key };
        assert!(!format!("{access:?}").contains("secret"));
    }
}
