//! Calls that block, in methods that give a stream of Reactor or RxJava.

use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// A method that gives something that is done later, by threads that must not wait.
const REACTIVE: Condition = Condition {
    place: Place::Function,
    query: r#"
        (method_declaration
          type: [(type_identifier) @type (generic_type (type_identifier) @type)]
          (#any-of? @type "Mono" "Flux" "Uni" "Multi")) @it
    "#,
    callee: Callee::Any,
};

/// Work that is moved to threads that may wait.
const MOVED: Condition = Condition {
    place: Place::Function,
    query: r#"
        ((method_invocation name: (identifier) @it)
          (#any-of? @it "subscribeOn" "publishOn" "boundedElastic" "elastic" "runSubscriptionOn"
            "emitOn" "executeBlocking"))
        (method_declaration (modifiers (marker_annotation name: (_) @it))
          (#any-of? @it "Blocking" "RunOnVirtualThread"))
    "#,
    callee: Callee::Any,
};

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "blocking-in-async",
        query: "(method_invocation) @callee @risk",
        callee: Callee::Written(&[
            "Thread.sleep",
            "**.block|blockFirst|blockLast",
            "TimeUnit.**.sleep",
        ]),
        only: &[REACTIVE],
        unless: &[MOVED],
        fix: "Compose instead of waiting: `flatMap` in place of `block`, `delayElement` in place of \
              `Thread.sleep`; or move the work by `subscribeOn(Schedulers.boundedElastic())`.",
        examples: Examples {
            bad: &[
                r#"import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;

class Stock {
    private final WebClient client;

    Mono<Level> level(String item) {
        String place = client.get().uri("/places/{item}", item).retrieve().bodyToMono(String.class).block();
        return client.get().uri(place).retrieve().bodyToMono(Level.class);
    }
}
"#,
                "import reactor.core.publisher.Flux;\n\nclass Stock {\n    Flux<Level> levels() throws InterruptedException {\n        Thread.sleep(100);\n        return Flux.empty();\n    }\n}\n",
            ],
            good: &[
                r#"import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;

class Stock {
    private final WebClient client;

    Mono<Level> level(String item) {
        return client.get().uri("/places/{item}", item).retrieve().bodyToMono(String.class)
            .flatMap(place -> client.get().uri(place).retrieve().bodyToMono(Level.class));
    }
}
"#,
                "import org.springframework.web.reactive.function.client.WebClient;\n\nclass Stock {\n    private final WebClient client;\n\n    Level level(String item) {\n        return client.get().uri(\"/{item}\", item).retrieve().bodyToMono(Level.class).block();\n    }\n}\n",
            ],
        },
    },
    Check {
        rule: "blocking-in-async",
        query: "(method_invocation) @callee @risk",
        callee: Callee::Resolved(&[
            "org.springframework.web.client.RestTemplate|RestOperations.getFor*|postFor*|exchange",
            "org.springframework.web.client.RestTemplate|RestOperations.put|delete|execute",
            "org.springframework.web.client.RestClient.**.retrieve",
            "org.springframework.jdbc.core.JdbcTemplate|JdbcOperations.query*|update|execute",
            "java.sql.*Statement.execute*",
            "javax.sql.DataSource.getConnection",
            "java.net.http.HttpClient.**.send",
            "redis.clients.jedis.*Jedis*.get|set|del|hget|hset|incr",
        ]),
        only: &[REACTIVE],
        unless: &[MOVED],
        fix: "Use a client that does not block (WebClient, R2DBC, `sendAsync`), or move the work: \
              `Mono.fromCallable(..).subscribeOn(Schedulers.boundedElastic())`.",
        examples: Examples {
            bad: &[
                "import org.springframework.web.client.RestTemplate;\nimport reactor.core.publisher.Mono;\n\nclass Stock {\n    private final RestTemplate rest;\n\n    Mono<String> level(String item) {\n        return Mono.just(rest.getForObject(BASE + \"/{item}\", String.class, item));\n    }\n}\n",
                "import org.springframework.jdbc.core.JdbcTemplate;\nimport reactor.core.publisher.Flux;\n\nclass Stock {\n    private final JdbcTemplate base;\n\n    Flux<Item> items() {\n        return Flux.fromIterable(base.query(\"SELECT * FROM items\", MAPPER));\n    }\n}\n",
            ],
            good: &[
                "import org.springframework.web.client.RestTemplate;\nimport reactor.core.publisher.Mono;\n\nclass Stock {\n    private final RestTemplate rest;\n\n    Mono<String> level(String item) {\n        return Mono.fromCallable(() -> rest.getForObject(BASE + \"/{item}\", String.class, item))\n            .subscribeOn(Schedulers.boundedElastic());\n    }\n}\n",
                "import org.springframework.jdbc.core.JdbcTemplate;\n\nclass Stock {\n    private final JdbcTemplate base;\n\n    java.util.List<Item> items() {\n        return base.query(\"SELECT * FROM items\", MAPPER);\n    }\n}\n",
            ],
        },
    },
];
