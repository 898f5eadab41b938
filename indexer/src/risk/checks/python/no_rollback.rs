//! Transactions that are not rolled back when they fail.

use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// A rollback, wherever it is: sessions are often ended by those who lend them.
const ROLLED_BACK: Condition = Condition {
    place: Place::File,
    query: r#"
        ((attribute attribute: (identifier) @it) (#any-of? @it "rollback" "begin" "begin_nested" "transaction"))
    "#,
    callee: Callee::Any,
};

/// A block that ends the session or the connection, and with that the transaction.
const ENDED: Condition =
    Condition { place: Place::Around, query: "(with_statement) @it", callee: Callee::Any };

/// An end whatever happens.
const CLOSED: Condition = Condition {
    place: Place::Function,
    query: r#"(finally_clause (block (expression_statement (call function: (_) @it))) (#match? @it "(close|remove)$"))"#,
    callee: Callee::Any,
};

/// A session that is lent by a generator of this file, which ends it but does not roll it back.
const LENT: Condition = Condition {
    place: Place::File,
    query: r#"
        (function_definition
          body: (block (try_statement
            body: (block (expression_statement (yield)))
            (finally_clause)))) @it
    "#,
    callee: Callee::Any,
};

/// A parameter that is lent.
const DEPENDS: Condition = Condition {
    place: Place::Function,
    query: r#"(call function: (identifier) @it (#eq? @it "Depends"))"#,
    callee: Callee::Any,
};

/// A commit before it in the function: one is told for all.
const COMMITTED_BEFORE: Condition = Condition {
    place: Place::Before,
    query: r#"(call function: (attribute object: (_) @same attribute: (identifier) @commit) (#eq? @commit "commit")) @it"#,
    callee: Callee::Any,
};

const COMMIT: &str = r#"
    (call
      function: (attribute object: (_) @same attribute: (identifier) @commit) @callee
      arguments: (argument_list . ")")
      (#eq? @commit "commit")) @risk
"#;

const FIX: &str = "Let a block end the transaction whatever happens: `with Session(engine) as \
                   session, session.begin():`; or `try: .. db.commit()` with `except: \
                   db.rollback(); raise`, also in the dependency that lends the session.";

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "no-rollback",
        query: COMMIT,
        callee: Callee::Resolved(&[
            "sqlalchemy|sqlmodel.**.*Session|*sessionmaker|scoped_session.commit",
        ]),
        only: &[DEPENDS, LENT],
        unless: &[ROLLED_BACK, ENDED, COMMITTED_BEFORE],
        fix: FIX,
        examples: Examples {
            bad: &[
                "from fastapi import Depends, FastAPI\nfrom sqlalchemy.orm import Session\n\napp = FastAPI()\n\ndef get_db():\n    db = SessionLocal()\n    try:\n        yield db\n    finally:\n        db.close()\n\n@app.post(\"/users\")\ndef create(name: str, db: Session = Depends(get_db)):\n    db.add(User(name=name))\n    db.commit()\n",
                "from fastapi import Depends, FastAPI\nfrom sqlmodel import Session\n\napp = FastAPI()\n\ndef get_db():\n    db = Session(engine)\n    try:\n        yield db\n    finally:\n        db.close()\n\n@app.post(\"/users\")\ndef create(user: User, db: Session = Depends(get_db)):\n    db.add(user)\n    db.commit()\n    db.refresh(user)\n    return user\n",
            ],
            good: &[
                "from fastapi import Depends, FastAPI\nfrom sqlalchemy.orm import Session\n\napp = FastAPI()\n\ndef get_db():\n    db = SessionLocal()\n    try:\n        yield db\n    except Exception:\n        db.rollback()\n        raise\n    finally:\n        db.close()\n\n@app.post(\"/users\")\ndef create(name: str, db: Session = Depends(get_db)):\n    db.add(User(name=name))\n    db.commit()\n",
                "from fastapi import Depends, FastAPI\nfrom sqlmodel import Session\n\napp = FastAPI()\n\ndef get_db():\n    with Session(engine) as db:\n        yield db\n\n@app.post(\"/users\")\ndef create(user: User, db: Session = Depends(get_db)):\n    db.add(user)\n    db.commit()\n",
            ],
        },
    },
    Check {
        rule: "no-rollback",
        query: COMMIT,
        callee: Callee::Any,
        only: &[MADE_HERE],
        unless: &[ROLLED_BACK, ENDED, CLOSED, COMMITTED_BEFORE],
        fix: FIX,
        examples: Examples {
            bad: &[
                "from sqlalchemy.orm import sessionmaker\n\nSessionLocal = sessionmaker(bind=engine)\n\ndef create(name):\n    session = SessionLocal()\n    session.add(User(name=name))\n    session.commit()\n    session.close()\n",
                "import psycopg2\n\ndef create(name):\n    conn = psycopg2.connect(DSN)\n    cur = conn.cursor()\n    cur.execute(\"INSERT INTO users (name) VALUES (%s)\", (name,))\n    conn.commit()\n    conn.close()\n",
            ],
            good: &[
                "from sqlalchemy.orm import sessionmaker\n\nSessionLocal = sessionmaker(bind=engine)\n\ndef create(name):\n    with SessionLocal() as session:\n        session.add(User(name=name))\n        session.commit()\n",
                "import psycopg2\n\ndef create(name):\n    conn = psycopg2.connect(DSN)\n    try:\n        conn.cursor().execute(\"INSERT INTO users (name) VALUES (%s)\", (name,))\n        conn.commit()\n    finally:\n        conn.close()\n",
            ],
        },
    },
    Check {
        rule: "no-rollback",
        query: r#"
            (call
              function: (attribute
                object: (attribute
                  object: (identifier) @self
                  attribute: (identifier) @name) @same
                attribute: (identifier) @commit) @callee
              arguments: (argument_list . ")")
              (#any-of? @self "self" "cls")
              (#match? @name "^_*(db|session|db_session|conn|connection|db_conn)$")
              (#eq? @commit "commit")) @risk
        "#,
        callee: Callee::Any,
        only: &[DATABASE, KEPT_HERE],
        unless: &[ROLLED_BACK, ENDED, COMMITTED_BEFORE],
        fix: "Roll back when a statement or the commit fails, as others use the same session: \
              `try: .. self.session.commit()` with `except: self.session.rollback(); raise`.",
        examples: Examples {
            bad: &[
                "from sqlalchemy.orm import Session\n\nclass Users:\n    def __init__(self, session: Session):\n        self.session = session\n\n    def create(self, name):\n        self.session.add(User(name=name))\n        self.session.commit()\n",
                "import psycopg2\n\nclass Users:\n    def __init__(self):\n        self.conn = psycopg2.connect(DSN)\n\n    def create(self, name):\n        self.conn.cursor().execute(\"INSERT INTO users (name) VALUES (%s)\", (name,))\n        self.conn.commit()\n",
            ],
            good: &[
                "from sqlalchemy.orm import Session\n\nclass Users:\n    def __init__(self, session: Session):\n        self.session = session\n\n    def create(self, name):\n        try:\n            self.session.add(User(name=name))\n            self.session.commit()\n        except Exception:\n            self.session.rollback()\n            raise\n",
                "import psycopg2\n\nclass Users:\n    def __init__(self):\n        self.conn = psycopg2.connect(DSN)\n\n    def create(self, name):\n        with self.conn, self.conn.cursor() as cur:\n            cur.execute(\"INSERT INTO users (name) VALUES (%s)\", (name,))\n",
            ],
        },
    },
];

/// A session or a connection that the function makes.
const MADE_HERE: Condition = Condition {
    place: Place::Function,
    query: r#"(assignment left: (identifier) @same right: [(call function: (_) @callee) (await (call function: (_) @callee))]) @it"#,
    callee: Callee::Resolved(&[
        "sqlalchemy|sqlmodel.**.*Session|*sessionmaker|scoped_session",
        "sqlalchemy|sqlmodel.**.create_engine.connect",
        "psycopg|psycopg2|pymysql|MySQLdb|pyodbc|oracledb.connect",
        "mysql.connector.connect",
        "psycopg_pool.*Pool.getconn",
    ]),
};

/// A session that this file keeps: what another file's type keeps may be rolled back there.
const KEPT_HERE: Condition = Condition {
    place: Place::File,
    query: r#"
        (assignment
          left: (attribute object: (identifier) @self attribute: (identifier) @it)
          (#any-of? @self "self" "cls")
          (#match? @it "^_*(db|session|db_session|conn|connection|db_conn)$"))
    "#,
    callee: Callee::Any,
};

/// A driver of a database in the file.
const DATABASE: Condition = Condition {
    place: Place::File,
    query: r#"
        (import_statement name: (dotted_name) @it
          (#match? @it "^(sqlalchemy|sqlmodel|psycopg|psycopg2|pymysql|MySQLdb|pyodbc|mysql)"))
        (import_from_statement module_name: (dotted_name) @it
          (#match? @it "^(sqlalchemy|sqlmodel|psycopg|psycopg2|pymysql|MySQLdb|pyodbc|mysql)"))
    "#,
    callee: Callee::Any,
};
