//! The impact scenarios: the same calls without and with a fault, and what the difference shows.

use std::sync::{Arc, Mutex, PoisonError};

use fault_proxy::{Fault, Seed};
use fault_scenario::{
    ImpactResult, ListenerAddress, Repeat, Slo, Verdict,
    plan::Impact,
    results::{ItemResult, Results},
    run::{self, RunSettings, RunUpdate, Watcher},
};
use jiff::Timestamp;
use serde_json::{Map, Value};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::{
    context::{Context, Progress},
    error::ToolError,
    handle,
    state::Claim,
    traffic::{self, Plan, Traffic, origin},
};

/// What the description of every impact scenario goes on with.
pub(crate) const ABOUT: &str = "Tells whether the usual objectives (99% of calls within 350 ms, \
    95% within 200 ms, 99% succeed) still hold. Leave `proxies` empty to disturb the calls to `url` \
    itself, or give mappings to disturb what the application calls in turn. Returns a Markdown \
    report: verdict (passed, failed or inconclusive), percentiles of both runs, proof of injection, \
    seed. Sends num_clients x rps requests a second and takes `duration` plus about 3 s; if your \
    host gives up earlier, use fault_start_impact_scenario.";

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
        let plan = fault_scenario::plan::Plan::from(Impact {
            call: self.plan.call.clone(),
            load: self.plan.load,
            fault: self.scenario.fault.clone(),
            slos: Slo::impact(),
            mappings: self.plan.mappings.clone(),
        });
        let listeners = Arc::new(Mutex::new(Vec::new()));
        let watcher = watcher(
            context.progress().clone(),
            plan.length().as_secs_f64(),
            Arc::clone(&listeners),
        );
        let settings =
            RunSettings { trust: context.state().trust().clone(), ..RunSettings::new(self.seed) };
        let results = tokio::select! {
            biased;
            () = context.cancelled() => return Err(ToolError::cancelled()),
            results = run::run(plan, settings, watcher, CancellationToken::new()) => results?,
        };
        let listeners =
            std::mem::take(&mut *listeners.lock().unwrap_or_else(PoisonError::into_inner));
        self.result(results, started, listeners)
    }

    fn result(
        self,
        results: Results,
        started: Timestamp,
        listeners: Vec<ListenerAddress>,
    ) -> Result<ImpactResult, ToolError> {
        let versions = results.versions;
        let mut items = results.results.into_iter().flat_map(|scenario| scenario.results);
        let Some(ItemResult { verdict, reasons, control: Some(control), faulted, faults, .. }) =
            items.next()
        else {
            return Err(ToolError::internal("an impact scenario ended without a result"));
        };
        let Self { scenario, plan, seed, .. } = self;
        let masked = plan.call.masked();
        Ok(ImpactResult {
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
            versions,
        })
    }
}

/// Tells the progress of a run, and takes in where its proxy listens.
fn watcher(progress: Progress, total: f64, listeners: Arc<Mutex<Vec<ListenerAddress>>>) -> Watcher {
    let started = Instant::now();
    Arc::new(move |update| match update {
        RunUpdate::Listening { listeners: found } => {
            *listeners.lock().unwrap_or_else(PoisonError::into_inner) = found;
        }
        RunUpdate::Moved { done, steps, what, errors, .. } => {
            let message = format!("{what}: {done} of {steps} calls, {errors} errors");
            progress.report(started.elapsed().as_secs_f64().min(total), total, message);
        }
        RunUpdate::Started { .. } | RunUpdate::Ended { .. } => {}
    })
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
