//! Bodies that are read whatever the status.

use super::IN_TESTS;
use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// An answer that comes from a call in the function.
const ANSWERED: Condition = Condition {
    place: Place::Before,
    query: r#"
        (short_var_declaration
            left: (expression_list . (identifier) @same)
            right: (expression_list . (call_expression function: (_) @callee))) @it
        (assignment_statement
            left: (expression_list . (identifier) @same)
            right: (expression_list . (call_expression function: (_) @callee))) @it
    "#,
    callee: Callee::Resolved(&[
        "net/http.Get|Post|Head|PostForm",
        "net/http.**.*Client.Do|Get|Post|Head|PostForm",
    ]),
};

/// The status is looked at, or the answer is given to what may.
const LOOKED_AT: Condition = Condition {
    place: Place::Function,
    query: r#"
        ((selector_expression operand: (identifier) @same field: (field_identifier) @it)
            (#any-of? @it "StatusCode" "Status"))
        (call_expression arguments: (argument_list (identifier) @same)) @it
        (return_statement (expression_list (identifier) @same)) @it
        (keyed_element value: (literal_element (identifier) @same)) @it
        (assignment_statement right: (expression_list (identifier) @same)) @it
    "#,
    callee: Callee::Any,
};

pub(super) static CHECKS: &[Check] = &[Check {
    rule: "unchecked-status",
    query: r#"((call_expression
        function: (_) @reader
        arguments: (argument_list
            . (selector_expression operand: (identifier) @same field: (field_identifier) @body))) @risk
        (#match? @reader "(ReadAll|NewDecoder|NewReader|NewScanner|NewTokenizer|NewDocumentFromReader|html\\.Parse)$")
        (#eq? @body "Body"))"#,
    callee: Callee::Any,
    only: &[ANSWERED],
    unless: &[IN_TESTS, LOOKED_AT],
    fix: "Before the body is read: `if resp.StatusCode != http.StatusOK { return fmt.Errorf(\"...: \
          %s\", resp.Status) }`. An answer of 503 is no `err`.",
    examples: Examples {
        bad: &[
            "package a\n\nimport (\n\t\"encoding/json\"\n\t\"net/http\"\n)\n\nfunc load(client *http.Client, url string, to any) error {\n\tresp, err := client.Get(url)\n\tif err != nil {\n\t\treturn err\n\t}\n\tdefer resp.Body.Close()\n\treturn json.NewDecoder(resp.Body).Decode(to)\n}\n",
            "package a\n\nimport (\n\t\"io\"\n\t\"net/http\"\n)\n\nfunc load(client *http.Client, req *http.Request) ([]byte, error) {\n\tresp, err := client.Do(req)\n\tif err != nil {\n\t\treturn nil, err\n\t}\n\tdefer resp.Body.Close()\n\treturn io.ReadAll(resp.Body)\n}\n",
        ],
        good: &[
            "package a\n\nimport (\n\t\"errors\"\n\t\"io\"\n\t\"net/http\"\n)\n\nfunc load(client *http.Client, req *http.Request) ([]byte, error) {\n\tresp, err := client.Do(req)\n\tif err != nil {\n\t\treturn nil, err\n\t}\n\tdefer resp.Body.Close()\n\tif resp.StatusCode != 200 {\n\t\treturn nil, errors.New(resp.Status)\n\t}\n\treturn io.ReadAll(resp.Body)\n}\n",
            "package a\n\nimport (\n\t\"io\"\n\t\"net/http\"\n)\n\nfunc load(client *http.Client, req *http.Request) ([]byte, error) {\n\tresp, err := client.Do(req)\n\tif err != nil {\n\t\treturn nil, err\n\t}\n\tif err := check(resp); err != nil {\n\t\treturn nil, err\n\t}\n\treturn io.ReadAll(resp.Body)\n}\n",
        ],
    },
}];
