//! Why a model gave no answer.

/// Why there is no answer of a model.
///
/// Neither a key nor what was asked is in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ModelError {
    /// A stable name, such as `llm_refused`.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do next.
    pub hint: String,
}

impl ModelError {
    pub(crate) fn new(kind: Kind, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { code: kind.code(), message: message.into(), hint: hint.into() }
    }
}

/// The kinds of failure.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// The answer is not what the provider documents, or not to the question.
    BadAnswer,
    /// The question does not fit what it is asked about.
    BadQuestion,
    /// The provider does not take the question.
    BadRequest,
    /// There are too many questions for now.
    Busy,
    /// The answer is longer than it may be.
    CutOff,
    /// The model, or who runs it, does not want to answer.
    Declined,
    /// The address is none.
    EndpointInvalid,
    /// A key is needed.
    KeyMissing,
    /// There is no such model.
    ModelUnknown,
    /// The recording has no such answer.
    NotRecorded,
    /// The recording is none.
    RecordingInvalid,
    /// An answer cannot be recorded.
    RecordingFailed,
    /// The key is refused, or the account.
    Refused,
    /// Nobody answers, or not in time.
    Unavailable,
}

impl Kind {
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::BadAnswer => "llm_bad_answer",
            Self::BadQuestion => "llm_bad_question",
            Self::BadRequest => "llm_bad_request",
            Self::Busy => "llm_busy",
            Self::CutOff => "llm_cut_off",
            Self::Declined => "llm_declined",
            Self::EndpointInvalid => "llm_endpoint_invalid",
            Self::KeyMissing => "llm_key_missing",
            Self::ModelUnknown => "llm_model_unknown",
            Self::NotRecorded => "llm_not_recorded",
            Self::RecordingInvalid => "llm_recording_invalid",
            Self::RecordingFailed => "llm_recording_failed",
            Self::Refused => "llm_refused",
            Self::Unavailable => "llm_unavailable",
        }
    }
}
