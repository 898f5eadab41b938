//! Redirecting a process's connections to the proxy on Linux.
//!
//! Planned: nothing is here yet. `docs/features.md` says what works today.
