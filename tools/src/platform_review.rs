//! `fault_review_platform`: what manifests of Kubernetes do not bear.

use std::fmt::{Display, Formatter};

use fault_platform::kubernetes::{self, Finding, ManifestError, Resource, Severity};
use fault_prompts::Usage;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::model::Said;
use crate::{
    analyst::{AnalysisBy, HostTask},
    context::Context,
    error::ToolError,
    files::Kind,
    tool::{Definition, Effect, Tool},
};

mod model;
mod report;
#[cfg(test)]
mod tests;

/// The most findings of an answer; the report has them all.
const MOST: usize = 40;

/// Reviews manifests.
pub(crate) struct ReviewPlatform;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// A file of manifests, or a folder with such files; YAML, or JSON in a file of its own. Not
    /// needed if `manifests` is given.
    path: Option<String>,
    /// The text of manifests, such as what `kubectl get deploy,svc,pdb,hpa -o yaml` prints.
    manifests: Option<String>,
    /// Only resources of this namespace, and those that name none; all if not given.
    namespace: Option<String>,
    /// Who reads the review; sre if not given.
    role: Option<Role>,
    /// A file for the whole report: a path that ends in .md. None, if not given.
    report: Option<String>,
}

/// Who reads a review.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Role {
    /// Somebody who writes the service.
    Developer,
    /// Somebody who runs it.
    #[default]
    Sre,
}

impl Role {
    fn name(self) -> &'static str {
        match self {
            Self::Developer => "developer",
            Self::Sre => "sre",
        }
    }
}

/// What manifests do not bear.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Output {
    /// What breaks a rule, the worst first; at most 40.
    findings: Vec<Broken>,
    /// How many more there are.
    #[serde(skip_serializing_if = "is_zero")]
    left_out: usize,
    /// The rules that are broken, and what to do.
    rules: Vec<Advice>,
    /// How many resources were looked at.
    resources: usize,
    /// How many of them run pods.
    workloads: usize,
    /// Files that were not read, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    skipped: Vec<String>,
    /// Who did the reasoning: a model, or `host` for the one who called, who has `instructions`.
    analysis_by: AnalysisBy,
    /// What the findings mean together, by a model; each with the ids that show it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    summary: Vec<String>,
    /// What the model's answer took.
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<Usage>,
    /// Why the model that is configured did not answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    model_error: Option<ToolError>,
    /// What is left to do for the one who called.
    #[serde(flatten)]
    task: Option<HostTask>,
    /// The file that the report was written to.
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<String>,
    /// The report, as short as an answer must be.
    #[serde(skip)]
    text: String,
}

/// A resource that breaks a rule.
#[derive(Debug, Serialize, JsonSchema)]
struct Broken {
    /// The rule, such as `no-readiness-probe`.
    rule: &'static str,
    /// How bad it is: high, medium, low or info.
    severity: Severity,
    /// The resource, such as `Deployment/shop`.
    resource: String,
    /// Its namespace, if it says one.
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<String>,
    /// The file that it is from.
    file: String,
    /// What of it breaks the rule.
    what: String,
}

/// A rule that is broken.
#[derive(Debug, Serialize, JsonSchema)]
struct Advice {
    /// The rule.
    rule: &'static str,
    /// What it is, in a few words.
    title: &'static str,
    /// Why it matters.
    why: &'static str,
    /// What to do about it.
    fix: &'static str,
    /// A part of a manifest that does it.
    example: &'static str,
    /// How to see it.
    scenario: &'static str,
}

impl Tool for ReviewPlatform {
    const DEFINITION: Definition = Definition {
        name: "fault_review_platform",
        title: "Review Kubernetes manifests",
        description: &["Tells which failures a set of Kubernetes manifests does not bear: single \
            copies, missing or wrong probes, no disruption budget, rollouts that stop everything, \
            missing limits, images that move, secrets in place. Give a file or folder, or the text \
            that `kubectl get ... -o yaml` prints. Returns each finding with why it matters, the \
            part of a manifest that mends it, and how to see it under a failure. It judges by \
            rules alone, changes nothing, talks to no cluster and answers at once."],
        effect: Effect::Reads,
        idempotent: true,
        open_world: true,
    };
    type Input = Input;
    type Output = Output;

