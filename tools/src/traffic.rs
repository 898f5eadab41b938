//! The arguments that all impact scenarios share: what to call, how often, and through what.

use std::time::Duration;

use fault_proxy::{Direction, Mapping, Side, parse_duration};
use fault_scenario::{Call, Load};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    error::ToolError,
    mappings,
    state::{Limits, State},
    target,
};

/// What to call, how often, and through what.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
pub(crate) struct Traffic {
    /// The absolute http or https address of the endpoint to call.
    pub(crate) url: String,
    /// The HTTP method; GET if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) method: Option<String>,
    /// The body of each request; none if empty. It is sent as JSON if it is JSON, else as plain text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) body: Option<String>,
    /// How long to call with the fault, such as `10s` or `1m`; 10s if not given. Before that the same
    /// calls run without the fault, for up to 3s.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) duration: Option<String>,
    /// How many clients call at the same time; 1 if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub(crate) num_clients: Option<u32>,
    /// How many requests each client sends a second; 10 if not given. The usual objectives need 100
    /// requests in all before they can be met.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub(crate) rps: Option<u32>,
    /// How many seconds each request waits for its answer; 10 if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) timeout: Option<f64>,
    /// Mappings `PORT=[PROTOCOL://]HOST[:PORT]` for the calls that the application itself makes, such
    /// as `34000=https://api.example.com`; the fault acts on those, and the application must use
    /// 127.0.0.1:34000. If empty, the fault acts on the calls to `url`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) proxies: Vec<String>,
    /// The number that every random decision is drawn from; give the seed of an earlier result to
    /// repeat its decisions. A new one, if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) seed: Option<String>,
}

/// Where a fault acts.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
pub(crate) struct Placement {
    /// Which bytes the fault acts on, seen from the proxy on that side; ingress if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    direction: Option<Direction>,
    /// Which leg of the proxy the fault acts on; server if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    side: Option<Side>,
}

/// The call and its load, checked.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) call: Call,
    pub(crate) load: Load,
    /// Mappings for the calls of the application; empty if the fault acts on the call itself.
    pub(crate) mappings: Vec<Mapping>,
}

impl Traffic {
    /// Reads and checks everything; what the state allows sets the limits.
    pub(crate) async fn plan(&self, state: &State) -> Result<Plan, ToolError> {
        let limits = state.limits();
        let call = self.call()?;
        let load = self.load(limits)?;
        let (host, port) = remote(&call);
        target::check_host(&host, port).await.map_err(|error| error.about("url"))?;
        let mappings = mappings::read_all(&self.proxies, "proxies", limits).await?;
        Ok(Plan { call, load, mappings })
    }

    fn call(&self) -> Result<Call, ToolError> {
        let mut call = Call::new(self.method.as_deref().unwrap_or("GET"), &self.url)?;
        if let Some(body) = self.body.as_deref().filter(|body| !body.is_empty()) {
            let json = serde_json::from_str::<serde::de::IgnoredAny>(body).is_ok();
            let kind = if json { "application/json" } else { "text/plain; charset=utf-8" };
            call = call.with_header("content-type", kind)?.with_body(body);
        }
        match self.timeout {
            Some(seconds) => {
                let timeout = Duration::try_from_secs_f64(seconds).map_err(|_| {
                    ToolError::input("bad_timeout", format!("timeout: `{seconds}` is not a time"))
                        .hint("give the number of seconds to wait for an answer, such as 10")
                })?;
                Ok(call.with_timeout(timeout)?)
            }
            None => Ok(call),
        }
    }

    fn load(&self, limits: &Limits) -> Result<Load, ToolError> {
        let duration = self.duration.as_deref().unwrap_or("10s");
        let load = Load {
            duration: parse_duration(duration)
                .map_err(|error| ToolError::from(error).about("duration"))?,
            clients: self.num_clients.unwrap_or(1),
            rps: self.rps.unwrap_or(10),
        };
        load.check()?;
        check_limits(&load, limits)?;
        Ok(load)
    }

