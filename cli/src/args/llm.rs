//! Options of the language model that answers questions.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use fault_proxy::parse_duration;
use fault_tools::{LlmClient, LlmSettings, ToolError};

use super::code::{CodeArgs, secret};

#[cfg(test)]
mod tests;

/// Which language model answers.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Language model")]
pub(crate) struct LlmArgs {
    /// Who answers questions; the key is in a variable: OPENAI_API_KEY, GEMINI_API_KEY,
    /// OPENROUTER_API_KEY, ANTHROPIC_API_KEY, OLLAMA_API_KEY (where it needs one), or
    /// FAULT_LLM_API_KEY (for compatible). With none, nothing is sent, and answers have what is
    /// known without a model [default: open-ai if its key is there, or else none; compatible with
    /// --llm-endpoint]
    #[arg(long, global = true, env = "FAULT_AGENT_CLIENT", value_enum, value_name = "NAME")]
    llm_client: Option<Client>,
    /// Model that answers [default: the usual one of --llm-client]
    #[arg(long, global = true, env = "LLM_PROMPT_REASONING_MODEL", value_name = "MODEL")]
    llm_prompt_reasoning_model: Option<String>,
    #[arg(long, global = true, env = "FAULT_AGENT_PROMPT_REASONING_MODEL", hide = true)]
    llm_reasoning_model: Option<String>,
    #[arg(long, global = true, hide = true)]
    llm_prompt_chat_model: Option<String>,
    /// How long one answer may take [default: 2m]
    #[arg(long, global = true, env = "FAULT_LLM_TIMEOUT", value_name = "DURATION")]
    llm_timeout: Option<String>,
    /// Most tokens of an answer, the model's reasoning included [default: 16000]
    #[arg(long, global = true, env = "FAULT_LLM_MAX_OUTPUT_TOKENS", value_name = "NUMBER")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..))]
    llm_max_output_tokens: Option<u32>,
    /// What a million tokens cost in USD, of questions and of answers, such as `1.25/10`: then
    /// answers tell their cost.
    #[arg(long, global = true, env = "FAULT_LLM_PRICE", value_name = "IN/OUT")]
    llm_price: Option<String>,
    /// File with recorded answers, of `--llm-client recorded`.
    #[arg(long, global = true, env = "FAULT_LLM_RECORDED", value_name = "FILE")]
    llm_recorded: Option<PathBuf>,
    /// Append each answer of the model to this file, for `--llm-recorded`.
    #[arg(long, global = true, env = "FAULT_LLM_RECORD", value_name = "FILE")]
    llm_record: Option<PathBuf>,
}

/// Who answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Client {
    None,
    #[value(alias = "openai")]
    OpenAi,
    Gemini,
    #[value(alias = "openrouter")]
    OpenRouter,
    Ollama,
    #[value(alias = "claude")]
    Anthropic,
    Compatible,
    Recorded,
}

impl From<Client> for LlmClient {
    fn from(client: Client) -> Self {
        match client {
            Client::None => Self::None,
            Client::OpenAi => Self::OpenAi,
            Client::Gemini => Self::Gemini,
            Client::OpenRouter => Self::OpenRouter,
            Client::Ollama => Self::Ollama,
            Client::Anthropic => Self::Anthropic,
            Client::Compatible => Self::Compatible,
            Client::Recorded => Self::Recorded,
        }
    }
}

impl LlmArgs {
    /// Which model answers; `code` has the address that it may share with what makes vectors.
    pub(crate) fn settings(self, code: &CodeArgs) -> Result<LlmSettings, ToolError> {
        let usual = LlmSettings::default();
        let model = self.llm_prompt_reasoning_model.or(self.llm_reasoning_model);
        let model = model.or(self.llm_prompt_chat_model);
        let given = self.llm_client.map(LlmClient::from);
        let (client, explicit) = match (given, &self.llm_recorded) {
            (Some(LlmClient::Recorded), None) => {
                return Err(wrong("no_recording", "`--llm-client recorded` has no file")
                    .hint("give it with `--llm-recorded FILE`; `--llm-record FILE` makes one"));
            }
            (Some(client), None) => (client, true),
            (None | Some(LlmClient::Recorded), Some(_)) => (LlmClient::Recorded, true),
            (Some(_), Some(_)) => {
                let message = "`--llm-recorded` has recorded answers, and `--llm-client` another";
                return Err(wrong("invalid_usage", message)
                    .hint("leave `--llm-client` out, or make it `recorded`"));
            }
            (None, None) => code.chat_client(model.is_some()),
        };
        let answers = !matches!(client, LlmClient::None | LlmClient::Recorded);
        if self.llm_record.is_some() && !answers {
            let message = "`--llm-record` records answers of a model, and none is asked";
            return Err(wrong("invalid_usage", message).hint("choose one with `--llm-client`"));
        }
        if explicit && answers {
            code.check_endpoint(client)?;
        }
        let timeout = self.llm_timeout.as_deref().map(parse_duration).transpose();
        let timeout = timeout.map_err(|error| ToolError::from(error).about("--llm-timeout"))?;
        Ok(LlmSettings {
            client,
            explicit,
            model,
            endpoint: if answers { code.chat_endpoint(client) } else { None },
            key: client.key_variable().and_then(secret),
            timeout: timeout.unwrap_or(usual.timeout),
            most_output: self.llm_max_output_tokens.unwrap_or(usual.most_output),
            price: self.llm_price.as_deref().map(price).transpose()?,
            recorded: self.llm_recorded,
            record: self.llm_record,
        })
    }
}

fn wrong(code: &'static str, message: &str) -> ToolError {
    ToolError::input(code, message)
}

/// Two amounts of money: `1.25/10`.
fn price(text: &str) -> Result<(f64, f64), ToolError> {
    let amount = |text: &str| {
        text.trim().parse().ok().filter(|price: &f64| *price >= 0.0 && price.is_finite())
    };
    let pair =
        text.split_once('/').and_then(|(input, output)| Some((amount(input)?, amount(output)?)));
    pair.ok_or_else(|| {
        wrong("invalid_usage", &format!("`--llm-price {text}` is no pair of prices"))
            .hint("write USD for a million tokens of questions and of answers: `1.25/10`")
    })
}
