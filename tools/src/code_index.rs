//! `fault_index_source_code`: a folder of source code becomes searchable.

use std::{
    fmt::{Display, Formatter},
    path::PathBuf,
    sync::Arc,
};

use fault_indexer::{
    Language, Store,
    index::{self, Counts, Options, Step},
    search::Mode,
    store::{Manifest, copy},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use crate::{
    code::{self, IndexPlace, Purpose, local_path},
    context::{Context, Progress},
    error::{ErrorKind, ToolError},
    state::State,
    tool::{Definition, Effect, Tool},
};

/// Which part of the work reading and parsing is, where vectors are made as well.
const READING: f64 = 0.1;

/// How many files an answer names that could not be read.
const TOLD: usize = 20;

/// Indexes a folder.
pub(crate) struct IndexSourceCode;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// The folder with the source code.
    source_dir: String,
    /// Only files of this language, such as `python`; every known one if not given.
    lang: Option<String>,
    /// Whether it is made anew, such as when it is damaged; false if not given.
    #[serde(default)]
    rebuild: bool,
    /// Copies the index that is in a file to this place, instead of reading the folder.
    to: Option<Destination>,
}

/// Where an index is copied to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Destination {
    /// The Qdrant that the program was started with.
    Qdrant,
}

/// What was done, and what there is now.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Output {
    #[serde(flatten)]
    counts: Counts,
    /// How many files are in the index now.
    files_in_index: usize,
    /// How many chunks are in it.
    chunks_in_index: usize,
    /// How many of these can be found by meaning.
    vectors_in_index: usize,
    /// Where it is.
    index: String,
    /// How it will be searched.
    search: Mode,
}

impl Tool for IndexSourceCode {
    const DEFINITION: Definition = Definition {
        name: "fault_index_source_code",
        title: "Index source code",
        description: &[
            "Makes a folder of source code searchable for fault_search_code, in a file \
            of its own (.fault/index.db in it, unless the program was started with another place). \
            Call it again after changes: only changed files are read. What .gitignore names is \
            left out. It answers `done`, with counts beside it, after a second for each 100,000 \
            lines or so; code leaves the machine only if the program was started to do so.",
        ],
        effect: Effect::Changes,
        idempotent: true,
        open_world: true,
    };
    type Input = Input;
    type Output = Output;

    async fn run(context: Context, input: Input) -> Result<Output, ToolError> {
        let state = context.state();
        let top = state.files().real_folder(&local_path(&input.source_dir)?).await?;
        let lang = input.lang.as_deref().map(code::language).transpose()?;
        let places = Places::of(&input, state, &top)?;
        let work = Work {
            state: Arc::clone(state),
            handle: Handle::current(),
            progress: context.progress().clone(),
            top,
            lang,
            rebuild: input.rebuild,
        };
        let done = code::apart(&context, move |stop| match places {
            Places::One(place) => work.index(place, stop),
            Places::Copy(from, to) => work.copy(&from, to),
        });
        done.await.map_err(|error| match error.kind {
            ErrorKind::Cancelled => error.hint("what was written stays; call again for the rest"),
            _ => error,
        })
    }
}

/// Where indexes are that are read and written.
enum Places {
    One(IndexPlace),
    Copy(IndexPlace, IndexPlace),
}

impl Places {
    fn of(input: &Input, state: &State, top: &std::path::Path) -> Result<Self, ToolError> {
        let settings = &state.code().settings;
        Ok(match input.to {
            None => Self::One(IndexPlace::of(settings, state.files(), top)?),
            Some(Destination::Qdrant) => {
                let (from, to) = IndexPlace::both(settings, state.files(), top)?;
                Self::Copy(from, to)
            }
        })
    }
}

/// What is done on a thread of its own.
struct Work {
    state: Arc<State>,
    handle: Handle,
    progress: Progress,
    top: PathBuf,
    lang: Option<&'static Language>,
    rebuild: bool,
}

impl Work {
    fn index(self, place: IndexPlace, stop: &CancellationToken) -> Result<Output, ToolError> {
        let mut store = match self.rebuild {
            true => place.open_empty(&self.handle)?,
            false => place.open(&self.handle, Purpose::Write)?,
        };
        let options =
            Options { root: self.top.clone(), languages: self.lang.into_iter().collect() };
        let tell = |step| self.tell(step);
        let cancelled = || stop.is_cancelled();
        let counts = index::run(store.as_mut(), &options, &tell, &cancelled)?;
        self.state.code().remember(place.clone());
        if !stop.is_cancelled() {
            self.embed(store.as_mut(), stop).map_err(|error| {
                error.about("the code can be found by words, and not by meaning")
            })?;
        }
        output(&place, store.as_mut(), counts)
    }

    /// Gives the chunks their vectors, if anything makes them.
    fn embed(&self, store: &mut dyn Store, stop: &CancellationToken) -> Result<(), ToolError> {
        if let Some(embedder) = self.state.code().embedder(&self.handle)? {
            let (tell, cancelled) = (|step| self.tell(step), || stop.is_cancelled());
            index::embed(store, embedder.as_ref(), &tell, &cancelled)?;
        }
        Ok(())
    }

    fn copy(self, from: &IndexPlace, to: IndexPlace) -> Result<Output, ToolError> {
        let mut source = from.open(&self.handle, Purpose::Read)?;
        let mut store = match self.rebuild {
            true => to.open_empty(&self.handle)?,
            false => to.open(&self.handle, Purpose::Write)?,
        };
        let mut tell = |copied: copy::Copied| {
            let message = format!("{} of {} files are copied", copied.files, copied.of);
            self.progress.report(copied.files as f64, copied.of as f64, message);
        };
        let copied = copy::copy(source.as_mut(), store.as_mut(), &mut tell)?;
        let counts = Counts { files: copied.of, chunks: copied.chunks, ..Counts::default() };
        self.state.code().remember(to.clone());
        output(&to, store.as_mut(), counts)
    }

    /// Tells how far it is, from 0 to 1.
    fn tell(&self, step: Step) {
        let share = |done: usize, of: usize| done as f64 / of.max(1) as f64;
        let reading = match self.state.code().settings.embed {
            code::EmbedWith::Nothing => 1.0,
            _ => READING,
        };
        let (done, message) = match step {
            Step::Walked { files } => (0.0, format!("{files} files")),
            Step::Files { done, of } => {
                (reading * share(done, of), format!("{done} of {of} files are read"))
            }
            Step::Vectors { done, of } => {
                let done_all = reading + (1.0 - reading) * share(done, of);
                (done_all, format!("{done} of {of} chunks have a vector"))
            }
        };
        self.progress.report(done, 1.0, message);
    }
}

fn output(
    place: &IndexPlace,
    store: &mut dyn Store,
    mut counts: Counts,
) -> Result<Output, ToolError> {
    let Manifest { files, chunks, vectors, .. } = store.manifest()?;
    counts.unreadable.truncate(TOLD);
    Ok(Output {
        counts,
        files_in_index: files.len(),
        chunks_in_index: chunks,
        vectors_in_index: vectors,
        index: place.to_string(),
        search: if vectors > 0 { Mode::Hybrid } else { Mode::Words },
    })
}

/// One word: that is what is documented.
impl Display for Output {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str("done")
    }
}

#[cfg(test)]
mod tests;
