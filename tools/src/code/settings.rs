//! How source code is indexed and searched. Only the command line says it, never a caller.

use std::{
    fmt::{Debug, Formatter},
    path::PathBuf,
};

/// Where indexes are, and what makes vectors.
#[derive(Clone, Debug, Default)]
pub struct CodeSettings {
    /// The file of the index; without one, and without a Qdrant, it is `.fault/index.db` in the
    /// folder that is indexed.
    pub index: Option<PathBuf>,
    /// The Qdrant that has the index, if no file is given.
    pub qdrant: Option<QdrantAccess>,
    /// What makes vectors.
    pub embed: EmbedWith,
    /// The model that makes them; each provider but a compatible endpoint has a usual one.
    pub model: Option<String>,
    /// The length of a vector; each model has a usual one.
    pub dimension: Option<usize>,
    /// The address of the provider; each but a compatible one has a usual one.
    pub endpoint: Option<String>,
    /// The key of the provider.
    pub key: Option<Secret>,
    /// The folder with a local model.
    pub model_dir: Option<PathBuf>,
    /// The library that runs a local model; the system is asked for it if none is given.
    pub onnx_runtime: Option<PathBuf>,
}

/// How a Qdrant is reached.
#[derive(Clone, Debug)]
pub struct QdrantAccess {
    /// Its address, with its gRPC port.
    pub url: String,
    /// Its key.
    pub key: Option<Secret>,
    /// The collection; if none is given, it is named after the folder that is indexed.
    pub collection: Option<String>,
}

/// What makes vectors of code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EmbedWith {
    /// Nothing does: code is found by words alone, and sent nowhere.
    #[default]
    Nothing,
    /// OpenAI.
    OpenAi,
    /// Google's Gemini.
    Gemini,
    /// Ollama.
    Ollama,
    /// An endpoint that speaks as OpenAI does.
    Compatible,
    /// A model on this machine.
    Onnx,
}

impl EmbedWith {
    /// The variable that holds its key, if it can have one.
    pub fn key_variable(self) -> Option<&'static str> {
        match self {
            Self::OpenAi => Some("OPENAI_API_KEY"),
            Self::Gemini => Some("GEMINI_API_KEY"),
            Self::Ollama => Some("OLLAMA_API_KEY"),
            // Not that of OpenAI, which is nothing for others.
            Self::Compatible => Some("FAULT_LLM_API_KEY"),
            Self::Nothing | Self::Onnx => None,
        }
    }
}

/// A text that is never shown.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Keeps a text from being shown.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl Debug for Secret {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_secret_is_not_shown() {
        let key = Some(Secret::new("sk-1"));
        let settings = CodeSettings { key, ..CodeSettings::default() };
        let shown = format!("{settings:?}");
        assert!(shown.contains("Secret(..)") && !shown.contains("sk-1"), "{shown}");
    }
}
