//! Numbers of requests as they travel in a W3C `traceparent` header.

use http::HeaderValue;

/// The header's name.
pub(super) const HEADER: &str = "traceparent";

/// Marks the requests of a run, so that those which an application makes because of them can be told apart: the
/// first half of a trace id is the run, the second half is the number of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceRun(pub u64);

impl TraceRun {
    /// What the `traceparent` header of the request of this number says.
    pub fn trace_parent(self, number: u64) -> String {
        format!("00-{:016x}{number:016x}-{number:016x}-01", self.0)
    }

    pub(super) fn header(self, number: u64) -> HeaderValue {
        HeaderValue::from_str(&self.trace_parent(number)).expect("digits and hyphens make a header")
    }
}

/// Reads the number of a request back from a `traceparent` header, if it is of this run: the number, and whether
/// the span is the generator's own, so that the request was sent by it and not by an application.
pub fn number_of(trace_parent: &str, run: u64) -> Option<(u64, bool)> {
    let mut parts = trace_parent.trim().split('-');
    let version = hex(parts.next()?, 2)?;
    let trace = parts.next().filter(|trace| trace.len() == 32 && trace.is_ascii())?;
    let (of, number) = trace.split_at(16);
    let (of, number) = (hex(of, 16)?, hex(number, 16)?);
    let parent = hex(parts.next()?, 16)?;
    hex(parts.next()?, 2)?;
    // Later versions may say more after what the first one says; the first may not.
    let is_known = match version {
        0 => parts.next().is_none(),
        255 => false,
        _ => true,
    };
    (is_known && of == run && number > 0).then_some((number, parent == number))
}

/// The number that these many lower-case hexadecimal digits are.
fn hex(text: &str, digits: usize) -> Option<u64> {
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let is_hex = text.len() == digits && text.bytes().all(is_digit);
    is_hex.then(|| u64::from_str_radix(text, 16).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_back_as_it_was_written() {
        for (run, number) in [(7, 1), (0, 42), (u64::MAX, u64::MAX)] {
            let header = TraceRun(run).trace_parent(number);
            assert_eq!(number_of(&header, run), Some((number, true)), "{header}");
            assert_eq!(TraceRun(run).header(number), header);
        }
        let header = "00-00000000000000070000000000000001-0000000000000001-01";
        assert_eq!(TraceRun(7).trace_parent(1), header);
    }

    #[test]
    fn a_span_of_the_application_keeps_the_number_and_is_not_the_generators() {
        let header = "00-000000000000000700000000000000ff-00f067aa0ba902b7-00";
        assert_eq!(number_of(header, 7), Some((255, false)));
        assert_eq!(number_of(header, 8), None);
    }

    #[test]
    fn a_later_version_may_say_more_and_the_first_may_not() {
        let header =
            |version| format!("{version}-00000000000000070000000000000001-0000000000000001-01");
        assert_eq!(number_of(&header("cc"), 7), Some((1, true)));
        assert_eq!(number_of(&(header("cc") + "-more"), 7), Some((1, true)));
        assert_eq!(number_of(&(header("00") + "-more"), 7), None);
        assert_eq!(number_of(&header("ff"), 7), None);
    }

    #[test]
    fn what_is_not_a_trace_parent_has_no_number() {
        for text in [
            "",
            "00",
            "00-00000000000000070000000000000001-0000000000000001",
            "00-00000000000000070000000000000000-0000000000000001-01",
            "00-0000000000000007000000000000000A-000000000000000A-01",
            "00-0000000000000007+000000000000001-0000000000000001-01",
            "00-000000000000000\u{e9}000000000000001-0000000000000001-01",
            "0-00000000000000070000000000000001-0000000000000001-01",
        ] {
            assert_eq!(number_of(text, 7), None, "{text}");
        }
    }
}
