//! Attempts that follow each other at once, or at the same pace for all.

use super::surroundings::REMOTE_WITHIN;
use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// Loops that are left at success. What goes through a list tries something else each time.
const LOOPS: &str = r#"
    ((for_statement
      condition: (_)? @condition
      body: (block [
        (try_statement body: (block [(return_statement) (break_statement)]) (catch_clause))
        (try_with_resources_statement
          body: (block [(return_statement) (break_statement)]) (catch_clause))])) @risk
      (#not-match? @condition "length|size\\(|[cC]ount|hasNext|hasMore"))
    (while_statement
      condition: (_) @condition
      body: (block [
        (try_statement body: (block [(return_statement) (break_statement)]) (catch_clause))
        (try_with_resources_statement
          body: (block [(return_statement) (break_statement)]) (catch_clause))])
      (#not-match? @condition "hasNext|hasMore|readLine")) @risk
"#;

/// Any pause between attempts.
const PAUSE: Condition = Condition {
    place: Place::Within,
    query: r#"
        ((method_invocation name: (identifier) @it)
          (#match? @it "(?i)sleep|await|delay|pause|back_?off|wait|park|schedule|readLine"))
    "#,
    callee: Callee::Any,
};

/// A pause that is a number.
const FIXED: Condition = Condition {
    place: Place::Within,
    query: r#"
        ((method_invocation
          name: (identifier) @name
          arguments: (argument_list . [(decimal_integer_literal) (identifier)] @time .)) @it
          (#eq? @name "sleep")
          (#match? @time "^[0-9_lL]+$|^[A-Z_]+$"))
    "#,
    callee: Callee::Any,
};

/// A pause that is worked out.
const COMPUTED: Condition = Condition {
    place: Place::Within,
    query: r#"
        ((method_invocation
          name: (identifier) @name
          arguments: (argument_list [(binary_expression) (method_invocation) (cast_expression)])) @it
          (#match? @name "(?i)sleep|delay|wait|await|park"))
        ((method_invocation
          name: (identifier) @name
          arguments: (argument_list . (identifier) @time)) @it
          (#eq? @name "sleep")
          (#not-match? @time "^[A-Z_]+$"))
        ((identifier) @it (#match? @it "(?i)back_?off|jitter|random"))
    "#,
    callee: Callee::Any,
};

/// The end of the attempts in the only handler of an error, so that there is no other one.
const GIVES_UP: Condition = Condition {
    place: Place::Within,
    query: r#"
        (try_statement
          body: (block [(return_statement) (break_statement)])
          .
          (catch_clause
            body: (block [(return_statement) (break_statement) (throw_statement)])) @it
          .)
        (catch_clause (catch_formal_parameter (catch_type) @it)
          (#match? @it "^(Interrupted|NumberFormat)"))
    "#,
    callee: Callee::Any,
};

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "no-backoff",
        query: LOOPS,
        callee: Callee::Any,
        only: &[REMOTE_WITHIN],
        unless: &[PAUSE, GIVES_UP],
        fix: "Wait between attempts, longer each time and not for all alike: \
              `Thread.sleep(ThreadLocalRandom.current().nextLong(100L << attempt))`.",
        examples: Examples {
            bad: &[
                r#"import org.springframework.web.client.*;

class Stock {
    private final RestTemplate rest;

    String level(String item) {
        for (int attempt = 0; attempt < 3; attempt++) {
            try {
                return rest.getForObject(BASE + "/{item}", String.class, item);
            } catch (ResourceAccessException error) {
                log(error);
            }
        }
        throw new IllegalStateException("no stock");
    }
}
"#,
                "import java.net.http.*;\n\nclass Stock {\n    Object level(HttpClient client, HttpRequest request) throws Exception {\n        int left = 3;\n        while (left > 0) {\n            try {\n                return client.send(request, HttpResponse.BodyHandlers.ofString());\n            } catch (java.io.IOException error) {\n                left--;\n            }\n        }\n        return null;\n    }\n}\n",
            ],
            good: &[
                r#"import org.springframework.web.client.*;

class Stock {
    private final RestTemplate rest;

    String level(String item) throws InterruptedException {
        for (int attempt = 0; attempt < 3; attempt++) {
            try {
                return rest.getForObject(BASE + "/{item}", String.class, item);
            } catch (ResourceAccessException error) {
                Thread.sleep(ThreadLocalRandom.current().nextLong(100L << attempt));
            }
        }
        throw new IllegalStateException("no stock");
    }
}
"#,
                "import java.net.http.*;\n\nclass Stock {\n    Object level(HttpClient client, HttpRequest[] hosts) throws Exception {\n        for (int i = 0; i < hosts.length; i++) {\n            try {\n                return client.send(hosts[i], HttpResponse.BodyHandlers.ofString());\n            } catch (java.io.IOException error) {\n                log(error);\n            }\n        }\n        return null;\n    }\n}\n",
            ],
        },
    },
    Check {
        rule: "no-backoff",
        query: LOOPS,
        callee: Callee::Any,
        only: &[REMOTE_WITHIN, FIXED],
        unless: &[COMPUTED, GIVES_UP],
        fix: "Let the pause grow, and not be alike for all: \
              `Thread.sleep(ThreadLocalRandom.current().nextLong(100L << attempt))`.",
        examples: Examples {
            bad: &[
                "import org.springframework.web.client.*;\n\nclass Stock {\n    private final RestTemplate rest;\n\n    String level(String item) throws Exception {\n        for (int attempt = 0; attempt < 3; attempt++) {\n            try {\n                return rest.getForObject(BASE + item, String.class);\n            } catch (ResourceAccessException error) {\n                Thread.sleep(1000);\n            }\n        }\n        throw new IllegalStateException();\n    }\n}\n",
                "import java.net.http.*;\n\nclass Stock {\n    Object level(HttpClient client, HttpRequest request) throws Exception {\n        while (true) {\n            try {\n                return client.send(request, HttpResponse.BodyHandlers.ofString());\n            } catch (java.io.IOException error) {\n                Thread.sleep(PAUSE_MS);\n            }\n        }\n    }\n}\n",
            ],
            good: &[
                "import org.springframework.web.client.*;\n\nclass Stock {\n    private final RestTemplate rest;\n\n    String level(String item) throws Exception {\n        long pause = 100;\n        for (int attempt = 0; attempt < 3; attempt++) {\n            try {\n                return rest.getForObject(BASE + item, String.class);\n            } catch (ResourceAccessException error) {\n                Thread.sleep(pause);\n                pause *= 2;\n            }\n        }\n        throw new IllegalStateException();\n    }\n}\n",
                "import java.net.http.*;\n\nclass Watch {\n    void watch(HttpClient client, HttpRequest request) throws Exception {\n        while (true) {\n            show(client.send(request, HttpResponse.BodyHandlers.ofString()));\n            Thread.sleep(60_000);\n        }\n    }\n}\n",
            ],
        },
    },
    Check {
        rule: "no-backoff",
        query: r#"
            (marker_annotation name: (_) @callee) @risk
            ((annotation name: (_) @callee arguments: (annotation_argument_list) @given) @risk
              (#not-match? @given "multiplier|random|backoff *= *[A-Z]|interceptor|delayExpression"))
        "#,
        callee: Callee::Resolved(&["org.springframework.retry.annotation.Retryable"]),
        only: &[],
        unless: &[],
        fix: "Give `backoff = @Backoff(delay = 100, multiplier = 2, random = true)`: without it each \
              attempt comes a second after the last, for all callers alike.",
        examples: Examples {
            bad: &[
                "import org.springframework.retry.annotation.Retryable;\n\nclass Stock {\n    @Retryable\n    String level(String item) {\n        return load(item);\n    }\n}\n",
                "import org.springframework.retry.annotation.*;\n\nclass Stock {\n    @Retryable(maxAttempts = 5, backoff = @Backoff(delay = 500))\n    String level(String item) {\n        return load(item);\n    }\n}\n",
            ],
            good: &[
                "import org.springframework.retry.annotation.*;\n\nclass Stock {\n    @Retryable(maxAttempts = 5, backoff = @Backoff(delay = 100, multiplier = 2, random = true))\n    String level(String item) {\n        return load(item);\n    }\n}\n",
                "import shop.Retryable;\n\nclass Stock {\n    @Retryable\n    String level(String item) {\n        return load(item);\n    }\n}\n",
            ],
        },
    },
    Check {
        rule: "no-backoff",
        query: r#"
            ((method_invocation name: (identifier) @name arguments: (argument_list) @given) @callee @risk
              (#match? @name "^(retry|fixedDelay|max|maxInARow|ofDefaults)$")
              (#not-eq? @given "(0)"))
        "#,
        callee: Callee::Resolved(&[
            "org.springframework.web.reactive.function.client.WebClient.**.retry",
            "reactor.util.retry.Retry.fixedDelay|max|maxInARow",
            "io.github.resilience4j.retry.Retry|RetryConfig.ofDefaults",
        ]),
        only: &[],
        unless: &[],
        fix: "Use `Retry.backoff(3, Duration.ofMillis(100))` of Reactor, or \
              `IntervalFunction.ofExponentialRandomBackoff()` of resilience4j.",
        examples: Examples {
            bad: &[
                "import org.springframework.web.reactive.function.client.WebClient;\n\nclass Stock {\n    private final WebClient client;\n\n    Mono<String> level(String item) {\n        return client.get().uri(\"/{item}\", item).retrieve().bodyToMono(String.class).retry(3);\n    }\n}\n",
                "import reactor.util.retry.Retry;\n\nclass Stock {\n    Mono<String> level(Mono<String> level) {\n        return level.retryWhen(Retry.fixedDelay(3, Duration.ofSeconds(1)));\n    }\n}\n",
            ],
            good: &[
                "import reactor.util.retry.Retry;\n\nclass Stock {\n    Mono<String> level(Mono<String> level) {\n        return level.retryWhen(Retry.backoff(3, Duration.ofMillis(100)));\n    }\n}\n",
                "import io.github.resilience4j.retry.RetryConfig;\n\nclass Stock {\n    RetryConfig again() {\n        return RetryConfig.custom().intervalFunction(IntervalFunction.ofExponentialRandomBackoff()).build();\n    }\n}\n",
            ],
        },
    },
];
