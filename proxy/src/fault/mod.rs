//! The faults: what can go wrong, one file each, and the list of them.
//!
//! A fault decides and never acts. It is a small state machine that is asked about a chunk of a byte stream, an
//! HTTP exchange or a name to resolve; it touches no socket, no clock and no task.
//!
//! Adding one takes a file with its settings (an implementation of `Spec`) and a line in `CATALOG`. The
//! command line's flags, the environment variables, the YAML keys, the JSON Schema and the reference page are
//! derived from the settings.

mod bandwidth;
mod blackhole;
mod catalog;
mod dns;
mod http_response;
mod jitter;
mod label;
mod latency;
mod packet_loss;
mod parse;
mod rule;
mod verdict;

use std::{fmt, sync::Arc};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use self::catalog::Entry;
pub use self::catalog::Property;
pub use self::catalog::ValueKind;
pub use self::catalog::catalog;
pub use self::catalog::find;
pub use self::label::labels;
pub use self::parse::FaultError;
pub(crate) use self::rule::{LOOKED_AT, Places, admit};
pub use self::verdict::Action;
pub use self::verdict::Answer;
pub use self::verdict::Asked;
pub use self::verdict::Chunk;
pub use self::verdict::Decide;
pub use self::verdict::DecideExchange;
pub use self::verdict::Decider;
pub use self::verdict::Reply;
pub use self::verdict::Rewriting;
pub use self::verdict::Ruling;
pub use self::verdict::StreamFault;
pub use self::verdict::Then;
pub use self::verdict::Verdict;

use crate::{schedule::Schedule, upstreams::Upstreams};

/// Every fault. The order is the order of the documentation.
static CATALOG: &[Entry] = &[
    Entry::of::<latency::Latency>(),
    Entry::of::<jitter::Jitter>(),
    Entry::of::<bandwidth::Bandwidth>(),
    Entry::of::<blackhole::Blackhole>(),
    Entry::of::<packet_loss::PacketLoss>(),
    Entry::of::<http_response::HttpResponse>(),
    Entry::of::<dns::Dns>(),
    Entry::of::<rule::Rule>(),
];

/// How many characters the name of a fault has at most.
const NAME: usize = 64;

/// Which leg of the proxy a fault acts on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// Between the client and the proxy.
    Client,
    /// Between the proxy and the upstream.
    #[default]
    Server,
}

/// Which way the bytes go that a fault acts on, seen from the proxy on the fault's leg.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// What the proxy receives on that leg: answers on the server side, requests on the client side.
    #[default]
    Ingress,
    /// What the proxy sends on that leg: requests on the server side, answers on the client side.
    Egress,
    /// Both ways.
    Both,
}

/// The two ways bytes go through the proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Flow {
    /// From the client to the upstream.
    Request,
    /// From the upstream to the client.
    Response,
}

/// What one fault file defines.
pub(crate) trait Spec:
    Serialize
    + for<'de> Deserialize<'de>
    + JsonSchema
    + fmt::Display
    + fmt::Debug
    + Send
    + Sync
    + 'static
{
    /// Names and texts of the fault.
    const DEFINITION: Definition;

    /// What no single setting is to blame for. It is asked once, before anything is decided.
    fn check(&self) -> Result<(), FaultError> {
        Ok(())
    }

    /// A fresh state machine for one connection or exchange, or the setting that has no effect or no meaning.
    fn decider(&self) -> Result<Decider, Invalid>;
}

/// Names and texts of a fault.
#[derive(Clone, Copy, Debug)]
pub struct Definition {
    /// The `type` in YAML, JSON and results.
    pub kind: &'static str,
    /// The word in flags: `--with-<flag>`, `--<flag>-<setting>`.
    pub flag: &'static str,
    /// The word in environment variables: `FAULT_WITH_<env>`, `FAULT_<env>_<SETTING>`.
    pub env: &'static str,
    /// The heading in the documentation.
    pub title: &'static str,
    /// What the fault does, in a paragraph.
    pub about: &'static str,
    /// Which of `side` and `direction` can be set.
    pub placed: Placed,
    /// The setting that says how strong the fault is, if one does: what is stepped and searched.
    pub dose: Option<&'static str>,
    /// Rewrites older spellings of the settings into today's.
    pub modernise: fn(&mut Map<String, Value>),
}

/// Which of `side` and `direction` a fault takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placed {
    /// Both: the fault acts on bytes.
    SideAndDirection,
    /// Only a direction, which labels the fault in results: it answers by itself.
    Direction,
    /// Neither.
    Nowhere,
}

/// A setting whose value has no effect or no meaning.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Invalid {
    pub(crate) field: &'static str,
    pub(crate) problem: String,
    pub(crate) missing: bool,
}

impl Invalid {
    pub(crate) fn missing(field: &'static str, problem: &str) -> Self {
        Self { field, problem: problem.to_owned(), missing: true }
    }

    pub(crate) fn value(field: &'static str, problem: impl Into<String>) -> Self {
        Self { field, problem: problem.into(), missing: false }
    }
}

/// A fault with its settings, where it acts and when.
#[derive(Clone)]
pub struct Fault {
    entry: &'static Entry,
    spec: Arc<dyn Settings>,
    name: Option<String>,
    /// Names at least one host.
    upstreams: Option<Upstreams>,
    side: Side,
    direction: Direction,
    period: Option<Schedule>,
}

