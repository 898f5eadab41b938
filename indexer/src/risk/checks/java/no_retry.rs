//! Reads that are not tried again. Whatever in the file speaks of retries keeps the checks quiet, as
//! who retries may be far from what is retried.

use super::surroundings::{OF_THE_NETWORK, OWN_RESOURCE, RETRIES_IN_FILE};
use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// Something that is sent, so that it is no read.
const SENT: Condition = Condition {
    place: Place::Function,
    query: r#"
        ((method_invocation name: (identifier) @it)
          (#any-of? @it "POST" "PUT" "DELETE" "method" "PATCH"))
        ((string_literal) @it (#match? @it "^.(POST|PUT|DELETE|PATCH).$"))
    "#,
    callee: Callee::Any,
};

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "no-retry",
        query: "(method_invocation) @callee @risk",
        callee: Callee::Resolved(&[
            "org.springframework.web.client.RestTemplate|RestOperations.getFor*",
            "org.springframework.web.client.RestClient.get.**.retrieve",
            "org.springframework.web.reactive.function.client.WebClient.get.**.retrieve",
        ]),
        only: &[],
        unless: &[RETRIES_IN_FILE],
        fix: "Read again a few times, with a pause: `@Retryable(maxAttempts = 3, backoff = \
              @Backoff(delay = 100, multiplier = 2, random = true))`, or `.retryWhen(Retry.backoff(2, \
              Duration.ofMillis(100)))` on a Mono.",
        examples: Examples {
            bad: &[
                "import org.springframework.web.client.RestTemplate;\n\nclass Stock {\n    private final RestTemplate rest;\n\n    String level(String item) {\n        return rest.getForObject(BASE + \"/{item}\", String.class, item);\n    }\n}\n",
                "import org.springframework.web.reactive.function.client.WebClient;\n\nclass Stock {\n    private final WebClient client;\n\n    Mono<String> level(String item) {\n        return client.get().uri(\"/{item}\", item).retrieve().bodyToMono(String.class);\n    }\n}\n",
            ],
            good: &[
                "import org.springframework.retry.annotation.Retryable;\nimport org.springframework.web.client.RestTemplate;\n\nclass Stock {\n    private final RestTemplate rest;\n\n    @Retryable(maxAttempts = 3, backoff = @Backoff(delay = 100, multiplier = 2, random = true))\n    String level(String item) {\n        return rest.getForObject(BASE + \"/{item}\", String.class, item);\n    }\n}\n",
                "import org.springframework.web.reactive.function.client.WebClient;\n\nclass Stock {\n    private final WebClient client;\n\n    Mono<String> level(String item) {\n        return client.get().uri(\"/{item}\", item).retrieve().bodyToMono(String.class)\n            .retryWhen(Retry.backoff(2, Duration.ofMillis(100)));\n    }\n}\n",
            ],
        },
    },
    Check {
        rule: "no-retry",
        query: "(method_invocation) @callee @risk",
        callee: Callee::Resolved(&["java.net.http.HttpClient.**.send"]),
        only: &[],
        unless: &[RETRIES_IN_FILE, SENT],
        fix: "Read again a few times, with a pause that grows and is not alike for all, such as by \
              `Retry` of resilience4j with `IntervalFunction.ofExponentialRandomBackoff()`.",
        examples: Examples {
            bad: &[
                "import java.net.http.*;\n\nclass Stock {\n    private final HttpClient client;\n\n    String level(HttpRequest request) throws Exception {\n        return client.send(request, HttpResponse.BodyHandlers.ofString()).body();\n    }\n}\n",
                "import java.net.http.*;\n\nclass Feed {\n    String load(HttpClient client, java.net.URI uri) throws Exception {\n        var request = HttpRequest.newBuilder(uri).GET().build();\n        return client.send(request, HttpResponse.BodyHandlers.ofString()).body();\n    }\n}\n",
            ],
            good: &[
                "import java.net.http.*;\n\nclass Stock {\n    private final HttpClient client;\n    private final Retry retry;\n\n    String level(HttpRequest request) throws Exception {\n        return retry.executeCallable(() -> client.send(request, HttpResponse.BodyHandlers.ofString()).body());\n    }\n}\n",
                "import java.net.http.*;\n\nclass Orders {\n    private final HttpClient client;\n\n    void place(java.net.URI uri, HttpRequest.BodyPublisher order) throws Exception {\n        client.send(HttpRequest.newBuilder(uri).POST(order).build(), HttpResponse.BodyHandlers.discarding());\n    }\n}\n",
            ],
        },
    },
    Check {
        rule: "no-retry",
        query: "(method_invocation) @callee @risk",
        callee: Callee::Resolved(&["java.net.URL|URI.**.openStream"]),
        only: &[OF_THE_NETWORK],
        unless: &[RETRIES_IN_FILE, OWN_RESOURCE],
        fix: "Read again a few times, with a pause that grows and is not alike for all, such as by \
              `Retry` of resilience4j with `IntervalFunction.ofExponentialRandomBackoff()`.",
        examples: Examples {
            bad: &[
                "import java.net.URL;\n\nclass Feed {\n    byte[] load(String address) throws Exception {\n        return new URL(address).openStream().readAllBytes();\n    }\n}\n",
                "import java.net.URI;\n\nclass Feed {\n    java.io.InputStream load(String address) throws Exception {\n        return URI.create(address).toURL().openStream();\n    }\n}\n",
            ],
            good: &[
                "import java.net.URL;\n\nclass Feed {\n    private final Retry retry;\n\n    byte[] load(String address) throws Exception {\n        return retry.executeCallable(() -> new URL(address).openStream().readAllBytes());\n    }\n}\n",
                "import java.net.URL;\n\nclass Own {\n    java.io.InputStream load(URL url) throws Exception {\n        return url.openStream();\n    }\n}\n",
            ],
        },
    },
];
