//! Mappings as arguments: read, and kept within what a caller may reach and open.

use std::net::SocketAddr;

use fault_proxy::Mapping;

use crate::{error::ToolError, state::Limits, target};

/// Reads mappings; an error names the argument and the place in its list.
pub(crate) async fn read_all(
    texts: &[String],
    argument: &str,
    limits: &Limits,
) -> Result<Vec<Mapping>, ToolError> {
    let mut mappings = Vec::with_capacity(texts.len());
    for (index, text) in texts.iter().enumerate() {
        let about = |error: ToolError| error.about(format!("{argument}[{index}]"));
        let mapping: Mapping = text.parse().map_err(|error| about(ToolError::from(error)))?;
        check_listen(mapping.listen, limits).map_err(about)?;
        target::check_host(&mapping.target.host, mapping.target.port).await.map_err(about)?;
        mappings.push(mapping);
    }
    Ok(mappings)
}

/// Refuses to open a relay to the network, unless the limits allow it.
pub(crate) fn check_listen(address: SocketAddr, limits: &Limits) -> Result<(), ToolError> {
    if limits.listen_anywhere || address.ip().is_loopback() {
        return Ok(());
    }
    let message = format!("{address} can be reached from other machines");
    Err(ToolError::input("forbidden_listener", message)
        .hint("listen on 127.0.0.1; only the command line of the server can allow more"))
}

/// Reads where an HTTP proxy is to listen, within what the limits allow.
pub(crate) fn http_address(
    text: &str,
    argument: &str,
    limits: &Limits,
) -> Result<SocketAddr, ToolError> {
    let trimmed = text.trim().trim_start_matches("http://").trim_end_matches('/');
    let local = |port: u16| SocketAddr::from(([127, 0, 0, 1], port));
    let address = trimmed
        .replace("localhost:", "127.0.0.1:")
        .parse::<SocketAddr>()
        .or_else(|error| trimmed.parse::<u16>().map(local).map_err(|_| error))
        .map_err(|_| {
            ToolError::input("invalid_address", format!("{argument}: `{text}` is not an address"))
                .hint("write ADDRESS:PORT, such as 127.0.0.1:3180; port 0 takes a free one")
        })?;
    check_listen(address, limits)?;
    Ok(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn check(mapping: &str, limits: &Limits) -> Result<Vec<Mapping>, ToolError> {
        read_all(&[mapping.to_owned()], "mappings", limits).await
    }

    #[tokio::test]
    async fn a_relay_to_the_network_is_refused_unless_the_limits_allow_it() {
        let mapping = "0.0.0.0:0=http://127.0.0.1:1";
        let error = check(mapping, &Limits::default()).await.unwrap_err();
        assert_eq!(error.code, "forbidden_listener");
        assert!(error.message.starts_with("mappings[0]: "), "{error}");
        let limits = Limits { listen_anywhere: true, ..Limits::default() };
        assert!(check(mapping, &limits).await.is_ok());
    }

    #[tokio::test]
    async fn a_mapping_to_a_metadata_address_is_refused() {
        let error = check("0=http://169.254.169.254", &Limits::default()).await.unwrap_err();
        assert_eq!(error.code, "forbidden_target");
    }
}
