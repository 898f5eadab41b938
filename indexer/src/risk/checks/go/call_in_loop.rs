//! One remote call for each element.

use super::{IN_TESTS, MIGRATES};
use crate::{
    remote::RemoteKind,
    risk::check::{Callee, Check, Condition, Examples, Place},
};

/// For each element of what is no channel and no list of places to try.
const EACH: Condition = Condition {
    place: Place::Around,
    query: r#"((for_statement (range_clause right: (_) @over) body: (block) @it)
        (#not-match? @over "(\\.C|[cC]h(an|annel)?(\\(\\))?|[qQ]ueue|[eE]ndpoints?|[mM]irrors?|[aA]ddre?s*s?(es)?|[hH]osts|[sS]ervers|[nN]odes|[iI]ps|IPs|URLs|[uU]rls|[mM]igrations|[bB]atch(es)?|[cC]hunks?)$"))"#,
    callee: Callee::Any,
};

/// Each is on its own, or the loop ends with the first that works.
const NOT_ONE_BY_ONE: Condition = Condition {
    place: Place::Around,
    query: r#"
        (go_statement) @it
        ((call_expression function: (selector_expression field: (field_identifier) @name)) @it
            (#any-of? @name "Go" "TryGo" "Submit"))
        (for_statement body: (block (statement_list (if_statement
            condition: (binary_expression operator: "==" right: (nil))
            consequence: (block (statement_list [(return_statement) (break_statement)] .)))))) @it
        (for_statement body: (block (statement_list [(return_statement) (break_statement)] .))) @it
    "#,
    callee: Callee::Any,
};

pub(super) static CHECKS: &[Check] = &[Check {
    rule: "call-in-loop",
    query: r#"((call_expression function: (selector_expression field: (field_identifier) @name) @callee) @risk
        (#not-match? @name "^(Begin|Commit|Rollback|Ping|Prepare|Dial|Connect|Open|Close|NewClient|Pipeline|Queue$|Flush|Send$|Recv$|CloseSend|Subscribe|Watch|.*Message$|.*Stream$)"))"#,
    callee: Callee::Remote(&[
        RemoteKind::Http,
        RemoteKind::Database,
        RemoteKind::Cache,
        RemoteKind::Rpc,
        RemoteKind::Llm,
        RemoteKind::Cloud,
    ]),
    only: &[EACH],
    unless: &[IN_TESTS, MIGRATES, NOT_ONE_BY_ONE],
    fix: "Ask once for all of them (`WHERE id = ANY($1)`, `MGet`, a batch), or run a bounded number \
          at once with `errgroup` and `SetLimit`.",
    examples: Examples {
        bad: &[
            "package a\n\nimport \"database/sql\"\n\nfunc drop(db *sql.DB, ids []int) error {\n\tfor _, id := range ids {\n\t\tif _, err := db.Exec(\"DELETE FROM a WHERE id = $1\", id); err != nil {\n\t\t\treturn err\n\t\t}\n\t}\n\treturn nil\n}\n",
            "package a\n\nimport (\n\t\"context\"\n\n\t\"github.com/redis/go-redis/v9\"\n)\n\nfunc load(ctx context.Context, rdb *redis.Client, keys []string) (all []string) {\n\tfor _, key := range keys {\n\t\tall = append(all, rdb.Get(ctx, key).Val())\n\t}\n\treturn all\n}\n",
        ],
        good: &[
            "package a\n\nimport (\n\t\"context\"\n\n\t\"github.com/redis/go-redis/v9\"\n)\n\nfunc load(ctx context.Context, rdb *redis.Client, keys []string) []any {\n\treturn rdb.MGet(ctx, keys...).Val()\n}\n",
            "package a\n\nimport \"net/http\"\n\nfunc first(client *http.Client, mirrors []string) *http.Response {\n\tfor _, one := range mirrors {\n\t\tresp, err := client.Get(one)\n\t\tif err == nil {\n\t\t\treturn resp\n\t\t}\n\t}\n\treturn nil\n}\n",
        ],
    },
}];
