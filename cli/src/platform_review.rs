//! `fault agent platform-review`: what a platform's settings do not bear, by the very tool that
//! agents call.

use std::{
    io::{self, Read},
    process::{Command, Stdio},
};

use fault_tools::{CodeSettings, LlmSettings, ToolError};
use serde_json::{Value, json};

use crate::{
    Ending,
    args::{KubernetesArgs, Platform, PlatformReviewArgs},
    code,
    logging::Logs,
    output, planned,
};

/// What a cluster is asked for.
const KINDS: &str = "deployments,statefulsets,daemonsets,cronjobs,services,poddisruptionbudgets,\
                     horizontalpodautoscalers";

/// Reviews a platform.
pub(crate) fn execute(
    args: PlatformReviewArgs,
    llm: LlmSettings,
    logs: &Logs,
) -> Result<Ending, ToolError> {
    match args.platform {
        Platform::Kubernetes(args) => kubernetes(args, llm, logs),
        Platform::Gcp(_) => Err(planned::command("agent platform-review gcp")),
    }
}

fn kubernetes(args: KubernetesArgs, llm: LlmSettings, logs: &Logs) -> Result<Ending, ToolError> {
    let KubernetesArgs { ns, manifests, role, report, json: as_json } = args;
    logs.start()?;
    let (path, text) = match manifests.as_deref() {
        Some("-") => (None, Some(standard_input()?)),
        Some(path) => (Some(path), None),
        None => (None, Some(cluster(ns.as_deref().unwrap_or("default"))?)),
    };
    let arguments = json!({
        "path": path,
        "manifests": text,
        "namespace": ns,
        "role": role.name(),
        "report": report,
    });
    let answer = code::call_with("fault_review_platform", arguments, CodeSettings::default(), llm)?;
    let text = match as_json {
        true => format!("{:#}\n", answer.structured),
        false => in_short(&answer.structured),
    };
    output::say(&text);
    // What a configured model did not answer is missing, and the report says so too.
    let failed = &answer.structured["model_error"];
    let word = |key: &str| failed[key].as_str().map(str::to_owned);
    match (word("code"), word("message")) {
        (Some(code), Some(message)) => {
            let hint =
                word("hint").unwrap_or_else(|| "`--llm-client none` asks no model".to_owned());
            Err(ToolError::environment(code, message).hint(hint))
        }
        _ => Ok(Ending::Done),
    }
}

/// What was found, one line each; the report has the rest.
fn in_short(answer: &Value) -> String {
    let word = |value: &Value, key: &str| value[key].as_str().unwrap_or_default().to_owned();
    let list = |key: &str| answer[key].as_array().cloned().unwrap_or_default();
    let mut text = String::new();
    for finding in list("findings") {
        let [severity, resource, what] =
            ["severity", "resource", "what"].map(|key| word(&finding, key));
        let shown: String = what.chars().filter(|c| !c.is_control()).collect();
        text.push_str(&format!("{severity:<7} {resource}: {shown} ({})\n", word(&finding, "rule")));
    }
    if let Some(more) = answer["left_out"].as_u64() {
        text.push_str(&format!("... and {more} more\n"));
    }
    for skipped in list("skipped") {
        text.push_str(&format!("not read: {}\n", skipped.as_str().unwrap_or_default()));
    }
    let count = |key: &str| answer[key].as_u64().unwrap_or_default();
    let (resources, workloads) = (count("resources"), count("workloads"));
    text.push_str(&format!("{resources} resources, {workloads} run pods\n"));
    for said in list("summary") {
        text.push_str(&format!("* {}\n", said.as_str().unwrap_or_default()));
    }
    text.push_str(&format!("report: {}\n", word(answer, "report")));
    text
}

fn standard_input() -> Result<String, ToolError> {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text).map_err(|error| {
        ToolError::input("bad_manifest", format!("standard input cannot be read: {error}"))
            .hint("give text in UTF-8, such as what `helm template` prints")
    })?;
    Ok(text)
}

/// What the cluster of kubectl runs in a namespace.
fn cluster(namespace: &str) -> Result<String, ToolError> {
    let asked = Command::new("kubectl")
        .args(["--request-timeout=30s", "--namespace", namespace, "get", KINDS, "-o", "json"])
        .stdin(Stdio::null())
        .output();
    let failed = |what: String| {
        ToolError::environment("cluster_unreachable", what)
            .hint("check `kubectl get deployments`, or give `--manifests PATH`")
    };
    let answer = asked.map_err(|error| failed(format!("kubectl cannot be started: {error}")))?;
    if !answer.status.success() {
        let told = String::from_utf8_lossy(&answer.stderr);
        let first = told.lines().next().unwrap_or("it told nothing").trim().to_owned();
        return Err(failed(format!("kubectl failed: {first}")));
    }
    Ok(String::from_utf8_lossy(&answer.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_finding_is_a_line_and_what_is_left_out_is_told() {
        let answer = json!({
            "findings": [{ "severity": "high", "resource": "Deployment/shop", "rule": "single-copy",
                "what": "it asks for\u{1b} 1 copy" }],
            "left_out": 3, "skipped": ["a.yaml: this is a template"], "resources": 2,
            "workloads": 1, "report": "r.md",
        });
        let text = in_short(&answer);
        assert_eq!(text.lines().count(), 5, "{text}");
        assert!(text.starts_with("high    Deployment/shop: it asks for 1 copy (single-copy)\n"));
        assert!(text.contains("3 more") && !text.contains('\u{1b}'), "{text}");
    }
}
