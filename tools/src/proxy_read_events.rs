//! `fault_read_proxy_events`: what a proxy has seen.

use std::fmt::{Display, Formatter};

use fault_proxy::Event;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    context::Context,
    error::ToolError,
    event_log::{Counters, Page},
    tool::{Definition, Effect, Tool},
};

/// How many events are answered when nothing is said.
const USUAL: usize = 50;

/// Reads the events of a proxy.
pub(crate) struct ReadProxyEvents;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// The id that fault_start_proxy answered.
    proxy_id: String,
    /// The `next_cursor` of the last answer, to see only what is new. From the oldest event that is
    /// kept, if not given.
    #[serde(default)]
    cursor: Option<u64>,
    /// How many events to answer at most; 50 if not given. 0 for the counters only.
    #[serde(default)]
    #[schemars(range(max = 500))]
    limit: Option<usize>,
}

/// What a proxy has seen.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Output {
    /// Whether the proxy still carries traffic.
    running: bool,
    /// What has happened since the proxy was started.
    counters: Counters,
    /// The events, oldest first.
    #[schemars(with = "Vec<Map<String, Value>>")]
    events: Vec<Event>,
    /// Give it back to go on from here.
    next_cursor: u64,
    /// Events before these that are not kept any more; the counters include them, unless they came
    /// too fast to be counted.
    dropped: u64,
}

impl Tool for ReadProxyEvents {
    const DEFINITION: Definition = Definition {
        name: "fault_read_proxy_events",
        title: "Read the events of a proxy",
        description: &[
            "Answers what an open proxy has seen: counters (connections, HTTP exchanges, \
            failures, how often each fault acted and for how long), and the latest events one by \
            one. Use it to see whether traffic really crosses the proxy and faults really act. \
            The last 1000 events are kept; go on with next_cursor. Answers at once.",
        ],
        effect: Effect::Reads,
        idempotent: true,
        open_world: false,
    };
    type Input = Input;
    type Output = Output;

    async fn run(context: Context, input: Input) -> Result<Output, ToolError> {
        let (cursor, limit) = (input.cursor.unwrap_or(0), input.limit.unwrap_or(USUAL));
        let (page, counters, running) =
            context.state().proxies.read(&input.proxy_id, cursor, limit)?;
        let Page { events, next_cursor, dropped } = page;
        Ok(Output { running, counters, events, next_cursor, dropped })
    }
}

impl Display for Output {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.counters)?;
        if !self.running {
            f.write_str("\nthe proxy has ended")?;
        }
        if self.dropped > 0 {
            write!(f, "\n{} earlier events are not kept any more", self.dropped)?;
        }
        for event in &self.events {
            let text = serde_json::to_string(event).map_err(|_| std::fmt::Error)?;
            write!(f, "\n{text}")?;
        }
        write!(f, "\nnext_cursor: {}", self.next_cursor)
    }
}
