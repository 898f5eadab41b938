//! Attempts without a growing or random pause.

use super::IN_TESTS;
use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// A pause of some kind, or a wait for something.
const PAUSE: Condition = Condition {
    place: Place::Within,
    query: r#"
        (unary_expression operator: "<-") @it
        (select_statement) @it
        ((if_statement
            condition: (binary_expression left: (_) @left operator: "==" right: (nil))
            consequence: (block (statement_list [(return_statement) (break_statement)] .))) @it
            (#not-match? @left "[eE]rr"))
        ((call_expression function: (_) @name) @it
            (#match? @name "(?i)(sleep|wait|backoff|delay|pause|after|retry|limit)[a-z]*$"))
    "#,
    callee: Callee::Any,
};

/// A pause that is not the same each time.
const GROWS: Condition = Condition {
    place: Place::Within,
    query: r#"
        ((identifier) @it (#match? @it "(?i)(backoff|jitter|rand|delay|pause|exp)"))
        ((field_identifier) @it (#match? @it "(?i)(backoff|jitter|rand|delay|exp)"))
        (binary_expression operator: "<<") @it
        (unary_expression operator: "<-") @it
    "#,
    callee: Callee::Any,
};

/// A pause for a fixed time.
const FIXED: Condition = Condition {
    place: Place::Within,
    query: r#"
        (call_expression
            function: (_) @callee
            arguments: (argument_list . [
                (selector_expression operand: (identifier) @time)
                (binary_expression
                    left: (int_literal) right: (selector_expression operand: (identifier) @time))
                (binary_expression
                    left: (selector_expression operand: (identifier) @time) right: (int_literal))
            ] .) (#eq? @time "time")) @it
    "#,
    callee: Callee::Resolved(&["time.Sleep"]),
};

const BAD_AT_ONCE: &str = "package a\n\nimport \"net/http\"\n\nfunc load(client *http.Client, url string) (resp *http.Response, err error) {\n\tfor i := 0; i < 3; i++ {\n\t\tresp, err = client.Get(url)\n\t\tif err == nil {\n\t\t\treturn resp, nil\n\t\t}\n\t}\n\treturn nil, err\n}\n";
const GOOD: &[&str] = &[
    "package a\n\nimport (\n\t\"net/http\"\n\t\"time\"\n)\n\nfunc load(client *http.Client, url string) (resp *http.Response, err error) {\n\tpause := time.Second\n\tfor i := 0; i < 3; i++ {\n\t\tresp, err = client.Get(url)\n\t\tif err == nil {\n\t\t\treturn resp, nil\n\t\t}\n\t\ttime.Sleep(pause)\n\t\tpause *= 2\n\t}\n\treturn nil, err\n}\n",
    "package a\n\nimport \"net/http\"\n\nfunc each(client *http.Client, urls []string) (all []*http.Response) {\n\tfor _, url := range urls {\n\t\tresp, err := client.Get(url)\n\t\tif err != nil {\n\t\t\tcontinue\n\t\t}\n\t\tall = append(all, resp)\n\t}\n\treturn all\n}\n",
];

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "no-backoff",
        query: concat!(attempts!(". "), attempts!(". (for_clause) ")),
        callee: Callee::AnyRemote,
        only: &[],
        unless: &[IN_TESTS, PAUSE],
        fix: "Pause before the next attempt, longer each time and by a random part: \
              `time.Sleep(base<<attempt + rand.N(base))`, or `backoff.Retry` of cenkalti/backoff.",
        examples: Examples {
            bad: &[
                BAD_AT_ONCE,
                "package a\n\nimport \"database/sql\"\n\nfunc save(db *sql.DB) error {\n\tvar err error\n\tfor i := 0; i < 3; i++ {\n\t\tif _, err = db.Exec(\"UPDATE a SET b = 1\"); err == nil {\n\t\t\tbreak\n\t\t}\n\t}\n\treturn err\n}\n",
            ],
            good: GOOD,
        },
    },
    Check {
        rule: "no-backoff",
        query: concat!(attempts!(". "), attempts!(". (for_clause) ")),
        callee: Callee::AnyRemote,
        only: &[FIXED],
        unless: &[IN_TESTS, GROWS],
        fix: "Let the pause grow, and add a random part: `time.Sleep(base<<attempt + \
              rand.N(base))`, or `backoff.Retry` of cenkalti/backoff.",
        examples: Examples {
            bad: &[
                "package a\n\nimport (\n\t\"net/http\"\n\t\"time\"\n)\n\nfunc load(client *http.Client, url string) (resp *http.Response, err error) {\n\tfor i := 0; i < 3; i++ {\n\t\tresp, err = client.Get(url)\n\t\tif err == nil {\n\t\t\treturn resp, nil\n\t\t}\n\t\ttime.Sleep(time.Second)\n\t}\n\treturn nil, err\n}\n",
                "package a\n\nimport (\n\t\"net\"\n\t\"time\"\n)\n\nfunc open(address string) net.Conn {\n\tfor {\n\t\tconn, err := net.DialTimeout(\"tcp\", address, time.Second)\n\t\tif err != nil {\n\t\t\ttime.Sleep(5 * time.Second)\n\t\t\tcontinue\n\t\t}\n\t\treturn conn\n\t}\n}\n",
            ],
            good: GOOD,
        },
    },
];
