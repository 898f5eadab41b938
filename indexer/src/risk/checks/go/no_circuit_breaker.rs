//! Handlers that call other services with nothing that fails fast.

use super::{IN_HANDLER, IN_TESTS};
use crate::{
    remote::RemoteKind,
    risk::check::{Callee, Check, Condition, Examples, Place},
};

pub(super) static CHECKS: &[Check] = &[Check {
    rule: "no-circuit-breaker",
    query: "(call_expression function: (_) @callee) @risk",
    callee: Callee::Remote(&[RemoteKind::Http, RemoteKind::Rpc, RemoteKind::Llm]),
    only: &[IN_HANDLER],
    unless: &[
        IN_TESTS,
        Condition {
            place: Place::File,
            query: r#"
                ((import_spec path: (_) @it) (#match? @it "breaker|hystrix|failsafe|resilien"))
                ((identifier) @it (#match? @it "(?i)(breaker|^cb$)"))
                ((field_identifier) @it (#match? @it "(?i)(breaker|^cb$)"))
            "#,
            callee: Callee::Any,
        },
    ],
    fix: "Call through a breaker that handlers share, such as `gobreaker.NewCircuitBreaker` of \
          sony/gobreaker: `cb.Execute(func() (any, error) { ... })`.",
    examples: Examples {
        bad: &[
            "package a\n\nimport \"net/http\"\n\nvar client = http.Client{}\n\nfunc home(w http.ResponseWriter, r *http.Request) {\n\tresp, err := client.Get(base)\n\tif err != nil {\n\t\treturn\n\t}\n\tresp.Write(w)\n}\n",
            "package a\n\nimport (\n\t\"net/http\"\n\n\t\"github.com/gin-gonic/gin\"\n)\n\nfunc home(c *gin.Context) {\n\tresp, err := http.Get(base)\n\tif err != nil {\n\t\treturn\n\t}\n\tc.Status(resp.StatusCode)\n}\n",
        ],
        good: &[
            "package a\n\nimport (\n\t\"net/http\"\n\n\t\"github.com/sony/gobreaker\"\n)\n\nvar guard = gobreaker.NewCircuitBreaker(gobreaker.Settings{})\n\nfunc home(w http.ResponseWriter, r *http.Request) {\n\tguard.Execute(func() (any, error) {\n\t\treturn http.Get(base)\n\t})\n}\n",
            "package a\n\nimport \"net/http\"\n\nfunc load(url string) (*http.Response, error) {\n\treturn http.Get(url)\n}\n",
        ],
    },
}];
