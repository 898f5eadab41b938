//! Retries of calls that change something.

use super::surroundings::RETRY_LOOP;
use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// What tells the other side that it is the same request.
const KEY: Condition = Condition {
    place: Place::Function,
    query: r#"
        ((string_literal) @it (#match? @it "(?i)idempoten|request-?id"))
        ((identifier) @it (#match? @it "(?i)idempoten|request_?id"))
    "#,
    callee: Callee::Any,
};

/// A method that a framework tries again.
const RETRIED: Condition = Condition {
    place: Place::Function,
    query: r#"
        (method_declaration (modifiers [
          (annotation name: (_) @callee) (marker_annotation name: (_) @callee)] @it))
    "#,
    callee: Callee::Resolved(&[
        "org.springframework.retry.annotation.Retryable",
        "io.github.resilience4j.retry.annotation.Retry",
        "org.eclipse.microprofile.faulttolerance.Retry",
    ]),
};

const WRITES: Callee = Callee::Resolved(&[
    "org.springframework.web.client.RestTemplate|RestOperations.postFor*|patchForObject",
    "org.springframework.web.client.RestClient.post|patch.**.retrieve",
    "java.net.http.HttpRequest.**.POST",
    "okhttp3.Request.**.post|patch",
    "org.apache.http.client.methods.HttpPost|HttpPatch",
    "org.apache.hc.client5.http.classic.methods.HttpPost|HttpPatch",
]);

const FIX: &str = "Send an `Idempotency-Key` that is the same for each attempt and that the other \
                   side checks, or do not try again what is no read.";

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "retry-not-idempotent",
        query: r#"
            (method_invocation) @callee @risk
            (object_creation_expression type: (_) @callee) @risk
        "#,
        callee: WRITES,
        only: &[RETRY_LOOP],
        unless: &[KEY],
        fix: FIX,
        examples: Examples {
            bad: &[
                r#"import org.springframework.web.client.*;

class Orders {
    private final RestTemplate rest;

    Order place(Order order) {
        for (int attempt = 0; attempt < 3; attempt++) {
            try {
                return rest.postForObject(ORDERS, order, Order.class);
            } catch (ResourceAccessException error) {
                pause(attempt);
            }
        }
        throw new IllegalStateException("not placed");
    }
}
"#,
                "import java.net.http.*;\n\nclass Orders {\n    Object place(HttpClient client, java.net.URI uri, String order) throws Exception {\n        int tries = 0;\n        while (true) {\n            try {\n                return client.send(HttpRequest.newBuilder(uri).POST(HttpRequest.BodyPublishers.ofString(order)).build(), HttpResponse.BodyHandlers.ofString());\n            } catch (java.io.IOException error) {\n                if (++tries == 3) throw error;\n            }\n        }\n    }\n}\n",
            ],
            good: &[
                r#"import org.springframework.web.client.*;

class Orders {
    private final RestTemplate rest;

    Order place(Order order, HttpHeaders headers) {
        headers.set("Idempotency-Key", order.id());
        for (int attempt = 0; attempt < 3; attempt++) {
            try {
                return rest.postForObject(ORDERS, new HttpEntity<>(order, headers), Order.class);
            } catch (ResourceAccessException error) {
                pause(attempt);
            }
        }
        throw new IllegalStateException("not placed");
    }
}
"#,
                "import org.springframework.web.client.*;\n\nclass Orders {\n    private final RestTemplate rest;\n\n    Order place(Order order) {\n        return rest.postForObject(ORDERS, order, Order.class);\n    }\n}\n",
            ],
        },
    },
    Check {
        rule: "retry-not-idempotent",
        query: r#"
            (method_invocation) @callee @risk
            (object_creation_expression type: (_) @callee) @risk
        "#,
        callee: WRITES,
        only: &[RETRIED],
        unless: &[KEY],
        fix: FIX,
        examples: Examples {
            bad: &[
                "import org.springframework.retry.annotation.Retryable;\nimport org.springframework.web.client.RestTemplate;\n\nclass Orders {\n    private final RestTemplate rest;\n\n    @Retryable\n    Order place(Order order) {\n        return rest.postForObject(ORDERS, order, Order.class);\n    }\n}\n",
                "import io.github.resilience4j.retry.annotation.Retry;\nimport okhttp3.*;\n\nclass Orders {\n    private final OkHttpClient client;\n\n    @Retry(name = \"orders\")\n    Response place(RequestBody order) throws Exception {\n        return client.newCall(new Request.Builder().url(ORDERS).post(order).build()).execute();\n    }\n}\n",
            ],
            good: &[
                "import org.springframework.retry.annotation.Retryable;\nimport org.springframework.web.client.RestTemplate;\n\nclass Orders {\n    private final RestTemplate rest;\n\n    @Retryable\n    Order read(String id) {\n        return rest.getForObject(ORDERS + id, Order.class);\n    }\n}\n",
                "import org.springframework.retry.annotation.Retryable;\nimport org.springframework.web.client.RestTemplate;\n\nclass Orders {\n    private final RestTemplate rest;\n\n    @Retryable\n    Order place(Order order, String idempotencyKey) {\n        return rest.postForObject(ORDERS + idempotencyKey, order, Order.class);\n    }\n}\n",
            ],
        },
    },
    Check {
        rule: "retry-not-idempotent",
        query: "(method_invocation) @callee @risk",
        callee: Callee::Resolved(&[
            "org.springframework.web.reactive.function.client.WebClient.post|patch.**.retry|retryWhen",
        ]),
        only: &[],
        unless: &[KEY],
        fix: FIX,
        examples: Examples {
            bad: &[
                "import org.springframework.web.reactive.function.client.WebClient;\n\nclass Orders {\n    private final WebClient client;\n\n    Mono<Order> place(Order order) {\n        return client.post().uri(\"/orders\").bodyValue(order).retrieve().bodyToMono(Order.class).retry(3);\n    }\n}\n",
                "import org.springframework.web.reactive.function.client.WebClient;\n\nclass Orders {\n    private final WebClient client;\n\n    Mono<Order> place(Order order) {\n        return client.post().bodyValue(order).retrieve().bodyToMono(Order.class)\n            .retryWhen(Retry.backoff(3, Duration.ofMillis(100)));\n    }\n}\n",
            ],
            good: &[
                "import org.springframework.web.reactive.function.client.WebClient;\n\nclass Orders {\n    private final WebClient client;\n\n    Mono<Order> place(Order order) {\n        return client.post().uri(\"/orders\").header(\"Idempotency-Key\", order.id()).bodyValue(order)\n            .retrieve().bodyToMono(Order.class).retryWhen(Retry.backoff(3, Duration.ofMillis(100)));\n    }\n}\n",
                "import org.springframework.web.reactive.function.client.WebClient;\n\nclass Orders {\n    private final WebClient client;\n\n    Mono<Order> read(String id) {\n        return client.get().uri(\"/orders/{id}\", id).retrieve().bodyToMono(Order.class).retry(3);\n    }\n}\n",
            ],
        },
    },
];
