//! From what a model wrote to a typed answer.

use serde::de::DeserializeOwned;
use serde_json::{Deserializer, Value};

/// How many beginnings of JSON are tried in one text.
const BEGINNINGS: usize = 1_000;

/// How much is said of what is wrong.
const LONGEST_REASON: usize = 600;

/// The answer in a text, or what is wrong with it.
pub(super) fn read<T: DeserializeOwned>(
    text: &str,
    check: impl Fn(&T) -> Result<(), String>,
) -> Result<T, String> {
    let read = || {
        let value = json_in(text)?;
        let answer: T = serde_path_to_error::deserialize(value).map_err(|error| {
            let path = error.path().to_string();
            let place = if path == "." { String::new() } else { format!("at `{path}`: ") };
            format!("{place}{}", error.into_inner())
        })?;
        check(&answer)?;
        Ok(answer)
    };
    read().map_err(|reason: String| shortened(&reason))
}

fn shortened(reason: &str) -> String {
    match reason.char_indices().nth(LONGEST_REASON) {
        Some((at, _)) => format!("{}..", &reason[..at]),
        None => reason.to_owned(),
    }
}

/// The JSON in a text: the whole of it, or the longest part that is any. Models put it between
/// fences of Markdown, and say something before and after.
fn json_in(text: &str) -> Result<Value, String> {
    let text = without_thoughts(text.trim_start_matches('\u{feff}').trim());
    let whole = match serde_json::from_str(text) {
        Ok(value) => return Ok(value),
        Err(reason) => reason,
    };
    let mut found: Option<(usize, Value)> = None;
    let mut rest = text;
    for _ in 0..BEGINNINGS {
        let Some(start) = rest.find(['{', '[']) else { break };
        rest = &rest[start..];
        let mut values = Deserializer::from_str(rest).into_iter::<Value>();
        let length = match values.next() {
            Some(Ok(value)) => {
                let length = values.byte_offset();
                let rank = |value: &Value, length| (value.is_object(), length);
                let best = found.as_ref().map(|(length, value)| rank(value, *length));
                if best < Some(rank(&value, length)) {
                    found = Some((length, value));
                }
                length
            }
            _ => 1,
        };
        rest = &rest[length..];
    }
    match found {
        // A part of an answer that breaks off is not the answer.
        Some((_, value)) if !(whole.is_eof() && text.starts_with('{')) => Ok(value),
        _ if text.contains('{') => Err(format!("it is no JSON: {}", reason_of(text))),
        _ => Err("there is no JSON in it".to_owned()),
    }
}

/// Why the first thing that looks like JSON is none.
fn reason_of(text: &str) -> String {
    let start = text.find('{').unwrap_or(0);
    let mut values = Deserializer::from_str(&text[start..]).into_iter::<Value>();
    match values.next() {
        Some(Err(reason)) => reason.to_string(),
        _ => "it ends too early".to_owned(),
    }
}

/// Some models on this machine write what they think before what they say.
fn without_thoughts(text: &str) -> &str {
    let thoughts = text.strip_prefix("<think>").and_then(|rest| rest.split_once("</think>"));
    thoughts.map_or(text, |(_, said)| said.trim())
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Score {
        score: u32,
        reasons: Vec<String>,
    }

    fn score(text: &str) -> Result<u32, String> {
        let whole = |score: &Score| {
            if score.score <= 100 { Ok(()) } else { Err("`score` is at most 100".to_owned()) }
        };
        read(text, whole).map(|score| score.score)
    }

    #[test]
    fn json_is_found_in_what_surrounds_it() {
        let json = r#"{"score": 7, "reasons": ["a } b", "```", "[1]"]}"#;
        let around = [
            json.to_owned(),
            format!("\u{feff}\n {json}\n"),
            format!("```json\n{json}\n```"),
            format!("Here it is [1]:\n\n```\n{json}\n```\nI hope {{it}} helps."),
            format!("Not {{\"score\": 1}} but {json}"),
            format!("<think>{{\"score\": 3, \"reasons\": []}}..</think>\n{json}"),
            format!("[{json}, {json}] is a list, and this the answer: {json}"),
        ];
        for text in around {
            assert_eq!(score(&text), Ok(7), "{text}");
        }
        assert_eq!(json_in("[1, 2] and so on"), Ok(json!([1, 2])));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let wrong = [
            ("", "there is no JSON in it"),
            ("I cannot tell.", "there is no JSON in it"),
            (r#"{"score": 7, "reasons": [{"a": 1}"#, "it is no JSON: EOF while parsing"),
            (r#"{'score': 7}"#, "it is no JSON: key must be a string"),
            (r#"{"score": "7", "reasons": []}"#, "at `score`: invalid type: string \"7\""),
            (r#"{"score": 7, "reasons": [1]}"#, "at `reasons[0]`: invalid type: integer `1`"),
            (r#"{"score": 7}"#, "missing field `reasons`"),
            (r#"{"score": 700, "reasons": []}"#, "`score` is at most 100"),
        ];
        for (text, expected) in wrong {
            let reason = score(text).unwrap_err();
            assert!(reason.starts_with(expected), "{text}: {reason}");
        }
    }

    #[test]
    fn neither_much_text_nor_many_beginnings_are_too_much() {
        assert!(score(&"{[".repeat(1 << 20)).is_err());
        let long = format!("{{\"score\": \"{}\", \"reasons\": []}}", "x".repeat(1 << 20));
        assert!(score(&long).unwrap_err().len() <= LONGEST_REASON + 2);
    }
}
