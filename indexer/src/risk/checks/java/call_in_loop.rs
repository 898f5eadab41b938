//! Remote calls in loops: one round trip for each element.

use super::surroundings::RETRY_LOOP;
use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// A loop over elements.
const LOOP: Condition = Condition {
    place: Place::Around,
    query: r#"
        (enhanced_for_statement body: (_) @it)
        ((for_statement condition: (_) @condition body: (_) @it)
          (#match? @condition "length|size\\(|hasNext"))
        ((while_statement condition: (_) @condition body: (_) @it)
          (#match? @condition "hasNext|\\.next\\("))
        ((method_invocation
          name: (identifier) @name
          arguments: (argument_list (lambda_expression body: (_) @it)))
          (#any-of? @name "forEach" "forEachOrdered"))
        ((method_invocation
          object: (_) @object
          name: (identifier) @name
          arguments: (argument_list (lambda_expression body: (_) @it)))
          (#any-of? @name "map" "flatMap" "filter")
          (#match? @object "(?s)[sS]tream\\(\\)"))
    "#,
    callee: Callee::Any,
};

/// A loop that ends with its first success, such as over several servers.
const FIRST_SUCCESS: Condition = Condition {
    place: Place::Around,
    query: r#"
        (enhanced_for_statement body: (block (try_statement body: (block [(return_statement) (break_statement)]) @it)))
        (enhanced_for_statement body: (block (return_statement) @it))
    "#,
    callee: Callee::Any,
};

pub(super) static CHECKS: &[Check] = &[Check {
    rule: "call-in-loop",
    query: "(method_invocation) @callee @risk",
    callee: Callee::Resolved(&[
        "java.net.http.HttpClient.**.send",
        "org.springframework.web.client.RestTemplate|RestOperations.getFor*|postFor*|exchange",
        "org.springframework.web.client.RestTemplate|RestOperations.put|delete|execute",
        "org.springframework.web.client.RestClient.**.retrieve",
        "okhttp3.OkHttpClient.**.execute",
        "org.apache.http.**.*HttpClient|HttpClients.**.execute",
        "org.apache.hc.client5.**.*HttpClient|HttpClients.**.execute",
        "java.net.URL|URI.**.openStream",
        "java.sql.PreparedStatement.execute|executeQuery|executeUpdate",
        "java.sql.Statement.executeQuery|executeUpdate",
        "java.sql.DriverManager.getConnection",
        "org.springframework.jdbc.core.JdbcTemplate|JdbcOperations.query*|update",
        "org.springframework.jdbc.core.namedparam.NamedParameterJdbc*.query*|update",
        "javax|jakarta.persistence.EntityManager.find|merge|refresh",
        "javax|jakarta.persistence.EntityManager.create*Query.**.getResultList|getSingleResult",
        "org.hibernate.Session.get|load|find|refresh",
        "redis.clients.jedis.*Jedis*.get|set|hget|hset|del|exists|expire",
        "**.*Grpc.*BlockingStub.*",
        "!**.with*",
    ]),
    only: &[LOOP],
    unless: &[RETRY_LOOP, FIRST_SUCCESS],
    fix: "Ask for all at once: a batch endpoint, `WHERE id IN (..)`, `addBatch` and \
          `executeBatch`, `mget` or a pipeline; or call for a bounded number at the same time.",
    examples: Examples {
        bad: &[
            r#"import org.springframework.jdbc.core.JdbcTemplate;

class Orders {
    private final JdbcTemplate base;

    void load(java.util.List<Order> orders) {
        for (Order order : orders) {
            order.items = base.query("SELECT * FROM items WHERE order_id = ?", MAPPER, order.id);
        }
    }
}
"#,
            "import org.springframework.web.client.RestTemplate;\n\nclass Stock {\n    private final RestTemplate rest;\n\n    Object levels(java.util.List<String> items) {\n        return items.stream().map(item -> rest.getForObject(BASE + \"/{item}\", String.class, item)).toList();\n    }\n}\n",
        ],
        good: &[
            r#"import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;

class Orders {
    private final NamedParameterJdbcTemplate base;

    void load(java.util.List<Long> orders) {
        for (Item item : base.query("SELECT * FROM items WHERE order_id IN (:ids)", Map.of("ids", orders), MAPPER)) {
            keep(item);
        }
    }
}
"#,
            "import java.sql.*;\n\nclass Orders {\n    void keep(PreparedStatement statement, java.util.List<Order> orders) throws SQLException {\n        for (Order order : orders) {\n            statement.setLong(1, order.id());\n            statement.addBatch();\n        }\n        statement.executeBatch();\n    }\n}\n",
        ],
    },
}];
