//! Pools of connections to databases with no chosen limits.

use super::IN_TESTS;
use crate::risk::check::{Callee, Check, Condition, Examples, Place};

pub(super) static CHECKS: &[Check] = &[Check {
    rule: "pool-not-configured",
    query: r#"((call_expression function: (_) @callee arguments: (argument_list . (_) @driver)) @risk
        (#not-match? @driver "(?i)sqlite|duckdb|ramsql|fake|mock"))"#,
    callee: Callee::Resolved(&[
        "database/sql.Open|OpenDB",
        "github.com/jmoiron/sqlx.Open|Connect|ConnectContext|MustConnect|MustOpen",
    ]),
    only: &[],
    unless: &[
        IN_TESTS,
        Condition {
            place: Place::File,
            query: r#"
                ((field_identifier) @it (#any-of? @it "SetMaxOpenConns" "SetConnMaxLifetime"))
                ((interpreted_string_literal) @it (#match? @it "sqlite|duckdb"))
            "#,
            callee: Callee::Any,
        },
    ],
    fix: "Call `db.SetMaxOpenConns`, `SetMaxIdleConns` and `SetConnMaxLifetime`: without them \
          there may be any number of connections, and only two are kept.",
    examples: Examples {
        bad: &[
            "package a\n\nimport \"database/sql\"\n\nfunc Open(dsn string) (*sql.DB, error) {\n\treturn sql.Open(\"postgres\", dsn)\n}\n",
            "package a\n\nimport \"github.com/jmoiron/sqlx\"\n\nfunc Open(dsn string) *sqlx.DB {\n\treturn sqlx.MustConnect(\"mysql\", dsn)\n}\n",
        ],
        good: &[
            "package a\n\nimport \"database/sql\"\n\nfunc Open(dsn string) (*sql.DB, error) {\n\tdb, err := sql.Open(\"postgres\", dsn)\n\tif err == nil {\n\t\tdb.SetMaxOpenConns(20)\n\t}\n\treturn db, err\n}\n",
            "package a\n\nimport \"database/sql\"\n\nfunc Open(path string) (*sql.DB, error) {\n\treturn sql.Open(\"sqlite3\", path)\n}\n",
        ],
    },
}];
