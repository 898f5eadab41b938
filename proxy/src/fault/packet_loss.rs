//! Packet loss, as an application sees it: TCP sends a lost segment again, and everything behind it waits.

use std::{fmt, time::Duration};

use rand::RngExt as _;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Definition, Invalid, Placed, Spec,
    verdict::{Chunk, Decider, StreamFault, Then, Verdict, millis},
};
use crate::dice::Dice;

/// Which segments are lost, and how long a round trip takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct PacketLoss {
    /// Probability from 0 to 1 that a segment is lost, each by itself.
    probability: Option<f64>,
    /// Gilbert-Elliott model: probability from 0 to 1 of going from the good to the bad state, at each segment.
    p: Option<f64>,
    /// Gilbert-Elliott model: probability above 0 to 1 of going back from the bad to the good state.
    r: Option<f64>,
    /// Gilbert-Elliott model: probability that a segment gets through in the bad state; 0 if unset.
    h: Option<f64>,
    /// Gilbert-Elliott model: probability that a segment gets through in the good state; 1 if unset.
    k: Option<f64>,
    /// Round trip time in milliseconds, from 0: what a fast retransmission takes.
    round_trip: f64,
}

impl Default for PacketLoss {
    fn default() -> Self {
        Self { probability: None, p: None, r: None, h: None, k: None, round_trip: 50.0 }
    }
}

/// The largest segment on an Ethernet path: 1500 bytes less 40 of IPv4 and TCP headers.
const SEGMENT: usize = 1460;
/// The smallest retransmission time-out of Linux (`TCP_RTO_MIN`); it doubles with each loss (RFC 6298, 5.5).
const RTO_MIN: Duration = Duration::from_millis(200);
/// The largest (`TCP_RTO_MAX`).
const RTO_MAX: Duration = Duration::from_secs(120);
/// After so many retransmissions Linux gives the connection up (`net.ipv4.tcp_retries2`).
const RETRIES: u32 = 15;
/// With so many segments behind it a loss is noticed by duplicate acknowledgements (RFC 5681, 3.2).
const DUPLICATES: usize = 3;

/// Loss probabilities by state, and the state's transitions.
#[derive(Clone, Debug)]
enum Model {
    Independent(f64),
    /// E. N. Gilbert (1960) and E. O. Elliott (1963): bursts from a two-state chain.
    GilbertElliott {
        p: f64,
        r: f64,
        loss_bad: f64,
        loss_good: f64,
        bad: bool,
    },
    /// Five states from excellent to bad.
    Ladder {
        state: usize,
    },
}

/// Transition probabilities of the five-state ladder; each row adds up to 1.
const LADDER: [[f64; 5]; 5] = [
    [0.90, 0.10, 0.00, 0.00, 0.00],
    [0.05, 0.90, 0.05, 0.00, 0.00],
    [0.00, 0.10, 0.80, 0.10, 0.00],
    [0.00, 0.00, 0.20, 0.70, 0.10],
    [0.00, 0.00, 0.00, 0.30, 0.70],
];
/// Loss probability in each state of the ladder.
const LADDER_LOSS: [f64; 5] = [0.0, 0.1, 0.3, 0.6, 0.9];

/// How often the ladder is in each state in the long run.
const LADDER_SHARES: [f64; 5] = [6.0 / 28.0, 12.0 / 28.0, 6.0 / 28.0, 3.0 / 28.0, 1.0 / 28.0];

struct Loss {
    model: Model,
    round_trip: Duration,
}

impl Spec for PacketLoss {
    const DEFINITION: Definition = Definition {
        kind: "packetloss",
        flag: "packet-loss",
        env: "PACKET_LOSS",
        title: "Packet loss",
        about: "A lost segment arrives late, by what its retransmission takes, and what follows waits behind it: a \
                round trip when enough later segments are in flight, else a time-out of 200 ms that doubles with \
                each further loss. By the time of a retransmission the model is in any of its states. After 15 losses \
                in a row the connection is reset. Bytes are never dropped, cut or reordered. Without a probability or a Gilbert-Elliott model, loss follows a five-state Markov \
                chain from excellent to bad.",
        placed: Placed::SideAndDirection,
        dose: Some("probability"),
        modernise: |_| {},
    };

    fn decider(&self) -> Result<Decider, Invalid> {
        if !(0.0..=60_000.0).contains(&self.round_trip) {
            return Err(Invalid::value("round_trip", "must be from 0 to 60000 ms"));
        }
        let loss = Loss { model: self.model()?, round_trip: millis(self.round_trip) };
        Ok(Decider::Stream(Box::new(loss)))
    }
}

