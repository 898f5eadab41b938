//! `fault_outline_code`: what is in a file or a tree, and who calls whom.

use std::{collections::BTreeMap, path::Path};

use fault_indexer::{
    Language,
    outline::{self, FileOutline},
    project::{FunctionCalls, Project, TreeOutline},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use crate::{
    code::{self, CodeFile, local_path, not_found},
    context::Context,
    error::ToolError,
    files::Kind,
    tool::{Definition, Effect, Tool},
};

mod text;

/// How many entries of each list an answer has, if the caller does not say.
const USUAL: usize = 100;

/// Outlines code.
pub(crate) struct OutlineCode;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// A file of source code, or a folder.
    path: String,
    /// A function: then the answer is its calls, remote calls and callers in the folder, or in the
    /// project that the file is in.
    func: Option<String>,
    /// Only files of this language, such as `python`; of a file, its language.
    lang: Option<String>,
    /// The most entries of each list; 100 if not given.
    #[schemars(range(min = 1))]
    limit: Option<usize>,
}

/// What is in a file or a tree, or who calls whom; one of `file`, `tree` and `functions` is there.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Output {
    /// The outline of a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<FileOutline>,
    /// The outline of a folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    tree: Option<TreeOutline>,
    /// The functions of the name that was asked for, each with its calls and callers.
    #[serde(skip_serializing_if = "Option::is_none")]
    functions: Option<Vec<FunctionCalls>>,
    /// How many entries are not listed.
    left_out: usize,
}

impl Tool for OutlineCode {
    const DEFINITION: Definition = Definition {
        name: "fault_outline_code",
        title: "Outline code",
        description: &[
            "Answers the classes, functions and imports of a source file, or the files \
            of a folder, with every call that leaves the process (HTTP, databases, brokers, ...); \
            with `func`, what a function calls and who calls it, joined by name. Use it to find \
            what is worth a fault. It changes nothing; a folder takes a second for each 100,000 \
            lines or so.",
        ],
        effect: Effect::Reads,
        idempotent: true,
        open_world: false,
    };
    type Input = Input;
    type Output = Output;

    async fn run(context: Context, mut input: Input) -> Result<Output, ToolError> {
        input.path = local_path(&input.path)?.into_owned();
        let of_file = context.state().files().kind(&input.path).await? != Kind::Folder;
        let mut output = match (input.func.take(), of_file) {
            (None, true) => input.of_file(&context).await?,
            (None, false) => input.of_folder(&context).await?,
            (Some(func), true) => input.calls_in_file(&context, func).await?,
            (Some(func), false) => input.calls_in_folder(&context, func).await?,
        };
        output.shorten(input.limit.unwrap_or(USUAL));
        Ok(output)
    }
}

impl Input {
    async fn of_file(&self, context: &Context) -> Result<Output, ToolError> {
        let file =
            CodeFile::read(context.state().files(), &self.path, self.lang.as_deref()).await?;
        let outline = outline::of_file(&file.path, &file.module);
        Ok(Output { file: Some(outline), ..Output::default() })
    }

    async fn of_folder(&self, context: &Context) -> Result<Output, ToolError> {
        let top = context.state().files().real(&self.path).await?;
        let tree = self.read(context, &top, |project| Ok(project.outline())).await?;
        Ok(Output { tree: Some(tree), ..Output::default() })
    }

    async fn calls_in_folder(&self, context: &Context, func: String) -> Result<Output, ToolError> {
        let top = context.state().files().real(&self.path).await?;
        let place = self.path.clone();
        let calls = move |project: Project| {
            project.calls_of(&func).map_err(|missing| not_found(&missing, &func, &place))
        };
        let functions = self.read(context, &top, calls).await?;
        Ok(Output { functions: Some(functions), ..Output::default() })
    }

    async fn calls_in_file(&self, context: &Context, func: String) -> Result<Output, ToolError> {
        let files = context.state().files();
        let file = CodeFile::read(files, &self.path, self.lang.as_deref()).await?;
        let real = files.real(&self.path).await?;
        let top = files.project_of(&real);
        // As the files of the tree are named.
        let shown = named(&files.shown(&top), real.strip_prefix(&top).unwrap_or(&real));
        let calls = move |mut project: Project| {
            let place = file.path;
            // The tree may leave the file out, as one that is generated or not under version control.
            project.files.insert(shown.clone(), file.module);
            let calls = project.calls_of(&func);
            let calls = calls.map_err(|missing| not_found(&missing, &func, &place))?;
            let here: Vec<_> = calls.into_iter().filter(|calls| calls.path == shown).collect();
            if here.is_empty() {
                // Another file has it; the nearest names of this one are worth more.
                let module = &project.files[&shown];
                let missing = fault_indexer::extract::find(module, &func).err();
                return Err(missing.map_or_else(
                    || ToolError::internal(format!("`{func}` is lost in {place}")),
                    |missing| not_found(&missing, &func, &place),
                ));
            }
            Ok(here)
        };
        let functions = self.read(context, &top, calls).await?;
        Ok(Output { functions: Some(functions), ..Output::default() })
    }

    /// Reads the files of a tree, under the names that callers use, and asks them something.
    async fn read<T: Send + 'static>(
        &self,
        context: &Context,
        top: &Path,
        ask: impl FnOnce(Project) -> Result<T, ToolError> + Send + 'static,
    ) -> Result<T, ToolError> {
        let wanted = self.lang.as_deref().map(code::language).transpose()?;
        let (top, shown) = (top.to_owned(), context.state().files().shown(top));
        code::apart(context, move |stop| ask(project(&top, &shown, wanted, stop))).await
    }
}

fn project(
    top: &Path,
    shown: &str,
    wanted: Option<&'static Language>,
    stop: &CancellationToken,
) -> Project {
    let languages: Vec<_> = wanted.into_iter().collect();
    let project = Project::read(top, &languages, &|| stop.is_cancelled());
    let files = project.files.into_iter();
    let files = files.map(|(path, module)| (named(shown, Path::new(&path)), module));
    Project { files: files.collect::<BTreeMap<_, _>>() }
}

/// How callers name a file of a tree whose top they call `top`.
fn named(top: &str, path: &Path) -> String {
    Path::new(top).join(path).to_string_lossy().into_owned()
}

impl Output {
    /// Leaves out what is more than `most` entries of a list.
    fn shorten(&mut self, most: usize) {
        let mut left_out = 0;
        if let Some(file) = &mut self.file {
            left_out += cut(&mut file.functions, most) + cut(&mut file.scopes, most);
            left_out += cut(&mut file.imports, most) + cut(&mut file.remote_calls, most);
        }
        if let Some(tree) = &mut self.tree {
            left_out += cut(&mut tree.files, most) + cut(&mut tree.remote_calls, most);
        }
        if let Some(functions) = &mut self.functions {
            left_out += cut(functions, most);
            for function in functions {
                left_out += cut(&mut function.calls, most) + cut(&mut function.callers, most);
                let defined = function.calls.iter_mut().map(|call| &mut call.defined);
                left_out += defined.map(|places| cut(places, most)).sum::<usize>();
            }
        }
        self.left_out = left_out;
    }
}

/// Cuts a list, and says how much is gone.
fn cut<T>(list: &mut Vec<T>, most: usize) -> usize {
    let more = list.len().saturating_sub(most);
    list.truncate(most);
    more
}

#[cfg(test)]
mod tests;
