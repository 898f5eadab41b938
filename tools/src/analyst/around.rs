//! Code around code: what the index of a folder has of what a file calls, and of what calls it.

use fault_indexer::{
    Module,
    search::{self, Found},
};
use tokio::runtime::Handle;

use crate::{
    code::{self, Purpose},
    context::Context,
    error::{ErrorKind, ToolError},
};

/// The most that is shown of it, in bytes: about 2,000 tokens.
const BUDGET: usize = 8_000;

/// How many places are looked at.
const PLACES: usize = 20;

/// How many names are looked for.
const NAMES: usize = 40;

/// Code around code.
#[derive(Debug, Default)]
pub(crate) struct Around {
    /// It, as a model is told it.
    pub(crate) text: Option<String>,
    /// Why there is none, where that is no matter of course.
    pub(crate) note: Option<String>,
}

/// The code around a file, or around some functions of it; nothing if no folder is indexed.
pub(crate) async fn around(
    context: &Context,
    path: &str,
    module: &Module,
    function: Option<usize>,
) -> Result<Around, ToolError> {
    let query = names(module, function);
    if query.is_empty() {
        return Ok(Around::default());
    }
    let state = context.state().clone();
    let Ok(place) = state.code().find_index(state.files(), None).await else {
        return Ok(Around::default());
    };
    let real = state.files().real(path).await?;
    let own = match place.top.as_deref() {
        None => state.files().shown(&real),
        Some(top) => match real.strip_prefix(top) {
            Ok(own) => own.to_string_lossy().into_owned(),
            // An index of another folder says nothing of this file.
            Err(_) => return Ok(Around::default()),
        },
    };
    let handle = Handle::current();
    let searched = code::apart(context, move |_| {
        let mut store = place.open(&handle, Purpose::Read)?;
        let embedder = state.code().embedder(&handle)?;
        Ok(search::search(store.as_mut(), embedder.as_deref(), &query, PLACES)?.found)
    })
    .await;
    match searched {
        Ok(found) => Ok(Around { text: told(&found, &own), note: None }),
        Err(error) if error.kind == ErrorKind::Cancelled => Err(error),
        Err(error) if error.code == "no_index" => Ok(Around::default()),
        Err(error) => {
            let note =
                format!("the index could not be searched for code around it: {}", error.message);
            Ok(Around { text: None, note: Some(note) })
        }
    }
}

/// What is looked for: the names of functions, and of what they call.
fn names(module: &Module, function: Option<usize>) -> String {
    let of = |at: Option<usize>| function.is_none_or(|wanted| at == Some(wanted));
    let defined = module.functions.iter().enumerate();
    let defined = defined.filter(|(at, _)| of(Some(*at))).map(|(_, one)| one.name.as_str());
    let calls = module.calls.iter().filter(|call| of(call.caller)).map(|call| call.name());
    let mut names: Vec<&str> = Vec::new();
    for name in defined.chain(calls).filter(|name| name.len() > 2) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.truncate(NAMES);
    names.join(" ")
}

/// The places as a model is told them, as many as there is room for.
fn told(found: &[Found], own: &str) -> Option<String> {
    let mut text = String::new();
    for Found { hit, .. } in found {
        let path = hit.path.as_str();
        if path == own || search::is_of_tests(path) {
            continue;
        }
        let chunk = &hit.chunk;
        let head = format!("{path}:{}-{} {}\n", chunk.first_line, chunk.last_line, chunk.name);
        if text.len() + head.len() + chunk.text.len() + 2 > BUDGET {
            continue;
        }
        text.push_str(&head);
        text.push_str(chunk.text.trim_end());
        text.push_str("\n\n");
    }
    let text = text.trim_end();
    (!text.is_empty()).then(|| text.to_owned())
}
