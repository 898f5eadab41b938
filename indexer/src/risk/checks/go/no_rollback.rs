//! Transactions that stay open when something fails.

use super::IN_TESTS;
use crate::risk::check::{Callee, Check, Condition, Examples, Place};

pub(super) static CHECKS: &[Check] = &[Check {
    rule: "no-rollback",
    query: r#"
        (short_var_declaration
            left: (expression_list . (identifier) @same)
            right: (expression_list . (call_expression function: (_) @callee))) @risk
        (assignment_statement
            left: (expression_list . (identifier) @same)
            right: (expression_list . (call_expression function: (_) @callee))) @risk
    "#,
    callee: Callee::Resolved(&[
        "database/sql.**.Begin|BeginTx",
        "github.com/jmoiron/sqlx.**.Begin*|MustBegin*",
        "github.com/jackc/pgx|pgxpool/**.Begin|BeginTx",
        "gorm.io/gorm.**.Begin",
    ]),
    // Where it is committed elsewhere, it may be rolled back there too.
    only: &[Condition {
        place: Place::Function,
        query: r#"((call_expression function: (selector_expression
            operand: (identifier) @same field: (field_identifier) @name)) @it
            (#eq? @name "Commit"))"#,
        callee: Callee::Any,
    }],
    unless: &[
        IN_TESTS,
        Condition {
            place: Place::Function,
            query: r#"
                ((selector_expression operand: (identifier) @same field: (field_identifier) @it)
                    (#match? @it "^(Rollback|RollbackTo|Close|Abort)"))
                (defer_statement (call_expression arguments: (argument_list (identifier) @same))) @it
                ((call_expression
                    function: (_) @name arguments: (argument_list (identifier) @same)) @it
                    (#match? @name "(?i)(rollback|finish|close|abort)[a-z]*$"))
            "#,
            callee: Callee::Any,
        },
    ],
    fix: "Right after `Begin`, `defer tx.Rollback()`: after a commit it does nothing, and on every \
          other way out it gives the connection back.",
    examples: Examples {
        bad: &[
            "package a\n\nimport \"database/sql\"\n\nfunc move(db *sql.DB) error {\n\ttx, err := db.Begin()\n\tif err != nil {\n\t\treturn err\n\t}\n\tif _, err := tx.Exec(\"UPDATE a SET b = 1\"); err != nil {\n\t\treturn err\n\t}\n\treturn tx.Commit()\n}\n",
            "package a\n\nimport (\n\t\"context\"\n\n\t\"github.com/jackc/pgx/v5/pgxpool\"\n)\n\nfunc move(ctx context.Context, pool *pgxpool.Pool) error {\n\ttx, err := pool.Begin(ctx)\n\tif err != nil {\n\t\treturn err\n\t}\n\tif _, err := tx.Exec(ctx, \"UPDATE a SET b = 1\"); err != nil {\n\t\treturn err\n\t}\n\treturn tx.Commit(ctx)\n}\n",
        ],
        good: &[
            "package a\n\nimport \"database/sql\"\n\nfunc move(db *sql.DB) error {\n\ttx, err := db.Begin()\n\tif err != nil {\n\t\treturn err\n\t}\n\tdefer tx.Rollback()\n\tif _, err := tx.Exec(\"UPDATE a SET b = 1\"); err != nil {\n\t\treturn err\n\t}\n\treturn tx.Commit()\n}\n",
            "package a\n\nimport \"database/sql\"\n\nfunc begin(db *sql.DB) (*sql.Tx, error) {\n\ttx, err := db.Begin()\n\treturn tx, err\n}\n",
        ],
    },
}];
