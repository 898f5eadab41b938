//! What changes something, tried again.

use super::{IN_TESTS, RETRY_LIBRARIES};
use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// A key by which the other side knows what it has done already.
const HAS_KEY: Condition = Condition {
    place: Place::File,
    query: r#"((interpreted_string_literal) @it (#match? @it "(?i)idempoten"))"#,
    callee: Callee::Any,
};

/// What changes something over HTTP.
const CHANGES: &[&str] = &["net/http.Post|PostForm", "net/http.**.*Client.Post|PostForm"];

const GOOD: &[&str] = &[
    "package a\n\nimport (\n\t\"net/http\"\n\t\"time\"\n)\n\nfunc load(client *http.Client, url string) (resp *http.Response, err error) {\n\tfor i := 0; i < 3; i++ {\n\t\tresp, err = client.Get(url)\n\t\tif err == nil {\n\t\t\treturn resp, nil\n\t\t}\n\t\ttime.Sleep(time.Second << i)\n\t}\n\treturn nil, err\n}\n",
    "package a\n\nimport (\n\t\"net/http\"\n\t\"net/url\"\n\n\t\"github.com/cenkalti/backoff/v4\"\n)\n\nfunc pay(client *http.Client, to string) error {\n\treturn backoff.Retry(func() error {\n\t\t_, err := client.PostForm(to, url.Values{\"Idempotency-Key\": {\"7\"}})\n\t\treturn err\n\t}, backoff.NewExponentialBackOff())\n}\n",
];

const FIX: &str = "Give each attempt the same `Idempotency-Key`, which the other side must know, \
                   or try again only what did not reach it.";

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "retry-not-idempotent",
        query: concat!(attempts!(". "), attempts!(". (for_clause) ")),
        callee: Callee::Resolved(CHANGES),
        only: &[],
        unless: &[IN_TESTS, HAS_KEY],
        fix: FIX,
        examples: Examples {
            bad: &[
                "package a\n\nimport (\n\t\"io\"\n\t\"net/http\"\n\t\"time\"\n)\n\nfunc pay(client *http.Client, url string, order io.Reader) (err error) {\n\tfor i := 0; i < 3; i++ {\n\t\t_, err = client.Post(url, \"application/json\", order)\n\t\tif err == nil {\n\t\t\treturn nil\n\t\t}\n\t\ttime.Sleep(time.Second << i)\n\t}\n\treturn err\n}\n",
                "package a\n\nimport (\n\t\"net/http\"\n\t\"net/url\"\n)\n\nfunc pay(to string) {\n\tfor {\n\t\tif _, err := http.PostForm(to, url.Values{}); err == nil {\n\t\t\treturn\n\t\t}\n\t}\n}\n",
            ],
            good: GOOD,
        },
    },
    Check {
        rule: "retry-not-idempotent",
        query: "(call_expression function: (_) @callee) @risk",
        callee: Callee::Resolved(CHANGES),
        only: &[Condition {
            place: Place::Outside,
            query: "(call_expression function: (_) @callee) @it",
            callee: Callee::Resolved(RETRY_LIBRARIES),
        }],
        unless: &[IN_TESTS, HAS_KEY],
        fix: FIX,
        examples: Examples {
            bad: &[
                "package a\n\nimport (\n\t\"net/http\"\n\n\t\"github.com/avast/retry-go/v4\"\n)\n\nfunc pay(client *http.Client, url string) error {\n\treturn retry.Do(func() error {\n\t\t_, err := client.Post(url, \"text/plain\", nil)\n\t\treturn err\n\t})\n}\n",
                "package a\n\nimport (\n\t\"net/http\"\n\n\t\"github.com/cenkalti/backoff/v4\"\n)\n\nfunc pay(url string) error {\n\treturn backoff.Retry(func() error {\n\t\t_, err := http.Post(url, \"text/plain\", nil)\n\t\treturn err\n\t}, backoff.NewExponentialBackOff())\n}\n",
            ],
            good: GOOD,
        },
    },
    Check {
        rule: "retry-not-idempotent",
        query: "(call_expression function: (_) @callee) @risk",
        callee: Callee::Resolved(&["github.com/hashicorp/go-retryablehttp.**.Post|PostForm"]),
        only: &[],
        unless: &[
            IN_TESTS,
            HAS_KEY,
            Condition {
                place: Place::File,
                query: r#"
                    ((selector_expression field: (field_identifier) @it) (#eq? @it "CheckRetry"))
                    ((keyed_element key: (literal_element (identifier) @it)) (#eq? @it "CheckRetry"))
                "#,
                callee: Callee::Any,
            },
        ],
        fix: "Give the request an `Idempotency-Key`, or set `CheckRetry`: by default the client \
              tries every method again, POST too.",
        examples: Examples {
            bad: &[
                "package a\n\nimport (\n\t\"net/http\"\n\n\t\"github.com/hashicorp/go-retryablehttp\"\n)\n\nvar client = retryablehttp.NewClient()\n\nfunc pay(url string) (*http.Response, error) {\n\treturn client.Post(url, \"text/plain\", nil)\n}\n",
                "package a\n\nimport \"github.com/hashicorp/go-retryablehttp\"\n\nfunc pay(client *retryablehttp.Client, url string) error {\n\t_, err := client.PostForm(url, nil)\n\treturn err\n}\n",
            ],
            good: &[
                "package a\n\nimport (\n\t\"net/http\"\n\n\t\"github.com/hashicorp/go-retryablehttp\"\n)\n\nvar client = retryablehttp.NewClient()\n\nfunc load(url string) (*http.Response, error) {\n\treturn client.Get(url)\n}\n",
                "package a\n\nimport (\n\t\"net/http\"\n\n\t\"github.com/hashicorp/go-retryablehttp\"\n)\n\nfunc pay(check retryablehttp.CheckRetry, url string) (*http.Response, error) {\n\tclient := retryablehttp.NewClient()\n\tclient.CheckRetry = check\n\treturn client.Post(url, \"text/plain\", nil)\n}\n",
            ],
        },
    },
];
