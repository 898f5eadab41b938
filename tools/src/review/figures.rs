//! What the results say in figures: tests by endpoint, what fell short, and by how much.
//!
//! Nothing here comes from a model, and nothing that a model says changes it.

use fault_scenario::{
    Latency, Pass, SloResult, SloType, Summary, Verdict,
    finding::FindingCode,
    mask,
    report::parts::{figure, share},
    results::{Counts, ItemResult, Results, ScenarioResults},
};

/// The results, with a name for each test and each endpoint.
#[derive(Debug)]
pub(crate) struct Figures<'a> {
    /// All that was found.
    pub(crate) results: &'a Results,
    /// The tests, in the order of the report of the run.
    pub(crate) tests: Vec<Test<'a>>,
    /// What was called, in the order of the first test of each.
    pub(crate) endpoints: Vec<Endpoint>,
}

/// A test.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Test<'a> {
    /// Its place among these tests, from 0.
    pub(crate) at: usize,
    /// Its number in the report of the run, from 1.
    pub(crate) number: usize,
    /// The number of its endpoint, from 0.
    pub(crate) endpoint: usize,
    /// The scenario that it is from.
    pub(crate) scenario: &'a ScenarioResults,
    /// What it found.
    pub(crate) item: &'a ItemResult,
}

/// What was called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// The HTTP method.
    pub(crate) method: String,
    /// The path of its URL, as it was called first.
    pub(crate) path: String,
    /// The whole URL, masked.
    pub(crate) url: String,
    /// Its `operationId`, if it is from an API document.
    pub(crate) operation_id: Option<String>,
    /// The numbers of its tests, from 0.
    pub(crate) tests: Vec<usize>,
}

/// A row of what fell short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    /// The place of the test among those of the figures, from 0.
    pub(crate) test: usize,
    /// What was missed.
    pub(crate) missed: String,
    /// What it asks for.
    pub(crate) objective: String,
    /// What was seen.
    pub(crate) observed: String,
    /// By how much that is beyond.
    pub(crate) margin: String,
    /// What it looks like.
    pub(crate) pattern: String,
}

impl<'a> Figures<'a> {
    /// The figures of results.
    pub(crate) fn of(results: &'a Results) -> Self {
        let numbers: Vec<usize> = (1..=results.tests().count()).collect();
        Self::numbered(results, &numbers)
    }

    /// The figures of a part of results, whose tests have these numbers in the whole.
    pub(crate) fn numbered(results: &'a Results, numbers: &[usize]) -> Self {
        let mut figures = Self { results, tests: Vec::new(), endpoints: Vec::new() };
        for (at, ((scenario, item), number)) in results.tests().zip(numbers).enumerate() {
            let endpoint = figures.endpoint_of(item);
            figures.endpoints[endpoint].tests.push(at);
            figures.tests.push(Test { at, number: *number, endpoint, scenario, item });
        }
        figures
    }

    /// The number of an item's endpoint, which is made if it is new.
    fn endpoint_of(&mut self, item: &ItemResult) -> usize {
        let url = mask::masked_url(&item.target.address);
        let (method, path) = (item.call.method.clone(), path_of(&url).to_owned());
        let is_same = |known: &Endpoint| match (&known.operation_id, &item.operation_id) {
            (Some(known), Some(new)) => known == new,
            (None, None) => known.method == method && known.path == path,
            _ => false,
        };
        self.endpoints.iter().position(is_same).unwrap_or_else(|| {
            let operation_id = item.operation_id.clone();
            self.endpoints.push(Endpoint { method, path, url, operation_id, tests: Vec::new() });
            self.endpoints.len() - 1
        })
    }

    /// The tests of an endpoint.
    pub(crate) fn of_endpoint(&self, endpoint: &Endpoint) -> Vec<Test<'a>> {
        endpoint.tests.iter().filter_map(|at| self.tests.get(*at)).copied().collect()
    }

    /// How an endpoint fared.
    pub(crate) fn counts(&self, endpoint: &Endpoint) -> Counts {
        counted(&self.of_endpoint(endpoint))
    }

    /// The tests that failed: conclusions are drawn from these.
    pub(crate) fn failed(&self) -> impl Iterator<Item = Test<'a>> {
        self.of_verdict(Verdict::Failed)
    }

    /// The tests of a verdict.
    pub(crate) fn of_verdict(&self, verdict: Verdict) -> impl Iterator<Item = Test<'a>> {
        self.tests.iter().filter(move |test| test.item.verdict == verdict).copied()
    }

    /// Every row of what fell short; tests that are inconclusive have none.
    pub(crate) fn failures(&self) -> Vec<Failure> {
        self.failed().flat_map(failures_of).collect()
    }
}

