//! Addresses to listen on, as people write them.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use fault_tools::ToolError;

/// Reads `ADDRESS:PORT`, `ADDRESS` or `PORT`; what is not written is taken from `usual`.
pub(crate) fn address(flag: &str, text: &str, usual: SocketAddr) -> Result<SocketAddr, ToolError> {
    let text = text.trim();
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    if let Ok(port) = text.parse() {
        return Ok(SocketAddr::new(usual.ip(), port));
    }
    if let Ok(host) = ip(flag, text) {
        return Ok(SocketAddr::new(host, usual.port()));
    }
    text.rsplit_once(':')
        .and_then(|(host, port)| Some(SocketAddr::new(ip(flag, host).ok()?, port.parse().ok()?)))
        .ok_or_else(|| wrong(flag, text, &usual.to_string()))
}

/// Reads an IPv4 or IPv6 address, or `localhost`.
pub(crate) fn ip(flag: &str, text: &str) -> Result<IpAddr, ToolError> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    match bare {
        "localhost" => Ok(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        _ => bare.parse().map_err(|_| wrong(flag, text, "127.0.0.1")),
    }
}

fn wrong(flag: &str, text: &str, example: &str) -> ToolError {
    ToolError::input("invalid_address", format!("`{text}` is not an address to listen on"))
        .hint(format!("give `{flag}` an address of this machine, such as {example} or [::1]"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, written: &str) {
        let usual = "127.0.0.1:3180".parse().unwrap();
        assert_eq!(address("--x", text, usual).unwrap().to_string(), written, "{text}");
    }

    #[test]
    fn what_is_not_written_is_usual() {
        check("192.168.12.45:8090", "192.168.12.45:8090");
        check("[::1]:0", "[::1]:0");
        check("0.0.0.0", "0.0.0.0:3180");
        check("::1", "[::1]:3180");
        check("[::1]", "[::1]:3180");
        check("8090", "127.0.0.1:8090");
        check("localhost:8090", "127.0.0.1:8090");
    }

    #[test]
    fn what_is_no_address_is_refused_with_the_flag() {
        for text in ["", "here", "127.0.0.1:", "127.0.0.1:70000", "example.com:80", "[::1"] {
            let error = address("--proxy-address", text, "127.0.0.1:3180".parse().unwrap());
            let error = error.expect_err(text);
            assert_eq!(error.code, "invalid_address", "{text}");
            assert!(error.hint.unwrap().contains("--proxy-address"), "{text}");
        }
    }
}
