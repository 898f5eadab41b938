//! Which trace a request is part of, as W3C Trace Context writes it: `traceparent`.
//! <https://www.w3.org/TR/trace-context/#traceparent-header>

use http::HeaderMap;

/// How many characters the parts have: version, trace, parent and flags.
const PARTS: [usize; 4] = [2, 32, 16, 2];

/// The value of the one `traceparent` of a request, if it is well-formed.
pub(super) fn of(headers: &HeaderMap) -> Option<String> {
    let mut values = headers.get_all("traceparent").iter();
    let only = values.next().filter(|_| values.next().is_none())?;
    only.to_str().ok().filter(|value| is_well_formed(value)).map(str::to_owned)
}

/// The number that the parent of a well-formed trace is.
pub(super) fn parent(trace: &str) -> Option<u64> {
    u64::from_str_radix(trace.split('-').nth(2)?, 16).ok()
}

/// Whether it reads `00-<32 hex>-<16 hex>-<2 hex>`, in lower case, with a trace and a parent that are not all zero.
fn is_well_formed(value: &str) -> bool {
    let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let mut parts = value.split('-');
    let fits = PARTS.iter().enumerate().all(|(index, length)| {
        parts.next().is_some_and(|part| {
            let none = part.bytes().all(|byte| byte == b'0');
            let allowed = match index {
                0 => none,
                1 | 2 => !none,
                _ => true,
            };
            part.len() == *length && part.bytes().all(is_hex) && allowed
        })
    });
    fits && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue};

    use super::*;

    const GOOD: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    fn check(values: &[&str], expected: Option<&str>) {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append("traceparent", HeaderValue::from_str(value).expect("a value"));
        }
        assert_eq!(of(&headers).as_deref(), expected, "{values:?}");
    }

    #[test]
    fn a_well_formed_trace_is_taken_as_it_stands() {
        check(&[GOOD], Some(GOOD));
        check(&[], None);
    }

    #[test]
    fn what_is_not_well_formed_is_no_trace() {
        check(&[GOOD, GOOD], None);
        check(&["00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331"], None);
        check(&["00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x"], None);
        check(&["01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"], None);
        check(&["00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01"], None);
        check(&["00-0af7651916cd43dd8448eb211c80319-cb7ad6b7169203331-01"], None);
        check(&["00-00000000000000000000000000000000-b7ad6b7169203331-01"], None);
        check(&["00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01"], None);
        check(&[""], None);
    }
}
