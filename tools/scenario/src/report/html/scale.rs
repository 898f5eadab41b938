//! From values to places in a picture.

/// How many values an axis shows, about.
const TICKS: f64 = 5.0;

/// A span of values over a span of places.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    from: f64,
    to: f64,
    start: f64,
    end: f64,
    /// Whether equal distances are equal ratios.
    pub(super) is_log: bool,
}

impl Scale {
    /// Equal distances are equal differences.
    pub(super) fn linear([from, to]: [f64; 2], [start, end]: [f64; 2]) -> Self {
        let to = if to > from { to } else { from + 1.0 };
        Self { from, to, start, end, is_log: false }
    }

    /// Equal distances are equal ratios. Values of zero and less stand at the start.
    pub(super) fn logarithmic([from, to]: [f64; 2], [start, end]: [f64; 2]) -> Self {
        let from = from.max(1e-3);
        let to = if to > from { to } else { from * 10.0 };
        Self { from, to, start, end, is_log: true }
    }

    /// The place of a value, within the picture whatever it is.
    pub(super) fn at(&self, value: f64) -> f64 {
        let share = if self.is_log {
            (value.max(self.from) / self.from).ln() / (self.to / self.from).ln()
        } else {
            (value - self.from) / (self.to - self.from)
        };
        let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
        self.start + share * (self.end - self.start)
    }

    /// The places where it starts and ends.
    pub(super) fn span(&self) -> [f64; 2] {
        [self.start, self.end]
    }

    /// Round values to show along it.
    pub(super) fn ticks(&self) -> Vec<f64> {
        if self.is_log { self.ratios() } else { self.differences() }
    }

    fn differences(&self) -> Vec<f64> {
        let step = round_step((self.to - self.from) / TICKS);
        let first = (self.from / step).ceil();
        (0..20)
            .map(|number| (first + f64::from(number)) * step)
            .take_while(|value| *value <= self.to + step * 1e-6)
            .collect()
    }

    fn ratios(&self) -> Vec<f64> {
        let decades = (self.to / self.from).log10();
        let pieces: &[f64] = if decades > 3.0 { &[1.0] } else { &[1.0, 2.0, 5.0] };
        let first = self.from.log10().floor();
        (0..20)
            .map(|number| 10_f64.powf(first + f64::from(number)))
            .flat_map(|power| pieces.iter().map(move |piece| piece * power))
            .filter(|value| *value >= self.from * 0.999 && *value <= self.to * 1.001)
            .collect()
    }
}

/// The step of 1, 2 or 5 times a power of ten that is next above.
fn round_step(step: f64) -> f64 {
    let power = 10_f64.powf(step.log10().floor());
    let piece = [1.0, 2.0, 5.0, 10.0].into_iter().find(|piece| piece * power >= step * 0.999);
    piece.unwrap_or(10.0) * power
}

/// The least and the largest of these values that is a number; absent without any.
pub(super) fn extent(values: impl IntoIterator<Item = f64>) -> Option<[f64; 2]> {
    values.into_iter().filter(|value| value.is_finite()).fold(None, |extent, value| {
        let [least, largest] = extent.unwrap_or([value, value]);
        Some([value.min(least), value.max(largest)])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_where_their_share_of_the_span_is() {
        let linear = Scale::linear([0.0, 10.0], [100.0, 200.0]);
        assert_eq!(
            [-5.0, 0.0, 5.0, 10.0, 50.0].map(|value| linear.at(value)),
            [100.0, 100.0, 150.0, 200.0, 200.0]
        );
        let log = Scale::logarithmic([1.0, 100.0], [200.0, 0.0]);
        assert_eq!([0.0, 1.0, 10.0, 100.0].map(|value| log.at(value)), [200.0, 200.0, 100.0, 0.0]);
        assert_eq!(log.at(f64::NAN), 200.0);
    }

    #[test]
    fn a_span_without_extent_still_has_places() {
        for scale in
            [Scale::linear([3.0, 3.0], [0.0, 1.0]), Scale::logarithmic([0.0, 0.0], [0.0, 1.0])]
        {
            assert!(scale.at(3.0).is_finite() && !scale.ticks().is_empty(), "{scale:?}");
        }
    }

    #[test]
    fn ticks_are_round_and_few() {
        assert_eq!(Scale::linear([0.0, 9.7], [0.0, 1.0]).ticks(), [0.0, 2.0, 4.0, 6.0, 8.0]);
        assert_eq!(Scale::logarithmic([8.0, 120.0], [0.0, 1.0]).ticks(), [10.0, 20.0, 50.0, 100.0]);
        assert_eq!(Scale::logarithmic([1.0, 1e5], [0.0, 1.0]).ticks().len(), 6);
    }

    #[test]
    fn the_extent_leaves_out_what_is_no_number() {
        assert_eq!(extent([3.0, f64::NAN, 1.0]), Some([1.0, 3.0]));
        assert_eq!(extent([f64::NAN]), None);
    }
}
