//! A file of source code that a caller names, read and parsed.

use std::{borrow::Cow, path::Path};

use fault_indexer::{
    LANGUAGES, Language, Module,
    extract::{self, Missing},
    parse,
    source::{self, Source},
};
use percent_encoding::percent_decode_str;

use crate::{error::ToolError, files::Files};

/// How many functions of one name an error tells.
const TOLD: usize = 20;

/// A file of source code.
#[derive(Debug)]
pub(crate) struct CodeFile {
    /// Its path, as it was given, without a scheme.
    pub(crate) path: String,
    /// Its text.
    pub(crate) source: Source,
    /// What is in it.
    pub(crate) module: Module,
}

impl CodeFile {
    /// Reads a file of a language; its name or its first line tells which, if none is given.
    pub(crate) async fn read(
        files: &Files,
        given: &str,
        lang: Option<&str>,
    ) -> Result<Self, ToolError> {
        let path = local_path(given)?.into_owned();
        let wanted = lang.map(language).transpose()?;
        let bytes = files.read_code(&path).await?;
        let parsing = tokio::task::spawn_blocking(move || Self::parsed(path, bytes, wanted));
        parsing.await.unwrap_or_else(|error| {
            Err(ToolError::internal(format!("{given} could not be parsed: {error}")))
        })
    }

    fn parsed(
        path: String,
        bytes: Vec<u8>,
        wanted: Option<&'static Language>,
    ) -> Result<Self, ToolError> {
        let Some(source) = source::decode(bytes) else {
            return Err(ToolError::input("not_text", format!("{path} is no text"))
                .hint("name a file of source code"));
        };
        let first_line = source.text.lines().next().unwrap_or_default();
        let told = wanted.or_else(|| Language::of_file(Path::new(&path), first_line));
        let Some(language) = told else {
            let message = format!("the name of {path} does not tell its language");
            return Err(ToolError::input("language_unknown", message)
                .hint(format!("give `lang`: {}", known_languages())));
        };
        let module = parse(&source.text, language);
        Ok(Self { path, source, module })
    }

    /// The number of the one function that a name means.
    pub(crate) fn find(&self, func: &str) -> Result<usize, ToolError> {
        extract::find(&self.module, func).map_err(|missing| not_found(&missing, func, &self.path))
    }
}

/// Says that a place has no function of a name, or several.
pub(crate) fn not_found(missing: &Missing, func: &str, place: &str) -> ToolError {
    match missing {
        Missing::Unknown(near) => {
            let message = format!("there is no function `{func}` in {place}");
            let error = ToolError::input("function_not_found", message);
            match near.as_slice() {
                [] => error.hint("fault_list_function_names lists the functions of a file"),
                near => error.hint(format!("did you mean {}?", quoted(near, " or "))),
            }
        }
        Missing::Several(addresses) => {
            let message = format!("{} functions of {place} are called `{func}`", addresses.len());
            let told = &addresses[..addresses.len().min(TOLD)];
            ToolError::input("function_ambiguous", message)
                .hint(format!("name one of {}", quoted(told, ", ")))
        }
    }
}

fn quoted(names: &[String], between: &str) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(between)
}

/// The language of a name.
pub(crate) fn language(name: &str) -> Result<&'static Language, ToolError> {
    Language::named(name).ok_or_else(|| {
        ToolError::input("language_unknown", format!("there is no language `{name}` here"))
            .hint(format!("give one of {}", known_languages()))
    })
}

fn known_languages() -> String {
    LANGUAGES.iter().map(|language| language.name).collect::<Vec<_>>().join(", ")
}

/// The path of a file on this machine that is given as a path or as a URI.
pub(crate) fn local_path(given: &str) -> Result<Cow<'_, str>, ToolError> {
    let Some((scheme, rest)) = given.split_once("://") else {
        return Ok(given.into());
    };
    let bad = |why: &str| {
        ToolError::input("bad_uri", format!("{given} {why}"))
            .hint("give a path, or a URI such as file:///srv/app/main.py")
    };
    if !scheme.eq_ignore_ascii_case("file") {
        return Err(bad("is no file of this machine"));
    }
    let path = rest.strip_prefix("localhost").unwrap_or(rest);
    if !path.starts_with('/') {
        return Err(bad("names another machine"));
    }
    percent_decode_str(path).decode_utf8().map_err(|_| bad("is not in UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_or_a_uri_of_a_file_is_taken_and_any_other_uri_is_not() {
        for (given, path) in [
            ("src/a.py", "src/a.py"),
            ("/srv/50% done.py", "/srv/50% done.py"),
            ("file:///srv/a%20b.py", "/srv/a b.py"),
            ("FILE://localhost/srv/a.py", "/srv/a.py"),
        ] {
            assert_eq!(local_path(given).unwrap(), path);
        }
        for given in ["https://example.com/a.py", "file://other/a.py", "file:///%ff.py"] {
            assert_eq!(local_path(given).unwrap_err().code, "bad_uri", "{given}");
        }
    }

    #[test]
    fn a_language_is_named_in_any_of_its_ways() {
        for name in ["python", "Python", "py", ".py"] {
            assert_eq!(language(name).unwrap().name, "python", "{name}");
        }
        let error = language("cobol").unwrap_err();
        assert_eq!(error.code, "language_unknown");
        assert!(error.hint.unwrap().contains("python"));
    }
}
