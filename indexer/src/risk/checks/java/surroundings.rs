//! What several checks of Java ask of the surroundings.

use crate::risk::check::{Callee, Condition, Place};

/// A method that answers requests.
pub(super) const HANDLER: Condition = Condition {
    place: Place::Function,
    query: r#"
        (method_declaration
          (modifiers
            [(annotation name: (_) @name) (marker_annotation name: (_) @name)] @it
            (#match? @name "^(Get|Post|Put|Delete|Patch|Request)Mapping$|^(GET|POST|PUT|DELETE|PATCH|HEAD)$")))
        (method_declaration
          name: (identifier) @name
          parameters: (formal_parameters (formal_parameter type: (type_identifier) @type))
          (#match? @name "^(do(Get|Post|Put|Delete|Head)|service)$")
          (#eq? @type "HttpServletRequest")) @it
    "#,
    callee: Callee::Any,
};

/// A word in the text that tells that calls are tried again.
pub(super) const RETRIES_IN_FILE: Condition = Condition {
    place: Place::File,
    query: r#"
        ([(identifier) (type_identifier)] @it
          (#match? @it "(?i)retr(y|ies)|backoff|failsafe|attempt|tries"))
    "#,
    callee: Callee::Any,
};

/// The part of a loop that is tried again until it succeeds: success leaves the loop.
pub(super) const RETRY_LOOP: Condition =
    Condition { place: Place::Around, query: RETRY_LOOP_QUERY, callee: Callee::Any };

/// See [`RETRY_LOOP`].
const RETRY_LOOP_QUERY: &str = r#"
    (while_statement
      body: (block [
        (try_statement body: (block [(return_statement) (break_statement)]) @it (catch_clause))
        (try_with_resources_statement
          body: (block [(return_statement) (break_statement)]) @it (catch_clause))]))
    (do_statement
      body: (block [
        (try_statement body: (block [(return_statement) (break_statement)]) @it (catch_clause))
        (try_with_resources_statement
          body: (block [(return_statement) (break_statement)]) @it (catch_clause))]))
    (for_statement
      body: (block [
        (try_statement body: (block [(return_statement) (break_statement)]) @it (catch_clause))
        (try_with_resources_statement
          body: (block [(return_statement) (break_statement)]) @it (catch_clause))]))
    ((for_statement
      condition: (_) @condition
      body: (block (try_statement body: (block) @it (catch_clause))))
      (#match? @condition "(?i)attempt|retr|tries"))
"#;

/// A call that leaves the process, in what is at risk.
pub(super) const REMOTE_WITHIN: Condition = Condition {
    place: Place::Within,
    query: "(method_invocation) @callee @it",
    callee: Callee::AnyRemote,
};

/// What is looked up in the program's own files, where no network is.
pub(super) const OWN_RESOURCE: Condition = Condition {
    place: Place::Function,
    query: r#"
        ((method_invocation name: (identifier) @it)
          (#any-of? @it "getResource" "getResources" "findResource" "getSystemResource" "toURI"
            "getCodeSource" "getLocation" "getJarFileURL"))
        ((type_identifier) @it (#any-of? @it "JarURLConnection" "ClassLoader"))
        ((string_literal) @it (#match? @it "^.(file|jar):"))
    "#,
    callee: Callee::Any,
};

/// A URL that is seen to be one of the network: it is made of a text, or used as HTTP is. Others are
/// mostly those of the program's own files.
pub(super) const OF_THE_NETWORK: Condition = Condition {
    place: Place::Function,
    query: r#"
        ((object_creation_expression
          type: (_) @type
          arguments: (argument_list . (_) @address .)) @it
          (#match? @type "^(java\\.net\\.)?UR[LI]$")
          (#not-match? @address "^\"(file|jar|classpath)"))
        ((method_invocation object: (_) @type name: (identifier) @name) @it
          (#match? @type "URI$") (#eq? @name "create"))
        ((string_literal) @it (#match? @it "^.https?://"))
        ([(type_identifier) (scoped_type_identifier)] @it (#match? @it "Https?URLConnection$"))
    "#,
    callee: Callee::Any,
};

/// Calls over HTTP, by the clients that are usual.
pub(super) const HTTP: &[&str] = &[
    "java.net.http.HttpClient.**.send|sendAsync",
    "org.springframework.web.client.RestTemplate|RestOperations.getFor*|postFor*|put|delete",
    "org.springframework.web.client.RestTemplate|RestOperations.exchange|execute|patchForObject",
    "org.springframework.web.client.RestClient.**.retrieve",
    "org.springframework.web.reactive.function.client.WebClient.**.retrieve",
    "okhttp3.OkHttpClient.**.execute|enqueue",
    "org.apache.http.**.*HttpClient|HttpClients|HttpClientBuilder.**.execute",
    "org.apache.hc.client5.**.*HttpClient|HttpClients|HttpClientBuilder.**.execute",
    "java.net.URL|URI.**.openStream",
    "java.net.URL|URI.**.openConnection",
];
