//! What is at risk in code, as the tools tell it.

use fault_indexer::{
    Language, Module,
    risk::{self, Concern, Finding, Findings, Severity},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How long the code of a place is at most, in characters.
const MOST_CODE: usize = 160;

/// A place in code that a fault will break.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Risk {
    /// The rule that it breaks, such as `no-timeout`.
    pub(crate) rule: String,
    /// What that is, in a few words.
    pub(crate) title: String,
    /// How bad it is.
    pub(crate) severity: Severity,
    /// What suffers.
    pub(crate) concern: Concern,
    /// The file; empty for code that is in none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) file: String,
    /// Its first line, counted from 1.
    pub(crate) first_line: usize,
    /// Its last line.
    pub(crate) last_line: usize,
    /// The function that it stands in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) function: Option<String>,
    /// Its first line of code.
    pub(crate) code: String,
    /// Why it matters.
    pub(crate) why: String,
    /// What to do about it.
    pub(crate) fix: String,
    /// The fault that shows it; none where no fault of the network does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) fault: Option<String>,
    /// What to do with that fault, and what the code should then do.
    pub(crate) scenario: String,
}

/// What is at risk in a text, as the tools tell it.
pub(crate) fn of(file: &str, text: &str, findings: &Findings) -> Vec<Risk> {
    let addresses = findings.module.addresses();
    findings.found.iter().map(|finding| told(file, text, finding, &addresses)).collect()
}

fn told(file: &str, text: &str, finding: &Finding, addresses: &[String]) -> Risk {
    let rule = finding.rule;
    Risk {
        rule: rule.id.to_owned(),
        title: rule.title.to_owned(),
        severity: rule.severity,
        concern: rule.concern,
        file: file.to_owned(),
        first_line: finding.span.first_line,
        last_line: finding.span.last_line,
        function: finding.function.and_then(|at| addresses.get(at).cloned()),
        code: line_of(text, finding.span.first_line),
        why: rule.why.to_owned(),
        fix: finding.check.fix.to_owned(),
        fault: rule.fault.map(str::to_owned),
        scenario: rule.scenario.to_owned(),
    }
}

/// A line of a text, as it can be shown: short, and without what terminals and models would obey.
fn line_of(text: &str, number: usize) -> String {
    let line = text.lines().nth(number.saturating_sub(1)).unwrap_or_default().trim();
    line.chars().filter(|c| !c.is_control()).take(MOST_CODE).collect()
}

/// A piece of code that is in no file, with what is at risk in it.
#[derive(Debug)]
pub(crate) struct Snippet {
    /// What is in it.
    pub(crate) module: Module,
    /// What is at risk in it.
    pub(crate) risks: Vec<Risk>,
    /// How much is at risk, of the concern that was asked for.
    pub(crate) score: risk::Score,
}

/// What is at risk in a piece of code, of one concern or of all.
///
/// Its imports are mostly missing, so that names of well-known libraries stand for themselves.
pub(crate) fn of_snippet(
    code: &str,
    language: &'static Language,
    concern: Option<Concern>,
) -> Snippet {
    let findings = risk::find_in_piece(code, language);
    let remote = findings.module.remote_calls.len();
    let score = risk::score(&findings.found, remote, concern);
    let mut risks = of("", code, &findings);
    risks.retain(|risk| concern.is_none_or(|concern| concern == risk.concern));
    Snippet { module: findings.module, risks, score }
}
