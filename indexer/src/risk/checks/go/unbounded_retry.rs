//! Attempts without an end.

use super::IN_TESTS;
use crate::remote::RemoteKind;
use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// What may end the loop: a count, a comparison, a deadline, a channel or a context.
pub(super) const MAY_END: Condition = Condition {
    place: Place::Within,
    query: r#"
        (inc_statement) @it
        (select_statement) @it
        (unary_expression operator: "<-") @it
        (binary_expression operator: [">" ">=" "<" "<="]) @it
        ((assignment_statement operator: "+=") @it)
        ((if_statement
            condition: (binary_expression left: (_) @left operator: "==" right: (nil))
            consequence: (block (statement_list [(return_statement) (break_statement)] .))) @it
            (#not-match? @left "[eE]rr"))
        ((call_expression function: (selector_expression field: (field_identifier) @name)) @it
            (#match? @name "^(Err|Done|After|Before|Since|Next|NextBackOff|Wait.*)$"))
    "#,
    callee: Callee::Any,
};

pub(super) static CHECKS: &[Check] = &[Check {
    rule: "unbounded-retry",
    query: attempts!(". "),
    callee: Callee::Remote(&[
        RemoteKind::Http,
        RemoteKind::Database,
        RemoteKind::Cache,
        RemoteKind::Rpc,
        RemoteKind::Llm,
        RemoteKind::Cloud,
        RemoteKind::Socket,
    ]),
    only: &[],
    unless: &[IN_TESTS, MAY_END],
    fix: "Count the attempts and give up after a few, and stop when `ctx.Done()` is closed.",
    examples: Examples {
        bad: &[
            "package a\n\nimport (\n\t\"net/http\"\n\t\"time\"\n)\n\nfunc load(client *http.Client, url string) *http.Response {\n\tfor {\n\t\tresp, err := client.Get(url)\n\t\tif err != nil {\n\t\t\ttime.Sleep(time.Second)\n\t\t\tcontinue\n\t\t}\n\t\treturn resp\n\t}\n}\n",
            "package a\n\nimport (\n\t\"database/sql\"\n\t\"time\"\n)\n\nfunc wait(db *sql.DB) {\n\tfor {\n\t\tif err := db.Ping(); err == nil {\n\t\t\tbreak\n\t\t}\n\t\ttime.Sleep(time.Second)\n\t}\n}\n",
        ],
        good: &[
            "package a\n\nimport (\n\t\"net/http\"\n\t\"time\"\n)\n\nfunc load(client *http.Client, url string) (resp *http.Response, err error) {\n\tfor i := 0; i < 3; i++ {\n\t\tresp, err = client.Get(url)\n\t\tif err == nil {\n\t\t\treturn resp, nil\n\t\t}\n\t\ttime.Sleep(time.Second << i)\n\t}\n\treturn nil, err\n}\n",
            "package a\n\nimport (\n\t\"context\"\n\t\"database/sql\"\n\t\"time\"\n)\n\nfunc wait(ctx context.Context, db *sql.DB) error {\n\tfor {\n\t\tif err := db.Ping(); err == nil {\n\t\t\treturn nil\n\t\t}\n\t\tselect {\n\t\tcase <-ctx.Done():\n\t\t\treturn ctx.Err()\n\t\tcase <-time.After(time.Second):\n\t\t}\n\t}\n}\n",
        ],
    },
}];