    async fn run(context: Context, input: Input) -> Result<Output, ToolError> {
        let mut read = Read::of(&context, &input).await?;
        if let Some(namespace) = &input.namespace {
            read.resources.retain(|one| one.namespace().is_none_or(|own| own == namespace));
        }
        if read.resources.is_empty() {
            let message = match &input.namespace {
                Some(namespace) => format!("no resource of the namespace `{namespace}` was found"),
                None => "no resource of Kubernetes was found".to_owned(),
            };
            return Err(ToolError::input("no_manifests", read.explained(message))
                .hint("name a file or folder of manifests; render templates of Helm first"));
        }
        let findings = kubernetes::review(&read.resources);
        let role = input.role.unwrap_or_default().name();
        let said = model::ask(&context, role, &read.resources, &findings).await?;
        let whole = report::render(&read, &findings, &said, findings.len());
        if let Some(path) = &input.report {
            context.state().files().write_text(path, whole).await?;
        }
        Ok(Output::of(read, &findings, said, input.report))
    }
}

/// What was read.
#[derive(Debug, Default)]
struct Read {
    resources: Vec<Resource>,
    skipped: Vec<String>,
}

impl Read {
    async fn of(context: &Context, input: &Input) -> Result<Self, ToolError> {
        let files = context.state().files();
        let mut read = Self::default();
        match (&input.path, &input.manifests) {
            (None, None) => {
                return Err(ToolError::input("no_manifests", "no manifests are named")
                    .hint("give `path`, a file or folder, or `manifests`, their text"));
            }
            (_, Some(text)) => read.resources = kubernetes::read("(given)", text).map_err(told)?,
            (Some(path), None) if files.kind(path).await? == Kind::Folder => {
                for file in files.list_yaml(path).await? {
                    let text = files.read_text(&file).await?;
                    match kubernetes::read(&file, &text) {
                        Ok(found) => read.resources.extend(found),
                        Err(error) => read.skipped.push(error.to_string()),
                    }
                }
            }
            (Some(path), None) => {
                let text = files.read_text(path).await?;
                read.resources = kubernetes::read(path, &text).map_err(told)?;
            }
        }
        Ok(read)
    }

    fn workloads(&self) -> usize {
        self.resources.iter().filter(|resource| resource.runs_pods()).count()
    }

    /// A message with the files that could not be read, which may be why.
    fn explained(&self, message: String) -> String {
        match self.skipped.first() {
            Some(first) => format!("{message}; {} not read, such as {first}", self.skipped.len()),
            None => message,
        }
    }
}

fn told(error: ManifestError) -> ToolError {
    let hint = match &error {
        ManifestError::Template { .. } => {
            "render it first: `helm template ... | fault agent platform-review kubernetes --manifests -`"
        }
        ManifestError::Unreadable { .. } => "`kubectl apply --dry-run=client -f FILE` tells more",
        ManifestError::TooLarge { .. } => "give a part of it",
    };
    ToolError::input("bad_manifest", error.to_string()).hint(hint)
}

impl Output {
    fn of(read: Read, findings: &[Finding], said: Said, report: Option<String>) -> Self {
        let mut text = report::render(&read, findings, &said, MOST);
        if let Some(path) = &report {
            text.push_str(&format!("\nwritten: {path}\n"));
        }
        let broken = |finding: &Finding| Broken {
            rule: finding.rule.id,
            severity: finding.rule.severity,
            resource: finding.resource.clone(),
            namespace: finding.namespace.clone(),
            file: finding.file.clone(),
            what: finding.what.clone(),
        };
        let advice = |rule: &&'static kubernetes::Rule| Advice {
            rule: rule.id,
            title: rule.title,
            why: rule.why,
            fix: rule.fix,
            example: rule.example,
            scenario: rule.scenario,
        };
        Self {
            findings: findings.iter().take(MOST).map(broken).collect(),
            left_out: findings.len().saturating_sub(MOST),
            rules: report::broken_rules(findings).iter().map(advice).collect(),
            resources: read.resources.len(),
            workloads: read.workloads(),
            skipped: read.skipped,
            analysis_by: match said.usage {
                Some(_) => AnalysisBy::Model,
                None => AnalysisBy::Host,
            },
            summary: said.findings,
            usage: said.usage,
            model_error: said.failed,
            task: said.task,
            report,
            text,
        }
    }
}

impl Display for Output {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}
