//! A tree of source code as a whole: its outline, who calls a function, and what that calls.
//!
//! Calls are joined to functions by name, so two functions of one name share their callers.

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    extract::{self, Missing},
    index,
    language::Language,
    module::Module,
    outline::{self, FunctionOutline, RemoteOutline},
    source, syntax,
    tree::{self, Content},
};

/// A tree of source code.
#[derive(Debug)]
pub struct Project {
    /// Its files, by their paths from the top of the tree.
    pub files: BTreeMap<String, Module>,
}

/// The outline of a tree.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct TreeOutline {
    /// How many files, lines and functions there are of each language.
    pub languages: BTreeMap<String, LanguageCount>,
    /// The files, in order.
    pub files: Vec<FileCount>,
    /// Every call that leaves the process.
    pub remote_calls: Vec<RemotePlace>,
}

/// How much there is of a language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LanguageCount {
    /// Files.
    pub files: usize,
    /// Lines.
    pub lines: usize,
    /// Functions.
    pub functions: usize,
}

/// What is in a file, in numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FileCount {
    /// The path from the top of the tree.
    pub path: String,
    /// Lines.
    pub lines: usize,
    /// Functions.
    pub functions: usize,
    /// Calls that leave the process.
    pub remote_calls: usize,
}

/// A call that leaves the process, and where it is made.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct RemotePlace {
    /// The path of the file.
    pub path: String,
    /// The function that makes it; nothing outside of functions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
    /// The call.
    #[serde(flatten)]
    pub call: RemoteOutline,
}

/// A function with what it calls and who calls it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct FunctionCalls {
    /// The path of its file.
    pub path: String,
    /// The function.
    pub function: FunctionOutline,
    /// What it calls, in order, each once.
    pub calls: Vec<CallOutline>,
    /// Where functions of this name are called.
    pub callers: Vec<Place>,
}

/// What a function calls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CallOutline {
    /// What is called, as it is written.
    pub call: String,
    /// The line of the first such call.
    pub line: usize,
    /// The functions of this name in the tree.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub defined: Vec<Place>,
}

/// A place in a tree.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Place {
    /// The path of the file.
    pub path: String,
    /// The line.
    pub line: usize,
    /// The function; nothing outside of functions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
}

