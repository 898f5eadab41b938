//! Options of what is done with source code: where its index is, and what makes vectors.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use fault_tools::{CodeSettings, EmbedWith, LlmClient, QdrantAccess, Secret, ToolError};

/// How source code is indexed and searched.
#[derive(Debug, Args)]
#[command(next_help_heading = "Source code")]
pub(crate) struct CodeArgs {
    /// File of the index; one that ends in .duckdb is made by DuckDB. It comes before --qdrant-url
    /// [default: .fault/index.db in the folder that is indexed]
    #[arg(
        long,
        global = true,
        env = "FAULT_AGENT_CODE_REVIEW_SOURCE_INDEX_PATH",
        value_name = "PATH"
    )]
    index: Option<PathBuf>,
    /// Qdrant that has the index, with its gRPC port: `http://localhost:6334`.
    #[arg(long, global = true, env = "QDRANT_URL", value_name = "URL")]
    qdrant_url: Option<String>,
    /// Collection of the index [default: named after the folder that is indexed]
    #[arg(long, global = true, value_name = "NAME")]
    qdrant_collection: Option<String>,
    /// What makes vectors of code, so that it is found by meaning too: code is sent there. With
    /// none it is found by words, and sent nowhere; onnx is a model on this machine.
    #[arg(
        long,
        global = true,
        env = "FAULT_EMBED",
        value_enum,
        value_name = "NAME",
        default_value = "none"
    )]
    embed: Embed,
    /// Model that makes vectors [default: the usual one of --embed]
    #[arg(long, global = true, env = "FAULT_AGENT_EMBED_MODEL", value_name = "MODEL")]
    llm_embed_model: Option<String>,
    /// Length of its vectors [default: that of the model]
    #[arg(long, global = true, env = "FAULT_AGENT_EMBED_MODEL_DIMENSION", value_name = "NUMBER")]
    llm_embed_model_dim: Option<usize>,
    /// Address of the interface of models, such as `http://127.0.0.1:8080/v1`: of the one that
    /// makes vectors, and of the one that answers questions.
    #[arg(long, global = true, env = "FAULT_LLM_ENDPOINT", value_name = "URL")]
    llm_endpoint: Option<String>,
    /// Address of the model that makes vectors, where it is another one [default: --llm-endpoint]
    #[arg(long, global = true, env = "FAULT_LLM_EMBED_ENDPOINT", value_name = "URL")]
    llm_embed_endpoint: Option<String>,
    /// Folder with the model of `--embed onnx`.
    #[arg(long, global = true, env = "FAULT_EMBED_MODEL_DIR", value_name = "DIR")]
    embed_model_dir: Option<PathBuf>,
    /// Library that runs the model of `--embed onnx` [default: libonnxruntime of the system]
    #[arg(long, global = true, env = "ORT_DYLIB_PATH", value_name = "FILE")]
    onnx_runtime: Option<PathBuf>,
}

/// What makes vectors of code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Embed {
    None,
    OpenAi,
    Gemini,
    Ollama,
    Compatible,
    Onnx,
}

impl From<Embed> for EmbedWith {
    fn from(embed: Embed) -> Self {
        match embed {
            Embed::None => Self::Nothing,
            Embed::OpenAi => Self::OpenAi,
            Embed::Gemini => Self::Gemini,
            Embed::Ollama => Self::Ollama,
            Embed::Compatible => Self::Compatible,
            Embed::Onnx => Self::Onnx,
        }
    }
}

impl CodeArgs {
    /// How the tools index and search.
    pub(crate) fn settings(self) -> CodeSettings {
        let embed = EmbedWith::from(self.embed);
        let collection = self.qdrant_collection;
        let qdrant = self.qdrant_url.map(|url| QdrantAccess {
            url,
            key: secret("QDRANT_API_KEY"),
            collection,
        });
        CodeSettings {
            index: self.index,
            qdrant,
            embed,
            model: self.llm_embed_model,
            dimension: self.llm_embed_model_dim,
            endpoint: self.llm_embed_endpoint.or(self.llm_endpoint),
            key: embed.key_variable().and_then(secret),
            model_dir: self.embed_model_dir,
            onnx_runtime: self.onnx_runtime,
        }
    }
}

/// The address that is shared by what makes vectors and what answers questions.
impl CodeArgs {
    /// Who answers questions if nobody says so, and whether that is said by the other options.
    pub(super) fn chat_client(&self, model_named: bool) -> (LlmClient, bool) {
        if self.llm_endpoint.is_none() {
            return (LlmClient::OpenAi, false);
        }
        match (self.embed, &self.llm_embed_endpoint) {
            (Embed::None | Embed::Onnx, _) | (_, Some(_)) => (LlmClient::Compatible, true),
            (Embed::OpenAi, None) => (LlmClient::OpenAi, true),
            (Embed::Gemini, None) => (LlmClient::Gemini, true),
            (Embed::Ollama, None) if model_named => (LlmClient::Ollama, true),
            (Embed::Compatible, None) if model_named => (LlmClient::Compatible, true),
            // The address was given for vectors, and nobody knows a model there that answers.
            (Embed::Ollama | Embed::Compatible, None) => (LlmClient::None, false),
        }
    }

    /// The address of who answers questions.
    pub(super) fn chat_endpoint(&self, client: LlmClient) -> Option<String> {
        let own = self.llm_embed_endpoint.is_some() || self.shares_with(client);
        self.llm_endpoint.clone().filter(|_| own)
    }

