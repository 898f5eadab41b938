//! Finds the strongest fault that is borne, by halving the range between one that is and one that is not.

use super::test::Session;
use super::{RunError, phase};
use crate::finding::{Finding, FindingCode};
use crate::load::Load;
use crate::plan::{Dose as Parameter, Strategy, probes};
use crate::recording::Recording;
use crate::results::{Dose, SearchResult};
use crate::slo::{Pass, Slo, SloResult};
use crate::summary::{Summary, percent};

/// The two-sided 95 % quantile of the normal distribution.
const Z: f64 = 1.959_963_985;

/// What a search found, and the calls at the value that stands for it.
pub(super) struct Found {
    pub(super) result: SearchResult,
    pub(super) ran: phase::Ran,
    pub(super) findings: Vec<Finding>,
    pub(super) notes: Vec<Finding>,
}

/// One value that was tried.
struct Tried {
    dose: Dose,
    ran: phase::Ran,
    /// Whether the share of calls over the threshold is surely below, or surely above, what may be.
    sure: Option<bool>,
}

/// Runs a search; none if it was cut short before anything was tried.
pub(super) async fn run(session: &Session<'_>) -> Result<Option<Found>, RunError> {
    let Strategy::Search { dose, from, to, precision, load } = &session.test.strategy else {
        return Ok(None);
    };
    let mut tried = Vec::new();
    for value in [*from, *to] {
        tried.extend(attempt(session, dose, *load, value).await?);
    }
    if let [one, other] = tried.as_slice() {
        let (mut borne, mut missed) = match (is_borne(one), is_borne(other)) {
            (true, false) => (*from, *to),
            (false, true) => (*to, *from),
            _ => (*from, *from),
        };
        // Both ends were tried. Without a bound, a precision finer than numbers are would never be reached.
        for _ in 2..probes(*from, *to, *precision) {
            let middle = f64::midpoint(borne, missed);
            if (borne - missed).abs() <= *precision || middle == borne || middle == missed {
                break;
            }
            let Some(next) = attempt(session, dose, *load, middle).await? else { break };
            let side = if is_borne(&next) { &mut borne } else { &mut missed };
            *side = middle;
            tried.push(next);
        }
    }
    Ok(conclude(dose, tried))
}

fn is_borne(tried: &Tried) -> bool {
    tried.dose.pass != Pass::Missed
}

async fn attempt(
    session: &Session<'_>,
    dose: &Parameter,
    load: Load,
    value: f64,
) -> Result<Option<Tried>, RunError> {
    if session.is_cancelled() {
        return Ok(None);
    }
    let faults = dose.set(&session.test.faults, value)?;
    let what = format!("{} {value:.4}{}", dose.name(), dose.unit());
    let ran = session.load(phase::Name::Faulted, faults, load, None, &what).await?.0;
    let hits = session.rig.witness.seen().ledger.hits_in_last(phase::Name::Faulted);
    Ok(Some(tried(&session.test.slos, value, hits, ran)))
}

fn tried(slos: &[Slo], value: f64, hits: u64, ran: phase::Ran) -> Tried {
    let recording: &Recording = &ran.recording;
    let results: Vec<SloResult> = slos.iter().map(|slo| slo.evaluate(recording)).collect();
    let pass = match () {
        () if results.iter().any(|it| it.pass == Pass::Missed) => Pass::Missed,
        () if results.iter().any(|it| it.pass == Pass::Unknown) => Pass::Unknown,
        () => Pass::Met,
    };
    let nearest = results.iter().max_by(|one, other| strain(one).total_cmp(&strain(other)));
    let summary = Summary::of(recording);
    let latency = summary.latency.as_ref();
    let requests = recording.requests();
    let dose = Dose {
        value,
        pass,
        requests,
        over: nearest.map_or(0, |it| it.over_threshold),
        allowed_percent: nearest.map_or(0.0, |it| it.slo.allowed_percent()),
        p50_ms: latency.map(|it| it.p50),
        p95_ms: latency.map(|it| it.p95),
        errors_percent: percent(recording.errors(), requests),
        hits,
    };
    Tried { sure: nearest.and_then(sure), dose, ran }
}

/// How much of what an objective allows is used up.
fn strain(result: &SloResult) -> f64 {
    result.over_threshold_percent / result.slo.allowed_percent().max(0.001)
}

/// Whether an objective is surely met or surely missed, by the Wilson score interval of the share over its
/// threshold (E. B. Wilson, 1927, JASA 22).
fn sure(result: &SloResult) -> Option<bool> {
    let n = result.requests as f64;
    if n == 0.0 {
        return None;
    }
    let p = result.over_threshold as f64 / n;
    let scale = 1.0 + Z * Z / n;
    let middle = (p + Z * Z / (2.0 * n)) / scale;
    let half = Z / scale * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let allowed = result.slo.allowed_percent() / 100.0;
    match () {
        () if middle + half < allowed => Some(true),
        () if middle - half > allowed => Some(false),
        () => None,
    }
}

fn conclude(parameter: &Parameter, mut tried: Vec<Tried>) -> Option<Found> {
    tried.sort_by(|one, other| one.dose.value.total_cmp(&other.dose.value));
    // For some settings less is more: a lower rate is a stronger fault.
    let (weakest_borne, strongest_borne) = (tried.first()?, tried.last()?);
    let rising = is_borne(weakest_borne) || !is_borne(strongest_borne);
    let by_strength: Vec<&Tried> =
        if rising { tried.iter().collect() } else { tried.iter().rev().collect() };
    let borne = by_strength.iter().take_while(|it| is_borne(it)).last();
    let missed = by_strength.iter().find(|it| !is_borne(it));
    let interval = borne.zip(missed).map(|_| interval(&by_strength));
    let mut notes = Vec::new();
    let later = by_strength.iter().skip_while(|it| is_borne(it)).filter(|it| is_borne(it)).count();
    if later > 0 {
        let message = format!("{later} stronger values were borne beyond one that was not");
        notes.push(Finding::new(FindingCode::NotMonotonic, message));
    }
    let mut findings = Vec::new();
    if borne.is_none() {
        let value = by_strength.first().map_or(0.0, |it| it.dose.value);
        let message = format!("{} of {value}{} is not borne", parameter.name(), parameter.unit());
        findings.push(Finding::new(FindingCode::NothingBorne, message));
    }
    let ran = borne.or(by_strength.first()).map(|it| it.ran.clone())?;
    let result = SearchResult {
        parameter: parameter.name().to_owned(),
        unit: parameter.unit().to_owned(),
        largest: borne.map(|it| it.dose.value),
        least_missed: missed.map(|it| it.dose.value),
        interval,
        doses: tried.iter().map(|it| it.dose.clone()).collect(),
    };
    Some(Found { result, ran, findings, notes })
}

/// From the strongest value that is surely borne to the weakest that surely is not; the ends of the range where
/// nothing is sure.
fn interval(by_strength: &[&Tried]) -> [f64; 2] {
    let first = by_strength.first().map_or(0.0, |it| it.dose.value);
    let last = by_strength.last().map_or(0.0, |it| it.dose.value);
    let borne = by_strength.iter().take_while(|it| it.sure != Some(false));
    let low = borne.filter(|it| it.sure == Some(true)).last().map_or(first, |it| it.dose.value);
    let missed = by_strength.iter().rev().take_while(|it| it.sure != Some(true));
    let high = missed.filter(|it| it.sure == Some(false)).last().map_or(last, |it| it.dose.value);
    [low.min(high), low.max(high)]
}
