//! What a fault is asked and what it answers.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};

use crate::{dice::Dice, mapping::Target};

/// A decision by chance.
pub type Decide<T> = Box<dyn FnMut(&mut Dice) -> T + Send>;

/// A decision about a request.
pub type DecideExchange = Box<dyn FnMut(&Asked<'_>, &mut Dice) -> Ruling + Send>;

/// The state machine of one fault on one connection or exchange.
pub enum Decider {
    /// Decides about chunks of a byte stream.
    Stream(Box<dyn StreamFault>),
    /// Decides whether the proxy answers an HTTP request itself.
    Answer(Decide<Option<Answer>>),
    /// Decides whether the resolution of a name fails.
    Resolution(Decide<bool>),
    /// Decides what becomes of an HTTP exchange, by what is asked for.
    Exchange(DecideExchange),
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
    pub status: StatusCode,
    /// The body, and the media type that fits it.
    pub body: Option<(String, &'static str)>,
}

/// What a request asks for.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The method.
    pub method: &'a Method,
    /// The upstream.
    pub target: &'a Target,
    /// The path with its query.
    pub uri: &'a Uri,
    /// The headers as the client sent them.
    pub headers: &'a HeaderMap,
    /// The beginning of the body, once it was read.
    pub body: Option<&'a [u8]>,
}

/// What becomes of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ruling {
    /// Nothing: the next fault is asked.
    Pass,
    /// It depends on the body, which has to be read first.
    NeedsBody,
    /// This, and no other fault is asked.
    Act(Action),
}

/// What is done to an exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// The proxy answers by itself.
    Respond(Reply),
    /// The request waits before it goes on.
    Delay(Duration),
    /// The connection ends without an answer.
    Drop {
        /// Whether it is reset, and not closed in good order.
        reset: bool,
    },
    /// The upstream's answer is changed.
    Rewrite(Rewriting),
    /// The answer breaks off after so many bytes of its body.
    Truncate(u64),
    /// The answer's body comes in pieces.
    Dribble {
        /// How many bytes a piece has at most.
        bytes: usize,
        /// How long it is from one piece to the next.
        every: Duration,
    },
}

/// An answer that a rule spells out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The headers, but for those that follow the body.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

/// What is changed in an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rewriting {
    /// The status, if it is changed.
    pub status: Option<StatusCode>,
    /// Headers that are set, or taken out where there is no value.
    pub headers: Vec<(HeaderName, Option<HeaderValue>)>,
    /// The body, if it is changed.
    pub body: Option<Bytes>,
}

/// A delay from a number of milliseconds. Nothing is held for more than a day: a heavy-tailed distribution would
/// otherwise draw values that no clock can count.
pub(super) fn millis(value: f64) -> Duration {
    const LONGEST: f64 = 86_400_000.0;
    Duration::from_secs_f64(value.clamp(0.0, LONGEST) / 1000.0)
}
