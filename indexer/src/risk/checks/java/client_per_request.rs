//! Clients that are made for each call, with connections of their own.

use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// A method, as against a constructor or a field.
const IN_METHOD: Condition = Condition {
    place: Place::Function,
    query: r#"((method_declaration name: (identifier) @name) @it (#not-eq? @name "main"))"#,
    callee: Callee::Any,
};

/// A call in the same method, so that the client is for it.
const CALLED: Condition = Condition {
    place: Place::Function,
    query: "(method_invocation) @callee @it",
    callee: Callee::Resolved(&[
        "java.net.http.HttpClient.**.send|sendAsync",
        "org.springframework.web.client.RestTemplate.getFor*|postFor*|put|delete|exchange|execute",
        "okhttp3.OkHttpClient.**.execute|enqueue",
        "org.apache.http.**.*HttpClient|HttpClients|HttpClientBuilder.**.execute",
        "org.apache.hc.client5.**.*HttpClient|HttpClients|HttpClientBuilder.**.execute",
        "com.zaxxer.hikari.HikariDataSource.getConnection",
        "redis.clients.jedis.JedisPool.getResource",
        "org.apache.kafka.clients.producer.KafkaProducer.send",
    ]),
};

/// A client that is kept: in a field, or by whom it is given back to.
const KEPT: Condition = Condition {
    place: Place::Around,
    query: r#"
        (assignment_expression right: (_) @it)
        (return_statement [(object_creation_expression) (identifier)] @it)
        (method_declaration (modifiers [(annotation name: (_) @name) (marker_annotation name: (_) @name)])
          (#any-of? @name "Bean" "Provides" "Produces" "Singleton")) @it
    "#,
    callee: Callee::Any,
};

pub(super) static CHECKS: &[Check] = &[Check {
    rule: "client-per-request",
    query: r#"
        (method_invocation) @callee @risk
        (object_creation_expression type: (_) @callee) @risk
    "#,
    callee: Callee::Resolved(&[
        "java.net.http.HttpClient.newHttpClient",
        "java.net.http.HttpClient.newBuilder.**.build",
        "org.springframework.web.client.RestTemplate",
        "okhttp3.OkHttpClient",
        "okhttp3.OkHttpClient.Builder.**.build",
        "org.apache.http.impl.client.HttpClients.createDefault|custom.**",
        "org.apache.http.impl.client.HttpClientBuilder.create.**.build",
        "org.apache.http.impl.client.DefaultHttpClient",
        "org.apache.hc.client5.http.impl.classic.HttpClients.createDefault",
        "com.zaxxer.hikari.HikariDataSource",
        "redis.clients.jedis.JedisPool",
        "org.apache.kafka.clients.producer.KafkaProducer",
    ]),
    only: &[IN_METHOD, CALLED],
    unless: &[KEPT],
    fix: "Make one client when the program starts, in a field or a bean, and use it for all calls: \
          it keeps connections open and shares its threads.",
    examples: Examples {
        bad: &[
            r#"import java.net.http.*;

class Stock {
    String level(HttpRequest request) throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }
}
"#,
            "import org.springframework.web.client.RestTemplate;\n\nclass Stock {\n    @GetMapping(\"/stock/{item}\")\n    String level(@PathVariable String item) {\n        return new RestTemplate().getForObject(BASE + \"/{item}\", String.class, item);\n    }\n}\n",
        ],
        good: &[
            r#"import java.net.http.*;

class Stock {
    private final HttpClient client = HttpClient.newHttpClient();

    String level(HttpRequest request) throws Exception {
        return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }
}
"#,
            "import org.springframework.web.client.RestTemplate;\n\nclass Setup {\n    private RestTemplate rest;\n\n    String level(String item) {\n        if (rest == null) {\n            rest = new RestTemplate();\n        }\n        return rest.getForObject(BASE + item, String.class);\n    }\n}\n",
        ],
    },
}];