    /// Refuses one address for two providers.
    pub(super) fn check_endpoint(&self, client: LlmClient) -> Result<(), ToolError> {
        let alone = self.llm_endpoint.is_some() && self.llm_embed_endpoint.is_none();
        if !alone || self.shares_with(client) {
            return Ok(());
        }
        let message = "`--llm-endpoint` is one address, and `--embed` and `--llm-client` name two \
                       providers";
        Err(ToolError::input("invalid_usage", message)
            .hint("give the address of what makes vectors with `--llm-embed-endpoint`"))
    }

    /// Whether what makes vectors is no other provider.
    fn shares_with(&self, client: LlmClient) -> bool {
        match self.embed {
            Embed::None | Embed::Onnx => true,
            Embed::OpenAi => client == LlmClient::OpenAi,
            Embed::Gemini => client == LlmClient::Gemini,
            Embed::Ollama => client == LlmClient::Ollama,
            Embed::Compatible => client == LlmClient::Compatible,
        }
    }
}

/// A key, which is never on the command line, where others could see it.
pub(super) fn secret(name: &str) -> Option<Secret> {
    #[expect(clippy::disallowed_methods, reason = "this is the door of the environment")]
    let text = std::env::var(name).ok();
    text.filter(|text| !text.trim().is_empty()).map(Secret::new)
}

/// What is indexed.
#[derive(Debug, Args)]
pub(crate) struct IndexArgs {
    /// Folder with the source code.
    #[arg(default_value = ".")]
    pub(crate) dir: PathBuf,
    /// Only files of this language, such as python.
    #[arg(long, value_name = "LANGUAGE")]
    pub(crate) lang: Option<String>,
    /// Make the index anew, such as when it is damaged.
    #[arg(long)]
    pub(crate) rebuild: bool,
    /// Copy the index that is in a file to this place, instead of reading the folder.
    #[arg(long, value_name = "PLACE", value_parser = ["qdrant"])]
    pub(crate) to: Option<String>,
    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

/// What is searched for.
#[derive(Debug, Args)]
pub(crate) struct SearchArgs {
    /// What to find: words, names or a sentence.
    #[arg(required = true)]
    pub(crate) query: Vec<String>,
    /// Most places [default: 10]
    #[arg(long, value_name = "NUMBER")]
    pub(crate) limit: Option<usize>,
    /// Folder that was indexed [default: the nearest one from here upwards]
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

/// What is outlined.
#[derive(Debug, Args)]
pub(crate) struct OutlineArgs {
    /// File or folder of source code.
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    /// Function whose calls and callers are told instead.
    #[arg(long, value_name = "NAME")]
    pub(crate) func: Option<String>,
    /// Only files of this language, such as python; of a file, its language.
    #[arg(long, value_name = "LANGUAGE")]
    pub(crate) lang: Option<String>,
    /// Most entries of each list [default: 100]
    #[arg(long, value_name = "NUMBER")]
    pub(crate) limit: Option<usize>,
    /// Print the structured answer as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// What is extracted.
#[derive(Debug, Args)]
pub(crate) struct ExtractArgs {
    /// File of source code.
    pub(crate) file: PathBuf,
    /// Function: `name`, `Class.method`, or `name@line` where several have one name.
    pub(crate) func: String,
    /// Language of the file, such as python.
    #[arg(long, value_name = "LANGUAGE")]
    pub(crate) lang: Option<String>,
    /// Print the structured answer as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// What is asked.
#[derive(Debug, Args)]
pub(crate) struct QueryArgs {
    /// One SELECT.
    pub(crate) sql: String,
    /// Results of a run of scenarios, for the tables tests, test_calls and test_faults.
    #[arg(long, value_name = "FILE")]
    pub(crate) results: Option<PathBuf>,
    /// Most rows [default: 100]
    #[arg(long, value_name = "NUMBER")]
    pub(crate) limit: Option<usize>,
    /// Folder that was indexed [default: the nearest one from here upwards]
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

/// What the commands of an index share.
#[derive(Debug, Args)]
pub(crate) struct CommonArgs {
    /// Print the structured answer as JSON.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) code: CodeArgs,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::{self, Command};

    fn settings(line: &str) -> CodeSettings {
        let words = std::iter::once("fault").chain(line.split(' ')).map(Into::into);
        match args::parse(words).unwrap().cli.command {
            Command::Agent(args) => args.code.settings(),
            Command::Tool(args) => args.code.settings(),
            Command::Index(args) => args.common.code.settings(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn code_is_sent_nowhere_unless_it_is_asked_for() {
        for line in ["tool", "agent tool", "index", "index --llm-embed-model mxbai-embed-large"] {
            assert_eq!(settings(line).embed, EmbedWith::Nothing, "{line}");
        }
    }

    #[test]
    fn the_documented_options_are_read_before_and_after_the_command_of_an_agent() {
        for line in [
            "agent --llm-embed-model mxbai-embed-large --llm-embed-model-dim 1024 --embed ollama tool",
            "agent tool --llm-embed-model mxbai-embed-large --llm-embed-model-dim 1024 --embed ollama",
        ] {
            let settings = settings(line);
            assert_eq!(settings.embed, EmbedWith::Ollama, "{line}");
            assert_eq!(settings.model.as_deref(), Some("mxbai-embed-large"), "{line}");
            assert_eq!(settings.dimension, Some(1024), "{line}");
        }
    }

    #[test]
    fn a_qdrant_is_told_by_its_address() {
        let settings = settings("tool --qdrant-url http://localhost:6334 --qdrant-collection mine");
        let qdrant = settings.qdrant.unwrap();
        assert_eq!(qdrant.url, "http://localhost:6334");
        assert_eq!(qdrant.collection.as_deref(), Some("mine"));
    }
}
