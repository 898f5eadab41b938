//! Errors of remote calls that nobody hears of.

use super::surroundings::{OWN_RESOURCE, REMOTE_WITHIN};
use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// What is done at the end, where an error changes nothing any more.
const AT_THE_END: Condition = Condition {
    place: Place::Within,
    query: r#"
        ((method_invocation name: (identifier) @it)
          (#match? @it "^(rollback|close|disconnect|abort|shutdown|unbind)"))
    "#,
    callee: Callee::Any,
};

/// Something else is tried after a failure: the error led to that.
const FALLBACK: Condition = Condition {
    place: Place::Around,
    query: r#"(finally_clause (block) @it)"#,
    callee: Callee::Any,
};

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "swallowed-error",
        query: r#"
            ([
              (try_statement
                body: (block)
                (catch_clause (catch_formal_parameter (catch_type) @type name: (_) @name) body: (block) @body))
              (try_with_resources_statement
                body: (block)
                (catch_clause (catch_formal_parameter (catch_type) @type name: (_) @name) body: (block) @body))
            ] @risk
              (#match? @body "^\\{\\s*((//[^\\n]*\\n|/\\*[^*]*\\*/)\\s*)*;?\\s*\\}$")
              (#not-match? @name "^(ignore|ignored|expected|_)$")
              (#not-match? @type "NumberFormat|Parse|Interrupted|NoSuch|NotFound|Cast|Syntax|Malformed|Unsupported|IllegalA|IndexOut|NullPointer"))
        "#,
        callee: Callee::Any,
        only: &[REMOTE_WITHIN],
        unless: &[AT_THE_END, FALLBACK, OWN_RESOURCE],
        fix: "Log the error with what was asked for, and let it go out or give back a stated \
              fallback; a variable called `ignored` says that it does not matter.",
        examples: Examples {
            bad: &[
                r#"import org.springframework.web.client.*;

class Stock {
    private final RestTemplate rest;

    String level(String item) {
        try {
            return rest.getForObject(BASE + "/{item}", String.class, item);
        } catch (RestClientException e) {
        }
        return null;
    }
}
"#,
                "import java.sql.*;\n\nclass Visits {\n    void count(PreparedStatement statement) {\n        try {\n            statement.executeUpdate();\n        } catch (SQLException e) {\n            // nothing to be done\n        }\n    }\n}\n",
            ],
            good: &[
                r#"import org.springframework.web.client.*;

class Stock {
    private final RestTemplate rest;

    String level(String item) {
        try {
            return rest.getForObject(BASE + "/{item}", String.class, item);
        } catch (RestClientException e) {
            log.warn("no stock of {}", item, e);
            return UNKNOWN;
        }
    }
}
"#,
                "import java.sql.*;\n\nclass Base {\n    void end(Connection connection) {\n        try {\n            connection.rollback();\n        } catch (SQLException e) {\n        }\n    }\n}\n",
            ],
        },
    },
    Check {
        rule: "swallowed-error",
        query: "(method_invocation) @callee @risk",
        callee: Callee::Resolved(&[
            "org.springframework.web.reactive.function.client.WebClient.**.onErrorResume|onErrorComplete",
        ]),
        only: &[Condition {
            place: Place::Within,
            query: r#"
                ((method_invocation
                  name: (identifier) @name
                  arguments: (argument_list) @given) @it
                  (#match? @name "^onError(Resume|Complete)$")
                  (#match? @given "^\\(\\)$|-> *Mono\\.empty\\(\\)\\)$"))
            "#,
            callee: Callee::Any,
        }],
        unless: &[Condition {
            place: Place::Within,
            query: r#"((method_invocation name: (identifier) @it) (#match? @it "^doOnError$|^log"))"#,
            callee: Callee::Any,
        }],
        fix: "Say why in a log, `.doOnError(error -> log.warn(..))`, before it becomes nothing.",
        examples: Examples {
            bad: &[
                "import org.springframework.web.reactive.function.client.WebClient;\n\nclass Stock {\n    private final WebClient client;\n\n    Mono<String> level(String item) {\n        return client.get().uri(\"/{item}\", item).retrieve().bodyToMono(String.class)\n            .onErrorResume(error -> Mono.empty());\n    }\n}\n",
                "import org.springframework.web.reactive.function.client.WebClient;\n\nclass Stock {\n    private final WebClient client;\n\n    Mono<String> level(String item) {\n        return client.get().retrieve().bodyToMono(String.class).onErrorComplete();\n    }\n}\n",
            ],
            good: &[
                "import org.springframework.web.reactive.function.client.WebClient;\n\nclass Stock {\n    private final WebClient client;\n\n    Mono<String> level(String item) {\n        return client.get().retrieve().bodyToMono(String.class)\n            .doOnError(error -> log.warn(\"no stock\", error)).onErrorResume(error -> Mono.empty());\n    }\n}\n",
                "import org.springframework.web.reactive.function.client.WebClient;\n\nclass Stock {\n    private final WebClient client;\n\n    Mono<String> level(String item) {\n        return client.get().retrieve().bodyToMono(String.class).onErrorResume(error -> cached(item));\n    }\n}\n",
            ],
        },
    },
];
