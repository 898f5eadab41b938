//! Parts of a draft as Markdown, which nothing in them can break out of.

use fault_scenario::report::parts::{block, code, plain, table};

use super::{
    draft::{Fix, Hypothesis, Recommendation, Statement, Threat},
    input::masked,
    material::cited,
    model::Outcome,
};

/// Text on one line.
pub(crate) fn text(text: &str) -> String {
    // A line that begins as a heading, a list or a quotation stays one of words.
    let line = plain(&masked(text));
    let line = line.trim();
    if line.starts_with(['#', '>', '-', '+', '*', '=', '~', '|']) || line.starts_with("```") {
        return format!("\\{line}");
    }
    line.to_owned()
}

/// A statement with its evidence.
pub(crate) fn statement(statement: &Statement) -> String {
    text(&cited(statement))
}

/// Statements as the points of a list.
pub(crate) fn list(statements: &[Statement]) -> String {
    let lines: Vec<String> = statements.iter().map(|one| format!("* {}", statement(one))).collect();
    if lines.is_empty() { "* Nothing.".to_owned() } else { lines.join("\n") }
}

/// Lines as the points of a list.
pub(crate) fn points(lines: &[String]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| format!("* {}", text(line))).collect();
    if lines.is_empty() { "* Nothing.".to_owned() } else { lines.join("\n") }
}

/// A hypothesis as an entry of a numbered list.
pub(crate) fn hypothesis(number: usize, one: &Hypothesis) -> String {
    let indented = |title: &str, lines: Vec<String>| {
        let lines: Vec<String> = lines.iter().map(|line| format!("    * {line}")).collect();
        format!("    *{title}:*\n\n{}", lines.join("\n"))
    };
    let mut parts = vec![format!("{number}. {}", text(&one.title))];
    if !one.symptoms.is_empty() {
        parts.push(indented("Symptom mapping", one.symptoms.iter().map(statement).collect()));
    }
    parts.push(format!("    *Hypothesis:* {}", statement(&one.cause)));
    if !one.next_steps.is_empty() {
        let steps = one.next_steps.iter().map(|step| text(step)).collect();
        parts.push(indented("Actionable next steps", steps));
    }
    parts.join("\n\n")
}

/// A recommendation with its own heading.
pub(crate) fn recommendation(number: usize, one: &Recommendation, verify: Option<&str>) -> String {
    let mut parts = vec![
        format!("### {number}. {}", heading(&one.title)),
        format!("**Priority:** {}", one.priority.word()),
        format!("**Rationale:** {}", statement(&one.rationale)),
    ];
    if !one.fixes.is_empty() {
        let fixes: Vec<String> = one.fixes.iter().map(fix).collect();
        parts.push(format!("#### Places to Change ({number})\n\n{}", fixes.join("\n")));
    }
    if let Some(proposal) = &one.proposal {
        let about = match &proposal.sketch {
            None => "This diff applies to the files as they are.".to_owned(),
            Some(why) => format!(
                "**A sketch**, which does not apply to the files as they are: {}.",
                text(why)
            ),
        };
        let diff = block("diff", &proposal.diff);
        parts.push(format!("#### Proposed Changes ({number})\n\n{about}\n\n{diff}"));
    }
    if let Some(operate) = &one.operate {
        parts.push(format!("**Without a change of the code:** {}.", text(operate)));
    }
    if !one.discussion.is_empty() {
        parts.push(format!("**Discussion:**\n\n{}", points(&one.discussion)));
    }
    if let Some(how) = &one.verify {
        let command = verify.map(|command| format!("\n\n{}", block("sh", command)));
        parts.push(format!("**Verify:** {}{}", text(how), command.unwrap_or_default()));
    }
    parts.join("\n\n")
}

/// A title that can stand in a heading and in the link to it.
pub(crate) fn heading(title: &str) -> String {
    let plain: String = title.chars().filter(|c| !"`<>|[]\\*_".contains(*c)).collect();
    text(&plain)
}

fn fix(fix: &Fix) -> String {
    let Fix { id, at, code: line, fix } = fix;
    let line = masked(line);
    format!("* {} [{id}]: {}\n    * {}", code(at), code(&line), text(fix))
}

/// What to change, in a table.
pub(crate) fn priorities(recommendations: &[Recommendation]) -> String {
    let head = ["Recommendation", "Priority", "Complexity", "Cost", "Expected Benefit"];
    let row = |(one, number): (&Recommendation, usize)| {
        [
            format!("{number}. {}", masked(&one.title)),
            one.priority.word().to_owned(),
            one.complexity.clone(),
            one.cost.clone(),
            masked(&one.benefit),
        ]
    };
    table(head, recommendations.iter().zip(1..).map(row))
}

/// What recommendations can bring with them, in a table.
pub(crate) fn threats(threats: &[Threat]) -> String {
    let head = [
        "Recommendation",
        "Potential Risk / Trade-off",
        "How It Can Materialize",
        "Monitoring & Validation",
    ];
    let row = |one: &Threat| {
        [&one.recommendation, &one.risk, &one.shows, &one.watch].map(|cell| masked(cell))
    };
    table(head, threats.iter().map(row))
}

/// Who made the analysis, in a line.
pub(crate) fn analysis_by(outcome: &Outcome) -> String {
    let model = outcome.usage.as_ref().map(|usage| code(&usage.model));
    match (&outcome.failed, model) {
        (None, None) => "Analysis by: rules (no model was asked)".to_owned(),
        (None, Some(model)) => format!("Analysis by: {model}, over figures and evidence by fault"),
        (Some(_), Some(model)) => format!("Analysis by: {model} in part, and rules for the rest"),
        (Some(_), None) => "Analysis by: rules (the model did not answer)".to_owned(),
    }
}

/// What the analysis took, and what the model did not answer.
pub(crate) fn about(outcome: &Outcome) -> String {
    let mut lines = vec![format!("{}.", analysis_by(outcome))];
    if let Some(usage) = &outcome.usage {
        let tokens = |count: Option<u64>| {
            count.map_or_else(|| "unknown".to_owned(), |count| count.to_string())
        };
        let cost =
            usage.cost_usd.map_or_else(|| "unknown".to_owned(), |cost| format!("{cost:.4} USD"));
        lines.push(format!(
            "Model: {}. Calls: {}. Tokens: {} in, {} out. Cost: {cost}.",
            code(&usage.model),
            usage.calls,
            tokens(usage.input_tokens),
            tokens(usage.output_tokens),
        ));
        lines.push(
            "The tables of figures are computed from the results. What the model said names its \
             evidence by id; what names none that exists is marked."
                .to_owned(),
        );
    }
    if let Some(error) = &outcome.failed {
        lines.push(format!(
            "**The model did not answer these parts, which are from rules instead:** {}. The \
             reason: {} ({}).",
            outcome.unanswered.join("; "),
            text(&error.message),
            code(&error.code),
        ));
    }
    lines.join("\n\n")
}
