//! Why the demo application could not start.

use std::error::Error;
use std::fmt;
use std::io;
use std::net::SocketAddr;

/// Why the demo application could not start.
#[derive(Debug)]
pub(crate) enum DemoError {
    /// Somebody else listens there already.
    AddressInUse {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The address can't be listened on for another reason.
    CannotListen {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The remote is no `http` or `https` URL.
    BadRemote(
        /// What was given.
        String,
    ),
    /// The proxy is no `http` URL or `HOST:PORT`.
    BadProxy(
        /// What was given.
        String,
    ),
}

impl DemoError {
    /// Wraps what the system said when asked to listen on `address`.
    pub(super) fn listen(address: SocketAddr, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::AddrInUse => Self::AddressInUse { address, source },
            _ => Self::CannotListen { address, source },
        }
    }

    /// A stable name for programs to branch on.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::AddressInUse { .. } => "address_in_use",
            Self::CannotListen { .. } => "cannot_listen",
            Self::BadRemote(_) => "bad_remote",
            Self::BadProxy(_) => "bad_proxy",
        }
    }

    /// What to do next.
    pub(crate) fn hint(&self) -> &'static str {
        match self {
            Self::AddressInUse { .. } => {
                "stop the other program, or choose another port; port 0 takes a free one"
            }
            Self::CannotListen { .. } => {
                "choose an address of this machine, such as 127.0.0.1, and a port above 1023"
            }
            Self::BadRemote(_) => "give a URL such as http://127.0.0.1:8080/get",
            Self::BadProxy(_) => "give a proxy such as http://127.0.0.1:3180",
        }
    }
}

impl fmt::Display for DemoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AddressInUse { address, .. } => {
                write!(f, "listen address {address} is already in use")
            }
            Self::CannotListen { address, .. } => write!(f, "cannot listen on {address}"),
            Self::BadRemote(given) => write!(f, "remote '{given}' is not an http or https URL"),
            Self::BadProxy(given) => write!(f, "proxy '{given}' is not an http URL"),
        }
    }
}

impl Error for DemoError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::AddressInUse { source, .. } | Self::CannotListen { source, .. } => Some(source),
            Self::BadRemote(_) | Self::BadProxy(_) => None,
        }
    }
}
