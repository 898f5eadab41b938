//! Objectives by rule: what can be said from the remote calls in code alone.

use fault_prompts::answer::{ObjectiveAnswer, ObjectiveKind};

use crate::analyst::Piece;

/// The window that is proposed.
const WINDOW: &str = "300s";

/// The availability of code that calls nothing remote, and what each dependency takes from it, in
/// percent; and what is left at least.
const ALONE: f64 = 99.9;
const EACH: f64 = 0.4;
const LEAST: f64 = 97.0;

/// The time for code that calls nothing remote, and for each remote call, in seconds; and the most.
const OWN_TIME: f64 = 0.1;
const CALL_TIME: f64 = 0.2;
const MOST_TIME: f64 = 2.0;

/// The objectives that fit the remote calls of a piece of code.
pub(super) fn objectives(piece: &Piece) -> Vec<ObjectiveAnswer> {
    let calls = piece.module.remote_calls.len();
    let availability = rounded((ALONE - EACH * calls as f64).max(LEAST));
    let time = rounded((OWN_TIME + CALL_TIME * calls as f64).min(MOST_TIME));
    let handler = handler(piece);
    let base = |kind, title: String, objective, explanation, threshold, unit: &str| {
        let (unit, window, handler) = (unit.to_owned(), WINDOW.to_owned(), handler.clone());
        ObjectiveAnswer { kind, title, objective, explanation, threshold, unit, window, handler }
    };
    vec![
        base(
            ObjectiveKind::Latency,
            "95th percentile of latency".to_owned(),
            95.0,
            latency(piece, calls),
            time,
            "s",
        ),
        base(
            ObjectiveKind::Availability,
            format!("{availability} % of requests succeed"),
            availability,
            format!(
                "{} By rule: {ALONE} % less {EACH} % for each remote call, and not below {LEAST} %.",
                dependencies(calls)
            ),
            availability,
            "%",
        ),
        base(
            ObjectiveKind::Error,
            format!("At most {} % of requests fail", rounded(100.0 - availability)),
            availability,
            "What availability leaves: the room for changes and for failures of dependencies."
                .to_owned(),
            rounded(100.0 - availability),
            "%",
        ),
    ]
}

fn latency(piece: &Piece, calls: usize) -> String {
    let of_rule = |rule: &str| piece.risks.iter().filter(|risk| risk.rule == rule).count();
    let mut text = format!(
        "{} By rule: {OWN_TIME} s, and {CALL_TIME} s for each remote call, up to {MOST_TIME} s.",
        dependencies(calls)
    );
    match of_rule("no-timeout") {
        0 => {}
        1 => text += " It cannot be kept while one of the calls has no time-out.",
        many => text += &format!(" It cannot be kept while {many} of the calls have no time-out."),
    }
    if of_rule("call-in-loop") > 0 {
        text += " Calls in a loop make the time grow with the input.";
    }
    text
}

fn dependencies(calls: usize) -> String {
    match calls {
        0 => "The code makes no remote call that is known.".to_owned(),
        1 => "The code makes one remote call.".to_owned(),
        many => format!("The code makes {many} remote calls."),
    }
}

/// The name under which metrics probably know the requests: that of the first function.
fn handler(piece: &Piece) -> String {
    let name = piece.module.functions.first().map(|function| function.name.as_str());
    let known = |letter: &char| letter.is_ascii_alphanumeric() || *letter == '_';
    let name: String = name.unwrap_or_default().chars().filter(known).take(100).collect();
    if name.is_empty() { "handler".to_owned() } else { name }
}

fn rounded(number: f64) -> f64 {
    (number * 1000.0).round() / 1000.0
}
