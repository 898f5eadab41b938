//! Secrets in the addresses of calls.

use super::surroundings::AROUND_HTTP;
use crate::{
    remote::RemoteKind,
    risk::check::{Callee, Check, Condition, Examples, Place},
};

/// The address is kept in a variable that a call takes.
const TAKEN: Condition = Condition {
    place: Place::After,
    query: "(call_expression function: (_) @callee arguments: (arguments . (identifier) @same)) @it",
    callee: Callee::Remote(&[RemoteKind::Http]),
};

const FIX: &str = "Send it in a header, such as `headers: { Authorization: `Bearer ${token}` }`.";

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "secret-in-url",
        query: r#"
            ((template_string (string_fragment) @before . (template_substitution)) @risk
             (#match? @before "(?i)[?&](access_?token|auth_?token|api_?token|api_?key|app_?id_?key|token|password|passwd|pwd|secret|client_?secret|api_?secret|private_?key)=$"))
            ((template_string (string_fragment) @before . (template_substitution) @what) @risk
             (#match? @before "(?i)[?&](key|auth|appid)=$")
             (#match? @what "(?i)(key|token|secret|appid)[}]$"))
        "#,
        callee: Callee::Any,
        only: &[AROUND_HTTP],
        unless: &[],
        fix: FIX,
        examples: Examples {
            bad: &[
                "export const user = (id) => fetch(`${BASE}/users/${id}?access_token=${token}`);\n",
                "import axios from \"axios\";\n\nexport const place = (name) => axios.get(`https://maps.example.com/find?q=${name}&key=${API_KEY}`);\n",
            ],
            good: &[
                "export const user = (id) => fetch(`${BASE}/users/${id}`, { headers: { Authorization: `Bearer ${token}` } });\n",
                "export const mail = (token) => send(`Set your password: https://example.com/reset?token=${token}`);\nexport const page = (next) => fetch(`${BASE}/users?page_token=${next}`);\n",
            ],
        },
    },
    Check {
        rule: "secret-in-url",
        query: r#"
            ((variable_declarator
                name: (identifier) @same
                value: (template_string (string_fragment) @before . (template_substitution))) @risk
             (#match? @before "(?i)[?&](access_?token|auth_?token|api_?token|api_?key|password|passwd|pwd|secret|client_?secret|api_?secret|private_?key|token)=$"))
        "#,
        callee: Callee::Any,
        only: &[TAKEN],
        unless: &[],
        fix: FIX,
        examples: Examples {
            bad: &[
                "export function user(id) {\n  const url = `${BASE}/users/${id}?api_key=${KEY}`;\n  return fetch(url);\n}\n",
                "import axios from \"axios\";\n\nexport async function user(id) {\n  const url = `${BASE}/users?id=${id}&token=${secrets.token}`;\n  return (await axios.get(url)).data;\n}\n",
            ],
            good: &[
                "export function user(id) {\n  const url = `${BASE}/users/${id}?fields=${FIELDS}`;\n  return fetch(url);\n}\n",
                "export function link(token) {\n  const url = `https://example.com/reset?token=${token}`;\n  return show(url);\n}\n",
            ],
        },
    },
    Check {
        rule: "secret-in-url",
        query: r#"
            ((pair key: (_) @params value: (object (pair key: (_) @name value: (_) @value) @risk))
             (#any-of? @params "params" "searchParams" "qs")
             (#match? @name "(?i)^['\"]?(access_?token|auth_?token|api_?token|api_?key|password|passwd|secret|client_?secret|api_?secret)['\"]?$")
             (#not-match? @value "^(null|undefined|''|\"\")$"))
        "#,
        callee: Callee::Any,
        only: &[AROUND_HTTP],
        unless: &[],
        fix: FIX,
        examples: Examples {
            bad: &[
                "import axios from \"axios\";\n\nexport const user = (id) => axios.get(`${BASE}/${id}`, { params: { api_key: KEY } });\n",
                "import got from \"got\";\n\nexport const user = (id) => got(`${BASE}/${id}`, { searchParams: { access_token: TOKEN } }).json();\n",
            ],
            good: &[
                "import axios from \"axios\";\n\nexport const user = (id) => axios.get(`${BASE}/${id}`, { params: { fields: \"name\" }, headers: { \"X-Api-Key\": KEY } });\n",
                "export const rows = (db) => db.query({ params: { password: HASH } });\n",
            ],
        },
    },
];
