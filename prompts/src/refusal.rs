//! What a failed call means: whose fault it is, and whether to ask again.

use std::error::Error;
use std::time::Duration;

use http::StatusCode;
use http::header::{CONTENT_TYPE, DATE, HeaderMap, RETRY_AFTER};
use http_body_util::LengthLimitError;
use jiff::fmt::rfc2822;
use serde_json::Value;

use crate::access::Key;
use crate::connection::Use;
use crate::error::{Kind, ModelError};
use crate::patience::{Again, Failed};

/// How much of what a provider says is repeated.
const LONGEST_QUOTE: usize = 300;

/// Who was asked.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) name: &'a str,
    pub(crate) model: &'a str,
    pub(crate) purpose: Use,
    pub(crate) key: Option<&'a Key>,
}

impl Asked<'_> {
    /// An answer that cannot be used.
    pub(crate) fn bad_answer(&self, what: &str) -> Failed {
        let message = format!("{} gave an answer that cannot be used: {what}", self.name);
        let hint = "check that the endpoint and the model are those for this use";
        never(Kind::BadAnswer, message, hint)
    }

    /// An answer that is not of the form that the provider documents.
    pub(crate) fn unreadable(&self, reason: &serde_json::Error, headers: &HeaderMap) -> Failed {
        if reason.is_data() {
            return self.bad_answer("it is not of the form that the provider documents");
        }
        let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let kind = self.quoted(kind.unwrap_or("nothing that it names"));
        self.bad_answer(&format!("it is no JSON, but \"{kind}\""))
    }

    /// An answer that is as the provider documents it, and of no use all the same.
    pub(crate) fn of_no_use(&self, what: &str) -> ModelError {
        let what = self.quoted(what);
        let message = format!("{} gave an answer that cannot be used: {what}", self.name);
        ModelError::new(Kind::BadAnswer, message, "ask again, or choose another model")
    }

    /// An answer that the limit of tokens has cut.
    pub(crate) fn too_long(&self) -> Failed {
        let message = format!("the answer of {} is longer than it may be, and was cut", self.name);
        let hint = "allow more tokens (`--llm-max-output-tokens`), which a model spends on its \
                    reasoning too, or ask about less";
        never(Kind::CutOff, message, hint)
    }

    /// A model, or who runs it, that does not want to answer.
    pub(crate) fn declined(&self, why: &str) -> Failed {
        let message = format!("{} declined to answer: {}", self.name, self.quoted(why));
        never(Kind::Declined, message, "ask about something else, or choose another model")
    }

    /// An answer of status 200 that holds an error.
    pub(crate) fn reported(&self, error: &Value) -> Failed {
        let number = error.get("code").and_then(Value::as_u64);
        let status = number.and_then(|code| StatusCode::from_u16(u16::try_from(code).ok()?).ok());
        let status = status.filter(|status| status.is_client_error() || status.is_server_error());
        let body = serde_json::json!({"error": error}).to_string();
        let status = status.unwrap_or(StatusCode::BAD_GATEWAY);
        self.answered(status, body.as_bytes(), &HeaderMap::new())
    }

    /// A question that cannot be sent.
    pub(crate) fn failed_to_ask(&self, what: &str) -> Failed {
        let message = format!("{} cannot be asked: {what}", self.name);
        never(Kind::BadRequest, message, "check the name of the model")
    }

    /// An answer of which not all came.
    pub(crate) fn cut_off(&self, reason: &(dyn Error + 'static)) -> Failed {
        if reason.is::<LengthLimitError>() {
            return self.bad_answer("it does not end");
        }
        self.lost(reason)
    }

    /// The provider answered, but not with success.
    pub(crate) fn answered(&self, status: StatusCode, body: &[u8], headers: &HeaderMap) -> Failed {
        let name = self.name;
        let answer = serde_json::from_slice(body).unwrap_or(Value::Null);
        let said = said(&answer).map(|said| format!(": {}", self.quoted(&said)));
        let said = said.unwrap_or_default();
        let wait = wait_of_headers(headers).or_else(|| wait_of_body(&answer));
        match status.as_u16() {
            403 if is_moderation(&answer) => self.declined(said.trim_start_matches(": ")),
            401 | 403 => self.refused(status),
            400 if is_about_the_key(&answer) => self.refused(status),
            402 => self.without_credit(status, &said),
            429 if is_about_credit(&answer) => self.without_credit(status, &said),
            400 if said.contains("not a valid model") => self.without_model(&said),
            404 => self.without_model(&said),
            429 => Failed {
                error: ModelError::new(
                    Kind::Busy,
                    format!("{name} takes no more questions for now{}", until(wait)),
                    "wait a while, or raise the limits or the credit at the provider",
                ),
                again: Again::After(wait),
            },
            408 | 500..=599 => Failed {
                error: ModelError::new(
                    Kind::Unavailable,
                    format!("{name} cannot answer ({status}){said}"),
                    "try again later, or choose another model",
                ),
                again: Again::After(wait),
            },
            400..=499 => never(
                Kind::BadRequest,
                format!("{name} does not take the question ({status}){said}"),
                match self.purpose {
                    Use::Vectors => "check the model and its dimension",
                    Use::Words => "check the model, and that it takes a question of this length",
                },
            ),
            _ => self.bad_answer(&format!("it answered {status}")),
        }
    }

    fn without_model(&self, said: &str) -> Failed {
        never(
            Kind::ModelUnknown,
            format!("{} has no model {} at this address{said}", self.name, self.model),
            "check the name of the model and the endpoint; Ollama has what was pulled",
        )
    }

    /// Asking again is of no use before somebody has paid.
    fn without_credit(&self, status: StatusCode, said: &str) -> Failed {
        let message = format!("{} wants to be paid first ({status}){said}", self.name);
        never(Kind::Refused, message, "raise the credit at the provider, or choose another one")
    }

    /// What a provider says of a key may quote it, so that it is not repeated.
    fn refused(&self, status: StatusCode) -> Failed {
        let message = match self.key {
            Some(_) => format!("{} refused the key ({status})", self.name),
            None => format!("{} wants a key ({status})", self.name),
        };
        never(Kind::Refused, message, "check the key, and that it may use this model")
    }

    /// There was no answer, or not all of it.
    pub(crate) fn lost(&self, error: &dyn Error) -> Failed {
        // The innermost reason says what happened; the outer ones name the address.
        let mut reason = error;
        while let Some(source) = reason.source() {
            reason = source;
        }
        let reason = self.quoted(&reason.to_string());
        let error = ModelError::new(
            Kind::Unavailable,
            format!("{} cannot be reached: {reason}", self.name),
            "check the network and the endpoint; Ollama has to be running",
        );
        Failed { error, again: Again::After(None) }
    }

    /// What somebody else wrote, on one line, not too long, and without the key.
    fn quoted(&self, text: &str) -> String {
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let line = match self.key {
            Some(key) if !key.text().is_empty() => line.replace(key.text(), "***"),
            _ => line,
        };
        line.chars().filter(|letter| !letter.is_control()).take(LONGEST_QUOTE).collect()
    }
}

