//! From a test as it is written to one that can be run.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use fault_proxy::{Fault, Mapping, Target, Upstreams, parse_duration};

use super::expand::Draft;
use super::problems::Problem;
use super::{Recovery, Test, placeholders, strategy};
use crate::call::{Call, HttpVersion};
use crate::file::{self, Dependency, Document, FileProblem, HttpVersionName, Listen, Strategy};
use crate::finding::{Finding, FindingCode};

/// How much slower than without faults still counts as recovered when nothing else is said, in percent.
const TOLERANCE: f64 = 50.0;

/// What is found wrong with a test, while the rest of it is still read.
pub(super) struct Reading<'a> {
    pub(super) document: &'a Document,
    pub(super) path: String,
    problems: Vec<FileProblem>,
}

impl Reading<'_> {
    /// Takes a value, or notes what is wrong with it.
    pub(super) fn take<T, E: Into<Problem>>(&mut self, key: &str, it: Result<T, E>) -> Option<T> {
        it.map_err(|error| self.refuse(key, error.into())).ok()
    }

    pub(super) fn refuse(&mut self, key: &str, problem: Problem) {
        self.problems.push(problem.at(self.document, key));
    }

    /// Takes faults, or notes what is wrong with each.
    fn resolved(&mut self, key: &str, found: Result<Vec<Fault>, Vec<FileProblem>>) -> Vec<Fault> {
        found.unwrap_or_else(|problems| {
            for problem in problems {
                let key = format!("{key}{}", problem.key);
                let place = self.document.places.at(&key);
                let (line, column) = (place.map(|it| it.line), place.map(|it| it.column));
                let source = self.document.source.clone();
                self.problems.push(FileProblem { key, source, line, column, ..problem });
            }
            Vec::new()
        })
    }

    fn key(&self, rest: &str) -> String {
        format!("{}.{rest}", self.path)
    }
}

/// Works a test out; everything that is wrong with it is told.
pub(super) fn test(
    document: &Document,
    draft: Draft,
    scenario: usize,
) -> Result<Test, Vec<FileProblem>> {
    let mut reading = Reading { document, path: draft.path.clone(), problems: Vec::new() };
    match read(&mut reading, &draft, scenario) {
        Some(test) if reading.problems.is_empty() => Ok(test),
        _ => Err(reading.problems),
    }
}

fn read(reading: &mut Reading<'_>, draft: &Draft, scenario: usize) -> Option<Test> {
    refuse_platform(reading, draft);
    let (call, placeholders) = call(reading, draft)?;
    let upstreams = upstreams(reading, draft)?;
    let (mut faults, mut scopes) = (Vec::new(), Vec::new());
    context_faults(reading, draft, &mut faults, &mut scopes);
    let mappings = mappings(reading, draft, &mut faults, &mut scopes);
    let slos = draft.context.slo.clone().unwrap_or_default();
    let mut notes = Vec::new();
    let wanted = draft.context.strategy.as_ref().unwrap_or(&Strategy::Single {});
    let (strategy, searched) = strategy::read(reading, wanted, &mut faults, &mut notes)?;
    let own = Upstreams::parse(&upstreams).is_ok_and(|all| all.matches(&target(&call)));
    let http = draft.context.proxy.as_ref().is_none_or(|proxy| !proxy.disable_http_proxies);
    note_faults_without_reach(&mut notes, &faults, &scopes, &upstreams, &mappings);
    let name = match &draft.cell {
        Some(cell) => format!("{} × {}", cell.call, cell.fault),
        None => format!("{} {}", call.method(), call.masked().url),
    };
    Some(Test {
        scenario,
        key: key(reading.document, draft),
        name,
        cell: draft.cell.clone(),
        operation: draft.call.meta.as_ref().and_then(|meta| meta.operation_id.clone()),
        call,
        placeholders,
        own,
        upstreams,
        faults,
        scopes,
        mappings,
        forward: http,
        slos: searched.unwrap_or(slos),
        strategy,
        expect: draft.expect.clone().unwrap_or_default(),
        control: draft.context.control.unwrap_or(true),
        recovery: recovery(reading, draft),
        notes,
    })
}

fn refuse_platform(reading: &mut Reading<'_>, draft: &Draft) {
    if let Some(platform) = &draft.context.runs_on {
        let message = format!("injecting faults on {} is not built yet", platform.platform);
        let hint =
            "leave `runs_on` out to run the scenario from here, against a proxy on this machine";
        let key = reading.key("context.runs_on");
        reading.refuse(&key, Problem::new("planned", message, hint));
    }
}

/// The call with its placeholders filled in, and what they were filled with.
fn call(reading: &mut Reading<'_>, draft: &Draft) -> Option<(Call, Vec<(String, String)>)> {
    let http = reading.document.scenario.config.as_ref().and_then(|config| config.http.as_ref());
    let segments = http.and_then(|http| http.paths.as_ref()).map(|paths| &paths.segments);
    let filled = placeholders::fill(&draft.call.url, segments);
    let url_key = format!("{}.url", draft.call_path);
    for name in &filled.missing {
        let message = format!("the placeholder {{{name}}} has no value");
        let hint = format!("give it one under config.http.paths.segments.{name}");
        reading.refuse(&url_key, Problem::new("missing_placeholder", message, hint));
    }
    if !filled.missing.is_empty() {
        return None;
    }
    let mut call = reading.take(&url_key, Call::new(&draft.call.method, &filled.url))?;
    let own = draft.call.headers.iter().flatten();
    let common = http.map(|http| &http.headers).into_iter().flatten();
    for (name, value) in common.chain(own) {
        let key = format!("{}.headers.{name}", draft.call_path);
        call = reading.take(&key, call.with_header(name, value))?;
    }
    if let Some(body) = &draft.call.body {
        call = call.with_body(body.clone());
    }
    if let Some(timeout) = draft.call.timeout {
        let time = Duration::try_from_secs_f64(timeout / 1000.0).unwrap_or_default();
        call = reading.take(&format!("{}.timeout", draft.call_path), call.with_timeout(time))?;
    }
    if draft.call.http_version == Some(HttpVersionName::Http2) {
        call = call.with_http_version(HttpVersion::Http2);
    }
    let call = call.reusing_connections(draft.call.reuse_connections.unwrap_or(true));
    Some((call, filled.used))
}

