//! What a line means, and how it is refused.

use proptest::prelude::*;

use super::*;

fn check(text: &str, settings: Value) {
    let mut object = settings;
    object["type"] = "rule".into();
    let read = Fault::from_rule_text(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(read, Fault::from_value(&object).expect("a rule"), "{text}");
}

#[test]
fn a_line_means_the_same_as_the_object() {
    for (text, settings) in [
        (
            "GET /users/* respond=503 first=2",
            json!({ "match": { "method": "GET", "path": "/users/*" }, "respond": { "status": 503 }, "first": 2 }),
        ),
        ("respond=503", json!({ "respond": { "status": 503 } })),
        ("** drop=close max=10", json!({ "match": { "path": "**" }, "drop": "close", "max": 10 })),
    ] {
        check(text, settings);
    }
    check(
        "PUT,post /a=b drop=reset name=outage",
        json!({ "match": { "method": "PUT,post", "path": "/a=b" }, "drop": "reset", "name": "outage" }),
    );
    check(
        "/ host=*.example.com header=x-tenant:acme header=\"x-long: a b\" query=page:2 query='q: a' body='a \"b\" c' rewrite=500",
        json!({
            "match": { "path": "/", "host": "*.example.com", "headers": { "x-tenant": "acme", "x-long": " a b" },
                "query": { "page": "2", "q": " a" }, "body": "a \"b\" c" },
            "rewrite": { "status": 500 },
        }),
    );
    check(
        "/ respond='503:{\"error\": \"down\"}' probability=0.5",
        json!({ "match": { "path": "/" }, "respond": { "status": 503, "body": "{\"error\": \"down\"}" },
            "probability": 0.5 }),
    );
    check(
        "/ respond=503:'not now' header=x-a:\"b c\" every=5",
        json!({ "match": { "path": "/", "headers": { "x-a": "b c" } },
            "respond": { "status": 503, "body": "not now" }, "every": 5 }),
    );
    check("/ delay=300", json!({ "match": { "path": "/" }, "delay": { "mean": 300 } }));
    check(
        "/ delay=1.5s nth=3",
        json!({ "match": { "path": "/" }, "delay": { "mean": 1500 }, "nth": 3 }),
    );
    check("/ truncate=100", json!({ "match": { "path": "/" }, "truncate": 100 }));
    check(
        "/ dribble=10/100ms",
        json!({ "match": { "path": "/" }, "dribble": { "bytes": 10, "every": "100ms" } }),
    );
    check(
        " {\"match\": {\"path\": \"/\"}, \"respond\": {\"status\": 503}} ",
        json!({ "match": { "path": "/" }, "respond": { "status": 503 } }),
    );
}

#[test]
fn a_mistake_is_named_with_what_to_write() {
    for (text, named, hint) in [
        ("", "nothing in it", "respond=503"),
        ("GET /a nope", "`nope` is neither", "begin a path"),
        ("GET POST /a respond=503", "`method` is given twice", "keep one"),
        ("/a respond=503 respond=504", "`respond` is given twice", "keep one"),
        ("/a header=x:1 header=x:2 respond=503", "`header=x:` is given twice", "keep one"),
        ("/a respnd=503", "no key `respnd`", "did you mean `respond`"),
        ("/a match=503", "no key `match`", "its keys are"),
        ("/a respond=abc", "`respond=abc` cannot be read", "respond=503:BODY"),
        ("/a delay=soon", "`delay=soon` cannot be read", "delay=300ms"),
        ("/a dribble=10", "`dribble=10` cannot be read", "dribble=10/100ms"),
        ("/a header=x respond=503", "has no `:`", "header=x-tenant:acme"),
        ("/a respond='503", "is not closed", "close each"),
        ("/a body='x'y respond=503", "no space behind", "leave a space"),
        ("{\"respond\": }", "no JSON object", "/users/* respond=503"),
        ("{\"type\": \"dns\"}", "its `type` is \"dns\"", "leave `type` out"),
    ] {
        let error = Fault::from_rule_text(text).expect_err(text);
        assert_eq!(error.code, "invalid_rule", "{text}: {error}");
        assert!(error.message.contains(named), "{text}: {error}");
        assert!(error.hint.contains(hint), "{text}: {}", error.hint);
    }
}

#[test]
fn what_a_line_sets_gets_the_words_of_the_object() {
    for (text, object) in [
        (
            "/ first=two drop=close",
            json!({ "match": { "path": "/" }, "first": "two", "drop": "close" }),
        ),
        ("/ drop=slowly", json!({ "match": { "path": "/" }, "drop": "slowly" })),
        ("/ delay=-5", json!({ "match": { "path": "/" }, "delay": { "mean": -5.0 } })),
        (
            "/ dribble=1/100",
            json!({ "match": { "path": "/" }, "dribble": { "bytes": 1, "every": "100" } }),
        ),
        ("/", json!({ "match": { "path": "/" } })),
    ] {
        let mut object = object;
        object["type"] = "rule".into();
        let wanted = Fault::from_value(&object).expect_err(text);
        assert_eq!(Fault::from_rule_text(text).expect_err(text), wanted, "{text}");
    }
}

proptest! {
    #[test]
    fn no_line_makes_the_reader_panic(text in ".*") {
        let _ = Fault::from_rule_text(&text);
    }

    #[test]
    fn no_line_of_likely_words_makes_the_reader_panic(
        words in proptest::collection::vec(
            "(GET|/[a*?%é]{0,3}|(respond|delay|header|query|body|dribble|first|match|x)=[0-9a-z:/'\"{} é.-]{0,6}|\\{\"match\":|['\":=])",
            0..8,
        ),
    ) {
        if let Err(error) = Fault::from_rule_text(&words.join(" ")) {
            prop_assert!(!error.message.is_empty() && !error.hint.is_empty(), "{error:?}");
        }
    }
}
