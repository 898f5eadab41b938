//! `fault_make_reliability_and_perf_changes`: a better file, and what the file was worth.

use std::{
    fmt::{Display, Formatter},
    path::Path,
};

use fault_indexer::risk;
use fault_prompts::{Answered, Secrets, answer::ChangesAnswer};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    analyst::{self, Around, Basis, MOST_CODE},
    code::{self, CodeFile},
    context::Context,
    error::ToolError,
    files::Files,
    revision::Original,
    risks::{self, Risk},
    score::rounded,
    tool::{Definition, Effect, Tool},
};

#[cfg(test)]
mod tests;

/// The most characters of an answer with both texts, unless the caller asks for them.
const MOST_TEXT: usize = 20_000;

/// The most of the file that instructions repeat, in bytes.
const REPEATED: usize = 4_000;

/// What is taken of an answer, in characters and in packages.
const LONGEST: usize = 4_000;
const LONGEST_NAME: usize = 120;
const MOST_PACKAGES: usize = 50;

/// Improves a file.
pub(crate) struct ChangeFile;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// The path of a file of source code.
    file: String,
    /// How much is answered; everything if it has less than 20,000 characters, else what is concise.
    response_format: Option<Format>,
}

/// How much is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Format {
    /// The old and the new text too.
    Full,
    /// The difference alone.
    Concise,
}

/// A better file.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Output {
    /// How reliable and fast the file is, from 0.0 to 1.0.
    score: f64,
    /// The main risks, and what was changed about them.
    explanation: String,
    /// The file as it is; absent in a concise answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    old: Option<String>,
    /// The file after the change; absent in a concise answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    new: Option<String>,
    /// The packages that the new file needs and the old one did not.
    dependencies: Vec<String>,
    /// The change as a unified diff, which applies to the file; empty if there is none.
    diff: String,
    /// The rules of static analysis that the file broke and the new one does not.
    rules_mended: Vec<String>,
    /// The rules that the new file breaks and the file did not.
    rules_broken: Vec<String>,
    #[serde(flatten)]
    basis: Basis,
}

impl Tool for ChangeFile {
    const DEFINITION: Definition = Definition {
        name: "fault_make_reliability_and_perf_changes",
        title: "Improve a file",
        description: &[
            "Scores a source file for reliability and performance, and answers a better version: \
            score, explanation, old and new text, new dependencies, and a unified diff that is \
            computed and applies. The file is never written; fault_verify_change tries the diff \
            under faults. A long file is answered by its diff alone, unless `response_format` is \
            `full`.",
            "With a model configured it is asked, which takes from seconds to minutes; the file, and \
            code around it if its folder is indexed, are sent to it. Without one the score is that \
            of static analysis, `new` is the file as it is, and `instructions` say what is left to \
            do.",
        ],
        effect: Effect::Reads,
        idempotent: true,
        open_world: true,
    };
    type Input = Input;
    type Output = Output;

    async fn run(context: Context, input: Input) -> Result<Output, ToolError> {
        let file = Judged::read(&context, &input.file).await?;
        let output = match file.changed(&context).await? {
            Some(output) => output,
            None => file.left_to_host(&context)?,
        };
        Ok(output.fitted(input.response_format))
    }
}

/// The path of a file in a diff: from the first root, or else from the folder of its project.
fn name_in_diff(files: &Files, real: &Path) -> String {
    let shown = files.shown(real);
    let project = files.project_of(real);
    let name = match Path::new(&shown).is_absolute() {
        true => real.strip_prefix(project).unwrap_or(real).to_string_lossy().into_owned(),
        false => shown,
    };
    name.trim_start_matches('/').replace(['\n', '\r', '\t'], " ")
}

/// A file, and what is at risk in it.
struct Judged {
    file: CodeFile,
    /// Its path from the folder in which a diff of it is applied.
    name: String,
    risks: Vec<Risk>,
    score: risk::Score,
}

impl Judged {
    async fn read(context: &Context, path: &str) -> Result<Self, ToolError> {
        let files = context.state().files();
        let file = CodeFile::read(files, path, None).await?;
        let name = name_in_diff(files, &files.real(&file.path).await?);
        code::apart(context, move |_| {
            let findings = risk::find(&file.source.text, file.module.language);
            let calls = findings.module.remote_calls.len();
            let score = risk::score(&findings.found, calls, None);
            let risks = risks::of("", &file.source.text, &findings);
            Ok(Self { file, name, risks, score })
        })
        .await
    }

