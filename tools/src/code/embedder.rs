//! What makes vectors, as the settings say.

use std::sync::Arc;

use fault_indexer::{
    EmbedError, Embedder, Purpose,
    embed::{LocalModel, ModelFiles},
};
use fault_prompts::{Access, EmbeddingSettings, Embeddings, Key, ModelError, Patience, Provider};
use tokio::runtime::Handle;

use super::settings::{CodeSettings, EmbedWith, Secret};

/// Makes what makes vectors, if the settings name something. It blocks.
pub(super) fn make(
    settings: &CodeSettings,
    handle: &Handle,
) -> Result<Option<Arc<dyn Embedder>>, EmbedError> {
    let provider = match settings.embed {
        EmbedWith::Nothing => return Ok(None),
        EmbedWith::Onnx => return Ok(Some(Arc::new(local(settings)?))),
        EmbedWith::OpenAi => Provider::OpenAi,
        EmbedWith::Gemini => Provider::Gemini,
        EmbedWith::Ollama => Provider::Ollama,
        EmbedWith::Compatible => Provider::Compatible,
    };
    let access = Access {
        provider,
        endpoint: settings.endpoint.clone(),
        key: settings.key.as_ref().map(|key: &Secret| Key::new(key.reveal())),
    };
    let asked = EmbeddingSettings {
        access,
        model: settings.model.clone(),
        dimension: settings.dimension,
        patience: Patience::default(),
    };
    let opened = handle.block_on(Embeddings::open(asked));
    let embeddings = opened.map_err(|error| match settings.embed.key_variable() {
        Some(name) if error.code == "llm_key_missing" => {
            let hint = format!("set {name}, or choose a model of this machine");
            failed(ModelError { hint, ..error })
        }
        _ => failed(error),
    })?;
    Ok(Some(Arc::new(Remote { embeddings, handle: handle.clone() })))
}

fn local(settings: &CodeSettings) -> Result<LocalModel, EmbedError> {
    let Some(dir) = settings.model_dir.clone() else {
        return Err(EmbedError {
            code: "model_not_found",
            message: "no folder of a local model is given".to_owned(),
            hint: "give it with `--embed-model-dir` or FAULT_EMBED_MODEL_DIR".to_owned(),
        });
    };
    LocalModel::load(&ModelFiles { dir, runtime: settings.onnx_runtime.clone() })
}

/// A model somewhere else.
struct Remote {
    embeddings: Embeddings,
    handle: Handle,
}

impl Embedder for Remote {
    fn name(&self) -> &str {
        self.embeddings.name()
    }

    fn dimension(&self) -> usize {
        self.embeddings.dimension()
    }

    fn embed(&self, texts: &[&str], purpose: Purpose) -> Result<Vec<Vec<f32>>, EmbedError> {
        let purpose = match purpose {
            Purpose::Document => fault_prompts::Purpose::Document,
            Purpose::Query => fault_prompts::Purpose::Query,
        };
        self.handle.block_on(self.embeddings.embed(texts, purpose)).map_err(failed)
    }
}

fn failed(error: ModelError) -> EmbedError {
    EmbedError { code: error.code, message: error.message, hint: error.hint }
}
