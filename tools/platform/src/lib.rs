//! Putting the proxy into Kubernetes, ECS and Cloud Run and taking it out again.
//!
//! Planned: nothing is here yet. `docs/features.md` says what works today.
