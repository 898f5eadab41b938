//! Errors of remote calls that nobody looks at.

use super::{IN_TESTS, MIGRATES};
use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// Calls whose last result is an error.
const FAIL: &[&str] = &[
    "net/http.Get|Post|Head|PostForm",
    "net/http.**.*Client.Do|Get|Post|Head|PostForm",
    "database/sql.**.Exec|ExecContext|Ping|PingContext|Commit|Query|QueryContext",
    "github.com/jmoiron/sqlx.**.Get|Select|Exec|NamedExec|ExecContext|GetContext|SelectContext",
    "github.com/jackc/pgx|pgxpool/**.Exec|Query|Commit|Ping",
    "go.mongodb.org/mongo-driver/**.Insert*|Update*|Delete*|Replace*|CountDocuments",
    "github.com/segmentio/kafka-go.**.WriteMessages|CommitMessages",
    "github.com/IBM|Shopify/sarama.**.SendMessage*",
    "github.com/nats-io/nats.go/**.Publish*|Request*",
    "github.com/rabbitmq|streadway/amqp091-go|amqp.**.Publish*",
    "github.com/gomodule/redigo/redis.**.Do|DoContext|Send|Flush",
    "github.com/bradfitz/gomemcache/memcache.**.Set|Add|Replace|Delete*",
    "google.golang.org/grpc.**.Invoke",
    "net/smtp.SendMail",
    "github.com/aws/aws-sdk-go/service/*.New.Put*|Send*|Delete*|Publish*|Get*",
    "k8s.io/client-go/**.List|Create|Update*|Patch|Delete|DeleteCollection|Apply",
    "sigs.k8s.io/controller-runtime/**.List|Create|Update|Patch|Delete",
    "github.com/docker/docker/client.**.Container*|Image*|Network*|Volume*",
];

