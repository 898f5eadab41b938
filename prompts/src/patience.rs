//! How long an answer may take, and how often it is asked for.

use std::time::Duration;

use tokio::time::{sleep, timeout};

use crate::error::{Kind, ModelError};

/// How long an answer may take, and how often it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// How long one answer may take.
    pub answer_within: Duration,
    /// How often it is asked for, the first time included.
    pub tries: u32,
    /// The wait before the second time; each further one is twice as long.
    pub first_wait: Duration,
    /// The longest wait; a provider that asks for a longer one is not waited for.
    pub longest_wait: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            answer_within: Duration::from_secs(30),
            tries: 4,
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(30),
        }
    }
}

/// A call that gave no answer.
#[derive(Debug)]
pub(crate) struct Failed {
    pub(crate) error: ModelError,
    pub(crate) again: Again,
}

/// Whether asking again can help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Again {
    Never,
    /// After a while; the provider may say how long.
    After(Option<Duration>),
}

impl Patience {
    /// Asks until there is an answer, asking again is of no use, or patience ends.
    ///
    /// An `async` closure would be shorter, and would make futures that cannot go to another thread.
    pub(crate) async fn ask<T, F: Future<Output = Result<T, Failed>>>(
        &self,
        name: &str,
        mut call: impl FnMut() -> F,
    ) -> Result<T, ModelError> {
        let mut wait = self.first_wait.min(self.longest_wait);
        let mut left = self.tries.max(1);
        loop {
            let answer = timeout(self.answer_within, call()).await;
            let failed = match answer.unwrap_or_else(|_| Err(self.late(name))) {
                Ok(answer) => return Ok(answer),
                Err(failed) => failed,
            };
            left -= 1;
            let Again::After(asked) = failed.again else { return Err(failed.error) };
            if left == 0 || asked.is_some_and(|asked| asked > self.longest_wait) {
                return Err(failed.error);
            }
            sleep(asked.unwrap_or(wait)).await;
            wait = wait.saturating_mul(2).min(self.longest_wait);
        }
    }

    fn late(&self, name: &str) -> Failed {
        let error = ModelError::new(
            Kind::Unavailable,
            format!("{name} gave no answer within {:?}", self.answer_within),
            "try again later, or choose another model",
        );
        Failed { error, again: Again::After(None) }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use tokio::time::Instant;

    use super::*;

    fn busy(asked: Option<u64>) -> Failed {
        let error = ModelError::new(Kind::Busy, "too many questions", "wait");
        Failed { error, again: Again::After(asked.map(Duration::from_secs)) }
    }

    /// How often a call was made that never succeeds, and how long that took.
    async fn outcome(asked: Option<u64>) -> (u32, f64) {
        let (calls, started) = (Cell::new(0), Instant::now());
        let call = || async {
            calls.set(calls.get() + 1);
            Err::<(), _>(busy(asked))
        };
        let error = Patience::default().ask("openai", call).await.unwrap_err();
        assert_eq!(error.code, "llm_busy");
        (calls.get(), started.elapsed().as_secs_f64())
    }

    #[tokio::test(start_paused = true)]
    async fn each_wait_is_twice_as_long_as_the_one_before() {
        assert_eq!(outcome(None).await, (4, 0.5 + 1.0 + 2.0));
    }

    #[tokio::test(start_paused = true)]
    async fn the_wait_that_a_provider_asks_for_is_kept() {
        assert_eq!(outcome(Some(7)).await, (4, 3.0 * 7.0));
        assert_eq!(outcome(Some(3600)).await, (1, 0.0));
    }

    #[tokio::test(start_paused = true)]
    async fn a_provider_that_hangs_is_left_after_a_while() {
        let patience = Patience { tries: 2, ..Patience::default() };
        let started = Instant::now();
        let call = || std::future::pending::<Result<(), Failed>>();
        let error = patience.ask("openai", call).await.unwrap_err();
        assert_eq!(error.code, "llm_unavailable");
        assert_eq!(error.message, "openai gave no answer within 30s");
        assert_eq!(started.elapsed().as_secs_f64(), 30.0 + 0.5 + 30.0);
    }

    #[tokio::test(start_paused = true)]
    async fn what_cannot_be_helped_is_not_asked_again() {
        let calls = Cell::new(0);
        let call = || async {
            calls.set(calls.get() + 1);
            Err::<(), _>(Failed { again: Again::Never, ..busy(None) })
        };
        assert!(Patience::default().ask("openai", call).await.is_err());
        assert_eq!(calls.get(), 1);
    }
}
