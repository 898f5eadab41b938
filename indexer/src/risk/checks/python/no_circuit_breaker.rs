//! Dependencies of requests without a circuit breaker.

use super::common::{HANDLER, LAMBDA, TEST};
use crate::{
    remote::RemoteKind,
    risk::check::{Callee, Check, Condition, Examples, Place},
};

const BREAKER: Condition = Condition {
    place: Place::File,
    query: r#"((identifier) @it (#match? @it "(?i)breaker|circuit|purgatory|hyx|resilien"))"#,
    callee: Callee::Any,
};

/// A call before it in the function: one is told for all.
const CALLED_BEFORE: Condition = Condition {
    place: Place::Before,
    query: "(call function: (_) @callee) @it",
    callee: Callee::Remote(&[RemoteKind::Http, RemoteKind::Rpc]),
};

pub(super) static CHECKS: &[Check] = &[Check {
    rule: "no-circuit-breaker",
    query: "(call function: (_) @callee arguments: (argument_list)) @risk",
    callee: Callee::Remote(&[RemoteKind::Http, RemoteKind::Rpc]),
    only: &[HANDLER],
    unless: &[BREAKER, CALLED_BEFORE, TEST, LAMBDA],
    fix: "Put one breaker for each dependency around its calls, such as `@breaker` with \
          `breaker = pybreaker.CircuitBreaker(fail_max=5, reset_timeout=30)` (aiobreaker and \
          purgatory for asyncio), and answer with a fallback or 503 while it is open.",
    examples: Examples {
        bad: &[
            "import httpx\nfrom fastapi import FastAPI\n\napp = FastAPI()\nclient = httpx.Client(base_url=UPSTREAM)\n\n@app.get(\"/\")\ndef index():\n    return client.get(\"/todos/1\").json()\n",
            "import aiohttp\nfrom aiohttp import web\n\nroutes = web.RouteTableDef()\n\n@routes.get(\"/price\")\nasync def price(request):\n    session: aiohttp.ClientSession = request.app[\"session\"]\n    async with session.get(PRICES) as response:\n        return web.json_response(await response.json())\n",
        ],
        good: &[
            "import httpx\nimport pybreaker\nfrom fastapi import FastAPI\n\napp = FastAPI()\nclient = httpx.Client(base_url=UPSTREAM)\nbreaker = pybreaker.CircuitBreaker(fail_max=5, reset_timeout=30)\n\n@app.get(\"/\")\ndef index():\n    return breaker.call(client.get, \"/todos/1\").json()\n",
            "import httpx\n\ndef todo(client: httpx.Client):\n    return client.get(\"/todos/1\").json()\n",
        ],
    },
}];
