//! Remote calls without a time-out.

use super::surroundings::{SPREAD, TIMED_OUTSIDE};
use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// A time-out or a signal among the arguments.
const GIVEN: Condition = Condition {
    place: Place::Within,
    query: r#"
        ([(pair key: (_) @name) (shorthand_property_identifier) @name] @it
         (#match? @name "(?i)(time_?out|signal|canceltoken|deadline)"))
        ((call_expression function: (member_expression property: (property_identifier) @name)) @it
         (#match? @name "(?i)time_?out"))
        ([(string) (template_string)] @it (#match? @it "^['\"`](data|blob):"))
    "#,
    callee: Callee::Any,
};

/// A chain of calls around it that sets one.
const CHAINED: Condition = Condition {
    place: Place::Outside,
    query: r#"
        ((call_expression function: (member_expression
            object: (_) @before property: (property_identifier) @name)) @it
         (#any-of? @name "timeout" "setTimeout"))
    "#,
    callee: Callee::Any,
};

/// A default for all calls of axios, or for all of the process.
const DEFAULT: Condition = Condition {
    place: Place::File,
    query: r#"
        ((assignment_expression left: (member_expression) @it)
         (#match? @it "defaults[.]timeout$"))
        ((identifier) @it (#any-of? @it "setGlobalDispatcher"))
    "#,
    callee: Callee::Any,
};

/// Something in the function that ends the request after a time.
const TIMED_IN_FUNCTION: Condition = Condition {
    place: Place::Function,
    query: r#"
        ([(property_identifier) (shorthand_property_identifier) (identifier) (string_fragment)] @it
         (#match? @it "(?i)(time_?out|abort|signal)"))
    "#,
    callee: Callee::Any,
};

/// The options stand in the function, as an object.
const OPTIONS_ARE_KNOWN: Condition = Condition {
    place: Place::Before,
    query: "(variable_declarator name: (identifier) @same value: (object)) @it",
    callee: Callee::Any,
};

const FETCH: &[&str] = &[
    "fetch",
    "globalThis|window|self|global.fetch",
    "node-fetch|cross-fetch|isomorphic-fetch|whatwg-fetch",
    "node-fetch|cross-fetch.default|fetch",
];

const NODE: &[&str] = &["http|https.get|request", "node.http|https.get|request"];

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "no-timeout",
        query: r#"
            ((call_expression function: (_) @callee arguments: (arguments . (_) @url .)) @risk
             (#not-match? @url "(?i)(req(uest)?|^\\.\\.\\..*)$"))
            (call_expression function: (_) @callee
                arguments: (arguments . (_) . (object) .)) @risk
        "#,
        callee: Callee::Resolved(FETCH),
        only: &[],
        unless: &[GIVEN, SPREAD, TIMED_OUTSIDE, DEFAULT],
        fix: "Give `signal: AbortSignal.timeout(5000)`: fetch has no time-out in browsers, and \
              waits 300 s for headers in Node.",
        examples: Examples {
            bad: &[
                "export async function user(id) {\n  const answer = await fetch(`${BASE}/users/${id}`);\n  if (!answer.ok) throw new Error(answer.statusText);\n  return answer.json();\n}\n",
                "import fetch from \"node-fetch\";\n\nexport const save = (order) =>\n  fetch(URL, { method: \"POST\", body: JSON.stringify(order) });\n",
            ],
            good: &[
                "export async function user(id) {\n  const answer = await fetch(`${BASE}/users/${id}`, { signal: AbortSignal.timeout(5000) });\n  if (!answer.ok) throw new Error(answer.statusText);\n  return answer.json();\n}\n",
                "export const call = (url, options) => fetch(url, { method: \"POST\", ...options });\nexport const pass = (request) => fetch(request);\n",
                "import fetch from \"./fetch\";\n\nexport const get = (url) => fetch(url);\n",
            ],
        },
    },
    Check {
        rule: "no-timeout",
        query: r#"
            ((call_expression
                function: (_) @callee
                arguments: [
                    (arguments . [(string) (template_string)] .)
                    (arguments . (object) .)
                    (arguments . (_) . (object) .)]) @risk
             (#match? @callee "^[A-Za-z_$]+([.]request)?$"))
            ((call_expression
                function: [
                    (member_expression property: (property_identifier) @verb)
                    (await_expression (member_expression
                        property: (property_identifier) @verb))] @callee
                arguments: [(arguments . (_) .) (arguments . (_) . (object) .)]) @risk
             (#any-of? @verb "get" "delete" "head" "options"))
            ((call_expression
                function: [
                    (member_expression property: (property_identifier) @verb)
                    (await_expression (member_expression
                        property: (property_identifier) @verb))] @callee
                arguments: [
                    (arguments . (_) .)
                    (arguments . (_) . (_) .)
                    (arguments . (_) . (_) . (object) .)]) @risk
             (#any-of? @verb "post" "put" "patch"))
        "#,
        callee: Callee::Resolved(&[
            "axios",
            "axios.default",
            "axios.get|delete|head|options|post|put|patch|request",
            "axios.default.get|delete|head|options|post|put|patch|request",
        ]),
        only: &[],
        unless: &[GIVEN, SPREAD, TIMED_OUTSIDE, DEFAULT],
        fix: "Give `timeout: 5000` in the options, or make calls with `axios.create({ timeout: \
              5000 })`: the default of axios is 0, which waits for ever.",
        examples: Examples {
            bad: &[
                "import axios from \"axios\";\n\nexport const user = (id) => axios.get(`${BASE}/users/${id}`);\n",
                "const axios = require(\"axios\");\n\nmodule.exports.pay = async (order) => {\n  await axios.post(`${BASE}/payments`, order, { headers: { Accept: \"application/json\" } });\n};\n",
            ],
            good: &[
                "import axios from \"axios\";\n\nexport const user = (id) => axios.get(`${BASE}/users/${id}`, { timeout: 2000 });\n",
                "import axios from \"./http\";\n\nexport const user = (id) => axios.get(`/users/${id}`);\n",
                "import axios from \"axios\";\n\naxios.defaults.timeout = 5000;\n\nexport const user = (id) => axios.get(`${BASE}/users/${id}`);\nexport const any = (config) => axios(config);\n",
            ],
        },
    },
    Check {
        rule: "no-timeout",
        query: r#"
            ((call_expression
                function: (_) @callee
                arguments: [(arguments) (arguments . (object) .)] @given) @risk
             (#match? @given "^[(]\\s*([)]|[{])")
             (#match? @callee "create$"))
        "#,
        callee: Callee::Resolved(&["axios.create", "axios.default.create"]),
        only: &[],
        unless: &[GIVEN, SPREAD, DEFAULT],
        fix: "Give `timeout: 5000` to `axios.create`: the default of axios is 0, which waits for \
              ever.",
        examples: Examples {
            bad: &[
                "import axios from \"axios\";\n\nexport const api = axios.create({ baseURL: BASE });\n",
                "const axios = require(\"axios\");\n\nconst api = axios.create();\nmodule.exports = api;\n",
            ],
            good: &[
                "import axios from \"axios\";\n\nexport const api = axios.create({ baseURL: BASE, timeout: 5000 });\n",
                "import axios from \"axios\";\n\nexport const make = (config) => axios.create(config);\n",
                "import axios from \"axios\";\n\nconst api = axios.create({ baseURL: BASE, timeout: 5000 });\nexport const user = (id) => api({ url: `/users/${id}` });\n",
            ],
        },
    },
    Check {
        rule: "no-timeout",
        query: r#"
            (call_expression
                function: (_) @callee
                arguments: [
                    (arguments . [(string) (template_string) (object)] .)
                    (arguments . (_) . (object) .)]) @risk
        "#,
        callee: Callee::Resolved(&["got", "got.get|post|put|patch|delete|head", "got.got"]),
        only: &[],
        unless: &[GIVEN, SPREAD, TIMED_OUTSIDE, CHAINED],
        fix: "Give `timeout: { request: 5000 }`, once for all calls by `got.extend`: got has no \
              time-out of its own.",
        examples: Examples {
            bad: &[
                "import got from \"got\";\n\nexport const user = (id) => got(`${BASE}/users/${id}`).json();\n",
                "import got from \"got\";\n\nexport const pay = (order) => got.post(URL, { json: order });\n",
            ],
            good: &[
                "import got from \"got\";\n\nexport const user = (id) => got(`${BASE}/users/${id}`, { timeout: { request: 5000 } }).json();\n",
                "import got from \"got\";\n\nconst api = got.extend({ timeout: { request: 5000 } });\nexport const user = (id) => api.get(`users/${id}`).json();\n",
            ],
        },
    },
    Check {
        rule: "no-timeout",
        query: r#"
            (call_expression
                function: (_) @callee
                arguments: (arguments . [(string) (template_string) (object)])) @risk
        "#,
        callee: Callee::Resolved(NODE),
        only: &[],
        unless: &[GIVEN, SPREAD, TIMED_IN_FUNCTION],
        fix: "Give `signal: AbortSignal.timeout(5000)` in the options, or call \
              `request.setTimeout(5000, () => request.destroy(..))`: Node waits for ever without \
              them.",
        examples: Examples {
            bad: &[
                "const https = require(\"https\");\n\nfunction load(done) {\n  https.get(\"https://example.com/a\", (answer) => done(answer)).on(\"error\", done);\n}\n",
                "import http from \"node:http\";\n\nexport function load(done) {\n  const request = http.request({ host: \"example.com\", path: \"/\" }, done);\n  request.end();\n}\n",
            ],
            good: &[
                "const https = require(\"https\");\n\nfunction load(done) {\n  const request = https.get(\"https://example.com/a\", done);\n  request.setTimeout(5000, () => request.destroy(new Error(\"late\")));\n}\n",
                "import http from \"node:http\";\n\nexport function load(options, done) {\n  http.request(options, done).end();\n}\n",
            ],
        },
    },
    Check {
        rule: "no-timeout",
        query: r#"
            (call_expression
                function: (_) @callee
                arguments: (arguments . (identifier) @same)) @risk
        "#,
        callee: Callee::Resolved(NODE),
        only: &[OPTIONS_ARE_KNOWN],
        unless: &[GIVEN, SPREAD, TIMED_IN_FUNCTION],
        fix: "Add `timeout: 5000` to the options and end the request in `request.on(\"timeout\", \
              () => request.destroy(..))`: Node waits for ever without them.",
        examples: Examples {
            bad: &[
                "const https = require(\"https\");\n\nfunction load(done) {\n  const options = { host: \"example.com\", path: \"/\" };\n  https.request(options, done).end();\n}\n",
                "import http from \"http\";\n\nexport const load = (id, done) => {\n  const where = { host: HOST, path: `/${id}` };\n  return http.get(where, done);\n};\n",
            ],
            good: &[
                "const https = require(\"https\");\n\nfunction load(done) {\n  const options = { host: \"example.com\", path: \"/\", timeout: 2000 };\n  const request = https.request(options, done);\n  request.on(\"timeout\", () => request.destroy());\n  request.end();\n}\n",
                "import http from \"node:http\";\n\nexport function load(options, done) {\n  http.request(options, done).end();\n}\n",
            ],
        },
    },
    Check {
        rule: "no-timeout",
        query: r#"
            (new_expression
                constructor: (_) @callee
                arguments: [(arguments . (object) .) (arguments . (string) .)]) @risk
        "#,
        callee: Callee::Resolved(&["pg.Pool|Client", "pg.default.Pool|Client", "pg-pool"]),
        only: &[],
        unless: &[
            Condition {
                place: Place::Within,
                query: r#"
                    ([(pair key: (_) @name) (shorthand_property_identifier) @name] @it
                     (#match? @name "(statement_timeout|query_timeout|options)"))
                    ((string_fragment) @it (#match? @it "statement_timeout"))
                "#,
                callee: Callee::Any,
            },
            SPREAD,
            Condition {
                place: Place::File,
                query: r#"
                    ((string_fragment) @it (#match? @it "(?i)statement_timeout"))
                    ((property_identifier) @it (#any-of? @it "statement_timeout" "query_timeout"))
                "#,
                callee: Callee::Any,
            },
        ],
        fix: "Give `connectionTimeoutMillis: 2000` and `query_timeout: 5000` (or \
              `statement_timeout`): pg has no time-out for either by default.",
        examples: Examples {
            bad: &[
                "import { Pool } from \"pg\";\n\nexport const pool = new Pool({ connectionString: URL, max: 10 });\n",
                "const { Client } = require(\"pg\");\n\nconst client = new Client({ host: \"db\", database: \"shop\" });\n",
            ],
            good: &[
                "import { Pool } from \"pg\";\n\nexport const pool = new Pool({ connectionString: URL, max: 10, query_timeout: 5000, connectionTimeoutMillis: 2000 });\n",
                "const { Client } = require(\"pg\");\n\nmodule.exports = (config) => new Client({ ...config, database: \"shop\" });\n",
            ],
        },
    },
];
