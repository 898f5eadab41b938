//! Transactions in words of SQL, which nothing rolls back when they are dropped.

use super::IN_TESTS;
use crate::risk::check::{Callee, Check, Condition, Examples, Place};

pub(super) static CHECKS: &[Check] = &[Check {
    rule: "no-rollback",
    query: r#"
        ((call_expression
            function: (field_expression field: (field_identifier) @name)
            arguments: (arguments . (string_literal) @sql)) @risk
            (#any-of? @name "execute" "batch_execute" "simple_query" "execute_batch" "exec_drop" "query_drop")
            (#match? @sql "(?i)^\"\\s*(BEGIN|START TRANSACTION)\\b"))
        ((call_expression
            function: (scoped_identifier name: (identifier) @name)
            arguments: (arguments . (string_literal) @sql)) @risk
            (#any-of? @name "query" "sql_query" "raw_sql")
            (#match? @sql "(?i)^\"\\s*(BEGIN|START TRANSACTION)\\b"))
    "#,
    callee: Callee::Any,
    only: &[Condition {
        place: Place::Function,
        query: r#"((string_literal) @it (#match? @it "(?i)^\"\\s*(COMMIT|END)\\b"))"#,
        callee: Callee::Any,
    }],
    unless: &[
        IN_TESTS,
        Condition {
            place: Place::File,
            query: r#"((string_literal) @it (#match? @it "(?i)^\"\\s*ROLLBACK"))"#,
            callee: Callee::Any,
        },
    ],
    fix: "Use the transaction of the library (`pool.begin().await?` of sqlx, \
          `connection.transaction(..)` of diesel, rusqlite and tokio-postgres): it rolls back when \
          it is dropped.",
    examples: Examples {
        bad: &[
            "async fn move_it(client: &tokio_postgres::Client) -> Result<(), tokio_postgres::Error> {\n    client.batch_execute(\"BEGIN\").await?;\n    client.execute(\"UPDATE a SET b = 1\", &[]).await?;\n    client.batch_execute(\"COMMIT\").await\n}\n",
            "async fn move_it(con: &mut sqlx::PgConnection) -> sqlx::Result<()> {\n    sqlx::query(\"BEGIN\").execute(&mut *con).await?;\n    sqlx::query(\"UPDATE a SET b = 1\").execute(&mut *con).await?;\n    sqlx::query(\"COMMIT\").execute(&mut *con).await?;\n    Ok(())\n}\n",
        ],
        good: &[
            "async fn move_it(pool: &sqlx::PgPool) -> sqlx::Result<()> {\n    let mut tx = pool.begin().await?;\n    sqlx::query(\"UPDATE a SET b = 1\").execute(&mut *tx).await?;\n    tx.commit().await\n}\n",
            "async fn move_it(client: &tokio_postgres::Client) -> Result<(), tokio_postgres::Error> {\n    client.batch_execute(\"BEGIN\").await?;\n    match client.execute(\"UPDATE a SET b = 1\", &[]).await {\n        Ok(_) => client.batch_execute(\"COMMIT\").await,\n        Err(error) => client.batch_execute(\"ROLLBACK\").await.and(Err(error)),\n    }\n}\n",
        ],
    },
}];
