//! Conditions that several checks have in common.

use crate::remote::RemoteKind;
use crate::risk::check::{Callee, Condition, Place};

/// A function that answers a request of express, fastify, hapi, koa, hono, Next, Remix or a Lambda.
pub(super) const IN_HANDLER: Condition = Condition {
    place: Place::Outside,
    query: r##"
        ([(arrow_function parameters: (formal_parameters) @given)
          (function_expression parameters: (formal_parameters) @given)
          (function_declaration parameters: (formal_parameters) @given)
          (method_definition parameters: (formal_parameters) @given)] @it
         (#match? @given "^[(]\\s*_?(req|request)\\b[^,)]*,\\s*_?(res|response|reply|rep|h|resp)\\b"))
        ((call_expression
            function: (member_expression property: (property_identifier) @verb)
            arguments: (arguments
                . (string) @path
                [(arrow_function) (function_expression)] @it .))
         (#any-of? @verb "get" "post" "put" "patch" "delete" "del" "all" "use")
         (#match? @path "^['\"]/"))
        (export_statement declaration: (function_declaration name: (identifier) @name
         (#any-of? @name "GET" "POST" "PUT" "PATCH" "DELETE" "loader" "action")) @it)
        (export_statement declaration: (lexical_declaration (variable_declarator
            name: (identifier) @name value: (arrow_function) @it))
         (#any-of? @name "GET" "POST" "PUT" "PATCH" "DELETE" "loader" "action" "handler"))
        ((assignment_expression
            left: (member_expression) @name
            right: [(arrow_function) (function_expression)] @it)
         (#any-of? @name "exports.handler" "module.exports.handler"))
    "##,
    callee: Callee::Any,
};

/// Arguments that are spread, and may hold anything.
pub(super) const SPREAD: Condition =
    Condition { place: Place::Within, query: "(spread_element) @it", callee: Callee::Any };

/// What ends the call after a time from outside of it.
pub(super) const TIMED_OUTSIDE: Condition = Condition {
    place: Place::Outside,
    query: r#"
        ([(call_expression function: (_) @name) (new_expression constructor: (_) @name)] @it
         (#match? @name "(?i)(time_?d?_?out|deadline|\\brace$)"))
        ([(function_declaration name: (_) @name) (method_definition name: (_) @name)
          (variable_declarator name: (identifier) @name value: (arrow_function))] @it
         (#match? @name "(?i)time_?d?_?out"))
    "#,
    callee: Callee::Any,
};

/// Anything in the file that speaks of attempts.
pub(super) const SPEAKS_OF_RETRY: Condition = Condition {
    place: Place::File,
    query: r#"
        ([(identifier) (property_identifier) (shorthand_property_identifier)
          (shorthand_property_identifier_pattern) (string_fragment)] @it
         (#match? @it "(?i)(retry|retries|attempt|backoff|useQuery|useSWR|queryFn)"))
    "#,
    callee: Callee::Any,
};

/// Around: a loop that makes another attempt, by what it counts.
pub(super) const IN_RETRY_LOOP: Condition = Condition {
    place: Place::Around,
    query: r#"
        ((for_statement initializer: (_) @count) @it
         (#match? @count "(?i)(retr(y|ies)|attempt|\\btries|\\btry|(max|num|_)_?tries)"))
        ([(while_statement condition: (_) @count) (do_statement condition: (_) @count)] @it
         (#match? @count "(?i)(retr(y|ies)|attempt|\\b(tries|tried)|(max|num|_)_?tries)"))
    "#,
    callee: Callee::Any,
};

/// In it: a call to an HTTP service.
pub(super) const AROUND_HTTP: Condition = Condition {
    place: Place::Around,
    query: "(call_expression function: (_) @callee arguments: (arguments) @it)",
    callee: Callee::Remote(&[RemoteKind::Http]),
};