/// How tests fared.
pub(crate) fn counted(tests: &[Test<'_>]) -> Counts {
    let mut counts = Counts::default();
    tests.iter().for_each(|test| counts.add(test.item.verdict));
    counts
}

impl Test<'_> {
    /// The name by which statements refer to it.
    pub(crate) fn id(&self) -> String {
        format!("S{}", self.number)
    }

    /// What it is called: the title of its scenario, and its own name where that says more.
    pub(crate) fn title(&self) -> String {
        let (title, name) = (&self.scenario.scenario.title, &self.item.name);
        match (title.is_empty(), name.is_empty() || title == name) {
            (true, _) => name.clone(),
            (false, true) => title.clone(),
            (false, false) => format!("{title}: {name}"),
        }
    }

    /// The kinds of the faults that really acted, each once.
    pub(crate) fn kinds(&self) -> Vec<&str> {
        let mut kinds: Vec<&str> = Vec::new();
        for fault in self.item.faults.iter().filter(|fault| fault.hit > 0) {
            if !kinds.contains(&fault.kind.as_str()) {
                kinds.push(&fault.kind);
            }
        }
        kinds
    }

    /// Whether the faults stood between the caller and the application: nothing that the
    /// application called itself crossed the proxy.
    pub(crate) fn in_front(&self) -> bool {
        self.item.retries.is_none() && self.item.faulted.crossed > 0
    }

    /// How much later the calls with faults were than those without, at a percentile.
    pub(crate) fn shift(&self, at: fn(&Latency) -> f64) -> Option<f64> {
        let of = |summary: &Summary| summary.latency.as_ref().map(at);
        Some(of(&self.item.faulted.summary)? - of(&self.item.control.as_ref()?.summary)?)
    }
}

impl Endpoint {
    /// What it is called: `GET /users/1`.
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// What callers choose it by: its operation id, else its method and path.
    pub(crate) fn operation(&self) -> String {
        self.operation_id.clone().unwrap_or_else(|| self.name())
    }
}

/// The path of a URL, without its query.
fn path_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = rest.find('/').map_or("/", |at| &rest[at..]);
    path.split(['?', '#']).next().unwrap_or(path)
}

/// The rows of a test that failed.
pub(crate) fn failures_of(test: Test<'_>) -> Vec<Failure> {
    let Test { at, item, .. } = test;
    let missed = item.faulted.slos.iter().filter(|slo| slo.pass == Pass::Missed);
    let mut rows: Vec<Failure> = missed.map(|result| of_objective(at, test, result)).collect();
    let others = item.reasons.iter().filter(|reason| reason.code != FindingCode::SloMissed);
    rows.extend(others.map(|reason| match reason.code {
        FindingCode::ExpectationMissed => of_expectation(at, test, &reason.message),
        code => Failure {
            test: at,
            missed: code.as_str().replace('_', " "),
            objective: "-".to_owned(),
            observed: reason.message.clone(),
            margin: "-".to_owned(),
            pattern: pattern(test),
        },
    }));
    rows
}

fn of_objective(at: usize, test: Test<'_>, result: &SloResult) -> Failure {
    let slo = &result.slo;
    let (objective, unit) = match slo.slo_type {
        SloType::Latency => {
            (format!("{}% < {} ms", figure(slo.objective), figure(slo.threshold)), " ms")
        }
        SloType::Error => (format!("at most {}% errors", figure(slo.threshold)), "%"),
    };
    let observed = match (result.observed, slo.slo_type) {
        (None, _) => "no answer at that percentile".to_owned(),
        (Some(observed), SloType::Latency) => format!("{} ms", figure(observed)),
        (Some(_), SloType::Error) => share(result.over_threshold, result.requests),
    };
    let margin = match result.margin {
        Some(margin) if margin < 0.0 => format!("+{}{unit}", figure(-margin)),
        _ => format!("{} over", share(result.over_threshold, result.requests)),
    };
    Failure {
        test: at,
        missed: slo.title.clone(),
        objective,
        observed,
        margin,
        pattern: pattern(test),
    }
}