fn upstreams(reading: &mut Reading<'_>, draft: &Draft) -> Option<Vec<String>> {
    let http = reading.document.scenario.config.as_ref().and_then(|config| config.http.as_ref());
    let segments = http.and_then(|http| http.paths.as_ref()).map(|paths| paths.segments.clone());
    let mut upstreams = Vec::new();
    for (index, text) in draft.context.upstreams.iter().enumerate() {
        let key = reading.key(&format!("context.upstreams[{index}]"));
        reading.take(&key, Upstreams::parse(&[text]))?;
        upstreams.push(placeholders::fill(text, segments.as_ref()).url);
    }
    Some(upstreams)
}

fn context_faults(
    reading: &mut Reading<'_>,
    draft: &Draft,
    faults: &mut Vec<Fault>,
    scopes: &mut Vec<Option<String>>,
) {
    let key = reading.key("context.faults");
    let found = file::resolve(&draft.context.faults, &reading.document.scenario.faults);
    for fault in reading.resolved(&key, found) {
        faults.push(fault);
        scopes.push(None);
    }
}

/// The mappings of the test; dependencies bring theirs, and faults of their own.
fn mappings(
    reading: &mut Reading<'_>,
    draft: &Draft,
    faults: &mut Vec<Fault>,
    scopes: &mut Vec<Option<String>>,
) -> Vec<Mapping> {
    let mut mappings = Vec::new();
    let written = draft.context.proxy.iter().flat_map(|proxy| &proxy.proxies);
    for (index, text) in written.enumerate() {
        let key = reading.key(&format!("context.proxy.proxies[{index}]"));
        mappings.extend(reading.take(&key, text.parse::<Mapping>()));
    }
    for (index, dependency) in draft.context.proxies.iter().enumerate() {
        let key = reading.key(&format!("context.proxies[{index}]"));
        let Some(mapping) = reading.take(&format!("{key}.upstream"), mapping(dependency)) else {
            continue;
        };
        let place = mapping.target.to_string();
        mappings.extend(dependency.listen.is_some().then_some(mapping));
        let found = file::resolve(&dependency.faults, &reading.document.scenario.faults);
        for fault in reading.resolved(&format!("{key}.faults"), found) {
            let label = format!("{} of {}", fault.kind(), dependency.name);
            faults.push(if fault.name().is_some() { fault } else { fault.named(label) });
            scopes.push(Some(place.clone()));
        }
    }
    mappings
}

/// The mapping to a dependency; without a port of its own it only tells where the dependency is.
fn mapping(dependency: &Dependency) -> Result<Mapping, fault_proxy::MappingError> {
    let listen = match &dependency.listen {
        Some(Listen::Port(port)) => port.to_string(),
        Some(Listen::Address(address)) => address.clone(),
        None => "0".to_owned(),
    };
    format!("{listen}={}", dependency.upstream).parse()
}

fn recovery(reading: &mut Reading<'_>, draft: &Draft) -> Option<Recovery> {
    let wanted = draft.context.recovery.as_ref()?;
    let key = reading.key("context.recovery");
    if !matches!(draft.context.strategy, Some(Strategy::Load { .. })) {
        let hint = "set `strategy: {mode: load, ...}`, or leave `recovery` out";
        let message = "recovery is watched under load only";
        reading.refuse(&key, Problem::new("recovery_without_load", message, hint));
        return None;
    }
    let duration = reading.take(&format!("{key}.duration"), parse_duration(&wanted.duration))?;
    let within = wanted.within.as_deref().map(parse_duration).transpose();
    Some(Recovery {
        duration,
        tolerance: 1.0 + wanted.tolerance.unwrap_or(TOLERANCE) / 100.0,
        within: reading.take(&format!("{key}.within"), within)?,
    })
}

fn note_faults_without_reach(
    notes: &mut Vec<Finding>,
    faults: &[Fault],
    scopes: &[Option<String>],
    upstreams: &[String],
    mappings: &[Mapping],
) {
    let lost = faults.iter().zip(scopes).any(|(fault, scope)| {
        scope.is_none()
            && fault.upstreams().is_none()
            && upstreams.is_empty()
            && mappings.is_empty()
    });
    if lost {
        let message = "there are faults, and no upstream that they could act on";
        notes.push(Finding::new(FindingCode::NoUpstreams, message));
    }
}

/// Host and port of a call.
fn target(call: &Call) -> Target {
    let url = call.url();
    let usual = if url.scheme_str() == Some("https") { 443 } else { 80 };
    let host = url.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    Target { host: host.to_owned(), port: url.port_u16().unwrap_or(usual) }
}

/// What the draws of a test are keyed by: where it stands, whatever else is run.
fn key(document: &Document, draft: &Draft) -> u64 {
    let mut hasher = DefaultHasher::new();
    (document.index, &document.scenario.title, &draft.path).hash(&mut hasher);
    draft.cell.as_ref().map(|cell| (&cell.call, &cell.fault)).hash(&mut hasher);
    hasher.finish()
}
