//! Attempts that never end.

use super::surroundings::REMOTE_WITHIN;
use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// A bound on the attempts: a count, a deadline, a cancellation, an error that ends them.
const BOUND: Condition = Condition {
    place: Place::Within,
    query: r#"
        (catch_clause body: (block [(throw_statement) (return_statement) (break_statement)] @it))
        (catch_clause body: (block (if_statement
          (block [(throw_statement) (return_statement) (break_statement)] @it))))
        (catch_clause body: (block (if_statement
          [(throw_statement) (return_statement) (break_statement)] @it)))
        (update_expression) @it
        (assignment_expression operator: ["+=" "-="]) @it
        ((identifier) @it (#match? @it "(?i)attempt|retr|tries|deadline|elapsed"))
        ((method_invocation name: (identifier) @it)
          (#match? @it "(?i)exit|abort|nanoTime|currentTimeMillis|isInterrupted|interrupted"))
    "#,
    callee: Callee::Any,
};

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "unbounded-retry",
        query: r#"
            (while_statement
              condition: (parenthesized_expression (true))
              body: (block [
                (try_statement
                  body: (block [(return_statement) (break_statement)]) (catch_clause))
                (try_with_resources_statement
                  body: (block [(return_statement) (break_statement)]) (catch_clause))])) @risk
            (for_statement
              !condition
              body: (block [
                (try_statement
                  body: (block [(return_statement) (break_statement)]) (catch_clause))
                (try_with_resources_statement
                  body: (block [(return_statement) (break_statement)]) (catch_clause))])) @risk
        "#,
        callee: Callee::Any,
        only: &[REMOTE_WITHIN],
        unless: &[BOUND],
        fix: "Count the attempts and let the last error go out: `for (int attempt = 0; ; attempt++)` \
              with `if (attempt == 5) throw error;`, or `Retry` of resilience4j with `maxAttempts`.",
        examples: Examples {
            bad: &[
                r#"import org.springframework.web.client.*;

class Stock {
    private final RestTemplate rest;

    String level(String item) throws InterruptedException {
        while (true) {
            try {
                return rest.getForObject(BASE + "/{item}", String.class, item);
            } catch (RestClientException error) {
                Thread.sleep(1000);
            }
        }
    }
}
"#,
                "import java.sql.*;\n\nclass Base {\n    Connection open(String url) {\n        Connection connection;\n        for (;;) {\n            try {\n                connection = DriverManager.getConnection(url);\n                break;\n            } catch (SQLException error) {\n                log(error);\n            }\n        }\n        return connection;\n    }\n}\n",
            ],
            good: &[
                r#"import org.springframework.web.client.*;

class Stock {
    private final RestTemplate rest;

    String level(String item) throws InterruptedException {
        for (int attempt = 0; ; attempt++) {
            try {
                return rest.getForObject(BASE + "/{item}", String.class, item);
            } catch (RestClientException error) {
                if (attempt == 5) {
                    throw error;
                }
                Thread.sleep(100L << attempt);
            }
        }
    }
}
"#,
                "import java.sql.*;\n\nclass Watch {\n    void watch(Statement statement) throws InterruptedException {\n        while (true) {\n            try {\n                statement.execute(\"SELECT 1\");\n            } catch (SQLException error) {\n                log(error);\n            }\n            Thread.sleep(60_000);\n        }\n    }\n}\n",
            ],
        },
    },
    Check {
        rule: "unbounded-retry",
        query: r#"
            ((method_invocation name: (identifier) @name arguments: (argument_list) @given) @callee @risk
              (#eq? @name "retry") (#eq? @given "()"))
            ((method_invocation name: (identifier) @name arguments: (argument_list) @given) @callee @risk
              (#eq? @name "indefinitely") (#eq? @given "()"))
            ((method_invocation name: (identifier) @name arguments: (argument_list) @given) @callee @risk
              (#any-of? @name "withMaxRetries" "withMaxAttempts") (#eq? @given "(-1)"))
        "#,
        callee: Callee::Resolved(&[
            "org.springframework.web.reactive.function.client.WebClient.**.retry",
            "reactor.util.retry.Retry.indefinitely",
            "dev.failsafe.RetryPolicy.**",
            "net.jodah.failsafe.RetryPolicy.**",
        ]),
        only: &[],
        unless: &[],
        fix: "Give a bound: `.retryWhen(Retry.backoff(5, Duration.ofMillis(100)))`, or \
              `withMaxRetries(5)`.",
        examples: Examples {
            bad: &[
                "import org.springframework.web.reactive.function.client.WebClient;\n\nclass Stock {\n    private final WebClient client;\n\n    Mono<String> level(String item) {\n        return client.get().uri(\"/{item}\", item).retrieve().bodyToMono(String.class).retry();\n    }\n}\n",
                "import dev.failsafe.RetryPolicy;\n\nclass Stock {\n    RetryPolicy<Object> again() {\n        return RetryPolicy.builder().withMaxRetries(-1).build();\n    }\n}\n",
            ],
            good: &[
                "import org.springframework.web.reactive.function.client.WebClient;\n\nclass Stock {\n    private final WebClient client;\n\n    Mono<String> level(String item) {\n        return client.get().uri(\"/{item}\", item).retrieve().bodyToMono(String.class).retry(2);\n    }\n}\n",
                "import dev.failsafe.RetryPolicy;\n\nclass Stock {\n    RetryPolicy<Object> again() {\n        return RetryPolicy.builder().withMaxRetries(3).build();\n    }\n}\n",
            ],
        },
    },
];