impl PacketLoss {
    fn model(&self) -> Result<Model, Invalid> {
        let gilbert = [self.p, self.r, self.h, self.k].iter().any(Option::is_some);
        match self.probability {
            Some(_) if gilbert => Err(Invalid::value(
                "probability",
                "cannot be combined with the Gilbert-Elliott settings",
            )),
            Some(probability) => match share("probability", probability)? {
                0.0 => Err(Invalid::value("probability", "must be above 0 to have an effect")),
                probability => Ok(Model::Independent(probability)),
            },
            None if gilbert => self.gilbert_elliott(),
            None => Ok(Model::Ladder { state: 1 }),
        }
    }

    fn gilbert_elliott(&self) -> Result<Model, Invalid> {
        let needed = |field, value: Option<f64>| {
            value.ok_or_else(|| Invalid::missing(field, "is needed by the Gilbert-Elliott model"))
        };
        let p = share("p", needed("p", self.p)?)?;
        let r = share("r", needed("r", self.r)?)?;
        let h = share("h", self.h.unwrap_or(0.0))?;
        let k = share("k", self.k.unwrap_or(1.0))?;
        if p == 0.0 && k == 1.0 {
            return Err(Invalid::value("p", "must be above 0 to have an effect"));
        }
        Ok(Model::GilbertElliott { p, r, loss_bad: 1.0 - h, loss_good: 1.0 - k, bad: false })
    }
}

fn share(field: &'static str, value: f64) -> Result<f64, Invalid> {
    if (0.0..=1.0).contains(&value) {
        Ok(value)
    } else {
        Err(Invalid::value(field, "must be a probability from 0 to 1"))
    }
}

impl Model {
    /// Moves on by one segment and tells how likely it is lost.
    fn step(&mut self, draw: f64) -> f64 {
        match self {
            Self::Independent(probability) => *probability,
            Self::GilbertElliott { p, r, loss_bad, loss_good, bad } => {
                *bad = if *bad { draw >= *r } else { draw < *p };
                if *bad { *loss_bad } else { *loss_good }
            }
            Self::Ladder { state } => {
                *state = pick(&LADDER[*state], draw);
                LADDER_LOSS[*state]
            }
        }
    }

    /// Tells how likely a segment is lost after a wait. Many others have gone by then, so the model is found in
    /// any of its states, as often as it is in them in the long run.
    fn later(&self, draw: f64) -> f64 {
        match self {
            Self::Independent(probability) => *probability,
            Self::GilbertElliott { p, r, loss_bad, loss_good, .. } => {
                if draw * (p + r) < *p {
                    *loss_bad
                } else {
                    *loss_good
                }
            }
            Self::Ladder { .. } => LADDER_LOSS[pick(&LADDER_SHARES, draw)],
        }
    }
}

/// The index that an even draw from 0 to 1 falls on, among shares that add up to 1.
fn pick(shares: &[f64; 5], draw: f64) -> usize {
    let mut sum = 0.0;
    let falls_on = shares.iter().position(|share| {
        sum += share;
        draw < sum
    });
    falls_on.unwrap_or(4)
}

impl StreamFault for Loss {
    fn span(&self, chunk: Chunk) -> usize {
        chunk.len.min(SEGMENT)
    }

    fn decide(&mut self, chunk: Chunk, dice: &mut Dice) -> Verdict {
        if chunk.len == 0 {
            return Verdict::PASS;
        }
        let mut rng = dice.draw();
        let mut delay = Duration::ZERO;
        let mut timeout = RTO_MIN;
        for attempt in 0..=RETRIES {
            let draw = rng.random();
            let probability =
                if attempt == 0 { self.model.step(draw) } else { self.model.later(draw) };
            if !rng.random_bool(probability) {
                return Verdict::hold(delay);
            }
            if attempt == 0 && chunk.behind >= DUPLICATES * SEGMENT {
                delay += self.round_trip;
            } else {
                delay += timeout;
                timeout = (timeout * 2).min(RTO_MAX);
            }
        }
        Verdict { hold: delay, rate: None, then: Then::Reset }
    }
}

impl fmt::Display for PacketLoss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.probability, self.p, self.r) {
            (Some(probability), ..) => write!(f, "{}% of segments", probability * 100.0)?,
            (None, Some(p), Some(r)) => write!(f, "bursts (Gilbert-Elliott, p {p}, r {r})")?,
            _ => f.write_str("bursts (five-state Markov chain)")?,
        }
        write!(f, ", sent again after {} ms or a time-out", self.round_trip)
    }
}
