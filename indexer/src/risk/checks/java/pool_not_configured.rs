//! Pools whose limits are those that somebody else thought of.

use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// Limits of the pool of Hikari, wherever the file has them.
const HIKARI_LIMIT: Condition = Condition {
    place: Place::File,
    query: r#"
        ((method_invocation name: (identifier) @it)
          (#any-of? @it "setMaximumPoolSize" "addDataSourceProperties" "copyStateTo"))
        ((identifier) @it (#eq? @it "ConfigurationProperties"))
    "#,
    callee: Callee::Any,
};

/// Limits of the pool of Apache, wherever the file has them.
const APACHE_LIMIT: Condition = Condition {
    place: Place::File,
    query: r#"
        ((method_invocation name: (identifier) @it)
          (#match? @it "^(setMaxTotal|setDefaultMaxPerRoute|setMaxConnPerRoute|setMaxConnTotal|setMaxPerRoute)$"))
    "#,
    callee: Callee::Any,
};

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "pool-not-configured",
        query: r#"
            ((object_creation_expression type: (_) @callee arguments: (argument_list) @given) @risk
              (#eq? @given "()"))
        "#,
        callee: Callee::Resolved(&["com.zaxxer.hikari.HikariConfig|HikariDataSource"]),
        only: &[],
        unless: &[HIKARI_LIMIT],
        fix: "Call `setMaximumPoolSize` with what the database bears, and `setConnectionTimeout` \
              with what a caller may wait: by default 10 connections and 30 seconds.",
        examples: Examples {
            bad: &[
                r#"import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;

class Base {
    HikariDataSource open(String url) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        return new HikariDataSource(config);
    }
}
"#,
                "import com.zaxxer.hikari.*;\n\nclass Base {\n    HikariDataSource open(String url) {\n        var source = new HikariDataSource();\n        source.setJdbcUrl(url);\n        return source;\n    }\n}\n",
            ],
            good: &[
                r#"import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;

class Base {
    HikariDataSource open(String url) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setMaximumPoolSize(20);
        config.setConnectionTimeout(2000);
        return new HikariDataSource(config);
    }
}
"#,
                "import com.zaxxer.hikari.*;\n\nclass Base {\n    HikariDataSource open() {\n        return new HikariDataSource(new HikariConfig(\"/pool.properties\"));\n    }\n}\n",
            ],
        },
    },
    Check {
        rule: "pool-not-configured",
        query: "(object_creation_expression type: (_) @callee) @risk",
        callee: Callee::Resolved(&[
            "org.apache.http.impl.conn.PoolingHttpClientConnectionManager",
            "org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager",
        ]),
        only: &[],
        unless: &[APACHE_LIMIT],
        fix: "Call `setMaxTotal` and `setDefaultMaxPerRoute`: by default only 2 connections (5 since \
              5.0) go to one host, and all other calls wait for them.",
        examples: Examples {
            bad: &[
                "import org.apache.http.impl.conn.PoolingHttpClientConnectionManager;\n\nclass Clients {\n    private final PoolingHttpClientConnectionManager pool = new PoolingHttpClientConnectionManager();\n}\n",
                "import org.apache.http.impl.client.HttpClients;\nimport org.apache.http.impl.conn.PoolingHttpClientConnectionManager;\n\nclass Clients {\n    Object client() {\n        return HttpClients.custom().setConnectionManager(new PoolingHttpClientConnectionManager()).build();\n    }\n}\n",
            ],
            good: &[
                "import org.apache.http.impl.conn.PoolingHttpClientConnectionManager;\n\nclass Clients {\n    Object pool() {\n        var pool = new PoolingHttpClientConnectionManager();\n        pool.setMaxTotal(100);\n        pool.setDefaultMaxPerRoute(20);\n        return pool;\n    }\n}\n",
                "import org.apache.http.impl.client.HttpClients;\n\nclass Clients {\n    Object client() {\n        return HttpClients.custom().setMaxConnPerRoute(20).build();\n    }\n}\n",
            ],
        },
    },
];
