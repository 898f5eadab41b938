//! Latency: every chunk arrives later, by a draw from a distribution.

use std::fmt;

use rand_distr::{Distribution as _, Normal, Pareto, Uniform};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    Definition, Invalid, Placed, Spec,
    verdict::{Chunk, Decider, StreamFault, Verdict, millis},
};
use crate::dice::Dice;

/// How late chunks arrive.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Latency {
    /// The distribution that delays are drawn from.
    distribution: Distribution,
    /// Mean delay in milliseconds, above 0 (normal, pareto-normal).
    mean: Option<f64>,
    /// Standard deviation in milliseconds, 0 if unset (normal, pareto-normal).
    #[schemars(extend("x-env" = "FAULT_LATENCY_STANDARD_DEVIATION"))]
    stddev: Option<f64>,
    /// Shape of the tail, above 0: the smaller, the heavier (pareto, pareto-normal).
    shape: Option<f64>,
    /// Smallest delay of the tail in milliseconds, above 0 (pareto, pareto-normal).
    scale: Option<f64>,
    /// Smallest delay in milliseconds (uniform).
    min: Option<f64>,
    /// Largest delay in milliseconds (uniform).
    max: Option<f64>,
    /// Draw a delay for each read and write, instead of once for each connection (for each exchange where the
    /// proxy reads HTTP). Either way every chunk is delayed.
    per_read_write: bool,
}

/// A family of delays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Distribution {
    /// Around the mean, by the standard deviation; negative draws are drawn again.
    #[default]
    Normal,
    /// Evenly between min and max, both included.
    Uniform,
    /// Never below the scale, with a heavy tail.
    Pareto,
    /// The sum of a normal and a Pareto draw.
    ParetoNormal,
}

/// Parameters that were checked to make sense.
#[derive(Clone, Copy, Debug)]
enum Draw {
    Normal(Normal<f64>),
    Uniform(Uniform<f64>),
    Pareto(Pareto<f64>),
    ParetoNormal(Pareto<f64>, Normal<f64>),
}

struct Delay {
    draw: Draw,
    per_read_write: bool,
    drawn: Option<Verdict>,
}

impl Spec for Latency {
    const DEFINITION: Definition = Definition {
        kind: "latency",
        flag: "latency",
        env: "LATENCY",
        title: "Latency",
        about: "Delays each chunk by a draw from when it arrived. Chunks in flight overlap and keep their order, \
                so throughput is not reduced.",
        placed: Placed::SideAndDirection,
        dose: Some("mean"),
        modernise,
    };

    fn decider(&self) -> Result<Decider, Invalid> {
        let draw = self.draw()?;
        Ok(Decider::Stream(Box::new(Delay {
            draw,
            per_read_write: self.per_read_write,
            drawn: None,
        })))
    }
}

/// `global: false` is the older spelling of `per_read_write: true`; distributions were also written with an
/// underscore or as one word.
fn modernise(map: &mut Map<String, Value>) {
    let global = match map.get("global") {
        Some(Value::Bool(global)) => Some(*global),
        Some(Value::String(text)) => text.trim().parse::<bool>().ok(),
        _ => None,
    };
    if let Some(global) = global {
        map.remove("global");
        map.entry("per_read_write").or_insert(Value::Bool(!global));
    }
    if let Some(Value::String(name)) = map.get_mut("distribution") {
        let plain = name.to_ascii_lowercase().replace('_', "-");
        *name = if plain == "paretonormal" { "pareto-normal".into() } else { plain };
    }
}

impl Latency {
    fn draw(&self) -> Result<Draw, Invalid> {
        match self.distribution {
            Distribution::Normal => self.normal().map(Draw::Normal),
            Distribution::Uniform => self.uniform().map(Draw::Uniform),
            Distribution::Pareto => self.pareto().map(Draw::Pareto),
            Distribution::ParetoNormal => Ok(Draw::ParetoNormal(self.pareto()?, self.normal()?)),
        }
    }

