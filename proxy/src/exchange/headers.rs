//! Headers that belong to one connection and must not travel further (RFC 9110, 7.6.1).

use http::{HeaderMap, HeaderName, HeaderValue, header};

/// Headers of a single hop, whatever `Connection` says.
static HOP_BY_HOP: [HeaderName; 5] = [
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TRANSFER_ENCODING,
];

/// The protocol that a message asks to change to.
pub(super) fn upgrade(headers: &HeaderMap) -> Option<HeaderValue> {
    let wanted = tokens(headers).any(|token| token.eq_ignore_ascii_case("upgrade"));
    headers.get(header::UPGRADE).filter(|_| wanted).cloned()
}

/// Takes out what belongs to the connection the message came on.
pub(super) fn strip(headers: &mut HeaderMap) {
    if headers.contains_key(header::CONNECTION) {
        let named: Vec<HeaderName> =
            tokens(headers).filter_map(|token| token.parse().ok()).collect();
        for name in named {
            // `TE` is named there by rule, and speaks of trailers, which do travel.
            if name != header::TE {
                headers.remove(name);
            }
        }
        headers.remove(header::CONNECTION);
    }
    for name in &HOP_BY_HOP {
        headers.remove(name);
    }
    headers.remove(header::UPGRADE);
    if headers.contains_key(header::TE) {
        let trailers = headers.get_all(header::TE).iter().any(|value| {
            value.to_str().is_ok_and(|text| {
                text.split(',').any(|part| part.trim().eq_ignore_ascii_case("trailers"))
            })
        });
        headers.remove(header::TE);
        if trailers {
            headers.insert(header::TE, HeaderValue::from_static("trailers"));
        }
    }
}

/// Asks for a change of protocol on the connection the message goes out on.
pub(super) fn ask_for(headers: &mut HeaderMap, protocol: HeaderValue) {
    headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(header::UPGRADE, protocol);
}

/// How many bytes the headers take on an HTTP/1.1 connection.
pub(super) fn size(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum::<usize>() + 2
}

fn tokens(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn what_belongs_to_one_hop_is_taken_out_and_the_rest_stays() {
        let mut headers = map(&[
            ("connection", "X-Hop, keep-alive, TE"),
            ("x-hop", "1"),
            ("keep-alive", "timeout=5"),
            ("proxy-connection", "keep-alive"),
            ("te", "gzip, trailers"),
            ("x-dup", "1"),
            ("x-dup", "2"),
            ("accept-encoding", "br"),
        ]);
        strip(&mut headers);
        assert_eq!(
            headers,
            map(&[("te", "trailers"), ("x-dup", "1"), ("x-dup", "2"), ("accept-encoding", "br")])
        );
    }

    #[test]
    fn an_upgrade_counts_only_if_the_connection_names_it() {
        let asked = map(&[("connection", "keep-alive, Upgrade"), ("upgrade", "websocket")]);
        assert_eq!(upgrade(&asked), Some(HeaderValue::from_static("websocket")));
        assert_eq!(upgrade(&map(&[("upgrade", "h2c")])), None);
    }
}
