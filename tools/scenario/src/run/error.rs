//! Why a run could not be done.

use std::io;
use std::path::PathBuf;

use fault_proxy::{FaultError, StartError};

use crate::load::LoadError;

/// Why a run could not be done. What the system under test does wrong is no such reason.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// A proxy could not be started.
    #[error(transparent)]
    Start(#[from] StartError),
    /// A fault cannot be used as it is.
    #[error(transparent)]
    Fault(#[from] FaultError),
    /// A load cannot be sent.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The results could not be written.
    #[error("cannot write results to {}: {source}", path.display())]
    Results {
        /// Where they were to go.
        path: PathBuf,
        /// What is in the way.
        source: io::Error,
    },
}

impl RunError {
    /// The stable name of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Start(error) => error.code(),
            Self::Fault(error) => error.code,
            Self::Load(error) => error.code(),
            Self::Results { .. } => "results_not_written",
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Start(error) => error.hint(),
            Self::Fault(error) => error.hint.clone(),
            Self::Load(error) => error.hint().to_owned(),
            Self::Results { .. } => {
                "name a file in a folder that exists and may be written to".to_owned()
            }
        }
    }

    /// Whether what was asked for is wrong, rather than the machine in the way.
    pub fn is_input(&self) -> bool {
        match self {
            Self::Start(StartError::Listen { .. }) | Self::Results { .. } => false,
            Self::Start(_) | Self::Fault(_) | Self::Load(_) => true,
        }
    }
}
