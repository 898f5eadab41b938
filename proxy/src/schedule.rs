//! When a fault acts: periods of a run, fixed (`start:30s,duration:1m`) or relative (`start:5%,duration:30%`).
//!
//! Periods are separated by `;`, start and duration within one by `,`. A `duration:` that follows a `start:`
//! without one completes it, whichever separator stands between them, so `start:5%;duration:30%` is one period.

use std::{fmt, str::FromStr, time::Duration};

use crate::duration::{duration_words, parse_duration};

/// The periods in which a fault acts.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    periods: Vec<Period>,
}

/// One period: from its start for its duration, or to the end of the run.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Period {
    start: Moment,
    duration: Option<Moment>,
}

/// A point or length of time, fixed or as a share of the whole run.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Moment {
    Fixed(Duration),
    Percent(f64),
}

/// A period with both ends worked out, counted from the start of the run; no end means until the run ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// When the fault starts to act.
    pub start: Duration,
    /// When it stops, if before the end of the run.
    pub end: Option<Duration>,
}

/// Why a schedule cannot be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ScheduleError {
    /// Nothing between two separators, or nothing at all.
    #[error("schedule `{0}` has an empty period")]
    Empty(String),
    /// A clause that is neither a start nor a duration.
    #[error("`{0}` is neither `start:TIME` nor `duration:TIME`")]
    Clause(String),
    /// A time that cannot be read.
    #[error("`{0}` is neither a duration nor a percentage from 0% to 100%")]
    Moment(String),
    /// A clause that stands twice in one period.
    #[error("a period of schedule `{0}` has two {1} clauses")]
    Twice(String, &'static str),
    /// A percentage in a run of unlimited length.
    #[error("schedule `{0}` uses percentages, but the run has no duration to take them of")]
    NoTotal(String),
}

impl ScheduleError {
    /// What to write instead.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoTotal(_) => {
                "set the run's duration (`--duration 5m`) or use fixed times (`start:30s,duration:1m`)"
            }
            _ => {
                "write `start:30s,duration:1m`, `start:5%,duration:30%`, or several periods separated by `;`"
            }
        }
    }
}

impl Schedule {
    /// The periods as windows of a run that lasts `total`, if it ends by itself.
    pub fn windows(&self, total: Option<Duration>) -> Result<Vec<Window>, ScheduleError> {
        let resolve = |moment: Moment| match moment {
            Moment::Fixed(duration) => Ok(duration),
            Moment::Percent(percent) => total
                .map(|total| total.mul_f64(percent / 100.0))
                .ok_or_else(|| ScheduleError::NoTotal(self.to_string())),
        };
        self.periods
            .iter()
            .map(|period| {
                let start = resolve(period.start)?;
                let length = period.duration.map(resolve).transpose()?;
                Ok(Window { start, end: length.map(|length| start.saturating_add(length)) })
            })
            .collect()
    }
}

impl Window {
    /// Whether the fault acts at `at`, counted from the start of the run.
    pub fn contains(&self, at: Duration) -> bool {
        self.start <= at && self.end.is_none_or(|end| at < end)
    }
}

impl FromStr for Schedule {
    type Err = ScheduleError;

    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        let mut periods: Vec<Period> = Vec::new();
        let mut open = false;
        for group in text.trim().trim_end_matches(';').split(';') {
            let (start, duration) = clauses(text, group)?;
            match (start, duration, open) {
                (None, Some(duration), true) => {
                    if let Some(last) = periods.last_mut() {
                        last.duration = Some(duration);
                    }
                    open = false;
                }
                (start, duration, _) => {
                    open = start.is_some() && duration.is_none();
                    let start = start.unwrap_or(Moment::Fixed(Duration::ZERO));
                    periods.push(Period { start, duration });
                }
            }
        }
        Ok(Self { periods })
    }
}