    fn normal(&self) -> Result<Normal<f64>, Invalid> {
        let mean = positive("mean", self.mean)?;
        let stddev = self.stddev.unwrap_or(0.0);
        Normal::new(mean, stddev)
            .ok()
            .filter(|_| stddev >= 0.0 && stddev.is_finite())
            .ok_or_else(|| Invalid::value("stddev", "must be 0 or more milliseconds"))
    }

    fn pareto(&self) -> Result<Pareto<f64>, Invalid> {
        let (scale, shape) = (positive("scale", self.scale)?, positive("shape", self.shape)?);
        Pareto::new(scale, shape).map_err(|_| Invalid::value("shape", "must be above 0"))
    }

    fn uniform(&self) -> Result<Uniform<f64>, Invalid> {
        let max = positive("max", self.max)?;
        let min = self.min.unwrap_or(0.0);
        if !(0.0..=max).contains(&min) {
            return Err(Invalid::value("min", format!("must be from 0 to the maximum, {max} ms")));
        }
        Uniform::new_inclusive(min, max)
            .map_err(|_| Invalid::value("max", "must be a finite number"))
    }
}

fn positive(field: &'static str, value: Option<f64>) -> Result<f64, Invalid> {
    match value {
        None => Err(Invalid::missing(field, "is needed by this distribution")),
        Some(value) if value > 0.0 && value.is_finite() => Ok(value),
        Some(_) => Err(Invalid::value(field, "must be above 0")),
    }
}

impl Draw {
    fn sample(&self, dice: &mut Dice) -> f64 {
        let mut rng = dice.draw();
        match self {
            Self::Uniform(uniform) => uniform.sample(&mut rng),
            Self::Pareto(pareto) => pareto.sample(&mut rng),
            Self::Normal(normal) => truncated(normal, &mut rng),
            Self::ParetoNormal(pareto, normal) => {
                pareto.sample(&mut rng) + truncated(normal, &mut rng)
            }
        }
    }
}

/// A normal draw that is not negative. The mean is above zero, so at most half of the draws are repeated, and 64
/// repetitions in a row do not happen.
fn truncated(normal: &Normal<f64>, rng: &mut rand_pcg::Pcg64Mcg) -> f64 {
    (0..64).map(|_| normal.sample(rng)).find(|value| *value >= 0.0).unwrap_or(0.0)
}

impl StreamFault for Delay {
    fn decide(&mut self, _: Chunk, dice: &mut Dice) -> Verdict {
        match self.drawn {
            Some(verdict) if !self.per_read_write => verdict,
            _ => {
                let verdict = Verdict::hold(millis(self.draw.sample(dice)));
                *self.drawn.insert(verdict)
            }
        }
    }
}

impl fmt::Display for Latency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = |value: Option<f64>| value.unwrap_or(0.0);
        match self.distribution {
            Distribution::Normal => f.write_str(&self.normal_words())?,
            Distribution::Uniform => write!(f, "{} to {} ms", ms(self.min), ms(self.max))?,
            Distribution::Pareto => f.write_str(&self.pareto_words())?,
            Distribution::ParetoNormal => {
                write!(f, "{} plus {}", self.normal_words(), self.pareto_words())?;
            }
        }
        f.write_str(if self.per_read_write {
            ", drawn for each read and write"
        } else {
            ", drawn once"
        })
    }
}

impl Latency {
    fn normal_words(&self) -> String {
        let mean = self.mean.unwrap_or(0.0);
        match self.stddev {
            Some(stddev) if stddev > 0.0 => format!("{mean} ms ± {stddev} ms"),
            _ => format!("{mean} ms"),
        }
    }

    fn pareto_words(&self) -> String {
        let (scale, shape) = (self.scale.unwrap_or(0.0), self.shape.unwrap_or(0.0));
        format!("Pareto from {scale} ms, shape {shape}")
    }
}
