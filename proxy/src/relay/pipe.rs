//! Pipes through which the kernel moves bytes from socket to socket without copying them (`splice(2)`).
//!
//! A pipe is only taken while bytes are in it, from a small stock that each worker thread keeps, so that an idle
//! connection costs none.

use std::{cell::RefCell, io, os::fd::OwnedFd};

use rustix::pipe::{PipeFlags, SpliceFlags, fcntl_setpipe_size, pipe_with, splice};
use tokio::{io::Interest, net::TcpStream};

/// How many bytes a pipe holds, where the system allows it.
const SIZE: usize = 1 << 20;
/// How many pipes a thread keeps for later.
const STOCK: usize = 16;

thread_local! {
    static SPARE: RefCell<Vec<Pipe>> = const { RefCell::new(Vec::new()) };
}

/// A pipe.
pub(super) struct Pipe {
    read: OwnedFd,
    write: OwnedFd,
}

impl Pipe {
    /// An empty pipe.
    pub(super) fn take() -> io::Result<Self> {
        if let Some(pipe) = SPARE.with_borrow_mut(Vec::pop) {
            return Ok(pipe);
        }
        let (read, write) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)?;
        // Beyond the system's limit for a user the pipe keeps its usual size, which only makes it slower.
        let _ = fcntl_setpipe_size(&write, SIZE);
        Ok(Self { read, write })
    }

    /// Keeps an empty pipe for later.
    pub(super) fn give_back(self) {
        SPARE.with_borrow_mut(|spare| {
            if spare.len() < STOCK {
                spare.push(self);
            }
        });
    }

    /// Moves what the socket has into the pipe.
    pub(super) fn fill(&self, from: &TcpStream) -> io::Result<usize> {
        let flags = SpliceFlags::MOVE | SpliceFlags::NONBLOCK;
        from.try_io(Interest::READABLE, || Ok(splice(from, None, &self.write, None, SIZE, flags)?))
    }

    /// Moves up to so many bytes from the pipe to the socket.
    pub(super) fn drain(&self, to: &TcpStream, bytes: usize) -> io::Result<usize> {
        let flags = SpliceFlags::MOVE | SpliceFlags::NONBLOCK;
        to.try_io(Interest::WRITABLE, || Ok(splice(&self.read, None, to, None, bytes, flags)?))
    }
}
