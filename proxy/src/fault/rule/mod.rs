//! Rule: some requests, told by what they ask for, meet an action of their own.

mod action;
mod condition;
mod glob;
mod never;
mod refusal;
mod text;

use std::{
    fmt,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

use rand::RngExt as _;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use self::{
    action::{Act, Delay, Dribble, Drop, Respond, Rewrite},
    condition::{Conditions, Match},
    refusal::{invalid, never},
};
pub(crate) use self::{
    condition::LOOKED_AT,
    never::{Places, admit},
};
use super::{
    Definition, FaultError, Invalid, Placed, Spec,
    verdict::{Action, Asked, Chunk, Decider, Ruling},
};
use crate::dice::Dice;

/// Which requests, what becomes of them, and how often.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Rule {
    /// What must hold for a request, all of it; every request, if unset.
    #[serde(skip_serializing_if = "is_unset")]
    r#match: Match,
    /// Answers with this; the upstream is not contacted.
    respond: Option<Respond>,
    /// Waits before the request goes on, for a draw by the settings of the latency fault, in milliseconds.
    delay: Option<Delay>,
    /// Ends the client's connection without an answer; the upstream is not contacted. On HTTP/2 the stream is reset
    /// either way.
    drop: Option<Drop>,
    /// Changes the upstream's answer.
    rewrite: Option<Rewrite>,
    /// Breaks the answer off after so many bytes of its body, as a crash of the server does. A body that is no longer
    /// stays whole.
    truncate: Option<u64>,
    /// Lets the answer's body through in pieces.
    dribble: Option<Dribble>,
    /// Probability from 0 to 1 that a matching request is hit.
    probability: f64,
    /// Hits only the first so many matching requests; excludes `nth` and `every`.
    first: Option<u64>,
    /// Hits only this one of the matching requests, counted from 1; excludes `first` and `every`.
    nth: Option<u64>,
    /// Hits one of every so many matching requests, the last of them; excludes `first` and `nth`.
    every: Option<u64>,
    /// Hits at most so many requests.
    max: Option<u64>,
    /// The rule as it is asked, once it was checked.
    #[serde(skip)]
    #[schemars(skip)]
    judge: Checked,
}

/// What reading a rule leaves behind. It says nothing that the settings do not.
#[derive(Clone, Debug, Default)]
struct Checked(OnceLock<Arc<Judge>>);

impl PartialEq for Checked {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// A rule, with the count of the requests that it matched.
#[derive(Debug)]
struct Judge {
    conditions: Conditions,
    act: Act,
    probability: f64,
    turn: Turn,
    max: Option<u64>,
    matched: AtomicU64,
    fired: AtomicU64,
}

/// Which of the matching requests it is about.
#[derive(Clone, Copy, Debug)]
enum Turn {
    All,
    First(u64),
    Nth(u64),
    Every(u64),
}

fn is_unset(conditions: &Match) -> bool {
    *conditions == Match::default()
}

impl Default for Rule {
    fn default() -> Self {
        Self {
            r#match: Match::default(),
            respond: None,
            delay: None,
            drop: None,
            rewrite: None,
            truncate: None,
            dribble: None,
            probability: 1.0,
            first: None,
            nth: None,
            every: None,
            max: None,
            judge: Checked::default(),
        }
    }
}

/// The settings that are actions.
const ACTIONS: [&str; 6] = ["respond", "delay", "drop", "rewrite", "truncate", "dribble"];

impl Spec for Rule {
    const DEFINITION: Definition = Definition {
        kind: "rule",
        flag: "rule",
        env: "RULES",
        title: "Rule",
        about: "Does one thing to the requests that it matches, where the proxy reads HTTP. The rules of a proxy are \
                asked in their order; the first that matches and fires acts, and the others are not asked. Requests \
                that no rule hits pass unaltered. Requests are counted from when the rule is added, on all \
                connections together.",
        placed: Placed::Nowhere,
        dose: None,
        modernise,
    };

    fn check(&self) -> Result<(), FaultError> {
        let judge = Judge {
            conditions: self.r#match.conditions()?,
            act: self.act()?,
            probability: self.probability()?,
            turn: self.turn()?,
            max: self.count("max", self.max)?,
            matched: AtomicU64::new(0),
            fired: AtomicU64::new(0),
        };
        // Only the first check of a rule counts, and there is only one.
        let _ = self.judge.0.set(Arc::new(judge));
        Ok(())
    }

    fn decider(&self) -> Result<Decider, Invalid> {
        let judge = Arc::clone(self.judge.0.get().expect("a rule is checked when it is read"));
        Ok(Decider::Exchange(Box::new(move |asked, dice| judge.rule(asked, dice))))
    }
}

/// The settings of a delay have older spellings, too.
fn modernise(map: &mut Map<String, Value>) {
    if let Some(delay) = map.get_mut("delay") {
        Delay::modernise(delay);
    }
}

impl Rule {
    fn act(&self) -> Result<Act, FaultError> {
        let actions = [
            self.respond.as_ref().map(Respond::act),
            self.delay.as_ref().map(Delay::act),
            self.drop.map(|drop| Ok(Act::Same(Action::Drop { reset: drop == Drop::Reset }))),
            self.rewrite.as_ref().map(Rewrite::act),
            self.truncate.map(|bytes| Ok(Act::Same(Action::Truncate(bytes)))),
            self.dribble.as_ref().map(Dribble::act),
        ];
        let given: Vec<&str> = ACTIONS
            .into_iter()
            .zip(&actions)
            .filter_map(|(name, action)| action.as_ref().map(|_| name))
            .collect();
        let hint = format!("set exactly one of {}", ACTIONS.join(", "));
        match given[..] {
            [] => Err(FaultError {
                code: "missing_setting",
                message: "rule does nothing: it has no action".to_owned(),
                hint,
            }),
            [_] => actions.into_iter().flatten().next().expect("one action is given"),
            [first, second, ..] => {
                let problem = format!("stands beside `{first}`, and a rule does one thing");
                Err(invalid(second, &problem, hint + ", and write a second rule for the other"))
            }
        }
    }

