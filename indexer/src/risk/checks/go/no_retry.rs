//! Reads over HTTP that are tried once.

use super::{AT_START, IN_TESTS, RETRY_LIBRARIES};
use crate::risk::check::{Callee, Check, Condition, Examples, Place};

pub(super) static CHECKS: &[Check] = &[Check {
    rule: "no-retry",
    query: "(call_expression function: (_) @callee) @risk",
    callee: Callee::Resolved(&["net/http.Get|Head", "net/http.**.*Client.Get|Head"]),
    only: &[],
    unless: &[
        IN_TESTS,
        AT_START,
        Condition { place: Place::Around, query: "(for_statement) @it", callee: Callee::Any },
        Condition {
            place: Place::File,
            query: r#"
                ((import_spec path: (_) @it) (#match? @it "retry|backoff|resty|failsafe"))
                ((identifier) @it (#match? @it "[rR]etr(y|ies)|[bB]ackoff"))
                ((field_identifier) @it (#match? @it "[rR]etr(y|ies)|[bB]ackoff"))
            "#,
            callee: Callee::Any,
        },
        Condition {
            place: Place::Outside,
            query: "(call_expression function: (_) @callee) @it",
            callee: Callee::Resolved(RETRY_LIBRARIES),
        },
    ],
    fix: "Try again a few times with a growing, random pause: `retryablehttp.NewClient()` of \
          hashicorp/go-retryablehttp, or `backoff.Retry` of cenkalti/backoff.",
    examples: Examples {
        bad: &[
            "package a\n\nimport \"net/http\"\n\nfunc load(url string) (*http.Response, error) {\n\treturn http.Get(url)\n}\n",
            "package a\n\nimport \"net/http\"\n\ntype api struct {\n\tclient *http.Client\n}\n\nfunc (a *api) load(url string) (*http.Response, error) {\n\treturn a.client.Get(url)\n}\n",
        ],
        good: &[
            "package a\n\nimport (\n\t\"net/http\"\n\n\t\"github.com/hashicorp/go-retryablehttp\"\n)\n\nvar client = retryablehttp.NewClient()\n\nfunc load(url string) (*http.Response, error) {\n\treturn client.Get(url)\n}\n",
            "package a\n\nimport (\n\t\"net/http\"\n\t\"time\"\n)\n\nfunc load(url string) (resp *http.Response, err error) {\n\tfor i := 0; i < 3; i++ {\n\t\tresp, err = http.Get(url)\n\t\tif err == nil {\n\t\t\treturn resp, nil\n\t\t}\n\t\ttime.Sleep(time.Second << i)\n\t}\n\treturn nil, err\n}\n",
        ],
    },
}];