fn never(kind: Kind, message: String, hint: &str) -> Failed {
    Failed { error: ModelError::new(kind, message, hint), again: Again::Never }
}

fn until(wait: Option<Duration>) -> String {
    wait.map(|wait| format!(", and asks to wait {} s", wait.as_secs())).unwrap_or_default()
}

/// The reason in an answer of OpenAI's, Anthropic's or Gemini's form, or of Ollama's; servers that
/// resemble OpenAI's have a message or a detail without an error around it.
fn said(answer: &Value) -> Option<String> {
    let error = answer.get("error").or_else(|| answer.get(0)?.get("error")).unwrap_or(answer);
    let text = error.as_str().or_else(|| error.get("message")?.as_str());
    let detail = || match error.get("detail")? {
        Value::String(detail) => Some(detail.clone()),
        detail => Some(detail.to_string()),
    };
    text.map(str::to_owned).or_else(detail)
}

/// OpenRouter answers so where its moderation does not like a question.
fn is_moderation(answer: &Value) -> bool {
    answer.get("error").and_then(|error| error.get("metadata")?.get("reasons")).is_some()
}

/// OpenAI says that too many questions were asked where the credit is used up.
fn is_about_credit(answer: &Value) -> bool {
    let named = answer.get("error").and_then(|error| error.get("code"));
    named.is_some_and(|name| name == "insufficient_quota")
}

