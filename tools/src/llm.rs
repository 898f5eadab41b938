//! Which model answers questions. Only the command line says it, never a caller.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use fault_prompts::{Access, Chat, ChatSettings, Key, ModelError, Patience, Price, Provider};

use crate::{code::Secret, error::ToolError};

/// How often an answer is asked for. A model that hangs is waited for this often.
const TRIES: u32 = 3;

/// Which model answers questions, and what it may take.
#[derive(Clone, Debug)]
pub struct LlmSettings {
    /// Who answers.
    pub client: LlmClient,
    /// Whether the user chose who answers. If not, nobody does unless a key is there.
    pub explicit: bool,
    /// The model; each provider but a compatible endpoint has a usual one.
    pub model: Option<String>,
    /// The address of the provider; each but a compatible endpoint has a usual one.
    pub endpoint: Option<String>,
    /// The key of the provider.
    pub key: Option<Secret>,
    /// How long one answer may take.
    pub timeout: Duration,
    /// How many tokens an answer may have.
    pub most_output: u32,
    /// What a million tokens cost in USD, those of the question and those of the answer, where the
    /// provider does not tell.
    pub price: Option<(f64, f64)>,
    /// The file with the answers, of a recording.
    pub recorded: Option<PathBuf>,
    /// The file that answers are appended to.
    pub record: Option<PathBuf>,
}

impl LlmSettings {
    /// Whether somebody answers: one who was named, or the usual one if there is a key for it.
    pub fn asks(&self) -> bool {
        let anything = self.explicit || self.key.is_some() || self.endpoint.is_some();
        match self.client {
            LlmClient::None => false,
            LlmClient::Recorded => true,
            _ => anything,
        }
    }
}

impl Default for LlmSettings {
    fn default() -> Self {
        Self {
            client: LlmClient::None,
            explicit: false,
            model: None,
            endpoint: None,
            key: None,
            timeout: Duration::from_secs(120),
            most_output: 16_000,
            price: None,
            recorded: None,
            record: None,
        }
    }
}

/// Who answers questions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LlmClient {
    /// Nobody: answers have what is known without a model.
    #[default]
    None,
    /// OpenAI.
    OpenAi,
    /// Google's Gemini.
    Gemini,
    /// OpenRouter.
    OpenRouter,
    /// Ollama.
    Ollama,
    /// Anthropic.
    Anthropic,
    /// An endpoint that speaks as OpenAI does.
    Compatible,
    /// A file with answers that were recorded.
    Recorded,
}

impl LlmClient {
    /// The variable that holds its key, if it can have one.
    pub fn key_variable(self) -> Option<&'static str> {
        match self {
            Self::OpenAi => Some("OPENAI_API_KEY"),
            Self::Gemini => Some("GEMINI_API_KEY"),
            Self::OpenRouter => Some("OPENROUTER_API_KEY"),
            Self::Ollama => Some("OLLAMA_API_KEY"),
            Self::Anthropic => Some("ANTHROPIC_API_KEY"),
            // Not that of OpenAI, which is nothing for others.
            Self::Compatible => Some("FAULT_LLM_API_KEY"),
            Self::None | Self::Recorded => None,
        }
    }

    fn provider(self) -> Option<Provider> {
        match self {
            Self::OpenAi => Some(Provider::OpenAi),
            Self::Gemini => Some(Provider::Gemini),
            Self::OpenRouter => Some(Provider::OpenRouter),
            Self::Ollama => Some(Provider::Ollama),
            Self::Anthropic => Some(Provider::Anthropic),
            Self::Compatible => Some(Provider::Compatible),
            Self::None | Self::Recorded => None,
        }
    }
}

/// The model that answers, once it was needed.
#[derive(Debug, Default)]
pub(crate) struct Llm {
    pub(crate) settings: LlmSettings,
    chat: Mutex<Option<Arc<Chat>>>,
}

impl Llm {
    pub(crate) fn new(settings: LlmSettings) -> Self {
        Self { settings, chat: Mutex::default() }
    }

    /// The model that answers, if any does. It may read a file.
    pub(crate) fn chat(&self) -> Result<Option<Arc<Chat>>, ToolError> {
        let mut chat = self.chat.lock().unwrap_or_else(PoisonError::into_inner);
        if chat.is_none() {
            *chat = self.open()?.map(Arc::new);
        }
        Ok(chat.clone())
    }

    fn open(&self) -> Result<Option<Chat>, ToolError> {
        let settings = &self.settings;
        let recorded = settings.client == LlmClient::Recorded;
        let Some(provider) = settings.client.provider() else {
            return if recorded { self.replay().map(Some) } else { Ok(None) };
        };
        if !settings.asks() {
            return Ok(None);
        }
        let key = settings.key.as_ref().map(|key| Key::new(key.reveal()));
        let opened = Chat::open(ChatSettings {
            access: Access { provider, endpoint: settings.endpoint.clone(), key },
            model: settings.model.clone(),
            patience: Patience {
                answer_within: settings.timeout,
                tries: TRIES,
                ..Patience::default()
            },
            most_output: settings.most_output,
            price: settings.price.map(|(input, output)| Price { input, output }),
        });
        let chat = opened.map_err(|error| self.failed(error))?;
        Ok(Some(match &settings.record {
            Some(file) => chat.recording_to(file.clone()),
            None => chat,
        }))
    }

    fn replay(&self) -> Result<Chat, ToolError> {
        let Some(file) = &self.settings.recorded else {
            let message = "no file with recorded answers is given";
            return Err(ToolError::input("no_recording", message)
                .hint("give it with `--llm-recorded FILE`; `--llm-record FILE` makes one"));
        };
        let lines = fs_err::read_to_string(file).map_err(|error| {
            let message = format!("the recorded answers cannot be read: {error}");
            ToolError::environment("file_not_read", message)
                .hint("check the path and its permissions")
        })?;
        Chat::recorded(&lines).map_err(|error| self.failed(error))
    }

    /// Why there is no answer, with what else can be done.
    pub(crate) fn failed(&self, error: ModelError) -> ToolError {
        let hint = match (error.code, self.settings.client.key_variable()) {
            ("llm_key_missing", Some(name)) => format!("set {name}"),
            _ => error.hint.clone(),
        };
        ToolError::from(error).hint(format!("{hint}; `--llm-client none` goes on without a model"))
    }
}
