//! Asking a language model: one template for each question, typed answers, providers.
//!
//! Planned: nothing is here yet. `docs/features.md` says what works today.
