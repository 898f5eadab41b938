//! What the tools for source code share.

mod embedder;
mod file;
mod place;
mod settings;

use std::{
    fmt::{Debug, Formatter},
    sync::{Arc, Mutex, PoisonError},
};

use fault_indexer::{EmbedError, Embedder};
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

pub use self::settings::{CodeSettings, EmbedWith, QdrantAccess, Secret};
pub(crate) use self::{
    file::{CodeFile, language, local_path, not_found},
    place::{IndexPlace, Purpose, no_index},
};
use crate::{context::Context, error::ToolError, files::Files};

/// What calls for source code leave for those that come after them.
#[derive(Default)]
pub(crate) struct Code {
    pub(crate) settings: CodeSettings,
    /// The index that was written last.
    last: Mutex<Option<IndexPlace>>,
    /// What makes vectors, once it was needed: a local model takes its time to load.
    embedder: Mutex<Option<Arc<dyn Embedder>>>,
}

impl Code {
    /// The index of a folder, or else the one that was written last, or else the nearest.
    pub(crate) async fn find_index(
        &self,
        files: &Files,
        folder: Option<&str>,
    ) -> Result<IndexPlace, ToolError> {
        if let Some(folder) = folder {
            let top = files.real_folder(&local_path(folder)?).await?;
            return IndexPlace::of(&self.settings, files, &top);
        }
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner).clone();
        last.map_or_else(|| IndexPlace::nearest(&self.settings, files), Ok)
    }

    /// Remembers the index that was written last.
    pub(crate) fn remember(&self, place: IndexPlace) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(place);
    }

    /// What makes vectors, if anything does. It blocks.
    pub(crate) fn embedder(
        &self,
        handle: &Handle,
    ) -> Result<Option<Arc<dyn Embedder>>, EmbedError> {
        let mut made = self.embedder.lock().unwrap_or_else(PoisonError::into_inner);
        if made.is_none() {
            *made = embedder::make(&self.settings, handle)?;
        }
        Ok(made.clone())
    }
}

impl Debug for Code {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Code").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// Does what takes long on a thread of its own, and tells it when the call is to end early: by
/// cancelling what it is given.
pub(crate) async fn apart<T: Send + 'static>(
    context: &Context,
    act: impl FnOnce(&CancellationToken) -> Result<T, ToolError> + Send + 'static,
) -> Result<T, ToolError> {
    let stop = CancellationToken::new();
    // A call that is dropped ends its work as well.
    let _guard = stop.clone().drop_guard();
    let told = stop.clone();
    let mut acting = tokio::task::spawn_blocking(move || act(&told));
    let done = tokio::select! {
        done = &mut acting => done,
        () = context.cancelled() => {
            stop.cancel();
            acting.await
        }
    };
    let done = done.unwrap_or_else(|error| {
        Err(ToolError::internal(format!("the source code could not be handled: {error}")))
    });
    if stop.is_cancelled() { Err(ToolError::cancelled()) } else { done }
}