impl Project {
    /// Reads all files of a tree that are of some languages, or of any if none is named. What
    /// `.gitignore` names is left out, and so is what is hidden, generated or no text. It ends early
    /// with what it has when `cancelled` says so.
    pub fn read(
        root: &Path,
        languages: &[&'static Language],
        cancelled: &(dyn Fn() -> bool + Sync),
    ) -> Self {
        let files = Mutex::new(BTreeMap::new());
        let keep = |name: &str, text: &str, language| {
            let module = syntax::parse(text, language);
            let mut files = files.lock().unwrap_or_else(PoisonError::into_inner);
            files.insert(name.to_owned(), module);
        };
        each(root, languages, cancelled, &|_| true, &keep);
        Self { files: files.into_inner().unwrap_or_else(PoisonError::into_inner) }
    }

    /// The outline of the tree.
    pub fn outline(&self) -> TreeOutline {
        let mut languages: BTreeMap<String, LanguageCount> = BTreeMap::new();
        let (mut files, mut remote_calls) = (Vec::new(), Vec::new());
        for (path, module) in &self.files {
            let (lines, functions) = (module.lines, module.functions.len());
            let count = languages.entry(module.language.name.to_owned()).or_default();
            count.files += 1;
            count.lines += lines;
            count.functions += functions;
            let leaving = module.remote_calls.len();
            files.push(FileCount { path: path.clone(), lines, functions, remote_calls: leaving });
            let addresses = module.addresses();
            remote_calls.extend(module.remote_calls.iter().map(|call| RemotePlace {
                path: path.clone(),
                function: call.caller.map(|caller| addresses[caller].clone()),
                call: call.into(),
            }));
        }
        TreeOutline { languages, files, remote_calls }
    }

    /// The functions of a name, each with its calls and its callers.
    pub fn calls_of(&self, wanted: &str) -> Result<Vec<FunctionCalls>, Missing> {
        let mut found: Vec<(&String, &Module, usize)> = Vec::new();
        let mut near = Vec::new();
        for (path, module) in &self.files {
            let here = extract::find_all(module, wanted);
            if here.is_empty() {
                near.extend(extract::nearest(module, wanted));
            }
            found.extend(here.into_iter().map(|at| (path, module, at)));
        }
        if found.is_empty() {
            return Err(Missing::Unknown(extract::best(near)));
        }
        let defined = self.defined();
        let mut callers: HashMap<&str, Vec<Place>> = HashMap::new();
        for (_, module, at) in &found {
            let name = module.functions[*at].name.as_str();
            callers.entry(name).or_insert_with(|| self.callers(name));
        }
        let calls = |(path, module, at): (&String, &Module, usize)| {
            function_calls(path, module, at, &defined, &callers)
        };
        Ok(found.into_iter().map(calls).collect())
    }

    /// Where functions of each name are.
    fn defined(&self) -> HashMap<&str, Vec<Place>> {
        let mut defined: HashMap<&str, Vec<Place>> = HashMap::new();
        for (path, module) in &self.files {
            for (function, address) in module.functions.iter().zip(module.addresses()) {
                let line = function.definition.first_line;
                let place = Place { path: path.clone(), line, function: Some(address) };
                defined.entry(&function.name).or_default().push(place);
            }
        }
        defined
    }

    fn callers(&self, name: &str) -> Vec<Place> {
        let mut callers = Vec::new();
        for (path, module) in &self.files {
            let mut calls = module.calls.iter().filter(|call| call.name() == name).peekable();
            if calls.peek().is_none() {
                continue;
            }
            let addresses = module.addresses();
            callers.extend(calls.map(|call| Place {
                path: path.clone(),
                line: call.line,
                function: call.caller.map(|caller| addresses[caller].clone()),
            }));
        }
        callers
    }
}

/// A function with its calls and its callers.
fn function_calls(
    path: &str,
    module: &Module,
    at: usize,
    defined: &HashMap<&str, Vec<Place>>,
    callers: &HashMap<&str, Vec<Place>>,
) -> FunctionCalls {
    let mut calls: Vec<CallOutline> = Vec::new();
    for call in module.calls.iter().filter(|call| module.is_within(call.caller, at)) {
        if !calls.iter().any(|known| known.call == call.callee) {
            let defined = defined.get(call.name()).cloned().unwrap_or_default();
            calls.push(CallOutline { call: call.callee.clone(), line: call.line, defined });
        }
    }
    FunctionCalls {
        path: path.to_owned(),
        function: outline::of_functions(module).swap_remove(at),
        calls,
        callers: callers[module.functions[at].name.as_str()].clone(),
    }
}

/// What was left out of a tree that was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Passed {
    /// Files whose names were not wanted.
    pub unwanted: usize,
    /// Files that are generated, too large, or no text.
    pub skipped: usize,
    /// Files and folders that could not be read.
    pub unreadable: usize,
}

