//! What is taken, what is refused, and in which words.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::*;
use crate::schema;

#[derive(Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// Where to send requests.
    url: String,
    /// How many at once.
    #[serde(default)]
    #[schemars(range(min = 1, max = 8))]
    num_clients: Option<u32>,
    #[serde(default)]
    rate: f64,
    #[serde(default)]
    often: bool,
    #[serde(default)]
    side: Option<Side>,
    #[serde(default)]
    proxies: Vec<String>,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Side {
    Client,
    Server,
}

fn read(arguments: Value) -> Result<Input, ToolError> {
    parse(arguments, &schema::inlined::<Input>())
}

fn check(arguments: Value, message: &str, hint: &str) {
    let error = read(arguments).unwrap_err();
    assert_eq!(error.code, "invalid_arguments");
    assert_eq!((error.message.as_str(), error.hint.unwrap_or_default().as_str()), (message, hint));
}

#[test]
fn whatever_has_one_obvious_meaning_is_taken() {
    let plain = json!({
        "url": "u", "num_clients": 3, "rate": 2, "often": true, "side": "server",
        "proxies": ["1=a:2"],
    });
    let odd = json!({
        "url": "u", "num_clients": "3", "rate": "2.0", "often": "true", "side": "Server",
        "proxies": "[\"1=a:2\"]",
    });
    let floats = json!({
        "url": "u", "num_clients": 3.0, "rate": 2.0, "often": true, "side": "server",
        "proxies": "1=a:2",
    });
    let wanted = read(plain).unwrap();
    assert_eq!(wanted.num_clients, Some(3));
    assert_eq!(read(odd).unwrap(), wanted);
    assert_eq!(read(floats).unwrap(), wanted);
}

#[test]
fn an_empty_text_or_null_for_an_optional_argument_means_that_it_is_not_given() {
    let given = json!({ "url": "u", "num_clients": "", "side": null, "proxies": "" });
    assert_eq!(read(given).unwrap(), Input { url: "u".into(), ..Input::default() });
}

#[test]
fn an_unknown_argument_names_the_nearest_known_one() {
    check(
        json!({ "url": "u", "num_client": 1 }),
        "there is no argument \"num_client\"",
        "did you mean \"num_clients\"? known arguments: \
         num_clients, often, proxies, rate, side, url",
    );
}

#[test]
fn a_missing_argument_says_what_it_is_for() {
    check(json!({}), "argument \"url\" is missing", "Where to send requests.");
    check(Value::Null, "argument \"url\" is missing", "Where to send requests.");
}

#[test]
fn a_wrong_value_says_what_is_allowed() {
    check(
        json!({ "url": "u", "num_clients": 9 }),
        "argument \"num_clients\" must be a whole number from 1 to 8, not 9",
        "How many at once.",
    );
    check(
        json!({ "url": "u", "num_clients": "many" }),
        "argument \"num_clients\" must be a whole number from 1 to 8, not \"many\"",
        "How many at once.",
    );
    check(
        json!({ "url": "u", "side": "left" }),
        "argument \"side\" must be one of \"client\", \"server\", not \"left\"",
        "",
    );
    check(
        json!({ "url": "u", "proxies": [{}] }),
        "argument \"proxies[0]\" must be a text, not {}",
        "",
    );
    check(json!([]), "the arguments must be an object, not []", "");
}

#[test]
fn a_tool_without_arguments_says_so_when_it_is_given_one() {
    #[derive(Debug, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    struct Nothing {}

    let schema = schema::inlined::<Nothing>();
    assert!(parse::<Nothing>(json!({}), &schema).is_ok());
    assert!(parse::<Nothing>(Value::Null, &schema).is_ok());
    let error = parse::<Nothing>(json!({ "all": true }), &schema).unwrap_err();
    assert_eq!(error.message, "there is no argument \"all\"");
    assert_eq!(error.hint.as_deref(), Some("this tool takes no arguments"));
}