    fn probability(&self) -> Result<f64, FaultError> {
        let hint = "set `probability` above 0 and to at most 1, or leave it out to hit every time";
        match self.probability {
            0.0 => Err(never("rule `probability` is 0", hint)),
            probability if probability > 0.0 && probability <= 1.0 => Ok(probability),
            _ => Err(invalid("probability", "must be above 0 and at most 1", hint)),
        }
    }

    fn turn(&self) -> Result<Turn, FaultError> {
        let first = self.count("first", self.first)?.map(|count| ("first", Turn::First(count)));
        let nth = self.count("nth", self.nth)?.map(|count| ("nth", Turn::Nth(count)));
        let every = self.count("every", self.every)?.map(|count| ("every", Turn::Every(count)));
        let mut given = [first, nth, every].into_iter().flatten();
        match (given.next(), given.next()) {
            (None, _) => Ok(Turn::All),
            (Some((_, turn)), None) => Ok(turn),
            (Some((one, _)), Some((other, _))) => Err(invalid(
                other,
                &format!("and `{one}` exclude each other"),
                "keep one of `first`, `nth` and `every`; `max` and `probability` go with each",
            )),
        }
    }

    /// A count that leaves something to hit.
    fn count(&self, setting: &str, count: Option<u64>) -> Result<Option<u64>, FaultError> {
        match count {
            Some(0) => Err(never(
                format!("rule `{setting}` is 0"),
                format!("set `{setting}` to 1 or more, or leave it out"),
            )),
            count => Ok(count),
        }
    }
}

impl Judge {
    fn rule(&self, asked: &Asked<'_>, dice: &mut Dice) -> Ruling {
        if !self.conditions.fit(asked) {
            return Ruling::Pass;
        }
        match (&self.conditions.body, asked.body) {
            (Some(_), None) => return Ruling::NeedsBody,
            (Some(wanted), Some(body)) if !holds(body, wanted.as_bytes()) => return Ruling::Pass,
            _ => {}
        }
        let number = self.matched.fetch_add(1, Ordering::Relaxed) + 1;
        if self.turn.is(number) && self.is_hit(dice) && self.is_left() {
            Ruling::Act(self.act.action(dice))
        } else {
            Ruling::Pass
        }
    }

    fn is_hit(&self, dice: &mut Dice) -> bool {
        dice.draw().random_bool(self.probability)
    }

    /// Whether it may fire once more, which counts.
    fn is_left(&self) -> bool {
        let Some(max) = self.max else { return true };
        let more = |fired| (fired < max).then_some(fired + 1);
        self.fired.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_ok()
    }
}

fn holds(body: &[u8], wanted: &[u8]) -> bool {
    let looked_at = &body[..body.len().min(LOOKED_AT)];
    looked_at.windows(wanted.len()).any(|part| part == wanted)
}

impl Turn {
    fn is(self, number: u64) -> bool {
        match self {
            Self::All => true,
            Self::First(count) => number <= count,
            Self::Nth(nth) => number == nth,
            Self::Every(every) => number.is_multiple_of(every),
        }
    }
}

impl Act {
    fn action(&self, dice: &mut Dice) -> Action {
        match self {
            Self::Same(action) => action.clone(),
            Self::Delay(latency) => {
                let whole =
                    Chunk { len: 1, behind: 0, at: std::time::Duration::ZERO, before: None };
                match latency.decider() {
                    Decider::Stream(mut delay) => Action::Delay(delay.decide(whole, dice).hold),
                    _ => Action::Delay(std::time::Duration::ZERO),
                }
            }
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.r#match)?;
        let actions: [Option<String>; 6] = [
            self.respond.as_ref().map(Respond::to_string),
            self.delay.as_ref().map(Delay::to_string),
            self.drop.as_ref().map(Drop::to_string),
            self.rewrite.as_ref().map(Rewrite::to_string),
            self.truncate.map(|bytes| format!("has its answer cut off after {bytes} bytes")),
            self.dribble.as_ref().map(Dribble::to_string),
        ];
        write!(f, " {}", actions.into_iter().flatten().next().unwrap_or_default())?;
        let times = [
            self.first.map(|count| format!("only the first {count}")),
            self.nth.map(|nth| format!("only number {nth}")),
            self.every.map(|every| format!("one of every {every}")),
            (self.probability < 1.0).then(|| format!("{}% of them", self.probability * 100.0)),
            self.max.map(|max| format!("at most {max} times")),
        ];
        times.into_iter().flatten().try_for_each(|words| write!(f, ", {words}"))
    }
}
