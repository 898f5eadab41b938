//! Platforms: what is written for them, and what that means when something fails.
//!
//! [`kubernetes`] reads manifests and tells what is at risk in them. Putting the proxy into
//! Kubernetes, ECS and Cloud Run is planned; `docs/features.md` says what works today.

pub mod kubernetes;
