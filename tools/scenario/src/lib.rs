//! What a run of calls means: the calls, the load, the objectives, the evidence, the verdict, the report.
//!
//! The path of a run, top to bottom:
//!
//! * [`call`]: one HTTP call, checked and safe to show; [`mask`] hides what is secret in it;
//! * [`load`]: when each call is due; [`generator`] sends them and is the only part that does IO;
//! * [`recording`]: what was measured, call by call; [`summary`] is the same in figures;
//! * [`slo`]: service level objectives, and whether a recording meets them;
//! * [`evidence`]: how often each fault could act, and how often it did;
//! * [`verdict`]: passed, failed or inconclusive; a [`finding`] is a reason for it;
//! * [`result`] gathers all of it for machines, [`report`] renders that as Markdown.

pub mod call;
pub mod evidence;
pub mod file;
pub mod finding;
pub mod generate;
pub mod generator;
pub mod load;
pub mod mask;
pub mod plan;
pub mod recording;
pub mod report;
pub mod result;
pub mod results;
pub mod run;
pub mod slo;
pub mod summary;
pub mod verdict;

mod millis;

pub use call::{Call, CallError, HttpVersion, MaskedCall};
pub use evidence::{Asked, FaultEvidence, Measured, Phase, PhaseName, Window};
pub use finding::{Finding, FindingCode};
pub use generator::{MAX_OUTSTANDING, OneCall, Progress, Run, TraceRun};
pub use load::{Load, LoadError};
pub use recording::{Bin, Bucket, ErrorKind, Outcome, Recording, Sample};
pub use result::{ImpactResult, ListenerAddress, Repeat, Versions};
pub use slo::{Pass, Slo, SloResult, SloType};
pub use summary::{Latency, Summary};
pub use verdict::{Judgement, Trial, Verdict};