/// The error goes on as nil in a function that could tell it.
const TELLS_ERRORS: Condition = Condition {
    place: Place::Outside,
    query: r#"
        ((function_declaration result: (type_identifier) @type) @it (#eq? @type "error"))
        ((method_declaration result: (type_identifier) @type) @it (#eq? @type "error"))
    "#,
    callee: Callee::Any,
};

const GOOD: &[&str] = &[
    "package a\n\nimport \"database/sql\"\n\nfunc save(db *sql.DB) error {\n\tif _, err := db.Exec(\"DELETE FROM a\"); err != nil {\n\t\treturn err\n\t}\n\treturn nil\n}\n",
    "package a\n\nimport (\n\t\"log\"\n\t\"net/http\"\n)\n\nfunc ping(client *http.Client, url string) {\n\tresp, err := client.Get(url)\n\tif err != nil {\n\t\tlog.Print(err)\n\t\treturn\n\t}\n\t_ = resp.Body.Close()\n}\n",
];

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "swallowed-error",
        query: r#"
            ((assignment_statement
                left: (expression_list (identifier) @blank .)
                right: (expression_list . (call_expression function: (_) @callee) .)) @risk
                (#eq? @blank "_"))
            ((short_var_declaration
                left: (expression_list (identifier) @blank .)
                right: (expression_list . (call_expression function: (_) @callee) .)) @risk
                (#eq? @blank "_"))
        "#,
        callee: Callee::Resolved(FAIL),
        only: &[],
        unless: &[
            IN_TESTS,
            MIGRATES,
            Condition { place: Place::Around, query: "(defer_statement) @it", callee: Callee::Any },
            // What failed is told already.
            Condition {
                place: Place::Within,
                query: r#"((interpreted_string_literal) @it (#match? @it "(?i)^\"rollback"))"#,
                callee: Callee::Any,
            },
        ],
        fix: "Take the error, and return it or log it: `if err != nil { return fmt.Errorf(\"...: \
              %w\", err) }`.",
        examples: Examples {
            bad: &[
                "package a\n\nimport \"database/sql\"\n\nfunc save(db *sql.DB) {\n\t_, _ = db.Exec(\"DELETE FROM a\")\n}\n",
                "package a\n\nimport \"net/http\"\n\nfunc load(client *http.Client, url string) int {\n\tresp, _ := client.Get(url)\n\treturn resp.StatusCode\n}\n",
            ],
            good: GOOD,
        },
    },
    Check {
        rule: "swallowed-error",
        query: "(expression_statement (call_expression function: (_) @callee)) @risk",
        callee: Callee::Resolved(FAIL),
        only: &[],
        unless: &[IN_TESTS],
        fix: "Take the error that it gives, and return it or log it.",
        examples: Examples {
            bad: &[
                "package a\n\nimport \"database/sql\"\n\nfunc save(db *sql.DB) {\n\tdb.Exec(\"DELETE FROM a\")\n}\n",
                "package a\n\nimport \"database/sql\"\n\nfunc save(db *sql.DB) error {\n\ttx, err := db.Begin()\n\tif err != nil {\n\t\treturn err\n\t}\n\tdefer tx.Rollback()\n\ttx.Commit()\n\treturn nil\n}\n",
            ],
            good: GOOD,
        },
    },
    Check {
        rule: "swallowed-error",
        query: r#"
            ((statement_list
                [(short_var_declaration right: (expression_list . (call_expression function: (_) @callee)))
                 (assignment_statement right: (expression_list . (call_expression function: (_) @callee)))]
                . (if_statement
                    condition: (binary_expression left: (identifier) operator: "!=" right: (nil))
                    consequence: (block) @block
                    !alternative) @risk)
                (#match? @block "^\\{\\s*\\}$"))
            ((if_statement
                initializer: [
                    (short_var_declaration right: (expression_list . (call_expression function: (_) @callee)))
                    (assignment_statement right: (expression_list . (call_expression function: (_) @callee)))
                ]
                condition: (binary_expression left: (identifier) operator: "!=" right: (nil))
                consequence: (block) @block
                !alternative) @risk
                (#match? @block "^\\{\\s*\\}$"))
        "#,
        callee: Callee::AnyRemote,
        only: &[],
        unless: &[IN_TESTS],
        fix: "Return the error or log it: an empty block hides that the dependency failed.",
        examples: Examples {
            bad: &[
                "package a\n\nimport \"database/sql\"\n\nfunc save(db *sql.DB) {\n\tif _, err := db.Exec(\"DELETE FROM a\"); err != nil {\n\t}\n}\n",
                "package a\n\nimport \"net/http\"\n\nfunc load(client *http.Client, url string) *http.Response {\n\tresp, err := client.Get(url)\n\tif err != nil {\n\t}\n\treturn resp\n}\n",
            ],
            good: GOOD,
        },
    },
    Check {
        rule: "swallowed-error",
        query: r#"
            (statement_list
                [(short_var_declaration right: (expression_list . (call_expression function: (_) @callee)))
                 (assignment_statement right: (expression_list . (call_expression function: (_) @callee)))]
                . (if_statement
                    condition: (binary_expression left: (identifier) operator: "!=" right: (nil))
                    consequence: (block (statement_list . (return_statement (expression_list . (nil) .)) .))
                    !alternative) @risk)
            (if_statement
                initializer: [
                    (short_var_declaration right: (expression_list . (call_expression function: (_) @callee)))
                    (assignment_statement right: (expression_list . (call_expression function: (_) @callee)))
                ]
                condition: (binary_expression left: (identifier) operator: "!=" right: (nil))
                consequence: (block (statement_list . (return_statement (expression_list . (nil) .)) .))
                !alternative) @risk
        "#,
        callee: Callee::AnyRemote,
        only: &[TELLS_ERRORS],
        unless: &[
            IN_TESTS,
            Condition { place: Place::Within, query: "(comment) @it", callee: Callee::Any },
            Condition { place: Place::Around, query: "(func_literal) @it", callee: Callee::Any },
        ],
        fix: "Return the error: `return nil` tells the caller that all went well.",
        examples: Examples {
            bad: &[
                "package a\n\nimport \"database/sql\"\n\nfunc save(db *sql.DB) error {\n\tif _, err := db.Exec(\"DELETE FROM a\"); err != nil {\n\t\treturn nil\n\t}\n\treturn nil\n}\n",
                "package a\n\nimport \"net/http\"\n\nfunc ping(client *http.Client, url string) error {\n\tresp, err := client.Get(url)\n\tif err != nil {\n\t\treturn nil\n\t}\n\treturn resp.Body.Close()\n}\n",
            ],
            good: GOOD,
        },
    },
];
