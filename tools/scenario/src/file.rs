//! The scenario file: what it may say, as types. What it means is worked out by [`crate::plan`].
//!
//! The types are the definition: the JSON Schema, the reference page and the reader's errors follow from them.
//! Nothing is checked here beyond the shape.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::slo::Slo;

mod check;
mod fault;
mod locate;
mod problem;
mod read;
mod resolve;
mod schema;
mod shape;
mod strategy;
mod write;

#[cfg(test)]
mod tests;

pub use fault::{FaultEntry, FaultSet};
pub use locate::{Place, Places};
pub use problem::FileProblem;
pub use read::{Document, read};
pub use resolve::resolve;
pub use schema::json_schema;
pub use strategy::{Recovery, Strategy};
pub use write::{header_comment, write};

/// A scenario: calls, what goes wrong around them, and what is expected.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What the scenario is about, in a line.
    pub title: String,
    /// More about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Settings for all calls of the scenario.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<Config>,
    /// Faults by name, to be used in items and in the matrix.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub faults: BTreeMap<String, FaultSet>,
    /// The tests, run in this order. `scenarios` is an older name of this key.
    #[serde(default, alias = "scenarios", skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<Item>,
    /// Tests made of each call with each fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matrix: Option<Matrix>,
}

/// Settings for all calls of a scenario.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Settings of HTTP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http: Option<HttpConfig>,
}

/// Settings of HTTP for all calls of a scenario.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HttpConfig {
    /// Headers of every call; a call's own header of the same name comes instead.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// Values for the placeholders of URLs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paths: Option<Paths>,
}

/// Values for the placeholders of URLs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Paths {
    /// The value of each `{placeholder}`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub segments: BTreeMap<String, String>,
}

/// One test: a call, its surroundings and its expectation.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// The request that is sent.
    pub call: CallSpec,
    /// What goes wrong around it, and how often it is sent.
    #[serde(default)]
    pub context: Context,
    /// What is expected of the answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expect: Option<Expect>,
}

/// An HTTP request.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CallSpec {
    /// The method, such as GET or POST.
    pub method: String,
    /// The absolute http or https URL; `{placeholders}` get their values from `config.http.paths.segments`.
    pub url: String,
    /// Headers of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub headers: Option<BTreeMap<String, String>>,
    /// The body, as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// How long an answer may take, in milliseconds; 10000 if not given. A call that takes longer has failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<f64>,
    /// The HTTP version that is spoken, `1.1` (the default) or `2`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_version: Option<HttpVersionName>,
    /// Whether requests under load share connections; true if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reuse_connections: Option<bool>,
    /// Where the call comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meta: Option<Meta>,
}

/// A version of HTTP.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum HttpVersionName {
    /// HTTP/1.1.
    #[default]
    #[serde(rename = "1.1")]
    Http1,
    /// HTTP/2.
    #[serde(rename = "2")]
    Http2,
}

/// Where a call comes from.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Meta {
    /// The `operationId` of an OpenAPI document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation_id: Option<String>,
}

/// What goes wrong around a call, and how often it is sent.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Context {
    /// The hosts whose traffic meets the faults: `host`, `host:port`, a URL, `*.example.com` or `*`. If the host of
    /// the call itself is among them, the calls cross the proxy; what the application calls does when it uses the
    /// proxy.
    #[serde(default)]
    pub upstreams: Vec<String>,
    /// The faults: each an object with a `type`, or the name of one under `faults` of the scenario.
    #[serde(default)]
    pub faults: Vec<FaultEntry>,
    /// How often the call is sent; once if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strategy: Option<Strategy>,
    /// Service level objectives that the answers are judged by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slo: Option<Vec<Slo>>,
    /// The proxy for what the application calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proxy: Option<ProxySpec>,
    /// What the application depends on, by name, each with faults of its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proxies: Vec<Dependency>,
    /// Whether the same calls are sent without faults first, to compare with; true if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub control: Option<bool>,
    /// Goes on with the load after the faults were lifted, to see how long the recovery takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery: Option<Recovery>,
    /// Where the faults are injected, if not here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runs_on: Option<RunsOn>,
}

/// The proxy for what the application calls.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProxySpec {
    /// Whether the HTTP proxy is left out, so that there are only the mappings; false if not given.
    #[serde(default)]
    pub disable_http_proxies: bool,
    /// Mappings `[ADDRESS:]PORT=[PROTOCOL://]HOST[:PORT]`.
    #[serde(default)]
    pub proxies: Vec<String>,
}

/// Something that the application depends on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dependency {
    /// Its name, as reports show it.
    pub name: String,
    /// Where it really is: `[PROTOCOL://]HOST[:PORT]`, as on the right side of a mapping.
    pub upstream: String,
    /// Where the application reaches it: `[ADDRESS:]PORT`. If not given, it does through the HTTP proxy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listen: Option<Listen>,
    /// The faults on this dependency, and on no other.
    #[serde(default)]
    pub faults: Vec<FaultEntry>,
}

/// A local port, or an address with one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Listen {
    /// A port on the loopback address.
    Port(u16),
    /// `ADDRESS:PORT`.
    Address(String),
}

/// What is expected of the answers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// The status of each answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// How many milliseconds each call takes at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_time_under: Option<f64>,
    /// Whether the objectives under `slo` decide; they do unless this is false.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub all_slo_are_valid: Option<bool>,
    /// How many times the application may call its upstreams for each call, on average.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_attempts_per_call: Option<f64>,
}

/// A platform on which faults are injected.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RunsOn {
    /// The platform; only `kubernetes` is known.
    pub platform: String,
    /// The namespace of the service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ns: Option<String>,
    /// The service.
    pub service: String,
    /// The image of the proxy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
}

/// Tests made of each call with each fault.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Matrix {
    /// The calls, by name.
    pub calls: BTreeMap<String, CallSpec>,
    /// The faults, each the name of one under `faults` of the scenario.
    pub faults: Vec<String>,
    /// The surroundings of every test; the faults of the matrix come in addition to its own.
    #[serde(default)]
    pub context: Context,
    /// What is expected of every test.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expect: Option<Expect>,
    /// What is different for some; the last that matches decides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<Override>,
}

/// What is different for some tests of a matrix.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Override {
    /// The call that is meant; all if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<String>,
    /// The fault that is meant; all if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// What is expected instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expect: Option<Expect>,
    /// Objectives instead of those of the context.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slo: Option<Vec<Slo>>,
    /// Whether these tests are left out; false if not given.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub skip: bool,
}
