//! How much of a text is at risk, as one number.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Concern, Finding, Severity};

/// How much is at risk, as a number in `0..1` that comes from counting alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Score {
    /// `exposed / (exposed + points)`: 1 where nothing was found, near 0 where every exposed place
    /// breaks rules.
    pub score: f64,
    /// What was found, each weighed by its severity: high 1, medium 0.5, low 0.2, info 0.05.
    pub points: f64,
    /// How many places can break: remote calls, and at least one for each place that was found.
    pub exposed: usize,
    /// How many were found of each severity, the worst first: high, medium, low, info.
    pub counts: [usize; 4],
}

impl Score {
    /// The score of so many places of each severity, the worst first, among so many remote calls.
    pub fn of(counts: [usize; 4], remote_calls: usize) -> Self {
        let weighed = counts.iter().zip(Severity::ALL);
        let points = weighed.map(|(count, severity)| *count as f64 * severity.weight()).sum();
        let exposed = remote_calls.max(counts.iter().sum());
        let weight = exposed.max(1) as f64;
        Self { score: weight / (weight + points), points, exposed, counts }
    }

    /// The formula with its figures, such as `4 / (4 + 1.7) = 0.70`.
    pub fn formula(&self) -> String {
        format!("{0} / ({0} + {1:.2}) = {2:.2}", self.exposed.max(1), self.points, self.score)
    }
}

/// The score of what was found among so many remote calls; of one concern, or of all.
pub fn score<'a>(
    found: impl IntoIterator<Item = &'a Finding>,
    remote_calls: usize,
    concern: Option<Concern>,
) -> Score {
    let mut counts = [0; 4];
    for finding in found {
        if concern.is_none_or(|concern| concern == finding.rule.concern) {
            let at = Severity::ALL.iter().position(|one| *one == finding.rule.severity);
            at.into_iter().for_each(|at| counts[at] += 1);
        }
    }
    Score::of(counts, remote_calls)
}
