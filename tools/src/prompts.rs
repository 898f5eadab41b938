//! Prompts: what users of a host start by name, each with the evidence that it is about.
//!
//! A host shows them as commands. What comes back is one message to the model of the host: the
//! question, what static analysis or a run found, and which tools take it from there.

use std::collections::BTreeMap;

use fault_indexer::{Language, extract, risk::Concern};
use fault_prompts::Rendered;
use serde_json::{Value, json};

use crate::{
    analyst::{self, MOST_CODE},
    arguments,
    code::CodeFile,
    context::Context,
    error::ToolError,
};

mod complete;
#[cfg(test)]
mod tests;

pub use complete::{Completion, complete};

/// What is left to the model of the host, in words.
const IN_WORDS: &str = "Answer in words for the person who asked, not in JSON.";

/// A prompt.
#[derive(Debug)]
pub struct Prompt {
    /// The name by which it is asked for, such as `fault_review_reliability`.
    pub name: &'static str,
    /// A few words for a menu.
    pub title: &'static str,
    /// What it is for.
    pub description: &'static str,
    /// What it is about.
    pub arguments: &'static [PromptArgument],
    /// What the model does with its answer.
    then: &'static str,
    about: About,
}

/// What a prompt is about.
#[derive(Debug)]
pub struct PromptArgument {
    /// Its name.
    pub name: &'static str,
    /// What it is for.
    pub description: &'static str,
    /// Whether the prompt needs it.
    pub required: bool,
}

/// Where the evidence of a prompt comes from.
#[derive(Clone, Copy, Debug)]
enum About {
    /// A file or a function, by a question about its code, of one concern or all.
    Code(&'static str, Option<Concern>),
    /// What is in a file or a folder.
    Place,
    /// What a run has found.
    Run,
}

const FILE: PromptArgument = PromptArgument {
    name: "file",
    description: "The path of a file of source code.",
    required: true,
};
const FUNC: PromptArgument = PromptArgument {
    name: "func",
    description: "One of its functions, such as Client.fetch; the whole file if not given.",
    required: false,
};
const LANG: PromptArgument = PromptArgument {
    name: "lang",
    description: "The language, such as python; told by the name of the file if not given.",
    required: false,
};
const PLACE: PromptArgument = PromptArgument {
    name: "file",
    description: "The path of a file of source code, or of a folder.",
    required: true,
};
const RUN_ID: PromptArgument = PromptArgument {
    name: "run_id",
    description: "The id of a run that is kept.",
    required: false,
};
const RESULTS: PromptArgument = PromptArgument {
    name: "results",
    description: "A file of results, such as results.json, in place of run_id.",
    required: false,
};

/// Every prompt. The order is the order of menus.
static PROMPTS: [Prompt; 5] = [
    Prompt {
        name: "fault_review_reliability",
        title: "Review reliability",
        description: "Judges how code stands slow, silent and failing dependencies, and mends it.",
        arguments: &[FILE, FUNC, LANG],
        then: "Then propose the smallest change that helps most, as a unified diff, and check it \
               with fault_check_change. Name the fault that shows the worst weakness, and offer to \
               run it with an impact scenario, such as fault_run_latency_impact_scenario.",
        about: About::Code("score-reliability", Some(Concern::Reliability)),
    },
    Prompt {
        name: "fault_review_performance",
        title: "Review performance",
        description: "Judges how code bears load and slow dependencies, and makes it faster.",
        arguments: &[FILE, FUNC, LANG],
        then: "Then propose the smallest change that helps most, as a unified diff, and check it \
               with fault_check_change. Say how to measure the gain, and offer to run \
               fault_run_latency_impact_scenario before and after.",
        about: About::Code("score-performance", Some(Concern::Performance)),
    },
    Prompt {
        name: "fault_suggest_slo",
        title: "Suggest objectives",
        description: "Proposes service level objectives for the requests that code serves.",
        arguments: &[FILE, FUNC, LANG],
        then: "Then say which measurements are missing to keep them, and offer to run an impact \
               scenario that shows whether the code meets them while a dependency is slow.",
        about: About::Code("suggest-slo", None),
    },
    Prompt {
        name: "fault_plan_scenarios",
        title: "Plan scenarios",
        description: "Plans which faults to try on a file or a folder, and what each would show.",
        arguments: &[PLACE, LANG],
        then: "Then offer to write the plan as scenario files: fault_generate_scenarios begins one, \
               fault_check_scenario checks it, fault_run_scenario runs it.",
        about: About::Place,
    },
    Prompt {
        name: "fault_explain_run",
        title: "Explain a run",
        description: "Explains what a run of scenarios shows, and what to do about it.",
        arguments: &[RUN_ID, RESULTS],
        then: "fault_get_report has more of it, by test; fault_review_results weighs all of it.",
        about: About::Run,
    },
];

/// Every prompt.
pub fn prompts() -> &'static [Prompt] {
    &PROMPTS
}

/// The prompt of a name.
pub fn find_prompt(name: &str) -> Result<&'static Prompt, ToolError> {
    prompts().iter().find(|prompt| prompt.name == name).ok_or_else(|| {
        let error = ToolError::input("unknown_prompt", format!("there is no prompt \"{name}\""));
        match arguments::nearest(name, prompts().iter().map(|prompt| prompt.name)) {
            Some(near) => error.hint(format!("did you mean \"{near}\"?")),
            None => error.hint("list the prompts to see their names"),
        }
    })
}

