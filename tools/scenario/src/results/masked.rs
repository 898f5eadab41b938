//! A scenario without its secrets, as results hold it.

use serde_json::Value;

use crate::file::{CallSpec, Scenario};
use crate::mask::{self, MASK};

/// The scenario without its secrets: credentials in URLs and headers, and what looks like one in bodies.
pub(crate) fn masked(scenario: &Scenario) -> Scenario {
    let mut scenario = scenario.clone();
    let http = scenario.config.as_mut().and_then(|config| config.http.as_mut());
    if let Some(http) = http {
        http.headers.iter_mut().for_each(|(name, value)| mask_header(name, value));
    }
    scenario.items.iter_mut().for_each(|item| mask_call(&mut item.call));
    for call in scenario.matrix.iter_mut().flat_map(|matrix| matrix.calls.values_mut()) {
        mask_call(call);
    }
    scenario
}

fn mask_call(call: &mut CallSpec) {
    call.url = mask::masked_url(&call.url);
    for (name, value) in call.headers.iter_mut().flatten() {
        mask_header(name, value);
    }
    if let Some(body) = &mut call.body {
        *body = masked_body(body);
    }
}

fn mask_header(name: &str, value: &mut String) {
    if mask::is_secret(name) {
        MASK.clone_into(value);
    }
}

/// A body without what looks like a secret in it; one that is neither JSON nor a form is hidden as a whole.
fn masked_body(body: &str) -> String {
    if let Ok(mut json) = serde_json::from_str::<Value>(body) {
        mask_json(&mut json);
        return json.to_string();
    }
    let pairs: Option<Vec<(&str, &str)>> =
        body.split('&').map(|pair| pair.split_once('=')).collect();
    match pairs {
        Some(pairs) if !body.contains(char::is_whitespace) => {
            let shown = |(name, value)| {
                let value = if mask::is_secret(name) { MASK } else { value };
                format!("{name}={value}")
            };
            pairs.into_iter().map(shown).collect::<Vec<_>>().join("&")
        }
        _ => MASK.to_owned(),
    }
}

fn mask_json(value: &mut Value) {
    match value {
        Value::Object(map) => map.iter_mut().for_each(|(name, value)| {
            if mask::is_secret(name) {
                *value = Value::from(MASK);
            } else {
                mask_json(value);
            }
        }),
        Value::Array(list) => list.iter_mut().for_each(mask_json),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_secret_in_a_body_is_hidden() {
        for (body, shown) in [
            (r#"{"name":"jane","password":"boom"}"#, r#"{"name":"jane","password":"xxxxxx"}"#),
            (r#"[{"a":{"api_key":1,"b":2}}]"#, r#"[{"a":{"api_key":"xxxxxx","b":2}}]"#),
            ("user=jane&password=boom", "user=jane&password=xxxxxx"),
            ("hush, it is boom", "xxxxxx"),
        ] {
            assert_eq!(masked_body(body), shown);
        }
    }
}
