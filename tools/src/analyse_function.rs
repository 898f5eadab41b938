//! `fault_function_reliability_deep_analysis`: what is weak in a function, concern by concern.

use std::fmt::{Display, Formatter};

use fault_indexer::{
    extract,
    risk::{self, Concern},
};
use fault_prompts::{
    Answered, Rendered, Secrets,
    answer::{Advice, AnalysisAnswer},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    analyst::{self, Around, Basis, MOST_CODE, Step},
    code::{self, CodeFile},
    context::Context,
    error::ToolError,
    risks::{self, Risk},
    tool::{Definition, Effect, Tool},
};

mod table;
#[cfg(test)]
mod tests;

/// The concerns, if the caller names none.
const ALL: [Concern; 3] = [Concern::Performance, Concern::Reliability, Concern::Threat];

/// The most pieces of advice of one concern.
const MOST: usize = 3;

/// The most of the code that prompts repeat, in bytes, all prompts together.
const REPEATED: usize = 6_000;

/// Analyses a function.
pub(crate) struct AnalyseFunction;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// The path of a file of source code.
    file: String,
    /// Its language, such as `python`; told by its name if not given.
    lang: Option<String>,
    /// The function: `name`, `Class.method`, or `name@line` where several have one name.
    func: String,
    /// What is looked at: any of `performance`, `reliability` and `threat`; all if not given.
    #[serde(default)]
    concerns: Vec<Concern>,
}

/// What is weak in a function.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Output {
    /// One for each concern, as Markdown with a table.
    evaluations: Vec<String>,
    /// What is asked for each concern, in the same order.
    prompts: Vec<String>,
    #[serde(flatten)]
    basis: Basis,
}

impl Tool for AnalyseFunction {
    const DEFINITION: Definition = Definition {
        name: "fault_function_reliability_deep_analysis",
        title: "Analyse a function",
        description: &[
            "Looks at one function of a file for performance, reliability and threats, and answers \
            for each concern a table of at most three weaknesses with lines, severity, reason and \
            recommendation, and the prompt that was asked. Use fault_score_reliability for a quick \
            number instead.",
            "With a model configured it is asked once for each concern, which takes from seconds to \
            minutes; the function, and code around it if its folder is indexed, are sent to it. \
            Without one the tables have what static analysis found, and you answer the prompts. It \
            changes nothing.",
        ],
        effect: Effect::Reads,
        idempotent: true,
        open_world: true,
    };
    type Input = Input;
    type Output = Output;

    async fn run(context: Context, input: Input) -> Result<Output, ToolError> {
        let function = Function::read(&context, &input).await?;
        let concerns = concerns(&input.concerns);
        if context.state().llm().chat()?.is_none() {
            return function.left_to_host(&context, &concerns);
        }
        function.analysed(&context, &concerns).await
    }
}

/// Each concern once, in the order that they are named in.
fn concerns(given: &[Concern]) -> Vec<Concern> {
    let given = if given.is_empty() { &ALL[..] } else { given };
    let mut concerns = Vec::new();
    for concern in given {
        if !concerns.contains(concern) {
            concerns.push(*concern);
        }
    }
    concerns
}

/// A function, and what is at risk in it.
struct Function {
    file: CodeFile,
    at: usize,
    /// Its address in the file.
    name: String,
    /// Its text, each line with its number in the file.
    code: String,
    first_line: usize,
    last_line: usize,
    risks: Vec<Risk>,
}

impl Function {
    async fn read(context: &Context, input: &Input) -> Result<Self, ToolError> {
        let files = context.state().files();
        let file = CodeFile::read(files, &input.file, input.lang.as_deref()).await?;
        let at = file.find(&input.func)?;
        let function = &file.module.functions[at];
        let (first_line, last_line) = (function.span.first_line, function.span.last_line);
        let name = file.module.addresses().swap_remove(at);
        let code = numbered(&extract::full(&file.source, function), first_line);
        code::apart(context, move |_| {
            let findings = risk::find(&file.source.text, file.module.language);
            let mut risks = risks::of("", &file.source.text, &findings);
            risks.retain(|risk| (first_line..=last_line).contains(&risk.first_line));
            Ok(Self { file, at, name, code, first_line, last_line, risks })
        })
        .await
    }

    fn of(&self, concern: Concern) -> Vec<Risk> {
        self.risks.iter().filter(|risk| risk.concern == concern).cloned().collect()
    }

