//! Which remote ends a caller may name.
//!
//! Any host may be named but the addresses that machines keep to themselves: through those, cloud
//! providers hand out credentials to whoever asks from the inside.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::error::ToolError;

/// The metadata address of a large cloud provider that is not link-local.
const METADATA_V6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);

/// Refuses a host that is, or resolves to, an address of this kind.
///
/// A name that does not resolve is let through: the call itself then says so.
pub(crate) async fn check_host(host: &str, port: u16) -> Result<(), ToolError> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let addresses: Vec<IpAddr> = match bare.parse::<IpAddr>() {
        Ok(address) => vec![address],
        Err(_) => match tokio::net::lookup_host((bare, port)).await {
            Ok(found) => found.map(|address| address.ip()).collect(),
            Err(_) => Vec::new(),
        },
    };
    match addresses.into_iter().find(|address| is_internal(*address)) {
        Some(address) => {
            let message = format!("{host} is the link-local or metadata address {address}");
            Err(ToolError::input("forbidden_target", message)
                .hint("name the application or the dependency that is to be tested"))
        }
        None => Ok(()),
    }
}

fn is_internal(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_internal_v4(address),
        IpAddr::V6(address) => {
            address.is_unicast_link_local()
                || address == METADATA_V6
                || address.to_ipv4().is_some_and(is_internal_v4)
        }
    }
}

fn is_internal_v4(address: Ipv4Addr) -> bool {
    address.is_link_local() || address == Ipv4Addr::new(100, 100, 100, 200)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn link_local_and_metadata_addresses_are_refused() {
        for host in
            ["169.254.169.254", "fe80::1", "[fe80::1]", "fd00:ec2::254", "::ffff:169.254.169.254"]
        {
            let error = check_host(host, 80).await.expect_err(host);
            assert_eq!(error.code, "forbidden_target", "{host}");
        }
    }

    #[tokio::test]
    async fn hosts_that_are_worth_a_test_are_let_through() {
        for host in ["127.0.0.1", "::1", "10.0.0.1", "localhost", "192.0.2.1"] {
            assert_eq!(check_host(host, 80).await, Ok(()), "{host}");
        }
    }
}
