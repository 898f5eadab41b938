//! The errors of the other rooms, in the shape that every surface shows. The texts stay theirs.

use fault_indexer::{EmbedError, StoreError, index::IndexError, search::SearchError};
use fault_prompts::ModelError;
use fault_proxy::{DurationError, FaultError, MappingError, StartError, UpstreamError};
use fault_scenario::{
    CallError, LoadError, generate::GenerateError, report::ReportError, run::RunError,
};

use crate::error::ToolError;

/// Errors of an index that better arguments mend.
const OF_ARGUMENTS: [&str; 6] =
    ["no_index", "no_such_folder", "not_an_index", "not_built", "query_failed", "query_refused"];

impl From<FaultError> for ToolError {
    fn from(error: FaultError) -> Self {
        Self::input(error.code, error.message).hint(error.hint)
    }
}

impl From<MappingError> for ToolError {
    fn from(error: MappingError) -> Self {
        Self::input("invalid_mapping", error.to_string()).hint(error.hint())
    }
}

impl From<UpstreamError> for ToolError {
    fn from(error: UpstreamError) -> Self {
        Self::input("invalid_upstream", error.to_string()).hint(error.hint())
    }
}

impl From<DurationError> for ToolError {
    fn from(error: DurationError) -> Self {
        Self::input("invalid_duration", error.to_string()).hint(error.hint())
    }
}

impl From<StartError> for ToolError {
    fn from(error: StartError) -> Self {
        let (code, text, hint) = (error.code(), error.to_string(), error.hint());
        let failed = match error {
            StartError::Listen { .. } => Self::environment(code, text),
            _ => Self::input(code, text),
        };
        failed.hint(hint)
    }
}

impl From<CallError> for ToolError {
    fn from(error: CallError) -> Self {
        Self::input(error.code(), error.to_string()).hint(error.hint())
    }
}

impl From<LoadError> for ToolError {
    fn from(error: LoadError) -> Self {
        Self::input(error.code(), error.to_string()).hint(error.hint())
    }
}

impl From<RunError> for ToolError {
    fn from(error: RunError) -> Self {
        let (code, text, hint) = (error.code().to_owned(), error.to_string(), error.hint());
        let failed =
            if error.is_input() { Self::input(code, text) } else { Self::environment(code, text) };
        failed.hint(hint)
    }
}

impl From<ReportError> for ToolError {
    fn from(error: ReportError) -> Self {
        Self::input(error.code(), error.to_string()).hint(error.hint())
    }
}

impl From<GenerateError> for ToolError {
    fn from(error: GenerateError) -> Self {
        Self::input(error.code(), error.to_string()).hint(error.hint())
    }
}

impl From<StoreError> for ToolError {
    fn from(error: StoreError) -> Self {
        let failed = match OF_ARGUMENTS.contains(&error.code) {
            true => Self::input(error.code, error.message),
            false => Self::environment(error.code, error.message),
        };
        failed.hint(error.hint)
    }
}

impl From<EmbedError> for ToolError {
    fn from(error: EmbedError) -> Self {
        Self::environment(error.code, error.message).hint(error.hint)
    }
}

impl From<ModelError> for ToolError {
    fn from(error: ModelError) -> Self {
        Self::environment(error.code, error.message).hint(error.hint)
    }
}

impl From<IndexError> for ToolError {
    fn from(error: IndexError) -> Self {
        match error {
            IndexError::Store(error) => error.into(),
            IndexError::Embed(error) => error.into(),
            IndexError::NoFolder(_) => {
                Self::input(error.code(), error.to_string()).hint(error.hint())
            }
        }
    }
}

impl From<SearchError> for ToolError {
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::Store(error) => error.into(),
            SearchError::Empty(_) => Self::input("empty_query", error.to_string())
                .hint("say what the code does, in words or names that it may have"),
        }
    }
}