    async fn analysed(&self, context: &Context, concerns: &[Concern]) -> Result<Output, ToolError> {
        if self.code.len() > MOST_CODE {
            let message = format!("{} has more than {MOST_CODE} bytes", self.name);
            return Err(ToolError::input("file_too_large", message)
                .hint("name a function inside of it, or start without a model"));
        }
        let file = &self.file;
        let Around { text: around, note } =
            analyst::around(context, &file.path, &file.module, Some(self.at)).await?;
        let mut secrets = Secrets::default();
        let code = secrets.hide(&self.code);
        let around = around.map(|around| secrets.hide(&around));
        let (mut evaluations, mut usages) = (Vec::new(), Vec::new());
        for (number, concern) in concerns.iter().copied().enumerate() {
            let told = analyst::told_risks(&self.of(concern)).map(|told| secrets.hide(&told));
            let asked = self.question(concern, &code, told, around.as_deref())?;
            let step = Step { number, of: concerns.len() };
            let check = |answer: &AnalysisAnswer| self.check(answer);
            let answered = analyst::ask_step(context, &asked, step, check).await?;
            let Some(Answered { answer, usage }) = answered else { continue };
            evaluations.push(table::of_answer(concern, &answer));
            usages.push(usage);
        }
        let basis = Basis::by_model(&self.risks, analyst::sum(usages));
        let basis = basis.noting(note).noting(analyst::without_rules(file.module.language));
        Ok(Output { evaluations, prompts: self.prompts(concerns)?, basis })
    }

    fn left_to_host(&self, context: &Context, concerns: &[Concern]) -> Result<Output, ToolError> {
        let evaluations =
            concerns.iter().map(|concern| table::of_risks(*concern, &self.of(*concern)));
        let evaluations = evaluations.collect();
        let left = Rendered {
            system: "Answer each of `prompts`, one after the other, with what `evaluations` and \
                     `evidence` say."
                .to_owned(),
            user: format!("The function is `{}` of {}.", self.name, self.file.path),
            ..self.question(ALL[0], "", None, None)?
        };
        let basis = Basis::by_host(context, &self.risks, &left);
        let basis = basis.noting(analyst::without_rules(self.file.module.language));
        Ok(Output { evaluations, prompts: self.prompts(concerns)?, basis })
    }

    fn question(
        &self,
        concern: Concern,
        code: &str,
        evidence: Option<String>,
        around: Option<&str>,
    ) -> Result<Rendered, ToolError> {
        let arguments = json!({
            "file": self.file.path, "func": self.name, "lang": self.file.module.language.name,
            "concern": concern.name(), "code": code, "evidence": evidence, "context": around,
        });
        analyst::render("analyse-function", &arguments)
    }

    /// The questions as a caller is told them, who has the file.
    fn prompts(&self, concerns: &[Concern]) -> Result<Vec<String>, ToolError> {
        let code = match self.code.len() * concerns.len() <= REPEATED {
            true => Secrets::default().hide(&self.code),
            false => format!(
                "It is lines {}-{} of {}; fault_extract_code_block answers it.",
                self.first_line, self.last_line, self.file.path
            ),
        };
        let prompt = |concern: &Concern| {
            let risks = self.of(*concern);
            let evidence = analyst::elsewhere(&risks).map(str::to_owned);
            let Rendered { system, user, .. } = self.question(*concern, &code, evidence, None)?;
            Ok(format!("{system}\n\n{user}"))
        };
        concerns.iter().map(prompt).collect()
    }

    /// What is wrong with an analysis.
    fn check(&self, answer: &AnalysisAnswer) -> Result<(), String> {
        if answer.findings.len() > MOST {
            return Err(format!("{} findings are more than {MOST}", answer.findings.len()));
        }
        let lines = self.first_line..=self.last_line;
        for Advice { title, first_line, last_line, .. } in &answer.findings {
            let within = lines.contains(first_line) && lines.contains(last_line);
            if !within || first_line > last_line {
                return Err(format!(
                    "\"{title}\" is about lines {first_line}-{last_line}, and the function has \
                     lines {}-{}",
                    self.first_line, self.last_line
                ));
            }
        }
        Ok(())
    }
}

/// A text with a number before each line.
fn numbered(text: &str, first: usize) -> String {
    let lines = text.lines().enumerate();
    lines.map(|(index, line)| format!("{:>5} | {line}\n", first + index)).collect()
}

/// All of it as JSON: the first two keys are what is documented.
impl Display for Output {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| std::fmt::Error)?)
    }
}
