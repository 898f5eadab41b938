//! Calls and servers without a time-out.

use super::{AT_START, IN_TESTS};
use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// The default client is given a time-out.
const DEFAULT_IS_SET: Condition = Condition {
    place: Place::File,
    query: r#"((assignment_statement left: (expression_list (selector_expression) @it))
        (#match? @it "^http\\.Default(Client\\.Timeout|Client|Transport)$"))"#,
    callee: Callee::Any,
};

/// A time-out is set, in the value or later in the function, or each request has its own.
const CLIENT_HAS_ONE: &[Condition] = &[
    IN_TESTS,
    Condition {
        place: Place::Within,
        query: r#"((keyed_element key: (literal_element (identifier) @it)) (#eq? @it "Timeout"))"#,
        callee: Callee::Any,
    },
    Condition {
        place: Place::File,
        query: r#"
            ((assignment_statement left: (expression_list (selector_expression
                field: (field_identifier) @it))) (#eq? @it "Timeout"))
            ((keyed_element key: (literal_element (identifier) @it))
                (#eq? @it "ResponseHeaderTimeout"))
            ((call_expression function: (selector_expression field: (field_identifier) @it))
                (#any-of? @it "NewRequestWithContext" "WithContext" "WithTimeout" "WithDeadline"))
        "#,
        callee: Callee::Any,
    },
];

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "no-timeout",
        query: "(call_expression function: (_) @callee) @risk",
        callee: Callee::Resolved(&[
            "net/http.Get|Post|Head|PostForm",
            "net/http.DefaultClient.Get|Post|Head|PostForm",
        ]),
        only: &[],
        unless: &[IN_TESTS, DEFAULT_IS_SET],
        fix: "Use a client of your own with `Timeout`, such as `&http.Client{Timeout: 5 * \
              time.Second}`, or a request with a context that has a deadline: the default client \
              waits for ever.",
        examples: Examples {
            bad: &[
                "package a\n\nimport \"net/http\"\n\nfunc load(url string) (*http.Response, error) {\n\treturn http.Get(url)\n}\n",
                "package a\n\nimport \"net/http\"\n\nfunc load(url string) (*http.Response, error) {\n\treturn http.DefaultClient.Head(url)\n}\n",
            ],
            good: &[
                "package a\n\nimport (\n\t\"net/http\"\n\t\"time\"\n)\n\nvar client = &http.Client{Timeout: 5 * time.Second}\n\nfunc load(url string) (*http.Response, error) {\n\treturn client.Get(url)\n}\n",
                "package a\n\nimport (\n\t\"net/http\"\n\t\"time\"\n)\n\nfunc init() {\n\thttp.DefaultClient.Timeout = time.Second\n}\n\nfunc load(url string) (*http.Response, error) {\n\treturn http.Get(url)\n}\n",
            ],
        },
    },
    Check {
        rule: "no-timeout",
        query: "(composite_literal type: (_) @callee body: (literal_value)) @risk",
        callee: Callee::Resolved(&["net/http.Client"]),
        only: &[],
        unless: CLIENT_HAS_ONE,
        fix: "Set `Timeout` on the client, or make each request with \
              `http.NewRequestWithContext` and a context that has a deadline.",
        examples: Examples {
            bad: &[
                "package a\n\nimport \"net/http\"\n\nvar client = &http.Client{}\n\nfunc load(url string) (*http.Response, error) {\n\treturn client.Get(url)\n}\n",
                "package a\n\nimport \"net/http\"\n\nfunc New(t http.RoundTripper) *http.Client {\n\treturn &http.Client{Transport: t}\n}\n",
            ],
            good: &[
                "package a\n\nimport (\n\t\"net/http\"\n\t\"time\"\n)\n\nfunc New(t http.RoundTripper) *http.Client {\n\treturn &http.Client{Transport: t, Timeout: time.Second}\n}\n",
                "package a\n\nimport (\n\t\"context\"\n\t\"net/http\"\n)\n\nvar client = &http.Client{}\n\nfunc load(ctx context.Context, url string) (*http.Response, error) {\n\treq, err := http.NewRequestWithContext(ctx, \"GET\", url, nil)\n\tif err != nil {\n\t\treturn nil, err\n\t}\n\treturn client.Do(req)\n}\n",
            ],
        },
    },
    Check {
        rule: "no-timeout",
        query: r#"((call_expression function: (_) @callee arguments: (argument_list . (_) @network)) @risk
            (#not-match? @network "^[\"`](unix|udp)"))"#,
        callee: Callee::Resolved(&["net.Dial", "crypto/tls.Dial"]),
        only: &[],
        unless: &[IN_TESTS],
        fix: "Use `net.DialTimeout`, or a `net.Dialer` with `Timeout` and `DialContext`: the \
              system gives up after minutes only. Set deadlines on the connection too.",
        examples: Examples {
            bad: &[
                "package a\n\nimport \"net\"\n\nfunc open(address string) (net.Conn, error) {\n\treturn net.Dial(\"tcp\", address)\n}\n",
                "package a\n\nimport \"crypto/tls\"\n\nfunc open(address string) (*tls.Conn, error) {\n\treturn tls.Dial(\"tcp\", address, nil)\n}\n",
            ],
            good: &[
                "package a\n\nimport (\n\t\"net\"\n\t\"time\"\n)\n\nfunc open(address string) (net.Conn, error) {\n\treturn net.DialTimeout(\"tcp\", address, time.Second)\n}\n",
                "package a\n\nimport \"net\"\n\nfunc open(path string) (net.Conn, error) {\n\treturn net.Dial(\"unix\", path)\n}\n",
            ],
        },
    },
    Check {
        rule: "no-timeout",
        query: "(call_expression function: (_) @callee) @risk",
        callee: Callee::Resolved(&["net/smtp.SendMail|Dial"]),
        only: &[],
        unless: &[IN_TESTS, AT_START],
        fix: "Dial with `net.DialTimeout`, set a deadline on the connection, and give it to \
              `smtp.NewClient`: `net/smtp` has no time-out of its own.",
        examples: Examples {
            bad: &[
                "package a\n\nimport \"net/smtp\"\n\nfunc send(host string, to []string, text []byte) error {\n\treturn smtp.SendMail(host, nil, \"a@b.c\", to, text)\n}\n",
                "package a\n\nimport \"net/smtp\"\n\nfunc open(host string) (*smtp.Client, error) {\n\treturn smtp.Dial(host)\n}\n",
            ],
            good: &[
                "package a\n\nimport (\n\t\"net\"\n\t\"net/smtp\"\n\t\"time\"\n)\n\nfunc open(host string) (*smtp.Client, error) {\n\tconn, err := net.DialTimeout(\"tcp\", host, time.Second)\n\tif err != nil {\n\t\treturn nil, err\n\t}\n\treturn smtp.NewClient(conn, host)\n}\n",
                "package a\n\nimport \"net/smtp\"\n\nfunc login(user, password, host string) smtp.Auth {\n\treturn smtp.PlainAuth(\"\", user, password, host)\n}\n",
            ],
        },
    },
    Check {
        rule: "no-timeout",
        query: "(composite_literal type: (_) @callee body: (literal_value)) @risk",
        callee: Callee::Resolved(&["net/http.Server"]),
        only: &[],
        unless: &[
            IN_TESTS,
            Condition {
                place: Place::Within,
                query: r#"((keyed_element key: (literal_element (identifier) @it))
                    (#any-of? @it "ReadTimeout" "ReadHeaderTimeout"))"#,
                callee: Callee::Any,
            },
            Condition {
                place: Place::File,
                query: r#"((assignment_statement left: (expression_list (selector_expression
                    field: (field_identifier) @it)))
                    (#any-of? @it "ReadTimeout" "ReadHeaderTimeout"))"#,
                callee: Callee::Any,
            },
        ],
        fix: "Set `ReadHeaderTimeout`, and `ReadTimeout`, `WriteTimeout` and `IdleTimeout` where \
              they fit: this server waits for a slow or silent client for ever.",
        examples: Examples {
            bad: &[
                "package a\n\nimport \"net/http\"\n\nfunc serve(h http.Handler) error {\n\ts := &http.Server{Addr: \":80\", Handler: h}\n\treturn s.ListenAndServe()\n}\n",
                "package a\n\nimport \"net/http\"\n\nvar server = http.Server{}\n",
            ],
            good: &[
                "package a\n\nimport (\n\t\"net/http\"\n\t\"time\"\n)\n\nfunc serve(h http.Handler) error {\n\ts := &http.Server{Handler: h, ReadHeaderTimeout: time.Second}\n\treturn s.ListenAndServe()\n}\n",
                "package a\n\nimport (\n\t\"net/http\"\n\t\"time\"\n)\n\nfunc serve(h http.Handler) error {\n\ts := &http.Server{Handler: h}\n\ts.ReadTimeout = time.Second\n\treturn s.ListenAndServe()\n}\n",
            ],
        },
    },
    Check {
        rule: "no-timeout",
        query: "(call_expression function: (_) @callee) @risk",
        callee: Callee::Resolved(&["net/http.ListenAndServe|ListenAndServeTLS|Serve|ServeTLS"]),
        only: &[],
        unless: &[IN_TESTS],
        fix: "Make an `http.Server` with `ReadHeaderTimeout`, and call its `ListenAndServe`: this \
              one waits for a slow or silent client for ever.",
        examples: Examples {
            bad: &[
                "package main\n\nimport (\n\t\"log\"\n\t\"net/http\"\n)\n\nfunc main() {\n\tlog.Fatal(http.ListenAndServe(\":80\", nil))\n}\n",
                "package a\n\nimport (\n\t\"net\"\n\t\"net/http\"\n)\n\nfunc serve(l net.Listener, h http.Handler) error {\n\treturn http.Serve(l, h)\n}\n",
            ],
            good: &[
                "package main\n\nimport (\n\t\"net/http\"\n\t\"time\"\n)\n\nfunc main() {\n\ts := &http.Server{Addr: \":80\", ReadHeaderTimeout: time.Second}\n\t_ = s.ListenAndServe()\n}\n",
                "package a\n\nimport \"net/http\"\n\nfunc routes() *http.ServeMux {\n\treturn http.NewServeMux()\n}\n",
            ],
        },
    },
];