/// Shows the text of each file of a tree, as [`Project::read`] picks them, if its path from the top
/// is wanted; several at a time, and none is kept. It ends early when `cancelled` says so.
pub fn each(
    root: &Path,
    languages: &[&'static Language],
    cancelled: &(dyn Fn() -> bool + Sync),
    wanted: &(dyn Fn(&str) -> bool + Sync),
    see: &(dyn Fn(&str, &str, &'static Language) + Sync),
) -> Passed {
    let tree = tree::walk(root, languages).unwrap_or_default();
    let unreadable = tree.unreadable.len();
    let passed = Mutex::new(Passed { unreadable, ..Passed::default() });
    let next = AtomicUsize::new(0);
    let show_some = || {
        while let Some(file) = tree.files.get(next.fetch_add(1, Ordering::Relaxed)) {
            if cancelled() {
                return;
            }
            let count = |add: fn(&mut Passed)| {
                add(&mut passed.lock().unwrap_or_else(PoisonError::into_inner));
            };
            match file.read(languages) {
                Ok(Content::NoSource) => {}
                Ok(_) if !wanted(&file.name) => count(|passed| passed.unwanted += 1),
                Ok(Content::TooLarge) => count(|passed| passed.skipped += 1),
                Ok(Content::Code(language, bytes)) => match source::written(&file.path, bytes) {
                    Ok(source) => see(&file.name, &source.text, language),
                    Err(_) => count(|passed| passed.skipped += 1),
                },
                Err(_) => count(|passed| passed.unreadable += 1),
            }
        }
    };
    std::thread::scope(|threads| {
        for _ in 0..index::readers(tree.files.len()) {
            threads.spawn(show_some);
        }
    });
    passed.into_inner().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project() -> (tempfile::TempDir, Project) {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, text).unwrap();
        };
        write(".gitignore", "build/\n");
        write("app.py", "import requests\n\ndef fetch(url):\n    return requests.get(url)\n");
        write("lib/use.py", "from app import fetch\n\ndef run():\n    fetch('a')\n\nfetch('b')\n");
        write("build/copy.py", "def fetch(): pass\n");
        write("notes.txt", "def fetch(): pass\n");
        let project = Project::read(folder.path(), &[], &|| false);
        (folder, project)
    }

    #[test]
    fn a_tree_is_read_without_what_git_ignores() {
        let (_folder, project) = project();
        assert_eq!(project.files.keys().collect::<Vec<_>>(), ["app.py", "lib/use.py"]);
        let outline = project.outline();
        assert_eq!(
            outline.languages["python"],
            LanguageCount { files: 2, lines: 10, functions: 2 }
        );
        assert_eq!(outline.remote_calls[0].function.as_deref(), Some("fetch"));
        assert_eq!(outline.remote_calls[0].call.call, "requests.get");
    }

    #[test]
    fn each_file_is_shown_unless_it_is_not_wanted_or_no_person_wrote_it() {
        let (folder, _) = project();
        let made = "# DO NOT EDIT\nx = 1\n";
        fs_err::write(folder.path().join("made.py"), made).unwrap();
        let seen = Mutex::new(Vec::new());
        let see = |name: &str, text: &str, language: &Language| {
            seen.lock().unwrap().push((name.to_owned(), text.len(), language.name));
        };
        let passed = each(folder.path(), &[], &|| false, &|name| name != "lib/use.py", &see);
        assert_eq!(passed, Passed { unwanted: 1, skipped: 1, unreadable: 0 });
        assert_eq!(seen.into_inner().unwrap(), [("app.py".to_owned(), 62, "python")]);
        let none = each(folder.path(), &[], &|| true, &|_| true, &|_, _, _| panic!("it ended"));
        assert_eq!(none, Passed::default());
    }

    #[test]
    fn a_function_is_told_with_its_calls_and_its_callers() {
        let (_folder, project) = project();
        let [fetch] = &project.calls_of("fetch").unwrap()[..] else { panic!() };
        assert_eq!(fetch.calls[0].call, "requests.get");
        let caller = |function: Option<&str>, line| Place {
            path: "lib/use.py".to_owned(),
            line,
            function: function.map(str::to_owned),
        };
        assert_eq!(fetch.callers, [caller(Some("run"), 4), caller(None, 6)]);
        let [run] = &project.calls_of("run").unwrap()[..] else { panic!() };
        assert_eq!(run.calls[0].defined[0].path, "app.py");
        assert_eq!(project.calls_of("fech"), Err(Missing::Unknown(vec!["fetch".to_owned()])));
    }
}
