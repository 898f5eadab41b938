//! The rules: what is at risk, whatever the language.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How bad it is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing; right in many programs.
    Info,
    /// It makes a fault worse.
    Low,
    /// A fault that is common becomes an error or a delay that users meet.
    Medium,
    /// A fault of one dependency stops the program, or loses or doubles data.
    High,
}

impl Severity {
    /// Every severity, the worst first.
    pub const ALL: [Self; 4] = [Self::High, Self::Medium, Self::Low, Self::Info];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }

    /// What it counts in a [score](super::score()).
    pub fn weight(self) -> f64 {
        match self {
            Self::Info => 0.05,
            Self::Low => 0.2,
            Self::Medium => 0.5,
            Self::High => 1.0,
        }
    }
}

/// What suffers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Concern {
    /// Whether it goes on when something fails.
    Reliability,
    /// How fast it is, and how much it bears.
    Performance,
    /// What others can make it do or tell.
    Threat,
}

impl Concern {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reliability => "reliability",
            Self::Performance => "performance",
            Self::Threat => "threat",
        }
    }
}

/// What is at risk.
#[derive(Debug, PartialEq)]
pub struct Rule {
    /// Its stable name, such as `no-timeout`.
    pub id: &'static str,
    /// What it is, in a few words.
    pub title: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What suffers.
    pub concern: Concern,
    /// Why it matters.
    pub why: &'static str,
    /// The fault that shows it, by its name in scenarios; none where no fault of the network does.
    pub fault: Option<&'static str>,
    /// What to do with that fault, and what the code should then do.
    pub scenario: &'static str,
}

impl Rule {
    /// The rule of an id.
    pub fn named(id: &str) -> Option<&'static Self> {
        RULES.iter().find(|rule| rule.id == id)
    }
}

