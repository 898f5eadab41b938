//! How good answers are.

use std::fmt::{Display, Formatter, Result};

/// The places of the first right answers to some questions.
#[derive(Default)]
pub(crate) struct Figures {
    ranks: Vec<Option<usize>>,
}

impl Figures {
    /// Adds the place, from 1, of the first right answer to a question.
    pub(crate) fn add(&mut self, rank: Option<usize>) {
        self.ranks.push(rank);
    }

    /// The share of questions that are answered among the first of what was found.
    fn recall(&self, among: usize) -> f64 {
        let found = self.ranks.iter().flatten().filter(|rank| **rank <= among).count();
        found as f64 / self.asked()
    }

    /// The mean of one over the place.
    fn mean_reciprocal_rank(&self) -> f64 {
        self.ranks.iter().flatten().map(|rank| 1.0 / *rank as f64).sum::<f64>() / self.asked()
    }

    fn asked(&self) -> f64 {
        self.ranks.len().max(1) as f64
    }
}

impl Display for Figures {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        let [one, five, ten] = [1, 5, 10].map(|among| self.recall(among));
        write!(out, "{one:.2} | {five:.2} | {ten:.2} | {:.2}", self.mean_reciprocal_rank())
    }
}
