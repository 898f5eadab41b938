//! The fault injection engine.
//!
//! A [`Proxy`] listens, carries traffic to where it should go, and lets faults act on it on the way. What a fault
//! does is a decision ([`fault`]); carrying it out is the work of the lanes, the relay and the HTTP engine.
//!
//! * [`mapping`], [`upstreams`], [`schedule`], [`resolve`]: what users write.
//! * [`fault`]: what can go wrong, one file each.
//! * [`event`]: what happened, as one stream.

#[cfg(feature = "bench")]
#[doc(hidden)]
pub mod bench;
mod clock;
mod dial;
pub mod dice;
pub mod duration;
pub mod event;
mod exchange;
pub mod fault;
mod lane;
mod listen;
pub mod mapping;
mod plan;
mod proxy;
mod relay;
pub mod resolve;
pub mod schedule;
mod shared;
mod stream;
mod trust;
pub mod upstreams;

pub use crate::clock::Clock;
pub use crate::dice::Seed;
pub use crate::duration::DurationError;
pub use crate::duration::duration_words;
pub use crate::duration::parse_duration;
pub use crate::event::Event;
pub use crate::event::EventKind;
pub use crate::event::Exchange;
pub use crate::event::Hit;
pub use crate::event::Subscription;
pub use crate::fault::Direction;
pub use crate::fault::Fault;
pub use crate::fault::FaultError;
pub use crate::fault::Flow;
pub use crate::fault::Side;
pub use crate::mapping::Mapping;
pub use crate::mapping::MappingError;
pub use crate::mapping::Target;
pub use crate::proxy::Listener;
pub use crate::proxy::Proxy;
pub use crate::proxy::Settings;
pub use crate::proxy::StartError;
pub use crate::resolve::Resolve;
pub use crate::resolve::ResolveError;
pub use crate::schedule::Schedule;
pub use crate::schedule::ScheduleError;
pub use crate::schedule::Window;
pub use crate::trust::Trust;
pub use crate::trust::TrustError;
pub use crate::upstreams::UpstreamError;
pub use crate::upstreams::Upstreams;
