//! Where a call goes: its name, its addresses, and connections to them.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use http::Uri;
use tokio::net::{TcpStream, lookup_host};
use tokio::select;
use tokio::sync::OnceCell;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::failure::kind_of;
use crate::recording::ErrorKind;

/// How long an address may take to accept before the next one is tried beside it (RFC 8305).
const HEAD_START: Duration = Duration::from_millis(250);

/// The host of a call.
pub(super) struct Target {
    host: String,
    port: u16,
    /// Looked up once: a run of many connections would measure the resolver otherwise.
    addresses: OnceCell<Vec<SocketAddr>>,
}

impl Target {
    pub(super) fn of(url: &Uri) -> Self {
        let host = url.host().unwrap_or_default();
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let port = url.port_u16().unwrap_or(80);
        let address = host.parse::<IpAddr>().ok().map(|ip| vec![SocketAddr::new(ip, port)]);
        Self { host, port, addresses: OnceCell::new_with(address) }
    }

    /// Whether the addresses are known without asking a resolver.
    pub(super) fn is_resolved(&self) -> bool {
        self.addresses.initialized()
    }

    /// The addresses, of which there is at least one.
    async fn addresses(&self) -> io::Result<&[SocketAddr]> {
        let looked_up = self.addresses.get_or_try_init(async || {
            let found: Vec<_> = lookup_host((self.host.as_str(), self.port)).await?.collect();
            match found.is_empty() {
                true => Err(io::Error::new(io::ErrorKind::NotFound, "the name has no address")),
                false => Ok(found),
            }
        });
        Ok(looked_up.await?)
    }

    /// Looks the addresses up, so that connections need not.
    pub(super) async fn lookup(&self) -> Result<(), ErrorKind> {
        let found = self.addresses().await.map(drop);
        found.map_err(|error| kind_of(&error, ErrorKind::Connect))
    }

    /// A new connection to the first address that accepts one.
    pub(super) async fn connect(&self) -> io::Result<TcpStream> {
        let stream = match self.addresses().await? {
            [only] => TcpStream::connect(only).await?,
            several => first_of(several).await?,
        };
        stream.set_nodelay(true)?;
        Ok(stream)
    }
}

/// Tries the addresses in order, each a little after the one before unless that has failed already.
async fn first_of(addresses: &[SocketAddr]) -> io::Result<TcpStream> {
    let mut left = addresses.iter().copied();
    let mut tries = JoinSet::new();
    let mut failure = io::Error::from(io::ErrorKind::NotFound);
    loop {
        let next = left.next();
        if let Some(address) = next {
            tries.spawn(TcpStream::connect(address));
        }
        select! {
            tried = tries.join_next() => match tried {
                Some(Ok(Ok(stream))) => return Ok(stream),
                Some(Ok(Err(error))) => failure = error,
                Some(Err(error)) => failure = io::Error::other(error),
                None => return Err(failure),
            },
            () = sleep(HEAD_START), if next.is_some() => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    fn target(url: &str) -> Target {
        Target::of(&url.parse().unwrap())
    }

    #[test]
    fn an_address_needs_no_resolver_and_a_name_does() {
        assert!(target("http://127.0.0.1/").is_resolved());
        assert!(target("http://[::1]:81/").is_resolved());
        assert!(!target("http://localhost/").is_resolved());
    }

    #[tokio::test]
    async fn the_usual_port_is_80_and_brackets_are_no_part_of_an_address() {
        for (url, address) in
            [("http://[::1]/", "[::1]:80"), ("http://127.0.0.1:81/", "127.0.0.1:81")]
        {
            let address: SocketAddr = address.parse().unwrap();
            assert_eq!(target(url).addresses().await.unwrap(), [address]);
        }
    }

    #[tokio::test]
    async fn an_address_that_refuses_gives_way_to_the_next() {
        let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let open = listener.local_addr().unwrap();
        let stream = first_of(&[closed, open]).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), open);
        let refused = first_of(&[closed, closed]).await.unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
    }
}
