//! The credentials that an operation asks for, as placeholders.

use serde_json::Value;

use super::request::{Builder, section};
use super::{NoteCode, Place};

/// What stands for a credential until the user writes the real one.
pub(super) const SECRET: &str = "replace-me";

/// Gives the request what the first security requirement asks for. An empty requirement means that credentials are
/// optional; they are left out then.
pub(super) fn apply(builder: &mut Builder<'_>) {
    let requirements =
        builder.operation.security.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let requirements: Vec<_> = requirements.iter().filter_map(Value::as_object).collect();
    if requirements.iter().any(|requirement| requirement.is_empty()) {
        return;
    }
    for name in requirements.first().into_iter().flat_map(|requirement| requirement.keys()) {
        let document = builder.document;
        let schemes = section(document.root(), ["components", "securitySchemes"]);
        let scheme = schemes.and_then(|schemes| document.resolve(schemes.get(name)?));
        match scheme {
            Some(scheme) => add(builder, name, scheme),
            None => {
                let message = format!("there is no security scheme `{name}`");
                builder.note(NoteCode::BrokenRef, &message);
            }
        }
    }
}

fn add(builder: &mut Builder<'_>, name: &str, scheme: &Value) {
    let text = |key: &str| scheme.get(key).and_then(Value::as_str).unwrap_or_default();
    match text("type") {
        "http" => {
            let kind = match text("scheme").to_ascii_lowercase().as_str() {
                "bearer" | "" => "Bearer".to_owned(),
                "basic" => "Basic".to_owned(),
                other => other.to_owned(),
            };
            authorize(builder, &format!("{kind} {SECRET}"));
        }
        "oauth2" | "openIdConnect" => authorize(builder, &format!("Bearer {SECRET}")),
        "apiKey" => key(builder, text("in"), text("name")),
        kind => {
            let message =
                format!("the security scheme `{name}` of type `{kind}` is left to the user");
            builder.note(NoteCode::UnusableParameter, &message);
        }
    }
}

fn authorize(builder: &mut Builder<'_>, value: &str) {
    if !builder.has_header("authorization") {
        builder.header("authorization", value);
        builder.made_up("authorization", Place::Header, value);
    }
}

fn key(builder: &mut Builder<'_>, place: &str, name: &str) {
    match place {
        "query" => {
            builder.query_pair(name, SECRET);
            builder.made_up(name, Place::Query, SECRET);
        }
        "cookie" => {
            builder.cookie(name, SECRET);
            builder.made_up("cookie", Place::Header, &format!("{name}={SECRET}"));
        }
        _ => {
            builder.header(name, SECRET);
            builder.made_up(name, Place::Header, SECRET);
        }
    }
}