    /// The arguments as they may be shown: with what may be secret in them masked.
    pub(crate) fn shown(&self, call: &Call) -> Self {
        let mut shown = self.clone();
        shown.url = call.masked().url;
        shown.body = self.body.as_ref().map(|_| "(the same body)".to_owned());
        shown
    }
}

/// Host and port of a call.
pub(crate) fn remote(call: &Call) -> (String, u16) {
    let url = call.url();
    let usual = if url.scheme_str() == Some("https") { 443 } else { 80 };
    (url.host().unwrap_or_default().to_owned(), url.port_u16().unwrap_or(usual))
}

/// Scheme, host and port of a call.
pub(crate) fn origin(call: &Call) -> String {
    let (host, port) = remote(call);
    format!("{}://{host}:{port}", call.url().scheme_str().unwrap_or("http"))
}

pub(crate) fn check_limits(load: &Load, limits: &Limits) -> Result<(), ToolError> {
    let refused = |what: String| {
        ToolError::input("over_limit", what)
            .hint("ask for less; only the command line of the server can raise its limits")
    };
    let rate = u64::from(load.clients) * u64::from(load.rps);
    if load.duration > limits.duration {
        return Err(refused(format!("duration: at most {} seconds", limits.duration.as_secs())));
    }
    if load.clients > limits.clients {
        return Err(refused(format!("num_clients: at most {}", limits.clients)));
    }
    if rate > u64::from(limits.rate) {
        let most = limits.rate;
        return Err(refused(format!(
            "num_clients x rps: {rate} requests a second, at most {most}"
        )));
    }
    Ok(())
}

impl Placement {
    /// The settings of a fault with its place; settings that are null were not given.
    pub(crate) fn fault(&self, mut settings: Value) -> Value {
        let place = serde_json::to_value(self).unwrap_or_default();
        if let (Some(settings), Value::Object(place)) = (settings.as_object_mut(), place) {
            settings.extend(place);
        }
        settings
    }
}

/// The arguments of a call as a map, to show how to repeat it.
pub(crate) fn arguments(input: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(input) {
        Ok(Value::Object(map)) => map,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    async fn plan(arguments: Value) -> Result<Plan, ToolError> {
        let traffic: Traffic = serde_json::from_value(arguments).unwrap();
        traffic.plan(&State::default()).await
    }

    async fn code(arguments: Value) -> String {
        plan(arguments).await.unwrap_err().code.into_owned()
    }

    #[tokio::test]
    async fn everything_but_the_url_has_a_default() {
        let plan = plan(json!({ "url": "http://127.0.0.1:1/" })).await.unwrap();
        assert_eq!(plan.call.method(), "GET");
        assert_eq!(plan.load.planned(), 100);
        assert!(plan.mappings.is_empty());
    }

    #[tokio::test]
    async fn more_load_than_allowed_is_refused() {
        let url = "http://127.0.0.1:1/";
        assert_eq!(code(json!({ "url": url, "duration": "11m" })).await, "over_limit");
        assert_eq!(code(json!({ "url": url, "num_clients": 257 })).await, "over_limit");
        assert_eq!(code(json!({ "url": url, "num_clients": 11, "rps": 100 })).await, "over_limit");
    }

    #[tokio::test]
    async fn only_http_urls_outside_of_link_local_addresses_are_called() {
        assert_eq!(code(json!({ "url": "file:///etc/passwd" })).await, "bad_url");
        assert_eq!(code(json!({ "url": "http://169.254.169.254/a" })).await, "forbidden_target");
        assert_eq!(code(json!({ "url": "http://[fe80::1]/a" })).await, "forbidden_target");
    }

    #[tokio::test]
    async fn shown_arguments_hold_no_secrets() {
        let url = "http://ann:hunter2@127.0.0.1:1/?key=hunter2";
        let traffic: Traffic =
            serde_json::from_value(json!({ "url": url, "body": "hunter2" })).unwrap();
        let plan = traffic.plan(&State::default()).await.unwrap();
        let shown = serde_json::to_string(&traffic.shown(&plan.call)).unwrap();
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
