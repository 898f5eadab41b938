//! One remote call for each element, one after the other.

use super::surroundings::IN_RETRY_LOOP;
use crate::{
    remote::RemoteKind,
    risk::check::{Callee, Check, Condition, Examples, Place},
};

/// The body of a loop over elements.
const IN_LOOP: Condition = Condition {
    place: Place::Around,
    query: r#"
        (for_in_statement body: (_) @it)
        ((for_statement condition: (_) @condition body: (_) @it)
         (#match? @condition "[.](length|size)\\b"))
    "#,
    callee: Callee::Any,
};

/// A stream, pieces of a list, a few fixed names, or what is done once after a failure.
const IN_PIECES: Condition = Condition {
    place: Place::Around,
    query: r#"
        (catch_clause) @it
        (for_in_statement "await") @it
        ((for_in_statement left: (_) @each) @it
         (#match? @each "(?i)(chunk|batch|page|slice|group|mirror|fallback|candidate|provider|endpoint)"))
        (for_in_statement right: (array)) @it
        ((for_in_statement right: (_) @all) @it
         (#match? @all "(?i)(chunk|batch|slice|pages|mirrors|fallback|candidates|migrations|providers)"))
        ((for_in_statement right: (identifier) @all) @it (#match? @all "^[A-Z][A-Z0-9_]*$"))
        ((for_statement increment: (augmented_assignment_expression)) @it)
    "#,
    callee: Callee::Any,
};

/// The pause between them is meant.
const PACED: Condition = Condition {
    place: Place::Function,
    query: r#"
        ((call_expression function: [
            (identifier) @name (member_expression property: (property_identifier) @name)]) @it
         (#match? @name "(?i)(sleep|delay|wait|throttle|setTimeout|rateLimit|pause)"))
    "#,
    callee: Callee::Any,
};

/// The first that answers ends the loop.
const FIRST_WINS: Condition =
    Condition { place: Place::After, query: "(break_statement) @it", callee: Callee::Any };

pub(super) static CHECKS: &[Check] = &[Check {
    rule: "call-in-loop",
    query: "(await_expression (call_expression function: (_) @callee) @risk)",
    callee: Callee::Remote(&[
        RemoteKind::Http,
        RemoteKind::Database,
        RemoteKind::Cache,
        RemoteKind::Rpc,
        RemoteKind::Llm,
        RemoteKind::Cloud,
    ]),
    only: &[IN_LOOP],
    unless: &[IN_RETRY_LOOP, IN_PIECES, PACED, FIRST_WINS],
    fix: "Ask once for all of them (`where id in (..)`, `mget`, a bulk endpoint), or let a few go \
          at once with `pLimit(8)`.",
    examples: Examples {
        bad: &[
            "export async function users(ids) {\n  const all = [];\n  for (const id of ids) {\n    all.push(await fetch(`${BASE}/${id}`));\n  }\n  return all;\n}\n",
            "import { PrismaClient } from \"@prisma/client\";\nconst prisma = new PrismaClient();\n\nasync function totals(orders) {\n  for (let i = 0; i < orders.length; i++) {\n    orders[i].lines = await prisma.line.findMany({ where: { order: orders[i].id } });\n  }\n}\n",
        ],
        good: &[
            "import { PrismaClient } from \"@prisma/client\";\nconst prisma = new PrismaClient();\n\nexport const lines = (ids) => prisma.line.findMany({ where: { order: { in: ids } } });\n",
            "export async function first(id) {\n  for (let attempt = 0; attempt < 3; attempt++) {\n    const answer = await fetch(`${BASE}/${id}`);\n    if (answer.ok) return answer;\n  }\n}\n",
            "export async function all(id) {\n  const found = [];\n  for (const one of await fetch(BASE)) {\n    found.push(one);\n  }\n  return found;\n}\n",
        ],
    },
}];
