//! What measures an objective: a query of Prometheus, and an objective of Cloud Run.
//!
//! Both are put together here from figures that were checked, so that they can be read by what they
//! are for, whatever a model wrote.

use fault_prompts::answer::{ObjectiveAnswer, ObjectiveKind};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

/// The shortest and the longest window, in seconds.
const SHORTEST: u64 = 60;
const LONGEST: u64 = 30 * DAY;

const DAY: u64 = 86_400;

/// The time over which Cloud Run looks at windows, in days.
const PERIOD: u64 = 28;

/// The goals that Cloud Run takes.
const GOALS: (f64, f64) = (0.0001, 0.9999);

/// The longest label, in characters.
const LONGEST_HANDLER: usize = 100;

/// What measures an objective.
#[derive(Debug, PartialEq, Serialize, JsonSchema)]
pub(super) struct Sli {
    /// A query of Prometheus, over the usual metrics of HTTP servers.
    prometheus: String,
    /// An objective of Cloud Run, as Google Cloud Monitoring takes it.
    #[serde(rename = "gcp/cloudrun")]
    #[schemars(with = "serde_json::Map<String, Value>")]
    cloud_run: Value,
}

impl Sli {
    /// What measures an objective in windows of some seconds, or what is wrong with it.
    pub(super) fn of(answer: &ObjectiveAnswer, title: &str, window: u64) -> Result<Self, String> {
        let threshold = Threshold::of(answer)?;
        let handler = handler(&answer.handler)?;
        let ratio = decimal(answer.objective / 100.0);
        let range = range(window);
        Ok(Self {
            prometheus: match threshold {
                Threshold::Seconds(_) => format!(
                    "histogram_quantile({ratio}, sum by (le) \
                     (rate(http_request_duration_seconds_bucket{{handler=\"{handler}\"}}[{range}])))"
                ),
                Threshold::Succeeding => share(&handler, "!~", &range),
                Threshold::Failing => share(&handler, "=~", &range),
            },
            cloud_run: cloud_run(&threshold, title, answer.objective / 100.0, window),
        })
    }
}

/// What is compared.
enum Threshold {
    Seconds(f64),
    Succeeding,
    Failing,
}

impl Threshold {
    fn of(answer: &ObjectiveAnswer) -> Result<Self, String> {
        let (value, unit) = (answer.threshold, answer.unit.trim());
        let scale = match (answer.kind, unit) {
            (ObjectiveKind::Latency, "s") => 1.0,
            (ObjectiveKind::Latency, "ms") => 0.001,
            (ObjectiveKind::Latency, _) => {
                return Err(format!("the unit `{unit}` of a latency is neither s nor ms"));
            }
            (ObjectiveKind::Availability, "%") if (0.0..=100.0).contains(&value) => {
                return Ok(Self::Succeeding);
            }
            (ObjectiveKind::Error, "%") if (0.0..=100.0).contains(&value) => {
                return Ok(Self::Failing);
            }
            _ => return Err(format!("the threshold {value} {unit} is no share from 0 to 100 %")),
        };
        let seconds = value * scale;
        if seconds > 0.0 && seconds <= 3600.0 {
            return Ok(Self::Seconds(seconds));
        }
        Err(format!("the threshold {value} {unit} is not above 0 and up to an hour"))
    }
}

/// The share of requests in percent that failed, or did not.
fn share(handler: &str, compared: &str, range: &str) -> String {
    let all = format!("handler=\"{handler}\"");
    format!(
        "100 * sum(rate(http_requests_total{{{all},status{compared}\"5..\"}}[{range}])) \
         / sum(rate(http_requests_total{{{all}}}[{range}]))"
    )
}

/// An objective of Google Cloud Monitoring: windows of up to a day are good or bad as a whole; over
/// longer ones each request counts.
fn cloud_run(threshold: &Threshold, title: &str, goal: f64, window: u64) -> Value {
    let goal = goal.clamp(GOALS.0, GOALS.1);
    let goal = (goal * 1e6).round() / 1e6;
    let measure = match threshold {
        Threshold::Seconds(seconds) => {
            json!({ "latency": { "threshold": format!("{}s", decimal(*seconds)) } })
        }
        Threshold::Succeeding | Threshold::Failing => json!({ "availability": {} }),
    };
    let (days, indicator) = if window > DAY {
        (window.div_ceil(DAY), json!({ "basicSli": measure }))
    } else {
        let windows = json!({
            "windowPeriod": format!("{}s", window.div_ceil(60) * 60),
            "goodTotalRatioThreshold": { "basicSliPerformance": measure, "threshold": goal },
        });
        (PERIOD, json!({ "windowsBased": windows }))
    };
    json!({
        "displayName": format!("{title} - {}", range(window)),
        "goal": goal,
        "rollingPeriod": format!("{}s", days * DAY),
        "serviceLevelIndicator": indicator,
    })
}

/// The seconds of a window such as `300s` or `5m`.
pub(super) fn window(text: &str) -> Result<u64, String> {
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let unit = match unit.trim() {
        "s" | "" => 1,
        "m" | "min" => 60,
        "h" => 3600,
        "d" => DAY,
        "w" => 7 * DAY,
        _ => 0,
    };
    let seconds = number.parse::<u64>().ok().and_then(|number| number.checked_mul(unit));
    seconds.filter(|seconds| (SHORTEST..=LONGEST).contains(seconds)).ok_or_else(|| {
        let shown: String = text.chars().take(20).collect();
        format!("the window `{shown}` is no time from 60s to 30d")
    })
}

/// A window as Prometheus writes it, in the largest unit that divides it.
fn range(seconds: u64) -> String {
    let units = [(DAY, "d"), (3600, "h"), (60, "m")];
    let unit = units.into_iter().find(|(unit, _)| seconds.is_multiple_of(*unit));
    let (unit, name) = unit.unwrap_or((1, "s"));
    format!("{}{name}", seconds / unit)
}

/// A label without anything that would end it, or that a query would obey.
fn handler(text: &str) -> Result<String, String> {
    let known = |letter: &char| letter.is_ascii_alphanumeric() || "_-./:{}".contains(*letter);
    let label: String = text.trim().chars().take(LONGEST_HANDLER).collect();
    if label.is_empty() || label.chars().any(|letter| !known(&letter)) {
        return Err("the handler is empty, or has other letters than labels have".to_owned());
    }
    Ok(label)
}

/// A number with up to six decimals, and no more than it needs.
fn decimal(number: f64) -> String {
    let text = format!("{number:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
