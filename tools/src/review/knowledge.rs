//! What is known of each change that a review recommends: what it costs, what can go wrong with it,
//! what to watch, and what operations can do in its place.

/// What is known of a change.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Knowledge {
    /// The rule of the code, or the pattern of the figures, that asks for it.
    pub(crate) of: &'static str,
    /// What to do, as a title.
    pub(crate) action: &'static str,
    /// How hard it is: Low, Medium or High.
    pub(crate) complexity: &'static str,
    /// What it costs to run: Low, Medium or High.
    pub(crate) cost: &'static str,
    /// What is gained.
    pub(crate) benefit: &'static str,
    /// What can go wrong with it.
    pub(crate) trade_off: &'static str,
    /// How that shows.
    pub(crate) shows: &'static str,
    /// What to watch, and how to check it.
    pub(crate) watch: &'static str,
    /// What operations can do without a change of the code.
    pub(crate) operate: &'static str,
}

/// What is known of the change that a rule or a pattern asks for.
pub(crate) fn of(name: &str) -> Option<&'static Knowledge> {
    KNOWN.iter().find(|known| known.of == name)
}

static KNOWN: &[Knowledge] = &[
    Knowledge {
        of: "no-timeout",
        action: "Give every remote call a time-out",
        complexity: "Low",
        cost: "Low",
        benefit: "A silent dependency costs a bounded time, and no thread or connection for ever",
        trade_off: "Calls that are slow for a good reason are cut off",
        shows: "Errors after exactly the time-out, mostly on cold starts and large requests",
        watch: "Count time-outs by dependency; compare the time-out with the dependency's p99",
        operate: "Set a request time-out at the gateway or in the service mesh",
    },
    Knowledge {
        of: "no-retry",
        action: "Try reads again, a few times, with a growing random pause",
        complexity: "Medium",
        cost: "Low",
        benefit: "A failure that is over in a moment is not one of the caller",
        trade_off: "Retries hide lasting trouble, and add load to a dependency that is down",
        shows: "More requests at the dependency than at the service while it fails",
        watch: "Count attempts for each call; alert when more than a few percent are retries",
        operate: "Allow the mesh one retry of idempotent requests, with a budget",
    },
    Knowledge {
        of: "unbounded-retry",
        action: "End retries after a few attempts",
        complexity: "Low",
        cost: "Low",
        benefit: "An outage stays an outage of one dependency",
        trade_off: "Some calls fail that would have succeeded later",
        shows: "More errors during long outages",
        watch: "Count attempts for each call, and calls that gave up",
        operate: "Limit the rate of requests to the dependency",
    },
    Knowledge {
        of: "retry-not-idempotent",
        action: "Retry only what may be done twice, or give it an idempotency key",
        complexity: "High",
        cost: "Low",
        benefit: "A lost answer does not become a second order",
        trade_off: "The receiver has to remember keys",
        shows: "Storage for keys grows; a key that is reused by mistake loses a request",
        watch: "Count repeated keys; look for doubled records after a blackhole test",
        operate: "Switch off retries of POST and PATCH at the gateway",
    },
    Knowledge {
        of: "no-backoff",
        action: "Let the pauses between attempts grow, with chance in them",
        complexity: "Low",
        cost: "Low",
        benefit: "Callers do not come back all at once",
        trade_off: "Calls that succeed at a late attempt take longer",
        shows: "A longer tail while the dependency fails",
        watch: "Look at the waits between attempts in the report of the test",
        operate: "Set a back-off in the retry rule of the mesh",
    },
    Knowledge {
        of: "client-per-request",
        action: "Make the client once and keep it",
        complexity: "Low",
        cost: "Low",
        benefit: "Calls save a handshake each, and do not run out of ports",
        trade_off: "A client that is shared must be safe to share, and be closed at the end",
        shows: "Stale connections fail on their first use",
        watch: "Count connections that are opened for each request",
        operate: "Keep connections alive at the proxy beside the service",
    },
    Knowledge {
        of: "pool-not-configured",
        action: "Choose the limits of the pool of connections",
        complexity: "Low",
        cost: "Medium",
        benefit: "Callers wait a bounded time for a connection, and the dependency is not overrun",
        trade_off: "A pool that is too small makes callers wait, one that is too large overloads",
        shows: "Waits or errors of the pool under load",
        watch: "Connections in use, and the time that callers wait for one",
        operate: "Limit connections at the database or its proxy",
    },
    Knowledge {
        of: "blocking-in-async",
        action: "Take blocking calls off the event loop",
        complexity: "Medium",
        cost: "Medium",
        benefit: "One slow dependency no longer stops the requests that do not need it",
        trade_off: "Threads are used up instead of the loop",
        shows: "Work queues up before the pool of threads",
        watch: "Lag of the event loop, and threads in use",
        operate: "Run more processes, each with less traffic",
    },
    Knowledge {
        of: "swallowed-error",
        action: "Hand errors on, or log them and answer with a stated fallback",
        complexity: "Low",
        cost: "Low",
        benefit: "A dependency that is down is seen where it is down",
        trade_off: "Callers meet errors that they did not see before",
        shows: "The error rate rises when this is deployed",
        watch: "Errors by cause; compare before and after",
        operate: "Alert on the dependency's own errors",
    },
    Knowledge {
        of: "no-rollback",
        action: "Roll a transaction back when it fails",
        complexity: "Low",
        cost: "Low",
        benefit: "One failed write does not spoil the next requests on the same session",
        trade_off: "What was written before the failure is undone too",
        shows: "Work that used to be half done is now not done",
        watch: "Open transactions and locks; requests that succeed after an outage",
        operate: "Limit how long a transaction may be idle at the database",
    },
    Knowledge {
        of: "unbounded-concurrency",
        action: "Bound how much is under way at the same time",
        complexity: "Medium",
        cost: "Low",
        benefit: "A slow dependency does not collect all memory and connections",
        trade_off: "Large batches take longer",
        shows: "Work waits while the dependency is idle, if the bound is too low",
        watch: "Calls under way, and the time that work waits",
        operate: "Limit the connections and requests of each client",
    },
    Knowledge {
        of: "unbounded-queue",
        action: "Give the queue a length, and refuse what does not fit",
        complexity: "Medium",
        cost: "Low",
        benefit: "Overload is felt at once, and is over when its cause is",
        trade_off: "Producers must bear a refusal",
        shows: "Refusals in bursts",
        watch: "Length of the queue, age of its oldest entry, refusals",
        operate: "Shed load before the queue",
    },
    Knowledge {
        of: "no-cancellation",
        action: "End calls when nobody waits for them any more",
        complexity: "Medium",
        cost: "Low",
        benefit: "Under an overload, work is for callers that are still there",
        trade_off: "Work that is half done must be safe to leave",
        shows: "Records that are half written",
        watch: "Work that ends after its caller has gone",
        operate: "Keep the time-outs of callers above those of what they call",
    },
    Knowledge {
        of: "no-circuit-breaker",
        action: "Fail fast while a dependency is down",
        complexity: "Medium",
        cost: "Low",
        benefit: "Requests do not wait for what will fail, and the dependency can come back",
        trade_off: "Limits that are too tight refuse healthy traffic",
        shows: "The breaker opens on a short hiccup, or stays open too long",
        watch: "State of the breaker, and how often it changes",
        operate: "Eject hosts that fail at the load balancer (outlier detection)",
    },
    Knowledge {
        of: "call-in-loop",
        action: "Make one call for all elements in place of one for each",
        complexity: "Medium",
        cost: "Low",
        benefit: "Time does not grow with the number of elements",
        trade_off: "One call is larger, and fails as a whole",
        shows: "Large requests meet limits of the dependency",
        watch: "Calls to the dependency for each request",
        operate: "Cache the answers of the dependency",
    },
    Knowledge {
        of: "unchecked-status",
        action: "Look at the status before the body is used",
        complexity: "Low",
        cost: "Low",
        benefit: "An error of a dependency is told as one, at its cause",
        trade_off: "Callers meet errors where they met wrong data",
        shows: "The error rate rises when this is deployed",
        watch: "Errors by dependency and status",
        operate: "Alert on the statuses that the dependency answers",
    },
    Knowledge {
        of: "secret-in-url",
        action: "Send secrets in a header",
        complexity: "Low",
        cost: "Low",
        benefit: "Secrets are not kept in logs and traces",
        trade_off: "The receiver has to accept the header",
        shows: "Requests are refused until both sides are changed",
        watch: "Refused requests; search logs for the old form, and replace the secret",
        operate: "Leave query strings out of access logs",
    },
    Knowledge {
        of: "user-input-in-url",
        action: "Check and encode input before it is part of an address",
        complexity: "Low",
        cost: "Low",
        benefit: "Callers cannot choose what the server calls",
        trade_off: "Input that used to work by accident is refused",
        shows: "Requests with unusual characters fail",
        watch: "Refused input; hosts that the service calls",
        operate: "Allow outgoing traffic to known hosts only",
    },
    Knowledge {
        of: "waits-for-dependency",
        action: "Bound how long the application waits for what it calls",
        complexity: "Low",
        cost: "Low",
        benefit: "Callers get an answer, or an error, within their objective",
        trade_off: "Calls that are slow for a good reason are cut off",
        shows: "Errors after exactly the time-out",
        watch: "Time-outs by dependency, beside the latency that callers see",
        operate: "Set a request time-out at the gateway or in the service mesh",
    },
    Knowledge {
        of: "passes-errors-on",
        action: "Bear short failures of a dependency: retry reads, or fall back",
        complexity: "Medium",
        cost: "Low",
        benefit: "A failure that is over in a moment is not one of the caller",
        trade_off: "Retries add load to a dependency that is down; a fallback may be out of date",
        shows: "More requests at the dependency while it fails",
        watch: "Attempts for each call, and answers from the fallback",
        operate: "Allow the mesh one retry of idempotent requests, with a budget",
    },
    Knowledge {
        of: "many-attempts",
        action: "Limit attempts, and let the pauses between them grow",
        complexity: "Low",
        cost: "Low",
        benefit: "The application does not multiply the load on what has failed",
        trade_off: "Some calls fail that a later attempt would have saved",
        shows: "More errors during long outages",
        watch: "Attempts for each call, in the report of the same test",
        operate: "Set a retry budget, and limit the rate towards the dependency",
    },
    Knowledge {
        of: "several-delays",
        action: "Make fewer round trips for each request",
        complexity: "Medium",
        cost: "Low",
        benefit: "A delay of the dependency is felt once, not several times",
        trade_off: "Calls are joined or made at the same time, which is harder to follow",
        shows: "Bursts of calls at the dependency",
        watch: "Calls to the dependency for each request",
        operate: "Keep connections open, and place the service near its dependency",
    },
    Knowledge {
        of: "slow-recovery",
        action: "Drop old work after an outage",
        complexity: "Medium",
        cost: "Low",
        benefit: "Service is back when the dependency is",
        trade_off: "What is dropped must be asked for again",
        shows: "Refusals right after an outage",
        watch: "Length of queues, and age of their oldest entry, after the fault is lifted",
        operate: "Shed load while queues are long; restart what does not come back",
    },
    Knowledge {
        of: "spreads",
        action: "Keep a slow dependency from slowing what does not need it",
        complexity: "High",
        cost: "Medium",
        benefit: "Only calls that need the dependency feel its trouble",
        trade_off: "Separate pools use more connections and threads",
        shows: "One pool is idle while another is full",
        watch: "Use of each pool, and latency of calls that met no fault",
        operate: "Run what is critical in processes of its own",
    },
    Knowledge {
        of: "in-front",
        action: "Run the same faults on what the application calls",
        complexity: "Low",
        cost: "Low",
        benefit: "Tells what the application itself does about a fault",
        trade_off: "The application's own calls must go through the proxy",
        shows: "A test is inconclusive when nothing crosses the proxy",
        watch: "The number of exchanges that crossed, in the report of the run",
        operate: "Tell callers what to expect: time-outs and retries are theirs here",
    },
];

#[cfg(test)]
mod tests {
    use fault_indexer::risk::RULES;

    use super::*;

    #[test]
    fn something_is_known_of_the_change_for_every_rule_once() {
        for rule in RULES {
            assert!(of(rule.id).is_some(), "{}", rule.id);
        }
        for (at, known) in KNOWN.iter().enumerate() {
            assert!(KNOWN[..at].iter().all(|other| other.of != known.of), "{}", known.of);
            assert!(["Low", "Medium", "High"].contains(&known.complexity), "{}", known.of);
            assert!(["Low", "Medium", "High"].contains(&known.cost), "{}", known.of);
        }
    }
}
