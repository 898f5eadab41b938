//! Questions to a model: one Markdown file each, in `questions/`.
//!
//! A file has front matter that names the question, its arguments and the [type](crate::answer) of
//! its answer, and two parts that are templates: `# System`, how to answer, and `# Question`. An
//! argument is a word in a sentence, which is written on one line and cut short, unless it goes
//! through the filter [`data`]: then it is fenced, and is never more than something to read.
//!
//! To add a question, add a file and its line in [`FILES`].

mod data;
mod secret;
mod template;
#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use self::{
    data::{data, plain},
    secret::Secrets,
};
use crate::{
    answer,
    error::{Kind, ModelError},
};

/// What holds for every question: it ends each system part.
static RULES: &str = include_str!("question/rules.md");

/// The files. The order is the order of menus and of the documentation.
static FILES: &[&str] = &[
    include_str!("../questions/score-performance.md"),
    include_str!("../questions/score-reliability.md"),
    include_str!("../questions/suggest-performance.md"),
    include_str!("../questions/suggest-reliability.md"),
    include_str!("../questions/suggest-slo.md"),
    include_str!("../questions/change-file.md"),
    include_str!("../questions/analyse-function.md"),
    include_str!("../questions/review-platform.md"),
    include_str!("../questions/review-posture.md"),
    include_str!("../questions/review-recommendations.md"),
    include_str!("../questions/review-summary.md"),
    include_str!("../questions/review-code.md"),
    include_str!("../questions/plan-scenarios.md"),
    include_str!("../questions/explain-run.md"),
];

static QUESTIONS: LazyLock<Vec<Question>> = LazyLock::new(|| {
    let read = |file: &&'static str| Question::read(file).expect("a test reads every question");
    FILES.iter().map(read).collect()
});

/// Every question.
pub fn questions() -> &'static [Question] {
    &QUESTIONS
}

/// A question as it is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Rendered {
    /// The name of the question.
    pub question: &'static str,
    /// Who the model is, and how it answers.
    pub system: String,
    /// What is asked.
    pub user: String,
    /// The JSON Schema of the answer, without references: each object is closed, and has all of
    /// its properties.
    pub schema: Value,
}

/// A question that can be asked.
#[derive(Debug)]
pub struct Question {
    front: FrontMatter,
    system: &'static str,
    user: &'static str,
}

/// What stands above the text of a question.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontMatter {
    name: String,
    title: String,
    purpose: String,
    arguments: Vec<Argument>,
    answer: String,
}

/// What a question is asked about.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Argument {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub purpose: String,
    /// Whether the question cannot be asked without it.
    #[serde(default)]
    pub required: bool,
}

impl Question {
    /// The question of a name.
    pub fn named(name: &str) -> Option<&'static Self> {
        questions().iter().find(|question| question.name() == name)
    }

    /// Its name, such as `score-reliability`.
    pub fn name(&self) -> &str {
        &self.front.name
    }

    /// A few words for a menu.
    pub fn title(&self) -> &str {
        &self.front.title
    }

    /// What it is asked for.
    pub fn purpose(&self) -> &str {
        &self.front.purpose
    }

    /// What it is asked about.
    pub fn arguments(&self) -> &[Argument] {
        &self.front.arguments
    }

    /// The name of the type of its answer: see [`answer::schema`].
    pub fn answer(&self) -> &str {
        &self.front.answer
    }

    /// The question about these arguments: an object, whose keys are names of arguments.
    pub fn render(&'static self, arguments: &impl Serialize) -> Result<Rendered, ModelError> {
        let given = serde_json::to_value(arguments);
        let given = given.map_err(|error| self.cannot_be_asked(error.to_string()))?;
        let Value::Object(given) = given else {
            return Err(self.cannot_be_asked("its arguments are no object"));
        };
        let arguments = Value::Object(self.checked(given)?);
        let render = |part| {
            template::render(part, &arguments)
                .map_err(|error| self.cannot_be_asked(error.to_string()))
        };
        let schema = answer::schema(self.answer()).ok_or_else(|| {
            self.cannot_be_asked(format!("there is no type `{}` of an answer", self.answer()))
        })?;
        let (system, user) = (render(self.system)?, render(self.user)?);
        let system = format!("{system}\n\n{}", RULES.trim());
        Ok(Rendered { question: self.name(), system, user, schema })
    }

    /// The arguments, with nothing for each that is not given.
    fn checked(&self, given: Map<String, Value>) -> Result<Map<String, Value>, ModelError> {
        let known = |name: &String| self.arguments().iter().any(|argument| argument.name == *name);
        if let Some(unknown) = given.keys().find(|name| !known(name)) {
            return Err(self.cannot_be_asked(format!("it has no argument `{unknown}`")));
        }
        let mut checked = given;
        for Argument { name, required, .. } in self.arguments() {
            let value = checked.entry(name.clone()).or_insert(Value::Null);
            if *required && value.is_null() {
                return Err(self.cannot_be_asked(format!("its argument `{name}` is missing")));
            }
        }
        Ok(checked)
    }

    fn cannot_be_asked(&self, why: impl AsRef<str>) -> ModelError {
        let message = format!("the question {} cannot be asked: {}", self.name(), why.as_ref());
        let names: Vec<&str> = self.arguments().iter().map(|one| one.name.as_str()).collect();
        let hint = format!("its arguments are {}", names.join(", "));
        ModelError::new(Kind::BadQuestion, message, hint)
    }

    fn read(file: &'static str) -> Result<Self, String> {
        let text = file.strip_prefix("---\n").ok_or("it does not begin with front matter")?;
        let (front, text) = text.split_once("\n---\n").ok_or("its front matter does not end")?;
        let front = serde_saphyr::from_str(front).map_err(|error| error.to_string())?;
        let text = text.trim_start().strip_prefix("# System\n").ok_or("it has no `# System`")?;
        let (system, user) = text.split_once("\n# Question\n").ok_or("it has no `# Question`")?;
        Ok(Self { front, system: system.trim(), user: user.trim() })
    }
}