impl Prompt {
    /// The message to the model, about what is given.
    pub async fn render(
        &self,
        context: &Context,
        given: &BTreeMap<String, String>,
    ) -> Result<String, ToolError> {
        let given = self.checked(given)?;
        let question = match self.about {
            About::Code(question, concern) => piece(context, &given, question, concern).await?,
            About::Place => place(context, &given).await?,
            About::Run => run(context, &given).await?,
        };
        let Rendered { system, user, .. } = question;
        Ok(format!("{system}\n\n{user}\n\n{IN_WORDS} {}", self.then))
    }

    /// What is given, without what hosts send empty since nothing was typed.
    fn checked<'a>(&self, given: &'a BTreeMap<String, String>) -> Result<Given<'a>, ToolError> {
        let names = || self.arguments.iter().map(|argument| argument.name);
        let wrong = |message: String| {
            let names = names().collect::<Vec<_>>().join(", ");
            ToolError::input("invalid_arguments", message)
                .hint(format!("{} takes {names}", self.name))
        };
        if let Some(unknown) = given.keys().find(|name| !names().any(|known| known == **name)) {
            return Err(wrong(format!("the prompt has no argument `{unknown}`")));
        }
        let given: Given<'a> = given
            .iter()
            .map(|(name, value)| (name.as_str(), value.trim()))
            .filter(|(_, value)| !value.is_empty())
            .collect();
        for argument in self.arguments.iter().filter(|argument| argument.required) {
            if !given.contains_key(argument.name) {
                return Err(wrong(format!("the argument `{}` is missing", argument.name)));
            }
        }
        Ok(given)
    }
}

/// Arguments by name.
type Given<'a> = BTreeMap<&'a str, &'a str>;

/// A question about the code of a file or of one of its functions, with what is at risk in it.
async fn piece(
    context: &Context,
    given: &Given<'_>,
    question: &str,
    concern: Option<Concern>,
) -> Result<Rendered, ToolError> {
    let (path, func) = (given["file"], given.get("func"));
    let lang = given.get("lang").copied();
    let file = CodeFile::read(context.state().files(), path, lang).await?;
    let (text, first) = match func {
        Some(func) => {
            let function = &file.module.functions[file.find(func)?];
            (extract::full(&file.source, function), function.span.first_line)
        }
        None => (file.source.text.clone(), 1),
    };
    if text.len() > MOST_CODE {
        let message = format!("{path} has {} bytes, and {MOST_CODE} are the most", text.len());
        return Err(ToolError::input("snippet_too_large", message)
            .hint("give one of its functions as `func`"));
    }
    let language: &Language = file.module.language;
    let mut asked = json!({ "path": path, "lang": language.name });
    if let Some(func) = func {
        asked["func"] = (*func).into();
    }
    if let Some(concern) = concern {
        asked["concern"] = concern.name().into();
    }
    let evidence = text_of(context, "fault_find_risks", asked).await?;
    let snippet = numbered(path, &text, first);
    let arguments = json!({ "snippet": snippet, "lang": language.name, "evidence": evidence });
    analyst::render(question, &arguments)
}

/// The lines with their numbers in the file, so that findings can be found.
fn numbered(path: &str, text: &str, first: usize) -> String {
    let last = first + text.lines().count().saturating_sub(1);
    let lines = text.lines().zip(first..).map(|(line, number)| format!("{number:>5}  {line}\n"));
    format!("{path}, lines {first} to {last}:\n{}", lines.collect::<String>())
}

/// A question about a file or a folder: its remote calls, and what is at risk in it.
async fn place(context: &Context, given: &Given<'_>) -> Result<Rendered, ToolError> {
    let mut asked = json!({ "path": given["file"] });
    if let Some(lang) = given.get("lang") {
        asked["lang"] = (*lang).into();
    }
    let calls = text_of(context, "fault_outline_code", asked.clone()).await?;
    let evidence = text_of(context, "fault_find_risks", asked).await?;
    let arguments = json!({ "place": given["file"], "calls": calls, "evidence": evidence });
    analyst::render("plan-scenarios", &arguments)
}

/// A question about what a run has found: of scenarios, or of an impact scenario.
async fn run(context: &Context, given: &Given<'_>) -> Result<Rendered, ToolError> {
    let asked: Value = given.iter().map(|(name, value)| (*name, Value::from(*value))).collect();
    let report = match text_of(context, "fault_get_report", asked).await {
        Err(error) if error.code == "unknown_report" => {
            let asked = json!({ "run_id": given.get("run_id"), "wait_s": 0 });
            text_of(context, "fault_get_run", asked).await?
        }
        report => report?,
    };
    analyst::render("explain-run", &json!({ "report": report }))
}

/// What a tool says to these arguments.
async fn text_of(context: &Context, tool: &str, asked: Value) -> Result<String, ToolError> {
    let answer = crate::find(tool)?.call(context.clone(), asked).await?;
    Ok(answer.text)
}
