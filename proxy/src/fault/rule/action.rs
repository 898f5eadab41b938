//! What a rule does, as it is written.

use std::{borrow::Cow, collections::BTreeMap, fmt};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::refusal::{invalid, never};
use crate::{
    duration::{duration_words, parse_duration},
    fault::{
        Fault, FaultError, find,
        latency::Latency,
        verdict::{Action, Reply, Rewriting},
    },
};

/// An answer in place of the upstream's, which is not contacted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Respond {
    /// The status, from 200 to 599.
    #[schemars(range(min = 200, max = 599))]
    status: u64,
    /// Headers and their values. The length follows the body, and so does the type, if none is given.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    headers: BTreeMap<String, String>,
    /// The body; empty if unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
}

/// What becomes of the upstream's answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Rewrite {
    /// The status in place of the upstream's, from 200 to 599.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 200, max = 599))]
    status: Option<u64>,
    /// Headers that are set to a value, or taken out by null.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    headers: BTreeMap<String, Option<String>>,
    /// The body in place of the upstream's. The length follows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
}

/// How a body is let through bit by bit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Dribble {
    /// How many bytes a piece has at most.
    #[schemars(range(min = 1))]
    bytes: u64,
    /// How long it is from one piece to the next: `100ms`, `2s`.
    every: String,
}

/// How a connection ends without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Drop {
    /// In good order, as by a server that shuts down.
    Close,
    /// By a reset.
    Reset,
}

/// The settings of the latency fault, of which one delay is drawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Delay(Map<String, Value>);

/// What a rule does, ready to be done.
#[derive(Debug)]
pub(super) enum Act {
    /// The same each time.
    Same(Action),
    /// A delay that the latency fault draws.
    Delay(Fault),
}

/// The setting of the latency fault that means nothing to a single delay.
const MANY: &str = "per_read_write";

impl JsonSchema for Delay {
    fn schema_name() -> Cow<'static, str> {
        "Delay".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = Latency::json_schema(generator);
        schema.remove("description");
        if let Some(Value::Object(settings)) = schema.get_mut("properties") {
            settings.remove(MANY);
        }
        schema
    }
}

impl Delay {
    /// Numbers that were written as text, and other spellings, become those of the latency fault; what it would
    /// refuse stays as it is.
    pub(super) fn modernise(value: &mut Value) {
        if let Value::Object(map) = &*value
            && let Ok(fault) = Self(map.clone()).read()
        {
            let mut settings = fault.spec.to_map();
            settings.retain(|name, value| name != MANY && !value.is_null());
            *value = Value::Object(settings);
        }
    }

    fn read(&self) -> Result<Fault, FaultError> {
        let latency = find("latency").expect("the catalogue holds the latency fault");
        let settings = latency.settings();
        let known = || settings.iter().map(String::as_str).filter(|name| *name != MANY);
        // Some settings have older spellings, which the latency fault knows.
        let mut map = self.0.clone();
        (latency.definition.modernise)(&mut map);
        let other = map.keys().find(|name| {
            !known().any(|known| known == *name) && (*name != MANY || self.0.contains_key(MANY))
        });
        if let Some(other) = other {
            return Err(FaultError {
                code: "unknown_setting",
                message: format!("rule `delay` has no setting `{other}`"),
                hint: format!("its settings are {}", known().collect::<Vec<_>>().join(", ")),
            });
        }
        map.insert("type".to_owned(), latency.definition.kind.into());
        Fault::from_value(&Value::Object(map)).map_err(|error| FaultError {
            code: error.code,
            message: format!("rule `delay`: {}", error.message),
            hint: format!("in `delay`, {}", without_flag(&error.hint)),
        })
    }

    /// Ready to be drawn from.
    pub(super) fn act(&self) -> Result<Act, FaultError> {
        self.read().map(Act::Delay)
    }
}

/// A hint without the flag of the latency fault, which a rule does not take.
fn without_flag(hint: &str) -> String {
    let flag = hint.split_once(" (`--").and_then(|(before, rest)| {
        rest.split_once("` on the command line)").map(|(_, after)| format!("{before}{after}"))
    });
    flag.unwrap_or_else(|| hint.to_owned())
}

impl Respond {
    pub(super) fn act(&self) -> Result<Act, FaultError> {
        let status = status("respond", self.status)?;
        bodiless("respond", Some(status), self.body.as_deref())?;
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            headers.insert(header_name("respond", name)?, header_value("respond", name, value)?);
        }
        let body = self.body.clone().unwrap_or_default();
        if !body.is_empty() {
            let json = serde_json::from_str::<serde::de::IgnoredAny>(&body).is_ok();
            let media = if json { "application/json" } else { "text/plain; charset=utf-8" };
            headers.entry(header::CONTENT_TYPE).or_insert(HeaderValue::from_static(media));
        }
        Ok(Act::Same(Action::Respond(Reply { status, headers, body: body.into() })))
    }
}

