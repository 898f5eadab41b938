//! How values are written in a request: percent-encoding, and the styles of parameters.

use std::fmt::Write as _;

use serde_json::Value;

use super::document::plain;

/// A text with everything encoded that could mean something in a URL.
pub(super) fn component(text: &str) -> String {
    encoded(text, |byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

/// A path that stays one: only what cannot stand in a URL is encoded.
pub(super) fn path(text: &str) -> String {
    encoded(text, |byte| byte.is_ascii_graphic() && !b"\"<>\\^`{|}#".contains(&byte))
}

fn encoded(text: &str, stays: impl Fn(u8) -> bool) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if stays(byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// How a parameter is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style<'a> {
    pub(super) name: &'a str,
    pub(super) explode: bool,
}

impl<'a> Style<'a> {
    /// The style that a parameter asks for, or the default of its place.
    pub(super) fn of(spec: &'a Value, place: &str) -> Self {
        let usual = if matches!(place, "query" | "cookie") { "form" } else { "simple" };
        let name = spec.get("style").and_then(Value::as_str).unwrap_or(usual);
        let explode = spec.get("explode").and_then(Value::as_bool);
        Self { name, explode: explode.unwrap_or(name == "form") }
    }
}

/// The pairs of a query, encoded and joined.
pub(super) fn query(name: &str, value: &Value, style: Style<'_>) -> String {
    let name = component(name);
    let pair = |name: &str, value: &Value| format!("{name}={}", component(&plain(value)));
    match value {
        Value::Array(values) if style.explode => {
            values.iter().map(|value| pair(&name, value)).collect::<Vec<_>>().join("&")
        }
        Value::Array(values) => {
            let between = match style.name {
                "spaceDelimited" => "%20",
                "pipeDelimited" => "%7C",
                _ => ",",
            };
            format!(
                "{name}={}",
                texts(values).map(|text| component(&text)).collect::<Vec<_>>().join(between)
            )
        }
        Value::Object(_) if style.name == "deepObject" => nested(&name, value),
        Value::Object(map) if style.explode => map
            .iter()
            .map(|(key, value)| pair(&component(key), value))
            .collect::<Vec<_>>()
            .join("&"),
        Value::Object(map) => {
            let flat = map.iter().flat_map(|(key, value)| [key.clone(), plain(value)]);
            format!("{name}={}", flat.map(|text| component(&text)).collect::<Vec<_>>().join(","))
        }
        value => pair(&name, value),
    }
}

/// The text of a path parameter. A slash in it does not part segments; whatever else must be encoded is when the text
/// takes the place of its placeholder.
pub(super) fn segment(name: &str, value: &Value, style: Style<'_>) -> String {
    let text = simple(value, style.explode).replace('%', "%25").replace('/', "%2F");
    match style.name {
        "label" => format!(".{}", if style.explode { text.replace(',', ".") } else { text }),
        "matrix" if style.explode && value.is_object() => format!(";{}", text.replace(',', ";")),
        "matrix" => format!(";{name}={text}"),
        _ => text,
    }
}

/// Values with commas between them.
pub(super) fn simple(value: &Value, explode: bool) -> String {
    let between = if explode { '=' } else { ',' };
    match value {
        Value::Array(values) => texts(values).collect::<Vec<_>>().join(","),
        Value::Object(map) => {
            let pairs = map.iter().map(|(key, value)| format!("{key}{between}{}", plain(value)));
            pairs.collect::<Vec<_>>().join(",")
        }
        value => plain(value),
    }
}

/// A body of form fields.
pub(super) fn form(value: &Value) -> String {
    let Value::Object(fields) = value else { return component(&plain(value)) };
    let pairs = fields.iter().map(|(name, value)| match value {
        Value::Object(_) => nested(&component(name), value),
        value => query(name, value, Style { name: "form", explode: true }),
    });
    pairs.filter(|pair| !pair.is_empty()).collect::<Vec<_>>().join("&")
}

/// Fields of objects as `name[key]=value`.
fn nested(name: &str, value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let inner = map
                .iter()
                .map(|(key, value)| nested(&format!("{name}%5B{}%5D", component(key)), value));
            inner.filter(|pair| !pair.is_empty()).collect::<Vec<_>>().join("&")
        }
        Value::Array(values) => {
            let inner = values.iter().map(|value| nested(&format!("{name}%5B%5D"), value));
            inner.filter(|pair| !pair.is_empty()).collect::<Vec<_>>().join("&")
        }
        value => format!("{name}={}", component(&plain(value))),
    }
}

fn texts(values: &[Value]) -> impl Iterator<Item = String> {
    values.iter().map(plain)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn query_parameters_follow_their_style() {
        let object = json!({"a": 1, "b": "x y"});
        for (spec, value, expected) in [
            (json!({}), json!("a&b=c d"), "p=a%26b%3Dc%20d"),
            (json!({}), json!(["a", 2]), "p=a&p=2"),
            (json!({"explode": false}), json!(["a", 2]), "p=a,2"),
            (json!({"style": "spaceDelimited"}), json!(["a", 2]), "p=a%202"),
            (json!({"style": "pipeDelimited"}), json!(["a", 2]), "p=a%7C2"),
            (json!({}), object.clone(), "a=1&b=x%20y"),
            (json!({"explode": false}), object.clone(), "p=a,1,b,x%20y"),
            (json!({"style": "deepObject"}), object, "p%5Ba%5D=1&p%5Bb%5D=x%20y"),
            (json!({}), json!("Zoë"), "p=Zo%C3%AB"),
        ] {
            assert_eq!(query("p", &value, Style::of(&spec, "query")), expected, "{spec}");
        }
    }

    #[test]
    fn path_parameters_follow_their_style() {
        let object = json!({"a": 1, "b": 2});
        for (spec, value, expected) in [
            (json!({}), json!(5), "5"),
            (json!({}), json!([3, 4]), "3,4"),
            (json!({}), object.clone(), "a,1,b,2"),
            (json!({"explode": true}), object.clone(), "a=1,b=2"),
            (json!({"style": "label"}), json!(5), ".5"),
            (json!({"style": "label", "explode": true}), json!([3, 4]), ".3.4"),
            (json!({"style": "matrix"}), json!(5), ";p=5"),
            (json!({"style": "matrix"}), json!([3, 4]), ";p=3,4"),
            (json!({"style": "matrix", "explode": true}), object, ";a=1;b=2"),
        ] {
            assert_eq!(segment("p", &value, Style::of(&spec, "path")), expected, "{spec}");
        }
    }

    #[test]
    fn form_bodies_write_lists_and_objects_as_browsers_and_servers_expect() {
        let value = json!({"a": "x y", "b": [1, 2], "c": {"d": {"e": true}, "f": [3]}, "g": {}});
        let expected = "a=x%20y&b=1&b=2&c%5Bd%5D%5Be%5D=true&c%5Bf%5D%5B%5D=3";
        assert_eq!(form(&value), expected);
    }

    #[test]
    fn paths_lose_what_no_url_may_have() {
        assert_eq!(path("/a b/c%20d?x=1{"), "/a%20b/c%20d?x=1%7B");
        assert_eq!(path("/é"), "/%C3%A9");
        assert_eq!(segment("p", &json!("a/b 5%"), Style::of(&json!({}), "path")), "a%2Fb 5%25");
    }
}
