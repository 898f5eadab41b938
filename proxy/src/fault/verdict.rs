//! What a fault is asked and what it answers.

use std::time::Duration;

use crate::dice::Dice;

/// A decision by chance.
pub type Decide<T> = Box<dyn FnMut(&mut Dice) -> T + Send>;

/// The state machine of one fault on one connection or exchange.
pub enum Decider {
    /// Decides about chunks of a byte stream.
    Stream(Box<dyn StreamFault>),
    /// Decides whether the proxy answers an HTTP request itself.
    Answer(Decide<Option<Answer>>),
    /// Decides whether the resolution of a name fails.
    Resolution(Decide<bool>),
}

/// A fault on a byte stream.
pub trait StreamFault: Send {
    /// How many bytes at the head of the chunk can be decided as one; the rest is asked about again.
    fn span(&self, chunk: Chunk) -> usize {
        chunk.len
    }

    /// What becomes of the chunk, which is no longer than [`span`](Self::span) allowed. A chunk of no bytes is
    /// the end of the stream.
    fn decide(&mut self, chunk: Chunk, dice: &mut Dice) -> Verdict;
}

/// A run of bytes that arrived together.
#[derive(Clone, Copy, Debug)]
pub struct Chunk {
    /// How many bytes it has; none for the end of the stream.
    pub len: usize,
    /// How many more bytes arrived with it, behind it.
    pub behind: usize,
    /// When it arrived, counted from the first moment of the connection.
    pub at: Duration,
    /// When the chunk before it went the same way on the connection, if there was one.
    pub before: Option<Duration>,
}

/// What becomes of a chunk.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Verdict {
    /// How long after its arrival it may leave at the earliest.
    pub hold: Duration,
    /// How many bytes a second may leave, if the link is limited.
    pub rate: Option<f64>,
    /// What happens then.
    pub then: Then,
}

/// What happens to a chunk once it was held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// It goes on.
    Continue,
    /// It stays until the fault is lifted.
    Stall,
    /// The connection is reset.
    Reset,
}

impl Verdict {
    /// The chunk goes on at once.
    pub const PASS: Self = Self { hold: Duration::ZERO, rate: None, then: Then::Continue };

    /// The chunk goes on after a delay.
    pub fn hold(hold: Duration) -> Self {
        Self { hold, ..Self::PASS }
    }
}

/// An HTTP answer that the proxy gives by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: http::StatusCode,
    /// The body, and the media type that fits it.
    pub body: Option<(String, &'static str)>,
}

/// A delay from a number of milliseconds. Nothing is held for more than a day: a heavy-tailed distribution would
/// otherwise draw values that no clock can count.
pub(super) fn millis(value: f64) -> Duration {
    const LONGEST: f64 = 86_400_000.0;
    Duration::from_secs_f64(value.clamp(0.0, LONGEST) / 1000.0)
}
