//! What the checks of Python tell of small applications.

use crate::{
    Language,
    risk::{Concern, find},
};

/// An application with users in a database: nothing has a time-out, a retry or a rollback.
const SHOP: &str = r#"
from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy import Column, Integer, String, create_engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, declarative_base, sessionmaker

engine = create_engine("sqlite:///./shop.db")
Sessions = sessionmaker(autoflush=False, bind=engine)
Base = declarative_base()
app = FastAPI()


class Customer(Base):
    __tablename__ = "customers"
    id = Column(Integer, primary_key=True)
    name = Column(String)


def lend():
    db = Sessions()
    try:
        yield db
    finally:
        db.close()


@app.get("/")
async def root() -> dict[str, str]:
    return {"shop": "open"}


@app.post("/customers/")
async def add(name: str, db: sessionmaker[Session] = Depends(lend)):
    customer = Customer(name=name)
    db.add(customer)
    db.commit()
    db.refresh(customer)
    return customer


@app.get("/customers/{number}")
async def show(number: int, db: sessionmaker[Session] = Depends(lend)):
    try:
        customer = db.query(Customer).filter(Customer.id == number).first()
        if customer is None:
            raise HTTPException(status_code=404)
        return customer
    except SQLAlchemyError:
        raise HTTPException(status_code=500)
"#;

/// An application that asks another one.
const FRONT: &str = r#"
import os

import httpx
from fastapi import FastAPI

UPSTREAM_URL = os.getenv("UPSTREAM_URL", "https://todos.example")
app = FastAPI()


@app.get("/")
def index():
    return httpx.get(f"{UPSTREAM_URL}/todos/1", headers={"Accept": "application/json"}).json()
"#;

fn python() -> &'static Language {
    Language::named("python").expect("it is a language")
}

/// The rules that a text breaks, each with the function in which it does first.
fn broken(text: &str) -> Vec<(&'static str, String)> {
    let findings = find(text, python());
    let named = |at: Option<usize>| {
        at.map_or_else(String::new, |at| findings.module.functions[at].name.clone())
    };
    findings.found.iter().map(|one| (one.rule.id, named(one.function))).collect()
}

#[test]
fn a_shop_on_a_database_shows_its_weaknesses_where_they_are() {
    let found = broken(SHOP);
    for (rule, function) in [
        ("no-timeout", ""),
        ("pool-not-configured", ""),
        ("no-retry", "add"),
        ("no-retry", "show"),
        ("no-rollback", "add"),
        ("blocking-in-async", "add"),
        ("blocking-in-async", "show"),
    ] {
        let there = found.iter().any(|(id, at)| *id == rule && at == function);
        assert!(there, "{rule} in {function:?}: {found:?}");
    }
    assert!(found.iter().all(|(_, at)| at != "root"), "{found:?}");
}

#[test]
fn a_front_that_asks_another_service_shows_its_weaknesses_and_none_that_it_has_not() {
    let mut found: Vec<&str> = broken(FRONT).into_iter().map(|(rule, _)| rule).collect();
    found.sort_unstable();
    assert_eq!(found, ["client-per-request", "no-circuit-breaker", "no-retry", "unchecked-status"]);
}

#[test]
fn the_same_shop_in_good_order_breaks_no_rule() {
    let good = r#"
import stamina
from fastapi import Depends, FastAPI
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

engine = create_engine(
    URL,
    connect_args={"connect_timeout": 3, "options": "-c statement_timeout=5000"},
    pool_size=10,
    max_overflow=5,
    pool_timeout=3,
)
Sessions = sessionmaker(bind=engine)
app = FastAPI()


def lend():
    with Sessions() as db:
        yield db


@app.post("/customers/")
@stamina.retry(on=OperationalError, attempts=3)
def add(name: str, db: Session = Depends(lend)):
    customer = Customer(name=name)
    with db.begin():
        db.add(customer)
    return customer
"#;
    assert_eq!(broken(good), []);
}

#[test]
fn the_same_front_in_good_order_breaks_no_rule() {
    let good = r#"
import httpx
import pybreaker
import stamina
from fastapi import FastAPI

app = FastAPI()
client = httpx.Client(base_url=UPSTREAM_URL, timeout=2)
breaker = pybreaker.CircuitBreaker(fail_max=5, reset_timeout=30)


@breaker
@stamina.retry(on=httpx.HTTPError, attempts=3)
def todo():
    response = client.get("/todos/1")
    response.raise_for_status()
    return response.json()


@app.get("/")
def index():
    return todo()
"#;
    assert_eq!(broken(good), []);
}

#[test]
fn findings_are_of_each_concern_and_stand_in_the_text() {
    let text = format!("{SHOP}{}", "\nURL = f\"https://a.example/?api_key={KEY}\"\n");
    let findings = find(&text, python());
    for concern in [Concern::Reliability, Concern::Performance, Concern::Threat] {
        assert!(findings.found.iter().any(|one| one.rule.concern == concern), "{concern:?}");
    }
    for one in &findings.found {
        assert!(text.get(one.span.bytes()).is_some_and(|there| !there.is_empty()));
        assert!(one.span.first_line <= one.span.last_line);
    }
}
