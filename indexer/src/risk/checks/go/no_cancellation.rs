//! Calls that do not end with the request that asks for them.

use super::{HAS_CONTEXT, IN_TESTS, MIGRATES};
use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// Where work must go on when the request has ended.
const ON_PURPOSE: Condition = Condition {
    place: Place::Around,
    query: r#"
        (go_statement) @it
        (defer_statement) @it
        ((if_statement condition: (binary_expression left: (identifier) @left right: (nil))) @it
            (#match? @left "(?i)ctx$"))
    "#,
    callee: Callee::Any,
};

/// After the word that it is over, what cleans up needs a context of its own.
const IS_OVER: Condition = Condition {
    place: Place::Before,
    query: r#"((unary_expression operator: "<-") @it (#match? @it "Done\\(\\)$"))"#,
    callee: Callee::Any,
};

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "no-cancellation",
        query: "(call_expression function: (_) @callee) @risk",
        callee: Callee::Resolved(&["net/http.NewRequest", "net/http.Get|Post|Head|PostForm"]),
        only: &[HAS_CONTEXT],
        unless: &[
            IN_TESTS,
            ON_PURPOSE,
            Condition {
                place: Place::Function,
                query: r#"
                    ((selector_expression field: (field_identifier) @it)
                        (#any-of? @it "WithContext" "Clone" "SetContext" "Cancel"))
                    ((call_expression arguments: (argument_list
                        . [(identifier) (call_expression)] @ctx (identifier) @request)) @it
                        (#match? @ctx "(?i)(ctx|context(\\(\\))?)$")
                        (#match? @request "(?i)^(r|req[0-9]*|.*request|.*req)$"))
                "#,
                callee: Callee::Any,
            },
        ],
        fix: "Use `http.NewRequestWithContext(ctx, ...)` with the context at hand (`r.Context()` \
              in a handler).",
        examples: Examples {
            bad: &[
                "package a\n\nimport (\n\t\"context\"\n\t\"net/http\"\n)\n\nfunc load(ctx context.Context, url string) (*http.Request, error) {\n\treturn http.NewRequest(\"GET\", url, nil)\n}\n",
                "package a\n\nimport \"net/http\"\n\nfunc home(w http.ResponseWriter, r *http.Request) {\n\tresp, err := http.Get(base)\n\tif err != nil {\n\t\treturn\n\t}\n\tresp.Write(w)\n}\n",
            ],
            good: &[
                "package a\n\nimport (\n\t\"context\"\n\t\"net/http\"\n)\n\nfunc load(ctx context.Context, url string) (*http.Request, error) {\n\treturn http.NewRequestWithContext(ctx, \"GET\", url, nil)\n}\n",
                "package a\n\nimport (\n\t\"context\"\n\t\"net/http\"\n)\n\nfunc load(ctx context.Context, url string) (*http.Request, error) {\n\treq, err := http.NewRequest(\"GET\", url, nil)\n\tif err != nil {\n\t\treturn nil, err\n\t}\n\treturn req.WithContext(ctx), nil\n}\n",
            ],
        },
    },
    Check {
        rule: "no-cancellation",
        query: "(call_expression function: (_) @callee) @risk",
        callee: Callee::Resolved(&[
            "database/sql.**.Query|QueryRow|Exec|Ping|Begin|Prepare",
            "github.com/jmoiron/sqlx.**.Get|Select|Queryx|QueryRowx|Exec|NamedExec|NamedQuery|Beginx",
        ]),
        only: &[HAS_CONTEXT],
        unless: &[IN_TESTS, ON_PURPOSE, MIGRATES],
        fix: "Use the method that takes a context, such as `QueryContext(ctx, ...)`, with the one \
              at hand (`r.Context()` in a handler).",
        examples: Examples {
            bad: &[
                "package a\n\nimport (\n\t\"context\"\n\t\"database/sql\"\n)\n\nfunc load(ctx context.Context, db *sql.DB) (*sql.Rows, error) {\n\treturn db.Query(\"SELECT 1\")\n}\n",
                "package a\n\nimport (\n\t\"net/http\"\n\n\t\"github.com/jmoiron/sqlx\"\n)\n\ntype server struct {\n\tdb *sqlx.DB\n}\n\nfunc (s *server) home(w http.ResponseWriter, r *http.Request) {\n\tvar n int\n\tif err := s.db.Get(&n, \"SELECT 1\"); err != nil {\n\t\treturn\n\t}\n}\n",
            ],
            good: &[
                "package a\n\nimport (\n\t\"context\"\n\t\"database/sql\"\n)\n\nfunc load(ctx context.Context, db *sql.DB) (*sql.Rows, error) {\n\treturn db.QueryContext(ctx, \"SELECT 1\")\n}\n",
                "package a\n\nimport \"database/sql\"\n\nfunc load(db *sql.DB) (*sql.Rows, error) {\n\treturn db.Query(\"SELECT 1\")\n}\n",
            ],
        },
    },
    Check {
        rule: "no-cancellation",
        query: r#"((call_expression
            function: (_) @callee
            arguments: (argument_list . (call_expression function: (_) @made))) @risk
            (#any-of? @made "context.Background" "context.TODO"))"#,
        callee: Callee::AnyRemote,
        only: &[HAS_CONTEXT],
        unless: &[IN_TESTS, ON_PURPOSE, IS_OVER],
        fix: "Give the context at hand (`r.Context()` in a handler), or \
              `context.WithoutCancel(ctx)` where the work must go on.",
        examples: Examples {
            bad: &[
                "package a\n\nimport (\n\t\"context\"\n\t\"database/sql\"\n)\n\nfunc load(ctx context.Context, db *sql.DB) (*sql.Rows, error) {\n\treturn db.QueryContext(context.Background(), \"SELECT 1\")\n}\n",
                "package a\n\nimport (\n\t\"context\"\n\n\t\"github.com/gin-gonic/gin\"\n\t\"github.com/redis/go-redis/v9\"\n)\n\nfunc count(rdb *redis.Client) gin.HandlerFunc {\n\treturn func(c *gin.Context) {\n\t\trdb.Incr(context.TODO(), \"n\")\n\t}\n}\n",
            ],
            good: &[
                "package a\n\nimport (\n\t\"context\"\n\t\"database/sql\"\n)\n\nfunc load(db *sql.DB) (*sql.Rows, error) {\n\treturn db.QueryContext(context.Background(), \"SELECT 1\")\n}\n",
                "package a\n\nimport (\n\t\"context\"\n\t\"database/sql\"\n)\n\nfunc run(ctx context.Context, db *sql.DB) {\n\t<-ctx.Done()\n\tdb.ExecContext(context.Background(), \"DELETE FROM locks\")\n}\n",
            ],
        },
    },
];
