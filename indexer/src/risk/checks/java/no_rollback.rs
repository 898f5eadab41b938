//! Transactions that are not rolled back.

use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// The transaction ends in the same method.
const COMMIT: Condition = Condition {
    place: Place::Function,
    query: r#"((method_invocation name: (identifier) @it) (#eq? @it "commit"))"#,
    callee: Callee::Any,
};

/// It is rolled back, here or in a method beside this one.
const ROLLBACK: Condition = Condition {
    place: Place::Scope,
    query: r#"
        ((method_invocation name: (identifier) @it) (#match? @it "(?i)rollback"))
    "#,
    callee: Callee::Any,
};

/// A connection that is closed with the block: what was not committed goes with it.
const CLOSED: Condition = Condition {
    place: Place::Around,
    query: r#"(try_with_resources_statement
        resources: (resource_specification (resource type: (_) @type))
        body: (block) @it
        (#match? @type "Connection|Session|EntityManager|^var$"))"#,
    callee: Callee::Any,
};

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "no-rollback",
        query: r#"
            ((method_invocation name: (identifier) @name arguments: (argument_list (false))) @callee @risk
              (#eq? @name "setAutoCommit"))
        "#,
        callee: Callee::Resolved(&[
            "java.sql.Connection.setAutoCommit",
            "java.sql.DriverManager.getConnection.setAutoCommit",
            "javax.sql.DataSource.getConnection.setAutoCommit",
        ]),
        only: &[COMMIT],
        unless: &[ROLLBACK, CLOSED],
        fix: "Call `connection.rollback()` in a `catch` around the statements and the commit, or let \
              `@Transactional` or `TransactionTemplate` do it.",
        examples: Examples {
            bad: &[
                r#"import java.sql.*;

class Accounts {
    void move(Connection connection, int amount) throws SQLException {
        connection.setAutoCommit(false);
        take(connection, amount);
        give(connection, amount);
        connection.commit();
    }
}
"#,
                "import java.sql.Connection;\nimport javax.sql.DataSource;\n\nclass Accounts {\n    private final DataSource source;\n\n    void move() throws Exception {\n        Connection connection = source.getConnection();\n        try {\n            connection.setAutoCommit(false);\n            take(connection);\n            connection.commit();\n        } catch (java.sql.SQLException e) {\n            log(e);\n        }\n    }\n}\n",
            ],
            good: &[
                r#"import java.sql.*;

class Accounts {
    void move(Connection connection, int amount) throws SQLException {
        connection.setAutoCommit(false);
        try {
            take(connection, amount);
            give(connection, amount);
            connection.commit();
        } catch (SQLException error) {
            connection.rollback();
            throw error;
        }
    }
}
"#,
                "import java.sql.*;\n\nclass Accounts {\n    void move(String url) throws SQLException {\n        try (Connection connection = DriverManager.getConnection(url)) {\n            connection.setAutoCommit(false);\n            take(connection);\n            connection.commit();\n        }\n    }\n}\n",
            ],
        },
    },
    Check {
        rule: "no-rollback",
        query: "(method_invocation) @callee @risk",
        callee: Callee::Resolved(&[
            "javax|jakarta.persistence.EntityManager.getTransaction.begin",
            "javax|jakarta.persistence.EntityTransaction.begin",
            "org.hibernate.Session|SessionFactory.**.beginTransaction",
        ]),
        only: &[COMMIT],
        unless: &[ROLLBACK, CLOSED],
        fix: "Call `rollback()` of the transaction in a `catch` around the work and the commit, or \
              let `@Transactional` do it.",
        examples: Examples {
            bad: &[
                "import jakarta.persistence.EntityManager;\n\nclass Orders {\n    void place(EntityManager entities, Order order) {\n        entities.getTransaction().begin();\n        entities.persist(order);\n        entities.getTransaction().commit();\n    }\n}\n",
                "import org.hibernate.*;\n\nclass Orders {\n    private final SessionFactory factory;\n\n    void place(Order order) {\n        Session session = factory.openSession();\n        Transaction transaction = session.beginTransaction();\n        session.persist(order);\n        transaction.commit();\n    }\n}\n",
            ],
            good: &[
                "import jakarta.persistence.EntityManager;\n\nclass Orders {\n    void place(EntityManager entities, Order order) {\n        entities.getTransaction().begin();\n        try {\n            entities.persist(order);\n            entities.getTransaction().commit();\n        } catch (RuntimeException error) {\n            entities.getTransaction().rollback();\n            throw error;\n        }\n    }\n}\n",
                "import jakarta.persistence.EntityManager;\n\nclass Orders {\n    @Transactional\n    void place(EntityManager entities, Order order) {\n        entities.persist(order);\n    }\n}\n",
            ],
        },
    },
];
