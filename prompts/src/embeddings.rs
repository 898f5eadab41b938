//! Texts as vectors, by a model somewhere else.

mod form;
mod known;
mod text;

use std::fmt;

use crate::access::Access;
use crate::connection::{Connection, Use};
use crate::error::{Kind, ModelError};
use crate::patience::{Failed, Patience};

/// What a text is to be compared as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// It is what is to be found.
    Document,
    /// It is what is looked for.
    Query,
}

/// Which model makes vectors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmbeddingSettings {
    /// How its provider is reached.
    pub access: Access,
    /// The model. OpenAI has `text-embedding-3-small` as the usual one, Gemini
    /// `gemini-embedding-001`, Ollama `nomic-embed-text`; a compatible endpoint has none.
    pub model: Option<String>,
    /// The length of its vectors. A model that can make them shorter is asked to; the usual models
    /// have a usual length, and any other one is asked for its own.
    pub dimension: Option<usize>,
    /// How long it is waited for.
    pub patience: Patience,
}

/// A model that turns texts into vectors.
pub struct Embeddings {
    connection: Connection,
    patience: Patience,
    /// What the model is asked for, where it is asked at all.
    wanted: Option<usize>,
    dimension: usize,
    name: String,
}

impl Embeddings {
    /// Prepares a model. It is called only where neither the settings nor what is known of the
    /// model say how long its vectors are.
    pub async fn open(settings: EmbeddingSettings) -> Result<Self, ModelError> {
        let EmbeddingSettings { access, model, dimension, patience } = settings;
        let provider = access.provider;
        let model = model.or_else(|| known::usual_model(provider).map(str::to_owned));
        let model = model.filter(|model| !model.trim().is_empty()).ok_or_else(|| {
            ModelError::new(
                Kind::ModelUnknown,
                format!("{} has no usual model for embeddings", provider.name()),
                "name the model, such as nomic-embed-text",
            )
        })?;
        let known = dimension.or_else(|| known::dimension(&model));
        let wanted = known.filter(|_| dimension.is_some() || known::can_be_cut(&model));
        let connection = Connection::new(&access, model, Use::Vectors)?;
        let mut embeddings =
            Self { connection, patience, wanted, dimension: 0, name: String::new() };
        embeddings.dimension = match known {
            Some(known) => known,
            None => embeddings.asked_dimension().await?,
        };
        let (model, length) = (&embeddings.connection.model, embeddings.dimension);
        embeddings.name = format!("{}/{model}/{length}", provider.name());
        Ok(embeddings)
    }

    /// Provider, model and length of vector, such as `openai/text-embedding-3-small/1536`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The length of its vectors.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// The vectors of some texts, in order, each of length 1.
    ///
    /// Texts go in several calls where they are many, and only the beginning of a long one counts.
    pub async fn embed(
        &self,
        texts: &[&str],
        purpose: Purpose,
    ) -> Result<Vec<Vec<f32>>, ModelError> {
        let phrase = |text: &&str| text::phrased(&self.connection.model, purpose, text);
        let texts: Vec<String> = texts.iter().map(phrase).collect();
        let mut vectors = Vec::with_capacity(texts.len());
        for batch in text::batches(&texts) {
            let found = self.call(batch, purpose, Some(self.dimension)).await?;
            vectors.extend(found);
        }
        Ok(vectors)
    }

    async fn asked_dimension(&self) -> Result<usize, ModelError> {
        let vectors = self.call(&["dimension".to_owned()], Purpose::Query, None).await?;
        Ok(vectors.first().map_or(0, Vec::len))
    }

    /// One batch, asked for as often as patience allows.
    async fn call(
        &self,
        batch: &[String],
        purpose: Purpose,
        dimension: Option<usize>,
    ) -> Result<Vec<Vec<f32>>, ModelError> {
        let ask = || async {
            let found = form::ask(&self.connection, batch, purpose, self.wanted).await?;
            self.checked(found, batch.len(), dimension)
        };
        self.patience.ask(self.connection.provider.name(), ask).await
    }

    /// One vector for each text, in order, each of the right length and scaled to length 1.
    fn checked(
        &self,
        mut found: Vec<(usize, Vec<f32>)>,
        texts: usize,
        dimension: Option<usize>,
    ) -> Result<Vec<Vec<f32>>, Failed> {
        let bad = |what: &str| self.connection.asked().bad_answer(what);
        if found.len() != texts {
            return Err(bad(&format!("{} vectors for {texts} texts", found.len())));
        }
        found.sort_by_key(|(number, _)| *number);
        if found.iter().enumerate().any(|(at, (number, _))| *number != at) {
            return Err(bad("its vectors are not numbered as the texts are"));
        }
        let first = found.first().map(|(_, vector)| vector.len());
        let length = dimension.or(first).unwrap_or(0);
        let scaled = |(_, vector): (usize, Vec<f32>)| {
            if vector.len() != length {
                return Err(self.other_length(vector.len(), length));
            }
            text::scaled(vector).ok_or_else(|| bad("a vector has no direction"))
        };
        found.into_iter().map(scaled).collect()
    }

    fn other_length(&self, is: usize, should: usize) -> Failed {
        let what = format!("a vector of length {is} instead of {should}");
        let mut failed = self.connection.asked().bad_answer(&what);
        failed.error.hint = format!("set the dimension of the model to {is}");
        failed
    }
}

impl fmt::Debug for Embeddings {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("Embeddings").field(&self.name).finish()
    }
}