fn of_expectation(at: usize, test: Test<'_>, message: &str) -> Failure {
    let item = test.item;
    let margin = match item.failure_counts {
        0 => "-".to_owned(),
        failures => format!("+{}", share(failures, item.requests_count)),
    };
    Failure {
        test: at,
        missed: "expectation".to_owned(),
        objective: item.expectation.clone().unwrap_or_else(|| "as expected".to_owned()),
        observed: message.to_owned(),
        margin,
        pattern: pattern(test),
    }
}

/// What the calls with faults look like beside those without, from the figures alone.
pub(crate) fn pattern(test: Test<'_>) -> String {
    let summary = &test.item.faulted.summary;
    let mut parts = Vec::new();
    if let Some((kind, count)) = summary.errors_by_kind.iter().max_by_key(|(_, count)| **count) {
        let all: u64 = summary.errors_by_kind.values().sum();
        let kind = kind.replace('_', " ");
        parts.push(match all == *count {
            true => format!("{} {kind}", share(*count, summary.requests)),
            false => format!("{} unanswered, most {kind}", share(all, summary.requests)),
        });
    }
    let bad = summary.statuses.iter().filter(|(status, _)| status.as_str() >= "500");
    parts.extend(bad.map(|(status, count)| format!("{count} × {status}")));
    if let (Some(p50), Some(p95)) = (test.shift(|all| all.p50), test.shift(|all| all.p95)) {
        parts.push(shape(p50, p95));
    }
    match parts.is_empty() {
        true => "see the evidence".to_owned(),
        false => parts.join("; "),
    }
}

/// Whether all calls or only some of them got slower, by milliseconds at the median and the 95th
/// percentile.
fn shape(p50: f64, p95: f64) -> String {
    let [shown50, shown95] = [p50, p95].map(|shift| format!("{shift:+.0} ms"));
    match () {
        () if p95 < 5.0 => format!("times as without faults (p95 {shown95})"),
        () if p50 >= p95 * 0.5 => format!("every call slower (p50 {shown50}, p95 {shown95})"),
        () => format!("a slow tail (p50 {shown50}, p95 {shown95})"),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Results with a test of each verdict, a matrix, retries, a recovery and a search.
    pub(crate) fn example() -> Results {
        Results::read(crate::review::test_ground::RESULTS, false).unwrap()
    }

    #[test]
    fn tests_are_numbered_as_in_the_report_and_joined_by_endpoint() {
        let results = example();
        let figures = Figures::of(&results);
        let ids: Vec<String> = figures.tests.iter().map(Test::id).collect();
        assert_eq!(ids, ["S1", "S2", "S3", "S4", "S5", "S6", "S7", "S8", "S9"]);
        let home = figures.endpoints.iter().find(|one| one.path == "/home").unwrap();
        assert_eq!((home.name().as_str(), home.tests.len()), ("POST /home", 3));
        let all = figures.endpoints.iter().map(|one| figures.counts(one).all()).sum::<u64>();
        assert_eq!(all, results.tests.all());
    }

    #[test]
    fn what_fell_short_has_the_figures_of_the_results_and_what_is_inconclusive_is_not_there() {
        let results = example();
        let figures = Figures::of(&results);
        let rows = figures.failures();
        let of_first: Vec<&Failure> = rows.iter().filter(|row| row.test == 0).collect();
        assert_eq!(of_first.len(), 3);
        assert_eq!(of_first[1].objective, "95% < 200 ms");
        assert_eq!(
            (of_first[1].observed.as_str(), of_first[1].margin.as_str()),
            ("588 ms", "+388 ms")
        );
        assert_eq!(of_first[2].observed, "19 (4.8%)");
        assert_eq!(of_first[2].margin, "+3.75%");
        let unsure: Vec<usize> =
            figures.of_verdict(Verdict::Inconclusive).map(|test| test.number - 1).collect();
        assert_eq!(unsure, [2]);
        assert!(rows.iter().all(|row| !unsure.contains(&row.test)));
    }

    #[test]
    fn calls_that_all_got_slower_are_told_from_a_slow_tail() {
        assert!(shape(300.0, 320.0).starts_with("every call slower (p50 +300 ms"));
        assert!(shape(2.0, 320.0).starts_with("a slow tail"));
        assert!(shape(1.0, 1.0).starts_with("times as without faults"));
    }

    #[test]
    fn the_path_of_a_url_has_no_host_and_no_query() {
        for (url, path) in [
            ("http://h:1/users/1?x=2", "/users/1"),
            ("http://h", "/"),
            ("http://h/#a", "/"),
            ("/a", "/a"),
        ] {
            assert_eq!(path_of(url), path, "{url}");
        }
    }
}