/// The start and the duration that one group between `;` names.
fn clauses(text: &str, group: &str) -> Result<(Option<Moment>, Option<Moment>), ScheduleError> {
    let (mut start, mut duration) = (None, None);
    for clause in group.split(',').map(str::trim) {
        if clause.is_empty() {
            return Err(ScheduleError::Empty(text.to_owned()));
        }
        let (name, value) =
            clause.split_once(':').ok_or_else(|| ScheduleError::Clause(clause.to_owned()))?;
        let (slot, name) = match name.trim() {
            "start" => (&mut start, "start"),
            "duration" => (&mut duration, "duration"),
            _ => return Err(ScheduleError::Clause(clause.to_owned())),
        };
        if slot.replace(moment(value)?).is_some() {
            return Err(ScheduleError::Twice(text.to_owned(), name));
        }
    }
    Ok((start, duration))
}

fn moment(text: &str) -> Result<Moment, ScheduleError> {
    let error = || ScheduleError::Moment(text.trim().to_owned());
    match text.trim().strip_suffix('%') {
        Some(number) => {
            let percent: f64 = number.trim().parse().map_err(|_| error())?;
            if (0.0..=100.0).contains(&percent) {
                Ok(Moment::Percent(percent))
            } else {
                Err(error())
            }
        }
        None => parse_duration(text).map(Moment::Fixed).map_err(|_| error()),
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, period) in self.periods.iter().enumerate() {
            if index > 0 {
                f.write_str(";")?;
            }
            write!(f, "start:{}", period.start)?;
            if let Some(duration) = period.duration {
                write!(f, ",duration:{duration}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(duration) => f.write_str(&duration_words(*duration)),
            Self::Percent(percent) => write!(f, "{percent}%"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, total: Option<u64>, expected: &[(u64, Option<u64>)]) {
        let windows = text
            .parse::<Schedule>()
            .and_then(|schedule| schedule.windows(total.map(Duration::from_secs)))
            .expect(text);
        let seconds: Vec<_> =
            windows.iter().map(|w| (w.start.as_secs(), w.end.map(|end| end.as_secs()))).collect();
        assert_eq!(seconds, expected, "{text}");
    }

    #[test]
    fn the_documented_examples_mean_what_they_say() {
        check("start:30s;duration:3m", None, &[(30, Some(210))]);
        check("start:2m;duration:25s", None, &[(120, Some(145))]);
        check("start:30s", None, &[(30, None)]);
        check("duration:50s", None, &[(0, Some(50))]);
        check(
            "start:30s;duration:3m;start:4m,duration:45s",
            None,
            &[(30, Some(210)), (240, Some(285))],
        );
        check("start:30s;duration:3m;start:4m", None, &[(30, Some(210)), (240, None)]);
        check(
            "start:5%;duration:30%;start:90%,duration:5%",
            Some(300),
            &[(15, Some(105)), (270, Some(285))],
        );
        check(
            "start:125s,duration:20s;start:70%,duration:5%",
            Some(300),
            &[(125, Some(145)), (210, Some(225))],
        );
    }

    #[test]
    fn a_second_duration_is_a_period_of_its_own() {
        check("start:1s;duration:2s;duration:3s", None, &[(1, Some(3)), (0, Some(3))]);
    }

    #[test]
    fn a_percentage_without_a_total_is_refused() {
        let schedule: Schedule = "start:5%".parse().expect("a schedule");
        assert_eq!(schedule.windows(None), Err(ScheduleError::NoTotal("start:5%".into())));
        assert!(schedule.windows(Some(Duration::from_secs(10))).is_ok());
    }

    #[test]
    fn what_is_no_schedule_is_refused() {
        for text in [
            "",
            ";",
            "start",
            "start:",
            "begin:3s",
            "start:1s,start:2s",
            "start:101%",
            "start:-1s",
            "start:1s,,",
        ] {
            assert!(text.parse::<Schedule>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_schedule_reads_back_as_it_is_written() {
        for text in ["start:30s,duration:3m", "start:5%,duration:30%;start:90%"] {
            let schedule: Schedule = text.parse().expect(text);
            assert_eq!(schedule.to_string(), text);
        }
    }
}
