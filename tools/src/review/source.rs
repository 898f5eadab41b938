//! The source code that a review looks at: a tree, with what is at risk in it and where it is
//! called from outside.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use fault_indexer::{Language, Module, project, risk};

use super::routes::{self, Route};
use crate::{
    code::{self, local_path},
    context::Context,
    error::ToolError,
    risks::{self, Risk},
};

/// The largest tree that is looked at, in bytes of source code.
const LARGEST: usize = 256 << 20;

/// A tree of source code.
#[derive(Debug)]
pub(crate) struct SourceTree {
    /// Its top, without links.
    pub(crate) top: PathBuf,
    /// What callers call its top.
    pub(crate) shown: String,
    /// Its files, by their paths from the top.
    pub(crate) files: BTreeMap<String, SourceFile>,
}

/// A file of source code.
#[derive(Debug)]
pub(crate) struct SourceFile {
    /// Its text.
    pub(crate) text: String,
    /// What is in it.
    pub(crate) module: Module,
    /// What is at risk in it, each with the innermost function that it stands in.
    pub(crate) risks: Vec<(Option<usize>, Risk)>,
    /// What is called from outside, and by which route.
    pub(crate) routes: Vec<Route>,
}

impl SourceTree {
    /// The tree of a folder; without one, that of the index that is nearest, if there is one.
    pub(crate) async fn find(
        context: &Context,
        folder: Option<&str>,
        lang: Option<&str>,
    ) -> Result<Option<Self>, ToolError> {
        let wanted = lang.map(code::language).transpose()?;
        let state = context.state();
        let top = match folder {
            Some(folder) => Some(state.files().real_folder(&local_path(folder)?).await?),
            // No index is nothing wrong: the review then is of the results alone.
            None => state.code().find_index(state.files(), None).await.ok().and_then(|it| it.top),
        };
        let Some(top) = top else { return Ok(None) };
        let shown = state.files().shown(&top);
        let read = move |stop: &tokio_util::sync::CancellationToken| {
            Self::read(&top, shown, wanted, &|| stop.is_cancelled())
        };
        code::apart(context, read).await.map(Some)
    }

    fn read(
        top: &Path,
        shown: String,
        wanted: Option<&'static Language>,
        cancelled: &(dyn Fn() -> bool + Sync),
    ) -> Result<Self, ToolError> {
        let languages: Vec<_> = wanted.into_iter().collect();
        let files = Mutex::new((0_usize, BTreeMap::new()));
        let see = |name: &str, text: &str, language| {
            let file = SourceFile::of(name, text, language);
            let mut files = files.lock().unwrap_or_else(PoisonError::into_inner);
            files.0 += text.len();
            if files.0 <= LARGEST {
                files.1.insert(name.to_owned(), file);
            }
        };
        project::each(top, &languages, cancelled, &|_| true, &see);
        let (bytes, files) = files.into_inner().unwrap_or_else(PoisonError::into_inner);
        if bytes > LARGEST {
            let message = format!("{shown} has more than {} MB of source code", LARGEST >> 20);
            return Err(ToolError::input("too_much_source", message)
                .hint("name the folder of one service, or give `lang`"));
        }
        Ok(Self { top: top.to_owned(), shown, files })
    }

    /// How many lines there are.
    pub(crate) fn lines(&self) -> usize {
        self.files.values().map(|file| file.module.lines).sum()
    }
}

impl SourceFile {
    fn of(name: &str, text: &str, language: &'static Language) -> Self {
        let findings = risk::find(text, language);
        let told = risks::of(name, text, &findings);
        let risks = findings.found.iter().map(|found| found.function).zip(told).collect();
        let routes = routes::of(text, &findings.module);
        Self { text: text.to_owned(), module: findings.module, risks, routes }
    }

    /// Some of its lines, counted from 1.
    pub(crate) fn lines(&self, first: usize, last: usize) -> String {
        let lines = self.text.lines().skip(first.saturating_sub(1));
        let lines: Vec<&str> = lines.take(last.saturating_sub(first) + 1).collect();
        lines.join("\n")
    }
}
