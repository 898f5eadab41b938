//! Which operation of a service is reviewed.

use fault_scenario::{
    Verdict, Versions,
    results::{Counts, Results},
};

use super::figures::{Endpoint, Figures};
use crate::{arguments, digest, error::ToolError};

/// How many operations an error tells.
const TOLD: usize = 30;

/// An operation that results are about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// What it is chosen by: its operation id, else its method and path.
    pub id: String,
    /// Its method and its URL, without secrets.
    pub call: String,
}

/// The operations that results are about, each once.
pub fn operations(results: &Results) -> Vec<Operation> {
    let endpoints = Figures::of(results).endpoints.into_iter();
    endpoints
        .map(|one| Operation { id: one.operation(), call: format!("{} {}", one.method, one.url) })
        .collect()
}

/// The part of results that is about one operation, with the numbers of its tests in the whole.
pub(crate) fn of(
    results: &Results,
    wanted: Option<&str>,
) -> Result<(Results, Vec<usize>), ToolError> {
    let figures = Figures::of(results);
    let endpoint = chosen(&figures.endpoints, wanted)?;
    let numbers: Vec<usize> =
        figures.of_endpoint(endpoint).iter().map(|test| test.number).collect();
    let mut part = digest::only(results, |number, _, _| numbers.contains(&number));
    part.tests = figures.counts(endpoint);
    part.verdict = part.tests.verdict();
    Ok((part, numbers))
}

fn chosen<'a>(endpoints: &'a [Endpoint], wanted: Option<&str>) -> Result<&'a Endpoint, ToolError> {
    let Some(wanted) = wanted.map(str::trim) else {
        return match endpoints {
            [only] => Ok(only),
            _ => {
                let message = format!("the results are about {} operations", endpoints.len());
                Err(ToolError::input("operation_needed", message)
                    .hint(format!("choose one with `operation`: {}", told(endpoints))))
            }
        };
    };
    let is = |one: &&Endpoint| {
        one.operation_id.as_deref() == Some(wanted)
            || one.name().eq_ignore_ascii_case(wanted)
            || one.path == wanted
            || format!("{} {}", one.method, one.url) == wanted
    };
    let mut found = endpoints.iter().filter(is);
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (Some(_), Some(_)) => {
            let message = format!("several operations are meant by `{wanted}`");
            Err(ToolError::input("operation_needed", message)
                .hint(format!("choose one of {}", told(endpoints))))
        }
        (None, _) => {
            let names: Vec<String> = endpoints.iter().map(Endpoint::operation).collect();
            let message = format!("the results are not about an operation `{wanted}`");
            let error = ToolError::input("unknown_operation", message);
            Err(match arguments::nearest(wanted, names.iter().map(String::as_str)) {
                Some(near) => error.hint(format!("did you mean `{near}`?")),
                None => error.hint(format!("choose one of {}", told(endpoints))),
            })
        }
    }
}

fn told(endpoints: &[Endpoint]) -> String {
    let names: Vec<String> =
        endpoints.iter().take(TOLD).map(|one| format!("`{}`", one.operation())).collect();
    match endpoints.len().saturating_sub(TOLD) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}

/// Results without tests, for code that nothing was tried on.
pub(crate) fn untried() -> Results {
    Results {
        start: 0,
        end: 0,
        results: Vec::new(),
        verdict: Verdict::Inconclusive,
        tests: Counts::default(),
        seed: String::new(),
        command: String::new(),
        versions: Versions { fault: String::new() },
        cut_short: false,
    }
}

/// An operation by name alone, for code that nothing was tried on: `GET /users/{id}`, or its id.
pub(crate) fn untried_endpoint(wanted: &str) -> Endpoint {
    let (method, path) = match wanted.trim().split_once(char::is_whitespace) {
        Some((method, path)) => (method.to_ascii_uppercase(), path.trim().to_owned()),
        None => (String::new(), wanted.trim().to_owned()),
    };
    let operation_id = (!path.starts_with('/')).then(|| wanted.trim().to_owned());
    Endpoint { method, url: path.clone(), path, operation_id, tests: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::figures::tests::example;

    #[test]
    fn one_operation_is_chosen_by_id_path_or_method_and_path() {
        let results = example();
        for wanted in ["POST /home", "post /home", "/home"] {
            let (part, numbers) = of(&results, Some(wanted)).unwrap();
            assert_eq!(numbers, [4, 5, 6], "{wanted}");
            assert_eq!((part.tests.all(), part.verdict), (3, Verdict::Passed));
        }
        assert_eq!(operations(&results).len(), 6);
    }

    #[test]
    fn what_is_not_chosen_or_not_there_is_refused_with_the_operations() {
        let results = example();
        let error = of(&results, None).unwrap_err();
        assert_eq!(error.code, "operation_needed");
        assert!(error.hint.unwrap().contains("`POST /checkout`, `POST /basket`"));
        let error = of(&results, Some("POST /hom")).unwrap_err();
        assert_eq!(error.code, "unknown_operation");
        assert_eq!(error.hint.unwrap(), "did you mean `POST /home`?");
    }
}
