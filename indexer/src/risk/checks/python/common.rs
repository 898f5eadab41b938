//! What several checks of Python ask of the surroundings.

use crate::risk::check::{Callee, Condition, Place};

/// A function that answers requests: by its decorator, or by what it is given.
pub(super) const HANDLER: Condition = Condition {
    place: Place::Function,
    query: r#"
        (decorator
          (call
            function: (attribute attribute: (identifier) @verb) @it
            arguments: (argument_list . (string) @path))
          (#any-of? @verb "get" "post" "put" "patch" "delete" "head" "options" "api_route" "route")
          (#match? @path "^[a-zA-Z]?['\"](/|['\"]|<)"))
        (decorator
          (call function: [(identifier) (attribute)] @it)
          (#match? @it "(^|\\.)(route|api_view|websocket)$"))
        (function_definition
          parameters: (parameters
            (typed_parameter . (identifier) type: (type) @type)) @it
          (#match? @type "^(fastapi\\.|starlette\\.|web\\.|http\\.|requests\\.)?(Http|WSGI|ASGI)?Request$"))
        (function_definition
          name: (identifier) @name
          parameters: (parameters . (identifier) . (identifier) @it)
          (#eq? @it "request")
          (#any-of? @name "get" "post" "put" "patch" "delete" "dispatch" "list" "create" "retrieve"
            "update" "destroy"))
    "#,
    callee: Callee::Any,
};

/// A function that a route leads to, so that its parameters come from outside.
pub(super) const ROUTE: Condition = Condition {
    place: Place::Function,
    query: r#"
        (decorator
          (call
            function: (attribute attribute: (identifier) @verb) @it
            arguments: (argument_list . (string) @path))
          (#any-of? @verb "get" "post" "put" "patch" "delete" "head" "options" "api_route" "route")
          (#match? @path "^[a-zA-Z]?['\"](/|['\"]|<)"))
    "#,
    callee: Callee::Any,
};

/// A name in the text that tells that calls are tried again.
pub(super) const RETRIES_IN_FILE: Condition = Condition {
    place: Place::File,
    query: r#"((identifier) @it (#match? @it "(?i)retr(y|ies)|backoff|stamina|tenacity"))"#,
    callee: Callee::Any,
};

/// A decorator that tries a function again.
pub(super) const RETRY_DECORATOR: Condition = Condition {
    place: Place::Function,
    query: r#"
        (decorator
          [(identifier) (attribute) (call)] @it
          (#match? @it "^([A-Za-z_.]*[._])?(retry|retrying|backoff|with_retry|with_retries|retries|on_exception|retry_on_exception|autoretry)(\\(|$)"))
    "#,
    callee: Callee::Any,
};

/// The part of a loop that is tried again until it succeeds: success leaves the loop.
pub(super) const RETRY_LOOP: Condition =
    Condition { place: Place::Around, query: RETRY_LOOP_QUERY, callee: Callee::Any };

/// See [`RETRY_LOOP`].
pub(super) const RETRY_LOOP_QUERY: &str = r#"
    (for_statement
      left: (identifier) @name
      right: (call function: (identifier) @range)
      body: (block (try_statement
        body: (block) @it
        (except_clause)))
      (#match? @name "(?i)attempt|retr|tries|try")
      (#eq? @range "range"))
    (for_statement
      left: (identifier)
      right: (call function: (identifier) @range)
      body: (block (try_statement
        body: (block [(return_statement) (break_statement)]) @it
        (except_clause)))
      (#eq? @range "range"))
    (while_statement
      body: (block (try_statement
        body: (block [(return_statement) (break_statement)]) @it
        (except_clause))))
    (while_statement
      body: (block (try_statement
        body: (block) @it
        (except_clause)
        (else_clause body: (block [(return_statement) (break_statement)])))))
"#;

/// A function that is there to test.
pub(super) const TEST: Condition = Condition {
    place: Place::Function,
    query: r#"((function_definition name: (identifier) @it) (#match? @it "^test"))"#,
    callee: Callee::Any,
};

/// A value that was put off: what is in it is called elsewhere.
pub(super) const LAMBDA: Condition =
    Condition { place: Place::Around, query: "(lambda) @it", callee: Callee::Any };

/// Arguments that are not written out.
pub(super) const SPLAT: Condition = Condition {
    place: Place::Within,
    query: "(argument_list (dictionary_splat) @it)",
    callee: Callee::Any,
};

/// The calls of the common clients of HTTP.
pub(super) const HTTP_CALLS: Callee = Callee::Resolved(&[
    "requests.get|post|put|patch|delete|head|options|request",
    "requests.**.Session|session.get|post|put|patch|delete|head|options|request",
    "httpx.get|post|put|patch|delete|head|options|request",
    "httpx.*Client.get|post|put|patch|delete|head|options|request",
    "aiohttp.request",
    "aiohttp.**.ClientSession.get|post|put|patch|delete|head|options|request",
]);

/// Those of them that read.
pub(super) const HTTP_READS: Callee = Callee::Resolved(&[
    "requests.get|head",
    "requests.**.Session|session.get|head",
    "httpx.get|head",
    "httpx.*Client.get|head",
    "aiohttp.**.ClientSession.get|head",
    "urllib.request.urlopen",
]);

/// Those of them that write and may not be done twice.
pub(super) const HTTP_WRITES: Callee = Callee::Resolved(&[
    "requests.post|patch",
    "requests.**.Session|session.post|patch",
    "httpx.post|patch",
    "httpx.*Client.post|patch",
    "aiohttp.**.ClientSession.post|patch",
]);

/// The calls of a session of SQLAlchemy that wait for the database in their thread.
pub(super) const SYNC_SESSION: &[&str] = &[
    "sqlalchemy|sqlmodel.orm.**.Session|sessionmaker|scoped_session.execute|scalar|scalars|get",
    "sqlalchemy|sqlmodel.orm.**.Session|sessionmaker|scoped_session.commit|flush|refresh|merge",
    "sqlalchemy|sqlmodel.orm.**.Session|sessionmaker|scoped_session.rollback|bulk_*",
    "sqlalchemy|sqlmodel.**.Session|sessionmaker|scoped_session.query.**.all|first|one|scalar",
    "sqlalchemy|sqlmodel.**.Session|sessionmaker|scoped_session.query.**.one_or_none|count",
    "sqlalchemy|sqlmodel.**.Session|sessionmaker|scoped_session.query.**.delete|update|get",
    "sqlmodel.Session.exec|execute|scalar|scalars|get|commit|flush|refresh|merge|rollback",
    "sqlalchemy|sqlmodel.create_engine.connect|begin|execute",
    "!sqlalchemy.ext.asyncio.**",
    "!sqlmodel.ext.asyncio.**",
];
