//! What a user sends, in the address of a call.

use super::surroundings::AROUND_HTTP;
use crate::{
    remote::RemoteKind,
    risk::check::{Callee, Check, Condition, Examples, Place},
};

const FIX: &str = "Encode it with `encodeURIComponent(id)`, or check it against what is allowed; \
                   take no host and no path from a request.";

/// The name comes from a request.
const FROM_REQUEST: Condition = Condition {
    place: Place::Before,
    query: r#"
        ((variable_declarator
            name: (object_pattern [
                (shorthand_property_identifier_pattern) @same
                (pair_pattern value: (identifier) @same)])
            value: (member_expression) @from) @it
         (#match? @from "^(req|request|ctx|c)([.]request|[.]req)?[.](params|query|body)$"))
        ((variable_declarator name: (identifier) @same value: (member_expression) @from) @it
         (#match? @from "^(req|request|ctx|c)([.]request|[.]req)?[.](params|query|body)[.][A-Za-z_]+$"))
    "#,
    callee: Callee::Any,
};

/// It is checked or encoded somewhere.
const CHECKED: Condition = Condition {
    place: Place::Function,
    query: r#"
        ((call_expression function: (_) @name arguments: (arguments . (identifier) @same)) @it
         (#match? @name "(?i)(encode|valid|check|assert|parse|escape|sanit|allow|\\bis[A-Z]|test$|includes$|has$|Number)"))
    "#,
    callee: Callee::Any,
};

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "user-input-in-url",
        query: r#"
            ((template_substitution (member_expression) @what) @risk
             (#match? @what "^(req|request|ctx)([.]request)?[.](params|query|body)[.]"))
        "#,
        callee: Callee::Any,
        only: &[
            AROUND_HTTP,
            Condition {
                place: Place::Around,
                query: r#"
                    (arguments . (template_string) @it)
                    ((pair key: (_) @name value: (template_string) @it)
                     (#any-of? @name "url" "uri" "baseURL" "host" "hostname" "path"))
                "#,
                callee: Callee::Any,
            },
        ],
        unless: &[],
        fix: FIX,
        examples: Examples {
            bad: &[
                "app.get(\"/price/:id\", async (req, res) => {\n  const answer = await fetch(`${PRICES}/${req.params.id}`);\n  res.status(answer.status).send(await answer.text());\n});\n",
                "const axios = require(\"axios\");\n\nmodule.exports = async (req, res) => {\n  const { data } = await axios.get(`https://${req.query.host}/status`, { timeout: 1000 });\n  res.json(data);\n};\n",
            ],
            good: &[
                "app.get(\"/price/:id\", async (req, res) => {\n  const answer = await fetch(`${PRICES}/${encodeURIComponent(req.params.id)}`);\n  res.status(answer.status).send(await answer.text());\n});\n",
                "const axios = require(\"axios\");\n\nmodule.exports = async (req, res) => {\n  const { data } = await axios.get(PRICES, { params: { id: req.query.id }, timeout: 1000 });\n  res.json(data);\n};\n",
            ],
        },
    },
    Check {
        rule: "user-input-in-url",
        query: r#"
            ((call_expression
                function: (_) @callee arguments: (arguments . (member_expression) @what)) @risk
             (#match? @what "^(req|request|ctx)([.]request)?[.](params|query|body)[.]"))
        "#,
        callee: Callee::Remote(&[RemoteKind::Http]),
        only: &[],
        unless: &[],
        fix: FIX,
        examples: Examples {
            bad: &[
                "app.get(\"/preview\", async (req, res) => {\n  const answer = await fetch(req.query.url);\n  res.status(answer.status).send(await answer.text());\n});\n",
                "const axios = require(\"axios\");\n\nmodule.exports = async (req, res) => {\n  const { data } = await axios.post(req.body.callback, {}, { timeout: 1000 });\n  res.json(data);\n};\n",
            ],
            good: &[
                "app.get(\"/preview\", async (req, res) => {\n  const answer = await fetch(allowed(req.query.url));\n  res.status(answer.status).send(await answer.text());\n});\n",
                "const axios = require(\"axios\");\n\nmodule.exports = async (req, res) => {\n  const { data } = await axios.post(HOOK, req.body, { timeout: 1000 });\n  res.json(data);\n};\n",
            ],
        },
    },
    Check {
        rule: "user-input-in-url",
        query: r#"
            (call_expression
                function: (_) @callee
                arguments: (arguments . (template_string
                    (template_substitution (identifier) @same) @risk)))
            (call_expression
                function: (_) @callee
                arguments: (arguments . (identifier) @same @risk))
        "#,
        callee: Callee::Remote(&[RemoteKind::Http]),
        only: &[FROM_REQUEST],
        unless: &[CHECKED],
        fix: FIX,
        examples: Examples {
            bad: &[
                "export async function price(req, res) {\n  const { id } = req.params;\n  const answer = await fetch(`${PRICES}/${id}`);\n  res.status(answer.status).send(await answer.text());\n}\n",
                "export async function preview(req, res) {\n  const url = req.query.url;\n  const answer = await fetch(url);\n  res.status(answer.status).send(await answer.text());\n}\n",
            ],
            good: &[
                "export async function price(req, res) {\n  const id = encodeURIComponent(req.params.id);\n  const answer = await fetch(`${PRICES}/${id}`);\n  res.status(answer.status).send(await answer.text());\n}\n",
                "export async function preview(req, res) {\n  const { url } = req.query;\n  checkHost(url);\n  const answer = await fetch(url);\n  res.status(answer.status).send(await answer.text());\n}\n",
            ],
        },
    },
];
