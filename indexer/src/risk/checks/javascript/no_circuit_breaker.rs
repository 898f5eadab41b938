//! Dependencies of a request that are asked however often they fail.

use super::surroundings::IN_HANDLER;
use crate::{
    remote::RemoteKind,
    risk::check::{Callee, Check, Condition, Examples, Place},
};

pub(super) static CHECKS: &[Check] = &[Check {
    rule: "no-circuit-breaker",
    query: "(call_expression function: (_) @callee) @risk",
    callee: Callee::Remote(&[RemoteKind::Http, RemoteKind::Rpc, RemoteKind::Llm]),
    only: &[IN_HANDLER],
    unless: &[Condition {
        place: Place::File,
        query: r#"
            ([(identifier) (property_identifier) (string_fragment)] @it
             (#match? @it "(?i)(circuit|breaker|cockatiel|opossum|mollitia|hystrix)"))
        "#,
        callee: Callee::Any,
    }],
    fix: "Call it through a breaker, such as `new CircuitBreaker(load, { timeout: 2000 })` of \
          opossum, with a fallback.",
    examples: Examples {
        bad: &[
            "import express from \"express\";\n\nconst app = express();\napp.get(\"/price/:id\", async (req, res) => {\n  const answer = await fetch(PRICES, { signal: AbortSignal.timeout(1000) });\n  res.status(answer.status).json(await answer.json());\n});\n",
            "import axios from \"axios\";\n\nexport async function price(request, reply) {\n  const { data } = await axios.get(PRICES, { timeout: 1000 });\n  reply.send(data);\n}\n",
        ],
        good: &[
            "import axios from \"axios\";\nimport CircuitBreaker from \"opossum\";\n\nconst load = new CircuitBreaker((id) => axios.get(`${BASE}/${id}`, { timeout: 1000 }));\n\nexport async function price(request, reply) {\n  reply.send(await load.fire(1));\n}\n",
            "import axios from \"axios\";\n\nexport async function price(id) {\n  return (await axios.get(PRICES, { timeout: 1000 })).data;\n}\n",
        ],
    },
}];
