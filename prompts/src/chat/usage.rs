//! What an answer took: calls, tokens, money and time.

use schemars::JsonSchema;
use serde::Serialize;

/// What a model asks for, in US dollars for a million tokens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Price {
    /// For what it is sent.
    pub input: f64,
    /// For what it writes, its reasoning included.
    pub output: f64,
}

/// What an answer took, all calls together.
///
/// A sum is there only if every call has told its part of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Usage {
    /// The model, such as `openai/gpt-6.1-terra`.
    pub model: String,
    /// How many calls gave an answer.
    pub calls: u32,
    /// Tokens that were sent, if the provider tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_tokens: Option<u64>,
    /// Tokens that were written, reasoning included, if the provider tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_tokens: Option<u64>,
    /// What it cost in US dollars, if the provider tells or a price is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost_usd: Option<f64>,
    /// How long it took in seconds, waits included.
    pub seconds: f64,
    /// Whether a first answer could not be used, so that the model was asked again.
    pub repaired: bool,
}

impl Usage {
    /// Adds what another answer took.
    pub fn add(&mut self, other: &Self) {
        if self.model.is_empty() {
            self.model.clone_from(&other.model);
        }
        if other.calls > 0 {
            let first = self.calls == 0;
            self.input_tokens = sum(first, self.input_tokens, other.input_tokens);
            self.output_tokens = sum(first, self.output_tokens, other.output_tokens);
            self.cost_usd = sum(first, self.cost_usd, other.cost_usd);
        }
        self.calls += other.calls;
        self.seconds += other.seconds;
        self.repaired |= other.repaired;
    }
}

/// The sum of both, if both are known; the other where it is the first.
fn sum<T: std::ops::Add<Output = T>>(first: bool, one: Option<T>, other: Option<T>) -> Option<T> {
    if first { other } else { Some(one? + other?) }
}

/// What one call took, as the provider tells.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Spent {
    pub(super) input: Option<u64>,
    pub(super) output: Option<u64>,
    /// In US dollars.
    pub(super) cost: Option<f64>,
}

impl Spent {
    /// One call, and what it cost: what the provider tells, or the price of its tokens.
    pub(super) fn usage(self, price: Option<Price>) -> Usage {
        let by_price = || {
            let price = price?;
            let tokens = self.input? as f64 * price.input + self.output? as f64 * price.output;
            Some(tokens / 1e6)
        };
        Usage {
            calls: 1,
            input_tokens: self.input,
            output_tokens: self.output,
            cost_usd: self.cost.or_else(by_price),
            ..Usage::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cost_is_told_or_made_of_tokens_or_not_known() {
        let price = Some(Price { input: 2.0, output: 10.0 });
        let spent = Spent { input: Some(1_000_000), output: Some(100_000), cost: None };
        assert_eq!(spent.usage(price).cost_usd, Some(3.0));
        assert_eq!(spent.usage(None).cost_usd, None);
        assert_eq!(Spent { cost: Some(0.5), ..spent }.usage(price).cost_usd, Some(0.5));
        assert_eq!(Spent { output: None, ..spent }.usage(price).cost_usd, None);
    }

    #[test]
    fn a_sum_lacks_what_one_call_did_not_tell() {
        let known = Spent { input: Some(3), output: Some(2), cost: Some(0.25) }.usage(None);
        let mut sum = Usage::default();
        sum.add(&known);
        sum.add(&Usage { seconds: 1.5, ..Usage::default() });
        sum.add(&known);
        assert_eq!((sum.calls, sum.input_tokens, sum.output_tokens), (2, Some(6), Some(4)));
        assert_eq!((sum.cost_usd, sum.seconds), (Some(0.5), 1.5));
        sum.add(&Spent { input: Some(1), ..Spent::default() }.usage(None));
        assert_eq!((sum.calls, sum.input_tokens, sum.output_tokens), (3, Some(7), None));
        assert_eq!(sum.cost_usd, None);
    }
}
