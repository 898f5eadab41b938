//! What kind of failure an error is.

use std::error::Error;
use std::io;

use crate::recording::ErrorKind;

/// The kind of the innermost cause that has one.
pub(super) fn kind_of(error: &(dyn Error + 'static), fallback: ErrorKind) -> ErrorKind {
    let causes = std::iter::successors(Some(error), |&error| error.source());
    causes.filter_map(kind_of_cause).last().unwrap_or(fallback)
}

fn kind_of_cause(cause: &(dyn Error + 'static)) -> Option<ErrorKind> {
    if let Some(error) = cause.downcast_ref::<io::Error>() {
        return kind_of_io(error);
    }
    let error = cause.downcast_ref::<hyper::Error>()?;
    match () {
        () if error.is_parse() => Some(ErrorKind::NotHttp),
        () if error.is_incomplete_message() || error.is_closed() || error.is_canceled() => {
            Some(ErrorKind::ClosedEarly)
        }
        () => None,
    }
}

fn kind_of_io(error: &io::Error) -> Option<ErrorKind> {
    // Not in `io::ErrorKind`: the system's table of open files is full, or this process's is.
    const ENFILE: i32 = 23;
    const EMFILE: i32 = 24;
    match (error.kind(), error.raw_os_error()) {
        (io::ErrorKind::AddrNotAvailable, _) | (_, Some(ENFILE | EMFILE)) => Some(ErrorKind::Local),
        (io::ErrorKind::ConnectionRefused, _) => Some(ErrorKind::Refused),
        (
            io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe,
            _,
        ) => Some(ErrorKind::Reset),
        (io::ErrorKind::UnexpectedEof, _) => Some(ErrorKind::ClosedEarly),
        (io::ErrorKind::TimedOut, _) => Some(ErrorKind::TimedOut),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn running_out_of_sockets_is_this_machines_fault_and_other_failures_are_not() {
        for (errno, kind) in
            [(24, Some(ErrorKind::Local)), (23, Some(ErrorKind::Local)), (22, None)]
        {
            assert_eq!(kind_of_io(&io::Error::from_raw_os_error(errno)), kind, "{errno}");
        }
        let local = io::Error::from(io::ErrorKind::AddrNotAvailable);
        assert_eq!(kind_of(&local, ErrorKind::Other), ErrorKind::Local);
        assert_eq!(kind_of(&std::fmt::Error, ErrorKind::Other), ErrorKind::Other);
    }
}
