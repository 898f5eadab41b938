//! How often a call is sent, checked.

use std::time::Duration;

use fault_proxy::{Fault, FaultError, Schedule, parse_duration};

use super::build::Reading;
use super::dose::{Dose, DoseError};
use super::problems::Problem;
use super::{MOST_REPEATS, Strategy};
use crate::file;
use crate::finding::{Finding, FindingCode};
use crate::load::Load;
use crate::slo::Slo;

/// How long each value of a search is tried when nothing else is said.
const PROBE: Duration = Duration::from_secs(5);
/// The clients of a search, and the requests each sends a second, when nothing else is said.
const PROBE_LOAD: (u32, u32) = (2, 20);
/// How fine a search is when nothing else is said: this part of its range.
const FINENESS: f64 = 100.0;

impl From<DoseError> for Problem {
    fn from(error: DoseError) -> Self {
        Self::new("unknown_parameter", error.message, error.hint)
    }
}

/// Reads a strategy, and the objectives that a search brings. Schedules that cannot be followed are taken from the
/// faults, which is noted.
pub(super) fn read(
    reading: &mut Reading<'_>,
    wanted: &file::Strategy,
    faults: &mut [Fault],
    notes: &mut Vec<Finding>,
) -> Option<(Strategy, Option<Vec<Slo>>)> {
    let key = format!("{}.context.strategy", reading.path);
    match wanted {
        file::Strategy::Single {} => {
            check_schedules(reading, faults, None, notes);
            Some((Strategy::Single, None))
        }
        file::Strategy::Repeat { .. } => {
            check_schedules(reading, faults, None, notes);
            Some((repeat(reading, &key, wanted, faults)?, None))
        }
        file::Strategy::Load { duration, clients, rps } => {
            let load = load(reading, &key, Some(duration), *clients, *rps)?;
            check_schedules(reading, faults, Some(load.duration), notes);
            Some((Strategy::Load(load), None))
        }
        file::Strategy::Search { .. } => search(reading, &key, wanted, faults, notes),
    }
}

fn repeat(
    reading: &mut Reading<'_>,
    key: &str,
    wanted: &file::Strategy,
    faults: &[Fault],
) -> Option<Strategy> {
    let file::Strategy::Repeat { step, count, parameter, failfast, wait, add_baseline_call } =
        wanted
    else {
        return None;
    };
    if *count > MOST_REPEATS {
        let message = format!("at most {MOST_REPEATS} calls can be repeated, not {count}");
        let hint = "use `mode: load` to send many calls";
        reading.refuse(&format!("{key}.count"), Problem::new("too_many_calls", message, hint));
        return None;
    }
    let still = *step == 0.0 && parameter.is_none();
    let dose = if still || (faults.is_empty() && parameter.is_none()) {
        None
    } else {
        let place = if parameter.is_some() { "parameter" } else { "step" };
        Some(reading.take(&format!("{key}.{place}"), Dose::find(faults, parameter.as_deref()))?)
    };
    let steps = (0..*count).map(|number| match &dose {
        Some(dose) => dose.set(faults, dose.start() + step * number as f64),
        None => Ok(faults.to_vec()),
    });
    let steps: Result<Vec<Vec<Fault>>, FaultError> = steps.collect();
    Some(Strategy::Repeat {
        steps: reading.take(&format!("{key}.step"), steps)?,
        failfast: failfast.unwrap_or(false),
        wait: Duration::try_from_secs_f64(wait.unwrap_or(0.0) / 1000.0).unwrap_or_default(),
        baseline: add_baseline_call.unwrap_or(false),
        step: *step,
    })
}

fn load(
    reading: &mut Reading<'_>,
    key: &str,
    duration: Option<&str>,
    clients: u32,
    rps: u32,
) -> Option<Load> {
    let duration = match duration {
        Some(text) => reading.take(&format!("{key}.duration"), parse_duration(text))?,
        None => PROBE,
    };
    let load = Load { duration, clients, rps };
    reading.take(key, load.check())?;
    Some(load)
}

fn search(
    reading: &mut Reading<'_>,
    key: &str,
    wanted: &file::Strategy,
    faults: &mut [Fault],
    notes: &mut Vec<Finding>,
) -> Option<(Strategy, Option<Vec<Slo>>)> {
    let file::Strategy::Search { parameter, from, to, slo, precision, duration, clients, rps } =
        wanted
    else {
        return None;
    };
    let (clients, rps) = (clients.unwrap_or(PROBE_LOAD.0), rps.unwrap_or(PROBE_LOAD.1));
    let load = load(reading, key, duration.as_deref(), clients, rps)?;
    check_schedules(reading, faults, Some(load.duration), notes);
    let dose_key = format!("{key}.parameter");
    let dose = reading.take(&dose_key, Dose::find(faults, Some(parameter)))?;
    for (place, value) in [("from", *from), ("to", *to)] {
        reading.take(&format!("{key}.{place}"), dose.set(faults, value))?;
    }
    let precision = precision.unwrap_or((to - from) / FINENESS);
    if precision <= 0.0 || !precision.is_finite() {
        let hint = "give a number above 0, in the unit of the parameter";
        let problem = Problem::new("invalid_precision", "the precision is not above 0", hint);
        reading.refuse(&format!("{key}.precision"), problem);
        return None;
    }
    Some((Strategy::Search { dose, from: *from, to: *to, precision, load }, slo.clone()))
}

/// Sees to it that each schedule can be followed. One call has no length, so that a schedule in percent cannot be
/// followed there: the fault acts for the whole call, which is noted.
fn check_schedules(
    reading: &mut Reading<'_>,
    faults: &mut [Fault],
    total: Option<Duration>,
    notes: &mut Vec<Finding>,
) {
    let key = format!("{}.context.faults", reading.path);
    for fault in faults {
        let Some(schedule) = fault.schedule() else { continue };
        match (schedule.windows(total), total) {
            (Ok(_), _) => {}
            (Err(_), None) => {
                notes.push(unfollowed(fault, schedule));
                *fault = fault.clone().scheduled(None);
            }
            (Err(error), Some(_)) => {
                let problem = Problem::new("invalid_schedule", error.to_string(), error.hint());
                reading.refuse(&key, problem);
            }
        }
    }
}

fn unfollowed(fault: &Fault, schedule: &Schedule) -> Finding {
    let message = format!(
        "the period `{schedule}` of the {} fault is a share of a run, and a single call has no length: it acts for \
         the whole call",
        fault.kind()
    );
    Finding::new(FindingCode::PeriodNotApplicable, message)
}