/// Gemini calls a wrong key a wrong argument, and says so in a detail.
fn is_about_the_key(answer: &Value) -> bool {
    let reason = |detail: &Value| detail.get("reason").is_some_and(|it| it == "API_KEY_INVALID");
    let details = answer.get("error").and_then(|error| error.get("details")?.as_array());
    details.is_some_and(|details| details.iter().any(reason))
}

/// `retry-after-ms` in milliseconds, or `retry-after` in seconds or as a time of day.
fn wait_of_headers(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok();
    if let Some(millis) = text("retry-after-ms").and_then(|text| text.trim().parse().ok()) {
        return Some(Duration::from_millis(millis));
    }
    let after = text(RETRY_AFTER.as_str())?.trim();
    if let Ok(seconds) = after.parse() {
        return Some(Duration::from_secs(seconds));
    }
    // The provider's own clock says how far away its time of day is.
    let moment = |text: &str| rfc2822::parse(text).ok().map(|moment| moment.timestamp());
    let distance = moment(after)?.duration_since(moment(text(DATE.as_str())?)?);
    Some(Duration::try_from(distance).unwrap_or_default())
}

/// Gemini says in its answer how long to wait: `{"retryDelay": "34s"}`.
fn wait_of_body(answer: &Value) -> Option<Duration> {
    let details = answer.get("error")?.get("details")?.as_array()?;
    let delay = details.iter().find_map(|detail| detail.get("retryDelay")?.as_str())?;
    let seconds: f64 = delay.strip_suffix('s')?.parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn the_wait_is_read_in_all_its_forms() {
        let wait = |pairs: &[(&'static str, &'static str)]| {
            wait_of_headers(&headers(pairs)).map(|wait| wait.as_millis())
        };
        assert_eq!(wait(&[("retry-after", "7")]), Some(7_000));
        assert_eq!(wait(&[("retry-after-ms", "20"), ("retry-after", "1")]), Some(20));
        let now = ("date", "Sat, 21 Nov 2026 15:00:00 GMT");
        assert_eq!(wait(&[("retry-after", "Sat, 21 Nov 2026 15:00:09 GMT"), now]), Some(9_000));
        assert_eq!(wait(&[("retry-after", "Sat, 21 Nov 2026 14:00:00 GMT"), now]), Some(0));
        assert_eq!(wait(&[("retry-after", "soon")]), None);
        assert_eq!(wait(&[]), None);

        let info =
            json!({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34s"});
        let answer = json!({"error": {"code": 429, "details": [{"@type": "other"}, info]}});
        assert_eq!(wait_of_body(&answer), Some(Duration::from_secs(34)));
        assert_eq!(wait_of_body(&json!({"error": {"details": [{"retryDelay": "-1s"}]}})), None);
    }

    #[test]
    fn what_a_provider_says_is_repeated_without_the_key() {
        let key = Key::new("sk-secret");
        let asked = Asked { name: "openai", model: "m", purpose: Use::Vectors, key: Some(&key) };
        let body = json!({"error": {"message": "no\nsk-secret \u{1b}[31mhere"}}).to_string();
        let failed = asked.answered(StatusCode::BAD_REQUEST, body.as_bytes(), &HeaderMap::new());
        assert_eq!(failed.error.code, "llm_bad_request");
        let expected = "openai does not take the question (400 Bad Request): no *** [31mhere";
        assert_eq!(failed.error.message, expected);

        let long = json!({"error": "x".repeat(5_000)}).to_string();
        let failed = asked.answered(StatusCode::BAD_GATEWAY, long.as_bytes(), &HeaderMap::new());
        assert!(failed.error.message.len() < 400);
    }
}
