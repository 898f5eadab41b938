//! The impact scenarios: the same calls without and with a fault, and what the difference shows.

use std::time::Duration;

use fault_proxy::{Fault, Seed};
use fault_scenario::{
    FaultEvidence, ImpactResult, Judgement, ListenerAddress, Phase, PhaseName, Repeat, Slo, Trial,
    Verdict, Versions, Window, verdict,
};
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::{
    context::Context,
    error::ToolError,
    handle,
    lab::{Lab, Measured},
    state::Claim,
    tally::Tally,
    traffic::{self, Plan, Traffic, origin},
};

/// What the description of every impact scenario goes on with.
pub(crate) const ABOUT: &str = "Tells whether the usual objectives (99% of calls within 350 ms, \
    95% within 200 ms, 99% succeed) still hold. Leave `proxies` empty to disturb the calls to `url` \
    itself, or give mappings to disturb what the application calls in turn. Returns a Markdown \
    report: verdict (passed, failed or inconclusive), percentiles of both runs, proof of injection, \
    seed. Sends num_clients x rps requests a second and takes `duration` plus about 3 s; if your \
    host gives up earlier, use fault_start_impact_scenario.";

/// How long a cancelled run may take to close its connections.
const SWIFTLY: Duration = Duration::from_millis(200);

/// What an impact scenario is asked for.
pub(crate) struct Scenario {
    /// The tool that was called.
    pub(crate) tool: &'static str,
    /// The fault, checked.
    pub(crate) fault: Fault,
    /// What to call.
    pub(crate) traffic: Traffic,
    /// The arguments of the call, to show how to repeat it.
    pub(crate) arguments: Map<String, Value>,
}

/// A scenario with everything checked that can be checked before it runs.
pub(crate) struct Ready {
    scenario: Scenario,
    plan: Plan,
    seed: Seed,
    _claim: Claim,
}

impl Scenario {
    /// Checks the arguments against what the state allows.
    pub(crate) async fn ready(self, context: &Context) -> Result<Ready, ToolError> {
        context.state().check_open()?;
        let plan = self.traffic.plan(context.state()).await?;
        let seed = handle::seed(self.traffic.seed.as_deref())?;
        if let Some(schedule) = self.fault.schedule() {
            schedule.windows(Some(plan.load.duration)).map_err(|error| {
                ToolError::input("invalid_schedule", error.to_string()).hint(error.hint())
            })?;
        }
        let claim = context.state().claim(&origin(&plan.call))?;
        Ok(Ready { scenario: self, plan, seed, _claim: claim })
    }

    /// Runs the scenario. It takes the duration of its load, and up to three seconds for the
    /// control before that.
    pub(crate) async fn run(self, context: &Context) -> Result<ImpactResult, ToolError> {
        self.ready(context).await?.run(context).await
    }
}

impl Ready {
    /// Runs the scenario; when the context is cancelled everything is taken down at once.
    pub(crate) async fn run(self, context: &Context) -> Result<ImpactResult, ToolError> {
        let started = Timestamp::now();
        let lab = Lab::open(&self.plan, self.seed, context.state().trust()).await?;
        let listeners = lab.listeners().iter().map(|listener| ListenerAddress {
            name: listener.name.clone(),
            address: listener.address.to_string(),
        });
        let listeners = listeners.collect();
        let outcome = tokio::select! {
            biased;
            () = context.cancelled() => Err(ToolError::cancelled()),
            outcome = lab.measure(&self.scenario.fault, context.progress()) => outcome,
        };
        match outcome {
            Ok(measured) => {
                let tally = lab.close().await;
                Ok(self.result(&measured, &tally, started, listeners))
            }
            Err(error) => {
                // What takes longer is dropped, which takes it down all the same.
                let _ = tokio::time::timeout(SWIFTLY, lab.close()).await;
                Err(error)
            }
        }
    }

    fn result(
        self,
        measured: &Measured,
        tally: &Tally,
        started: Timestamp,
        listeners: Vec<ListenerAddress>,
    ) -> ImpactResult {
        let slos = Slo::impact();
        let control = Phase::of(PhaseName::Control, &measured.control, &slos, tally.control());
        let faulted = Phase::of(PhaseName::Faulted, &measured.faulted, &slos, tally.faulted());
        let faults = vec![self.evidence(tally)];
        let Judgement { verdict, reasons } =
            verdict::judge(Trial { control: &control, faulted: &faulted, faults: &faults });
        let Self { scenario, plan, seed, .. } = self;
        let masked = plan.call.masked();
        ImpactResult {
            title: format!("Evaluating runtime performance of {}", masked.url),
            next_steps: next_steps(verdict, scenario.tool),
            repeat: repeat(&scenario, &plan, seed),
            verdict,
            reasons,
            call: masked,
            load: plan.load,
            control,
            faulted,
            faults,
            seed: seed.to_string(),
            started,
            ended: Timestamp::now(),
            listeners,
            versions: Versions { fault: env!("CARGO_PKG_VERSION").to_owned() },
        }
    }

    fn evidence(&self, tally: &Tally) -> FaultEvidence {
        let total = self.plan.load.duration;
        let percent =
            |at: Duration| (at.as_secs_f64() / total.as_secs_f64() * 100.0).clamp(0.0, 100.0);
        let windows = self.scenario.fault.schedule().and_then(|schedule| {
            let windows = schedule.windows(Some(total)).ok()?;
            let window = |window: &fault_proxy::schedule::Window| Window {
                from_percent: percent(window.start),
                to_percent: window.end.map_or(100.0, percent),
            };
            Some(windows.iter().map(window).collect())
        });
        tally.evidence(&self.scenario.fault, windows.unwrap_or_default())
    }
}

fn repeat(scenario: &Scenario, plan: &Plan, seed: Seed) -> Repeat {
    let mut arguments = scenario.arguments.clone();
    arguments.extend(traffic::arguments(&scenario.traffic.shown(&plan.call)));
    arguments.insert("seed".to_owned(), seed.to_string().into());
    let json = Value::Object(arguments.clone()).to_string().replace('\'', "'\\''");
    Repeat {
        tool: scenario.tool.to_owned(),
        arguments,
        command: format!("fault tool {} '{json}'", scenario.tool),
    }
}

fn next_steps(verdict: Verdict, tool: &str) -> Vec<String> {
    let steps: &[&str] = match verdict {
        Verdict::Passed => &["raise the fault until the objectives are missed, to find the limit"],
        Verdict::Failed => &[
            "look at how the application waits for this call: time-outs, retries, fallbacks",
            "after a change, call the tool again with the same arguments and seed, and compare",
        ],
        Verdict::Inconclusive => &["follow the hints of the reasons, then call the tool again"],
    };
    let other = "fault_run_blackhole_impact_scenario";
    let mut steps: Vec<String> = steps.iter().map(|step| (*step).to_owned()).collect();
    if verdict == Verdict::Passed && tool != other {
        steps.push(format!("try {other}: a dependency that never answers is the harder case"));
    }
    steps
}

#[cfg(test)]
mod tests;
