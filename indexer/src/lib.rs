//! Source code: parse, outline, extract, chunk, store and search.
//!
//! Planned: nothing is here yet. `docs/features.md` says what works today.