    /// What a model makes of the file; nothing if none is configured.
    async fn changed(&self, context: &Context) -> Result<Option<Output>, ToolError> {
        let (path, text) = (&self.file.path, &self.file.source.text);
        if context.state().llm().chat()?.is_none() {
            return Ok(None);
        }
        if text.len() > MOST_CODE {
            let message =
                format!("{path} has {} bytes, and a model is sent at most {MOST_CODE}", text.len());
            return Err(ToolError::input("file_too_large", message).hint(
                "go function by function: fault_extract_code_block, then \
                 fault_suggest_better_function_reliability",
            ));
        }
        let Around { text: around, note } =
            analyst::around(context, path, &self.file.module, None).await?;
        let mut secrets = Secrets::default();
        let code = secrets.hide(text);
        let around = around.map(|around| secrets.hide(&around));
        let told = analyst::told_risks(&self.risks).map(|told| secrets.hide(&told));
        let asked = analyst::render("change-file", &self.arguments(&code, told, around))?;
        let name = self.name.clone();
        let language = self.file.module.language;
        let original = Original { code: text, language, name: &name, secrets: &secrets };
        let check = |answer: &ChangesAnswer| {
            analyst::check_score(answer.score)?;
            original.revised(&answer.new).map(drop)
        };
        let answered = analyst::ask(context, &asked, check).await?;
        let Some(Answered { answer, usage }) = answered else { return Ok(None) };
        let revision = original.revised(&answer.new).map_err(ToolError::internal)?;
        let (rules_mended, rules_broken) = original.rules_changed(&revision.new, true);
        let basis = Basis::by_model(&self.risks, Some(usage));
        Ok(Some(Output {
            score: answer.score,
            explanation: analyst::clean(&answer.explanation, LONGEST),
            old: Some(text.clone()),
            new: Some(revision.new),
            dependencies: packages(&answer.dependencies),
            diff: revision.diff,
            rules_mended,
            rules_broken,
            basis: basis.noting(note).noting(analyst::without_rules(language)),
        }))
    }

    /// What is known without a model.
    fn left_to_host(&self, context: &Context) -> Result<Output, ToolError> {
        let (path, text) = (&self.file.path, &self.file.source.text);
        let code = match text.len() <= REPEATED {
            true => Secrets::default().hide(text),
            false => format!("It is the file {path}; read it."),
        };
        let evidence = analyst::elsewhere(&self.risks).map(str::to_owned);
        let left = analyst::render("change-file", &self.arguments(&code, evidence, None))?;
        let basis = Basis::by_host(context, &self.risks, &left);
        Ok(Output {
            score: rounded(self.score.score),
            explanation: self.counted(),
            old: Some(text.clone()),
            new: Some(text.clone()),
            dependencies: Vec::new(),
            diff: String::new(),
            rules_mended: Vec::new(),
            rules_broken: Vec::new(),
            basis: basis.noting(analyst::without_rules(self.file.module.language)),
        })
    }

    fn arguments(&self, code: &str, evidence: Option<String>, context: Option<String>) -> Value {
        json!({
            "file": self.file.path, "lang": self.file.module.language.name, "code": code,
            "evidence": evidence, "context": context,
        })
    }

    fn counted(&self) -> String {
        let mut rules: Vec<&str> = Vec::new();
        for risk in analyst::worst_first(&self.risks) {
            if !rules.contains(&risk.title.as_str()) {
                rules.push(&risk.title);
            }
        }
        rules.truncate(6);
        let rules =
            if rules.is_empty() { String::new() } else { format!(": {}", rules.join("; ")) };
        let places = match self.risks.len() {
            1 => "1 place".to_owned(),
            many => format!("{many} places"),
        };
        format!(
            "Static analysis found {places} at risk{rules}. The score counts that: exposed places / \
             (exposed places + points) = {}, where high is 1 point, medium 0.5, low 0.2, info 0.05. \
             Nothing is changed yet: the instructions say what is left to do.",
            self.score.formula()
        )
    }
}

/// The names of packages, as they can be shown.
fn packages(named: &[String]) -> Vec<String> {
    let names = named.iter().map(|name| {
        let name = analyst::clean(name, LONGEST_NAME);
        name.split_whitespace().collect::<Vec<_>>().join(" ")
    });
    names.filter(|name| !name.is_empty()).take(MOST_PACKAGES).collect()
}

impl Output {
    /// The same in the size that is asked for.
    fn fitted(mut self, format: Option<Format>) -> Self {
        let concise = match format {
            Some(format) => format == Format::Concise,
            None => self.to_string().chars().count() > MOST_TEXT,
        };
        if concise {
            (self.old, self.new) = (None, None);
            let note =
                "`old` and `new` are left out: give `response_format` as `full` to have them";
            self.basis = self.basis.noting(Some(note.to_owned()));
        }
        self
    }
}

/// All of it as JSON: the first six keys are what is documented.
impl Display for Output {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| std::fmt::Error)?)
    }
}