/// Every rule. The order is the order of the documentation.
pub static RULES: &[Rule] = &[
    Rule {
        id: "no-timeout",
        title: "Remote call without a time-out",
        severity: Severity::High,
        concern: Concern::Reliability,
        why: "A dependency that takes a request and never answers holds the caller for ever. Each \
              such call keeps a thread, a connection or a task, until none is left for others.",
        fault: Some("blackhole"),
        scenario: "Let the dependency fall silent for a while: each call must end with an error \
                   within its time-out.",
    },
    Rule {
        id: "no-retry",
        title: "Remote read without a retry",
        severity: Severity::Low,
        concern: Concern::Reliability,
        why: "A lost connection or an answer of 503 is often over a moment later. A read that is \
              not tried again makes each of them an error of the caller.",
        fault: Some("http-error"),
        scenario: "Let a part of the dependency's answers fail: the caller should still succeed, \
                   with a second attempt after a pause.",
    },
    Rule {
        id: "unbounded-retry",
        title: "Retry without an end",
        severity: Severity::High,
        concern: Concern::Reliability,
        why: "Attempts that never end turn an outage of a dependency into a load on it that grows \
              with each caller, and hold each caller as a missing time-out does.",
        fault: Some("http-error"),
        scenario: "Let every answer of the dependency fail: the caller must give up after a few \
                   attempts, and the number of attempts must stay bounded.",
    },
    Rule {
        id: "retry-not-idempotent",
        title: "Retry of a call that changes something",
        severity: Severity::High,
        concern: Concern::Reliability,
        why: "When an answer is lost, what was asked for may have been done. Asking again for what \
              is not idempotent does it twice: two orders, two payments.",
        fault: Some("blackhole"),
        scenario: "Let answers get lost after the dependency has done its work: nothing may be \
                   done twice.",
    },
    Rule {
        id: "no-backoff",
        title: "Retry without a growing or random pause",
        severity: Severity::Medium,
        concern: Concern::Reliability,
        why: "Attempts at once, or at fixed times, come together from all callers, and keep a \
              dependency down that was about to come back.",
        fault: Some("http-error"),
        scenario: "Let the dependency fail for a few seconds: attempts must come at growing, \
                   uneven intervals.",
    },
    Rule {
        id: "client-per-request",
        title: "Client made for each request",
        severity: Severity::Medium,
        concern: Concern::Performance,
        why: "A new client opens new connections: one or more round trips, and a TLS handshake, \
              for each request, and ports that run out under load.",
        fault: Some("latency"),
        scenario: "Delay the dependency's side by 100 ms: a call that reuses its connection takes \
                   one delay, a new connection takes several.",
    },
    Rule {
        id: "pool-not-configured",
        title: "Pool of connections without chosen limits",
        severity: Severity::Low,
        concern: Concern::Performance,
        why: "The default limits of a pool are seldom those of the service: too few connections \
              make callers wait behind a slow dependency, no limit lets them pile up on it.",
        fault: Some("latency"),
        scenario: "Make the dependency slow under load: calls must not wait for a connection \
                   longer than for the dependency.",
    },
    Rule {
        id: "blocking-in-async",
        title: "Blocking call in asynchronous code",
        severity: Severity::High,
        concern: Concern::Performance,
        why: "What blocks the thread of an event loop stops every other task on it. One slow \
              dependency makes all requests slow, also those that do not need it.",
        fault: Some("latency"),
        scenario: "Delay the dependency by a second, and call something that does not need it at \
                   the same time: that must not become slow.",
    },
    Rule {
        id: "swallowed-error",
        title: "Error of a call that nobody hears of",
        severity: Severity::Medium,
        concern: Concern::Reliability,
        why: "A failure that is dropped looks like success: callers go on with what is missing, \
              and no log or metric tells that the dependency is down.",
        fault: Some("http-error"),
        scenario: "Let the dependency fail: the caller must answer with an error or a stated \
                   fallback, and a log must tell why.",
    },
    Rule {
        id: "no-rollback",
        title: "Transaction that is not rolled back",
        severity: Severity::High,
        concern: Concern::Reliability,
        why: "When a commit or a statement fails, the transaction stays open: the session or \
              connection cannot be used, and locks are held until somebody ends it.",
        fault: Some("blackhole"),
        scenario: "Cut the database off while requests write: once it is back, the next requests \
                   must succeed.",
    },
    Rule {
        id: "unbounded-concurrency",
        title: "Concurrent work without a bound",
        severity: Severity::Medium,
        concern: Concern::Reliability,
        why: "One task for each element starts as many calls as there are elements. When the \
              dependency slows down they all wait at once, and memory and connections run out.",
        fault: Some("latency"),
        scenario: "Make the dependency slow and send a large batch: the number of calls under way \
                   must stay bounded.",
    },
    Rule {
        id: "unbounded-queue",
        title: "Queue without a bound",
        severity: Severity::Medium,
        concern: Concern::Reliability,
        why: "A queue that takes everything hides that its consumer is too slow, until memory \
              runs out; what waits in it is too old to be of use.",
        fault: Some("bandwidth"),
        scenario: "Make the consumer's dependency slow while producers go on: the producer must \
                   be held back or refused.",
    },
    Rule {
        id: "no-cancellation",
        title: "Call that goes on when nobody waits any more",
        severity: Severity::Low,
        concern: Concern::Reliability,
        why: "When the client has gone or the deadline has passed, work for it is wasted. Under \
              an overload most of the work is of that kind.",
        fault: Some("latency"),
        scenario: "Delay the dependency beyond the client's patience: calls to it must end when \
                   the client leaves.",
    },
    Rule {
        id: "no-circuit-breaker",
        title: "Dependency of a request without a circuit breaker",
        severity: Severity::Info,
        concern: Concern::Reliability,
        why: "While a dependency is down, each request still waits for it to fail. A circuit \
              breaker fails at once, spares the dependency, and tries again later.",
        fault: Some("http-error"),
        scenario: "Let the dependency fail for a minute: answers must become fast failures or \
                   fallbacks after the first few.",
    },
    Rule {
        id: "call-in-loop",
        title: "Remote call in a loop",
        severity: Severity::Medium,
        concern: Concern::Performance,
        why: "One call for each element (N+1) adds one round trip for each: what takes 1 ms on \
              the developer's machine takes a second for 20 elements at 50 ms.",
        fault: Some("latency"),
        scenario: "Delay the dependency by 50 ms: the time of a request must not grow with the \
                   number of elements.",
    },
    Rule {
        id: "unchecked-status",
        title: "Answer that is used without a look at its status",
        severity: Severity::Medium,
        concern: Concern::Reliability,
        why: "An error page of a dependency has a body too. Read as if it were the answer, it \
              becomes wrong data, or an error far from its cause.",
        fault: Some("http-error"),
        scenario: "Let the dependency answer with 503: the caller must tell an error, and take \
                   nothing from its body.",
    },
    Rule {
        id: "secret-in-url",
        title: "Secret in a URL",
        severity: Severity::Medium,
        concern: Concern::Threat,
        why: "URLs are kept in logs, proxies, histories and traces, where a header would not be.",
        fault: None,
        scenario: "Record the traffic with a proxy of fault: no secret may be in a URL.",
    },
    Rule {
        id: "user-input-in-url",
        title: "User's input in the address of a call",
        severity: Severity::Medium,
        concern: Concern::Threat,
        why: "Whoever chooses a part of the address chooses what the server calls: other hosts, \
              other paths, the metadata service of a cloud.",
        fault: None,
        scenario: "Send input with `/`, `..`, `?` and `@`: the call must go to the intended path \
                   of the intended host.",
    },
];
