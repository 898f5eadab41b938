//! One goroutine for each element.

use super::IN_TESTS;
use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// For each element, as often as there are.
const EACH: Condition = Condition {
    place: Place::Around,
    query: r#"((for_statement (range_clause right: (_) @over) body: (block) @it)
        (#not-match? @over "^([0-9]+|.*[wW]orkers?|.*\\{.*\\}|.*[cC]h(an)?|.*\\.C)$"))"#,
    callee: Callee::Any,
};

/// What bounds how many there are at once.
const BOUNDED: Condition = Condition {
    place: Place::Function,
    query: r#"
        (send_statement channel: (_) @it (#match? @it "(?i)(sem|limit|slot|token|pool|guard|thrott|conc|ticket|worker|sync)"))
        (send_statement value: (composite_literal type: (struct_type)) @it)
        ((call_expression function: (selector_expression field: (field_identifier) @it))
            (#match? @it "^(SetLimit|Acquire|TryAcquire|Wait[nN]|Limit|WithMaxGoroutines)$"))
    "#,
    callee: Callee::Any,
};

/// Each element has a group of its own, which is waited for before the next.
const GROUP_OF_ITS_OWN: Condition = Condition {
    place: Place::Around,
    query: r#"
        ((for_statement (range_clause) body: (block (statement_list (short_var_declaration
            right: (expression_list . (call_expression function: (_) @made)))))) @it
            (#match? @made "^errgroup\\."))
        ((for_statement (range_clause) body: (block (statement_list (var_declaration) @made))) @it
            (#match? @made "errgroup\\."))
    "#,
    callee: Callee::Any,
};

const GOOD: &[&str] = &[
    "package a\n\nimport (\n\t\"net/http\"\n\n\t\"golang.org/x/sync/errgroup\"\n)\n\nfunc load(client *http.Client, urls []string) error {\n\tvar g errgroup.Group\n\tg.SetLimit(8)\n\tfor _, url := range urls {\n\t\tg.Go(func() error {\n\t\t\t_, err := client.Get(url)\n\t\t\treturn err\n\t\t})\n\t}\n\treturn g.Wait()\n}\n",
    "package a\n\nimport \"net/http\"\n\nfunc load(client *http.Client, urls []string) {\n\tsem := make(chan struct{}, 8)\n\tfor _, url := range urls {\n\t\tsem <- struct{}{}\n\t\tgo func() {\n\t\t\tdefer func() { <-sem }()\n\t\t\tclient.Get(url)\n\t\t}()\n\t}\n}\n",
];

const REMOTE: Condition = Condition {
    place: Place::Within,
    query: "(call_expression function: (_) @callee) @it",
    callee: Callee::AnyRemote,
};

const FIX: &str = "Bound how many run at once: `errgroup.Group` with `SetLimit(n)`, or a channel of \
                   n places that is filled before `go`.";

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "unbounded-concurrency",
        query: "(go_statement (call_expression function: (func_literal))) @risk",
        callee: Callee::Any,
        only: &[EACH, REMOTE],
        unless: &[IN_TESTS, BOUNDED],
        fix: FIX,
        examples: Examples {
            bad: &[
                "package a\n\nimport \"net/http\"\n\nfunc load(client *http.Client, urls []string) {\n\tfor _, url := range urls {\n\t\tgo func() {\n\t\t\tclient.Get(url)\n\t\t}()\n\t}\n}\n",
                "package a\n\nimport (\n\t\"database/sql\"\n\t\"sync\"\n)\n\nfunc drop(db *sql.DB, ids []int) {\n\tvar wg sync.WaitGroup\n\tfor _, id := range ids {\n\t\twg.Add(1)\n\t\tgo func(id int) {\n\t\t\tdefer wg.Done()\n\t\t\tdb.Exec(\"DELETE FROM a WHERE id = $1\", id)\n\t\t}(id)\n\t}\n\twg.Wait()\n}\n",
            ],
            good: GOOD,
        },
    },
    Check {
        rule: "unbounded-concurrency",
        query: "(call_expression function: (_) @callee arguments: (argument_list (func_literal))) @risk",
        callee: Callee::Resolved(&["golang.org/x/sync/errgroup.**.Go"]),
        only: &[
            EACH,
            Condition {
                place: Place::Within,
                query: r#"((call_expression arguments: (argument_list . (identifier) @ctx)) @it
                    (#match? @ctx "(?i)ctx$"))"#,
                callee: Callee::Any,
            },
        ],
        unless: &[IN_TESTS, BOUNDED, GROUP_OF_ITS_OWN],
        fix: "Call `SetLimit(n)` on the group before the loop.",
        examples: Examples {
            bad: &[
                "package a\n\nimport (\n\t\"context\"\n\n\t\"golang.org/x/sync/errgroup\"\n)\n\nfunc load(ctx context.Context, ids []int) error {\n\tg, ctx := errgroup.WithContext(ctx)\n\tfor _, id := range ids {\n\t\tg.Go(func() error {\n\t\t\treturn fetch(ctx, id)\n\t\t})\n\t}\n\treturn g.Wait()\n}\n",
                "package a\n\nimport (\n\t\"context\"\n\n\t\"golang.org/x/sync/errgroup\"\n)\n\nfunc load(ctx context.Context, ids []int) error {\n\tvar g errgroup.Group\n\tfor id := range ids {\n\t\tg.Go(func() error { return fetch(ctx, id) })\n\t}\n\treturn g.Wait()\n}\n",
            ],
            good: GOOD,
        },
    },
];
