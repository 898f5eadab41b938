//! The set-up of an impact scenario: a proxy for the fault, the calls, and what is seen of them.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use fault_proxy::{Fault, Listener, Mapping, Proxy, Seed, Settings, Subscription, Trust};
use fault_scenario::{Call, Load, Recording, generator};
use tokio::{
    sync::watch,
    time::{Instant, MissedTickBehavior, interval},
};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

use crate::{
    context::Progress,
    error::ToolError,
    tally::Tally,
    traffic::{Plan, origin},
};

/// A set-up that is ready to measure. Dropping it takes everything down.
pub(crate) struct Lab {
    proxy: Proxy,
    /// Speaks TLS for calls that go past the proxy, since the generator speaks plain HTTP.
    carrier: Option<Proxy>,
    call: Call,
    load: Load,
    tally: Arc<Mutex<Tally>>,
    folding: AbortOnDropHandle<()>,
    started: Instant,
}

/// What the two runs measured.
pub(crate) struct Measured {
    pub(crate) control: Recording,
    pub(crate) faulted: Recording,
}

/// How long the calls run without a fault at most.
const CONTROL: Duration = Duration::from_secs(3);
/// How long they do at least.
const LEAST_CONTROL: Duration = Duration::from_secs(1);

impl Lab {
    /// Starts the proxy, without faults.
    pub(crate) async fn open(plan: &Plan, seed: Seed, trust: &Trust) -> Result<Self, ToolError> {
        let itself = plan.mappings.is_empty();
        let mappings = if itself { vec![free(&plan.call)?] } else { plan.mappings.clone() };
        let settings = Settings { mappings, trust: trust.clone(), ..Settings::new(seed) };
        let proxy = Proxy::start(settings).await?;
        let started = Instant::now();
        let carrier = if !itself && plan.call.url().scheme_str() == Some("https") {
            let mappings = vec![free(&plan.call)?];
            let settings = Settings { mappings, trust: trust.clone(), ..Settings::new(seed) };
            Some(Proxy::start(settings).await?)
        } else {
            None
        };
        let entrance = carrier.as_ref().or_else(|| itself.then_some(&proxy));
        let call = match entrance.and_then(|proxy| proxy.listeners().first()) {
            Some(listener) => plan.call.through(listener.address),
            None => plan.call.clone(),
        };
        let tally = Arc::new(Mutex::new(Tally::default()));
        let folding = tokio::spawn(fold(proxy.subscribe(), Arc::clone(&tally)));
        let folding = AbortOnDropHandle::new(folding);
        Ok(Self { proxy, carrier, call, load: plan.load, tally, folding, started })
    }

    /// Where the proxy listens.
    pub(crate) fn listeners(&self) -> &[Listener] {
        self.proxy.listeners()
    }

    /// How long both runs take, if no answer is late.
    pub(crate) fn length(&self) -> Duration {
        self.control_load().duration + self.load.duration
    }

    /// Runs the calls without and then with the fault.
    pub(crate) async fn measure(
        &self,
        fault: &Fault,
        progress: &Progress,
    ) -> Result<Measured, ToolError> {
        let control = self.run(&self.control_load(), "without the fault", progress).await?;
        let at = self.started.elapsed();
        let faults = vec![shifted(fault, at, self.load.duration)?];
        self.tally
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .switch(at.as_secs_f64() * 1000.0, &faults);
        self.proxy.set_faults(faults)?;
        let faulted = self.run(&self.load, "with the fault", progress).await?;
        Ok(Measured { control, faulted })
    }

    /// Takes everything down, and answers with what was seen.
    pub(crate) async fn close(self) -> Tally {
        let Self { proxy, carrier, tally, folding, .. } = self;
        proxy.stop().await;
        if let Some(carrier) = carrier {
            carrier.stop().await;
        }
        // The stream of events has ended with the proxy, so the tally is complete after this.
        let _ = folding.await;
        std::mem::take(&mut *tally.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn control_load(&self) -> Load {
        Load { duration: self.load.duration.min(CONTROL).max(LEAST_CONTROL), ..self.load }
    }

    async fn run(
        &self,
        load: &Load,
        what: &str,
        progress: &Progress,
    ) -> Result<Recording, ToolError> {
        let told = watch::Sender::new(generator::Progress::default());
        let uncut = CancellationToken::new();
        let running = generator::run(&self.call, load, &uncut, &told);
        tokio::pin!(running);
        let mut ticks = interval(Duration::from_secs(1));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                recording = &mut running => return Ok(recording?),
                _ = ticks.tick() => {
                    let generator::Progress { planned, done, errors, .. } = *told.borrow();
                    let message = format!("{what}: {done} of {planned} calls, {errors} errors");
                    let elapsed = self.started.elapsed().as_secs_f64();
                    progress.report(elapsed, self.length().as_secs_f64(), message);
                }
            }
        }
    }
}

/// A mapping from a free port to where a call goes.
fn free(call: &Call) -> Result<Mapping, ToolError> {
    Ok(format!("0={}", origin(call)).parse::<Mapping>()?)
}

/// The fault with its periods counted from now instead of from the start of the proxy.
fn shifted(fault: &Fault, now: Duration, total: Duration) -> Result<Fault, ToolError> {
    let Some(schedule) = fault.schedule() else {
        return Ok(fault.clone());
    };
    let invalid = |error: fault_proxy::schedule::ScheduleError| {
        ToolError::input("invalid_schedule", error.to_string()).hint(error.hint())
    };
    let periods: Vec<String> = schedule
        .windows(Some(total))
        .map_err(invalid)?
        .iter()
        .map(|window| {
            let start = format!("start:{}ms", (now + window.start).as_millis());
            match window.end {
                Some(end) => {
                    format!("{start},duration:{}ms", end.saturating_sub(window.start).as_millis())
                }
                None => start,
            }
        })
        .collect();
    let schedule = periods.join(";").parse().map_err(invalid)?;
    Ok(fault.clone().scheduled(Some(schedule)))
}

async fn fold(mut events: Subscription, tally: Arc<Mutex<Tally>>) {
    while let Some(event) = events.next().await {
        tally.lock().unwrap_or_else(PoisonError::into_inner).fold(&event);
    }
}
