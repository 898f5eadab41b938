//! Calls without a time-out.

use super::IN_TESTS;
use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// Time-outs are set in the file: for the client, or for each request.
const FILE_HAS_ONE: Condition = Condition {
    place: Place::File,
    query: r#"
        ((call_expression function: (field_expression field: (field_identifier) @it))
            (#any-of? @it "timeout" "read_timeout" "timeout_mut" "set_timeout" "set_read_timeout" "with_timeout"))
        ((call_expression function: (_) @it) (#match? @it "(^|::)timeout(_at)?$"))
    "#,
    callee: Callee::Any,
};

/// The call is given a limit of time.
const IN_TIMEOUT: Condition = Condition {
    place: Place::Function,
    query: r#"
        ((call_expression function: (_) @name) @it
            (#match? @name "(timeout|timeout_at|deadline)$"))
        ((macro_invocation) @it (#match? @it "timeout|select!"))
    "#,
    callee: Callee::Any,
};

const GOOD: &[&str] = &[
    "use std::time::Duration;\n\nfn client() -> reqwest::Result<reqwest::Client> {\n    reqwest::Client::builder().timeout(Duration::from_secs(5)).build()\n}\n",
    "use std::time::Duration;\nuse reqwest::Client;\n\nasync fn load(url: &str) -> reqwest::Result<String> {\n    let client = Client::new();\n    client.get(url).timeout(Duration::from_secs(5)).send().await?.text().await\n}\n",
];

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "no-timeout",
        query: r#"((call_expression function: (scoped_identifier name: (identifier) @name) @callee) @risk
            (#any-of? @name "new" "default"))"#,
        callee: Callee::Resolved(&["reqwest.Client", "reqwest.Client.default"]),
        only: &[],
        unless: &[IN_TESTS, FILE_HAS_ONE],
        fix: "Make it with `Client::builder().connect_timeout(..).timeout(..).build()`: the \
              asynchronous client waits for ever without them.",
        examples: Examples {
            bad: &[
                "fn client() -> reqwest::Client {\n    reqwest::Client::new()\n}\n",
                "use reqwest::Client;\n\nstruct Api { client: Client }\n\nimpl Api {\n    fn open() -> Self {\n        Self { client: Client::default() }\n    }\n}\n",
            ],
            good: GOOD,
        },
    },
    Check {
        rule: "no-timeout",
        query: r#"((call_expression function: (field_expression field: (field_identifier) @name) @callee) @risk
            (#eq? @name "build"))"#,
        callee: Callee::Resolved(&[
            "reqwest.Client.builder.**.build",
            "reqwest.ClientBuilder.**.build",
            "!reqwest.**.timeout|read_timeout.**.build",
        ]),
        only: &[],
        unless: &[IN_TESTS, FILE_HAS_ONE],
        fix: "Add `.timeout(Duration::from_secs(..))` to the builder; a `connect_timeout` alone \
              does not end a call whose answer never comes.",
        examples: Examples {
            bad: &[
                "fn client() -> reqwest::Result<reqwest::Client> {\n    reqwest::Client::builder().user_agent(\"a\").build()\n}\n",
                "use reqwest::ClientBuilder;\nuse std::time::Duration;\n\nfn client() -> reqwest::Result<reqwest::Client> {\n    ClientBuilder::new().connect_timeout(Duration::from_secs(1)).build()\n}\n",
            ],
            good: GOOD,
        },
    },
    Check {
        rule: "no-timeout",
        query: "(call_expression function: (_) @callee) @risk",
        callee: Callee::Resolved(&["reqwest.get"]),
        only: &[],
        unless: &[IN_TESTS, IN_TIMEOUT],
        fix: "Use a client that is made once with `.timeout(..)`: `reqwest::get` waits for ever, \
              and makes a client for each call.",
        examples: Examples {
            bad: &[
                "async fn load(url: &str) -> reqwest::Result<String> {\n    reqwest::get(url).await?.text().await\n}\n",
                "use reqwest::get;\n\nasync fn load(url: &str) -> reqwest::Result<reqwest::Response> {\n    get(url).await\n}\n",
            ],
            good: &[
                GOOD[0],
                "use std::time::Duration;\nuse tokio::time::timeout;\n\nasync fn load(url: &str) -> Option<reqwest::Response> {\n    timeout(Duration::from_secs(5), reqwest::get(url)).await.ok()?.ok()\n}\n",
            ],
        },
    },
    Check {
        rule: "no-timeout",
        query: "(call_expression function: (_) @callee) @risk",
        callee: Callee::Resolved(&["std|tokio|async_std|smol.net.TcpStream.connect"]),
        only: &[],
        unless: &[IN_TESTS, IN_TIMEOUT],
        fix: "Put `tokio::time::timeout(limit, ..)` around it, or use \
              `TcpStream::connect_timeout` of the standard library: the system gives up after \
              minutes only.",
        examples: Examples {
            bad: &[
                "use tokio::net::TcpStream;\n\nasync fn open(address: &str) -> std::io::Result<TcpStream> {\n    TcpStream::connect(address).await\n}\n",
                "fn open(address: &str) -> std::io::Result<std::net::TcpStream> {\n    std::net::TcpStream::connect(address)\n}\n",
            ],
            good: &[
                "use std::time::Duration;\nuse tokio::{net::TcpStream, time::timeout};\n\nasync fn open(address: &str) -> Option<TcpStream> {\n    timeout(Duration::from_secs(1), TcpStream::connect(address)).await.ok()?.ok()\n}\n",
                "use std::{net::{SocketAddr, TcpStream}, time::Duration};\n\nfn open(address: &SocketAddr) -> std::io::Result<TcpStream> {\n    TcpStream::connect_timeout(address, Duration::from_secs(1))\n}\n",
            ],
        },
    },
    Check {
        rule: "no-timeout",
        query: "(call_expression function: (_) @callee) @risk",
        callee: Callee::Resolved(&[
            "ureq.get|post|put|patch|delete|head.**.call|send|send_json|send_form|send_string",
            "!ureq.**.timeout*|config.**",
        ]),
        only: &[],
        unless: &[IN_TESTS, FILE_HAS_ONE],
        fix: "Use an agent with `timeout_global` (ureq 3) or `timeout` (ureq 2): an answer that \
              never comes is waited for without an end.",
        examples: Examples {
            bad: &[
                "fn load(url: &str) -> Option<ureq::Response> {\n    ureq::get(url).call().ok()\n}\n",
                "fn save(url: &str, text: &str) -> bool {\n    ureq::post(url).set(\"a\", \"b\").send_string(text).is_ok()\n}\n",
            ],
            good: &[
                "fn load(url: &str) -> Option<ureq::Response> {\n    ureq::get(url).timeout(LIMIT).call().ok()\n}\n",
                "fn load(agent: &ureq::Agent, url: &str) -> bool {\n    agent.get(url).call().is_ok()\n}\n",
            ],
        },
    },
    Check {
        rule: "no-timeout",
        query: "(call_expression function: (_) @callee) @risk",
        callee: Callee::Resolved(&["tonic.transport.Endpoint|Channel.**.connect|connect_lazy"]),
        only: &[],
        unless: &[IN_TESTS, FILE_HAS_ONE],
        fix: "Set `.connect_timeout(..)` and `.timeout(..)` on the endpoint: calls have no \
              deadline otherwise.",
        examples: Examples {
            bad: &[
                "use tonic::transport::{Channel, Endpoint, Error};\n\nasync fn open() -> Result<Channel, Error> {\n    Endpoint::from_static(\"http://a:1\").connect().await\n}\n",
                "use tonic::transport::Channel;\n\nfn open() -> Channel {\n    Channel::from_static(\"http://a:1\").connect_lazy()\n}\n",
            ],
            good: &[
                "use tonic::transport::{Channel, Endpoint, Error};\n\nasync fn open() -> Result<Channel, Error> {\n    Endpoint::from_static(\"http://a:1\").timeout(LIMIT).connect().await\n}\n",
                "use tonic::transport::Server;\n\nfn server() -> Server {\n    Server::builder()\n}\n",
            ],
        },
    },
];