/// What [`Fault`] needs of its settings, whatever their type.
trait Settings: fmt::Debug + Send + Sync {
    fn to_map(&self) -> Map<String, Value>;
    fn decider(&self) -> Decider;
    fn words(&self) -> String;
}

impl<T: Spec> Settings for T {
    fn to_map(&self) -> Map<String, Value> {
        match serde_json::to_value(self) {
            Ok(Value::Object(map)) => map,
            _ => Map::new(),
        }
    }

    fn decider(&self) -> Decider {
        Spec::decider(self).expect("the settings were checked when the fault was read")
    }

    fn words(&self) -> String {
        self.to_string()
    }
}

impl Fault {
    /// The `type` of the fault: `latency`, `packetloss`, ...
    pub fn kind(&self) -> &'static str {
        self.entry.definition.kind
    }

    /// The fault's entry in the catalogue.
    pub fn entry(&self) -> &'static Entry {
        self.entry
    }

    /// What its user calls it.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The same fault by another name. What a name cannot hold is left out of it; of nothing no name is left.
    pub fn named(mut self, name: impl Into<String>) -> Self {
        let name: String = name.into().chars().filter(|c| !c.is_control()).collect();
        let name: String = name.trim().chars().take(NAME).collect();
        self.name = Some(name.trim_end().to_owned()).filter(|name| !name.is_empty());
        self
    }

    /// The only hosts it acts on, wherever their traffic comes through. Without them it acts on every mapping, and
    /// on forwarded traffic to the upstreams of the proxy.
    pub fn upstreams(&self) -> Option<&Upstreams> {
        self.upstreams.as_ref()
    }

    /// The same fault on these hosts only. Upstreams that name no host leave it as without them.
    pub fn only(mut self, upstreams: Option<Upstreams>) -> Self {
        self.upstreams = upstreams.filter(|upstreams| !upstreams.is_empty());
        self
    }

    /// The leg it acts on.
    pub fn side(&self) -> Side {
        self.side
    }

    /// The way of the bytes it acts on, seen from the proxy.
    pub fn direction(&self) -> Direction {
        self.direction
    }

    /// When it acts; always, if there is none.
    pub fn schedule(&self) -> Option<&Schedule> {
        self.period.as_ref()
    }

    /// The same fault at other times.
    pub fn scheduled(mut self, period: Option<Schedule>) -> Self {
        self.period = period;
        self
    }

    /// A fresh state machine for one connection or exchange.
    pub fn decider(&self) -> Decider {
        self.spec.decider()
    }

    /// Whether it decides about bytes that go this way.
    pub fn acts_on(&self, flow: Flow) -> bool {
        let inward = match self.side {
            Side::Client => Flow::Request,
            Side::Server => Flow::Response,
        };
        self.entry.definition.placed == Placed::SideAndDirection
            && match self.direction {
                Direction::Both => true,
                Direction::Ingress => flow == inward,
                Direction::Egress => flow != inward,
            }
    }

    /// The fault as it is written, with its settings as they are.
    pub fn to_map(&self) -> Map<String, Value> {
        let mut map = Map::new();
        map.insert("type".into(), self.kind().into());
        if let Some(name) = &self.name {
            map.insert("name".into(), name.as_str().into());
        }
        map.extend(self.spec.to_map().into_iter().filter(|(_, value)| !value.is_null()));
        let word = |value: Result<Value, serde_json::Error>| value.unwrap_or_default();
        match self.entry.definition.placed {
            Placed::SideAndDirection => {
                map.insert("side".into(), word(serde_json::to_value(self.side)));
                map.insert("direction".into(), word(serde_json::to_value(self.direction)));
            }
            Placed::Direction => {
                map.insert("direction".into(), word(serde_json::to_value(self.direction)));
            }
            Placed::Nowhere => {}
        }
        if let Some(upstreams) = &self.upstreams {
            map.insert("upstreams".into(), upstreams.to_string().into());
        }
        if let Some(period) = &self.period {
            map.insert("period".into(), period.to_string().into());
        }
        map
    }
}

impl PartialEq for Fault {
    fn eq(&self, other: &Self) -> bool {
        self.to_map() == other.to_map()
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Value::Object(self.to_map()))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.entry.definition.title.to_lowercase())?;
        if let Some(name) = &self.name {
            write!(f, " `{name}`")?;
        }
        write!(f, ": {}", self.spec.words())?;
        if self.entry.definition.placed == Placed::SideAndDirection {
            write!(f, ", {}", self.place_words())?;
        }
        if let Some(upstreams) = &self.upstreams {
            write!(f, ", only for {upstreams}")?;
        }
        if let Some(period) = &self.period {
            write!(f, ", during {period}")?;
        }
        Ok(())
    }
}

impl Fault {
    /// Where the fault acts, in words: what is affected and between whom.
    fn place_words(&self) -> String {
        let flow = match (self.acts_on(Flow::Request), self.acts_on(Flow::Response)) {
            (true, true) => "requests and responses",
            (true, false) => "requests",
            _ => "responses",
        };
        let leg = match self.side {
            Side::Client => "between client and proxy",
            Side::Server => "between proxy and upstream",
        };
        format!("on {flow} {leg}")
    }
}

impl Serialize for Fault {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_map().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Fault {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Self::from_value(&value).map_err(serde::de::Error::custom)
    }
}