impl Rewrite {
    pub(super) fn act(&self) -> Result<Act, FaultError> {
        let status = self.status.map(|code| status("rewrite", code)).transpose()?;
        bodiless("rewrite", status, self.body.as_deref())?;
        if self.status.is_none() && self.headers.is_empty() && self.body.is_none() {
            let hint = "set at least one of `status`, `headers` and `body` in `rewrite`";
            return Err(never("rule `rewrite` changes nothing", hint));
        }
        let read = |(name, value): (&String, &Option<String>)| {
            let value = value.as_ref().map(|value| header_value("rewrite", name, value));
            Ok((header_name("rewrite", name)?, value.transpose()?))
        };
        let headers = self.headers.iter().map(read).collect::<Result<_, FaultError>>()?;
        let body = self.body.clone().map(Bytes::from);
        Ok(Act::Same(Action::Rewrite(Rewriting { status, headers, body })))
    }
}

impl Dribble {
    pub(super) fn act(&self) -> Result<Act, FaultError> {
        let hint = "set `dribble` to pieces and their interval: `{bytes: 10, every: 100ms}`";
        let bytes = usize::try_from(self.bytes).unwrap_or(usize::MAX);
        if bytes == 0 {
            return Err(invalid(
                "dribble.bytes",
                "is 0, and pieces of no bytes lead nowhere",
                hint,
            ));
        }
        // Elsewhere a bare number is seconds, and a delay is milliseconds, so this one has to say.
        let unit = self.every.contains(char::is_alphabetic);
        let every = parse_duration(&self.every).ok().filter(|every| unit && !every.is_zero());
        let every = every.ok_or_else(|| {
            let problem = format!("is `{}`, which is no time above 0 with its unit", self.every);
            invalid("dribble.every", &problem, hint)
        })?;
        Ok(Act::Same(Action::Dribble { bytes, every }))
    }
}

fn status(setting: &str, code: u64) -> Result<StatusCode, FaultError> {
    let possible = u16::try_from(code).ok().filter(|code| (200..600).contains(code));
    possible.and_then(|code| StatusCode::from_u16(code).ok()).ok_or_else(|| {
        never(
            format!("rule `{setting}.status` is {code}, and no answer ends with that"),
            format!("set `{setting}.status` to a status from 200 to 599"),
        )
    })
}

/// A body where the status allows none would be read as the next answer.
fn bodiless(
    setting: &str,
    status: Option<StatusCode>,
    body: Option<&str>,
) -> Result<(), FaultError> {
    match (status, body) {
        (Some(status @ (StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED)), Some(body))
            if !body.is_empty() =>
        {
            let setting = format!("{setting}.body");
            let problem =
                format!("cannot be sent: answers of status {} have none", status.as_u16());
            Err(invalid(&setting, &problem, format!("leave `{setting}` out")))
        }
        _ => Ok(()),
    }
}

/// Headers that say how a message is sent, which is the proxy's to know.
static FRAMING: [HeaderName; 8] = [
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
    header::CONNECTION,
    header::UPGRADE,
    header::TRAILER,
    header::TE,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
];

fn header_name(setting: &str, name: &str) -> Result<HeaderName, FaultError> {
    let setting = format!("{setting}.headers");
    let found = HeaderName::from_bytes(name.as_bytes()).map_err(|_| {
        let problem = format!("names `{name}`, which is no name of a header");
        invalid(&setting, &problem, "write the name as it is sent: `retry-after: \"1\"`")
    })?;
    if FRAMING.contains(&found) {
        let problem = format!("names `{name}`, which the proxy sets as the message needs it");
        return Err(invalid(&setting, &problem, format!("leave `{name}` out")));
    }
    Ok(found)
}

fn header_value(setting: &str, name: &str, value: &str) -> Result<HeaderValue, FaultError> {
    HeaderValue::from_str(value).map_err(|_| {
        let problem = format!("sets `{name}` to what no header can hold");
        invalid(&format!("{setting}.headers"), &problem, "write the value on one line")
    })
}

impl fmt::Display for Respond {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "is answered with status {}", self.status)?;
        match &self.body {
            Some(body) => write!(f, " and a body of {} bytes", body.len()),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Rewrite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = self.status.map(|status| format!("status {status}"));
        let headers = match self.headers.len() {
            0 => None,
            1 => Some("1 header".to_owned()),
            count => Some(format!("{count} headers")),
        };
        let body = self.body.as_ref().map(|body| format!("a body of {} bytes", body.len()));
        let parts: Vec<String> = [status, headers, body].into_iter().flatten().collect();
        write!(f, "has its answer rewritten ({})", parts.join(", "))
    }
}

impl fmt::Display for Dribble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let every = parse_duration(&self.every).map_or(self.every.clone(), duration_words);
        write!(f, "has its answer in pieces of {} bytes, one every {every}", self.bytes)
    }
}

impl fmt::Display for Drop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Close => "has its connection closed without an answer",
            Self::Reset => "has its connection reset without an answer",
        })
    }
}

impl fmt::Display for Delay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The words of the latency fault go on with how often it draws.
        let words = self.read().map(|fault| fault.spec.words()).unwrap_or_default();
        write!(f, "waits for {}", words.split(", drawn").next().unwrap_or_default())
    }
}
