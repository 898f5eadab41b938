//! Clients and pools made where requests are answered.

use super::{AT_START, IN_HANDLER, IN_TESTS};
use crate::risk::check::{Callee, Check, Condition, Examples, Place};

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "client-per-request",
        query: "(call_expression function: (_) @callee) @risk",
        callee: Callee::Resolved(&[
            "database/sql.Open|OpenDB",
            "github.com/jmoiron/sqlx.Open|Connect|ConnectContext|MustConnect|MustOpen",
            "github.com/jackc/pgx|pgxpool/**.New|Connect|ConnectConfig|NewWithConfig",
            "gorm.io/gorm.Open",
            "github.com/redis|go-redis/go-redis|redis/**.NewClient|NewClusterClient|NewUniversalClient",
            "go.mongodb.org/mongo-driver/**.Connect|NewClient",
            "google.golang.org/grpc.Dial|DialContext|NewClient",
            "github.com/nats-io/nats.go.Connect",
            "github.com/rabbitmq|streadway/amqp091-go|amqp.Dial*",
        ]),
        only: &[IN_HANDLER],
        unless: &[IN_TESTS, AT_START],
        fix: "Make it once, in `main` or where the handlers are made, and keep it in a field: it \
              is safe for use by many goroutines and has a pool.",
        examples: Examples {
            bad: &[
                "package a\n\nimport (\n\t\"database/sql\"\n\t\"net/http\"\n)\n\nfunc users(w http.ResponseWriter, r *http.Request) {\n\tdb, err := sql.Open(\"postgres\", dsn)\n\tif err != nil {\n\t\treturn\n\t}\n\tdefer db.Close()\n}\n",
                "package a\n\nimport (\n\t\"github.com/gin-gonic/gin\"\n\t\"github.com/redis/go-redis/v9\"\n)\n\nfunc count(c *gin.Context) {\n\trdb := redis.NewClient(&redis.Options{})\n\tc.String(200, rdb.String())\n}\n",
            ],
            good: &[
                "package a\n\nimport (\n\t\"database/sql\"\n\t\"net/http\"\n)\n\ntype server struct {\n\tdb *sql.DB\n}\n\nfunc (s *server) users(w http.ResponseWriter, r *http.Request) {\n\trows, err := s.db.QueryContext(r.Context(), \"SELECT 1\")\n\tif err != nil {\n\t\treturn\n\t}\n\tdefer rows.Close()\n}\n",
                "package a\n\nimport \"database/sql\"\n\nfunc Open(dsn string) (*sql.DB, error) {\n\treturn sql.Open(\"postgres\", dsn)\n}\n",
            ],
        },
    },
    Check {
        rule: "client-per-request",
        query: "(composite_literal type: (_) @callee) @risk",
        callee: Callee::Resolved(&["net/http.Transport"]),
        only: &[Condition {
            place: Place::After,
            query: "(call_expression function: (_) @callee) @it",
            callee: Callee::Resolved(&["net/http.**.*Client.Do|Get|Post|Head|PostForm"]),
        }],
        unless: &[
            IN_TESTS,
            AT_START,
            Condition {
                place: Place::Within,
                query: r#"((keyed_element key: (literal_element (identifier) @it))
                    (#eq? @it "DisableKeepAlives"))"#,
                callee: Callee::Any,
            },
            Condition {
                place: Place::Function,
                query: r#"((selector_expression field: (field_identifier) @it)
                    (#any-of? @it "CloseIdleConnections" "DisableKeepAlives"))"#,
                callee: Callee::Any,
            },
        ],
        fix: "Make the transport once and share it: each one has connections of its own, which \
              stay open after the call and are of no use to the next.",
        examples: Examples {
            bad: &[
                "package a\n\nimport (\n\t\"net/http\"\n\t\"time\"\n)\n\nfunc load(url string) (*http.Response, error) {\n\tclient := &http.Client{Transport: &http.Transport{MaxIdleConns: 5}, Timeout: time.Second}\n\treturn client.Get(url)\n}\n",
                "package a\n\nimport \"net/http\"\n\nfunc send(r *http.Request) error {\n\ttr := &http.Transport{Proxy: http.ProxyFromEnvironment}\n\tclient := http.Client{Transport: tr}\n\t_, err := client.Do(r)\n\treturn err\n}\n",
            ],
            good: &[
                "package a\n\nimport (\n\t\"net/http\"\n\t\"time\"\n)\n\nvar client = &http.Client{Transport: &http.Transport{MaxIdleConns: 5}, Timeout: time.Second}\n\nfunc load(url string) (*http.Response, error) {\n\treturn client.Get(url)\n}\n",
                "package a\n\nimport \"net/http\"\n\nfunc New() *http.Client {\n\treturn &http.Client{Transport: &http.Transport{}}\n}\n",
            ],
        },
    },
];
