//! The reference of the rules for code at risk, from their list and their checks.

use fault_indexer::risk::{Check, RULES, Rule, checks_of};
use fault_indexer::{LANGUAGES, Language};

use super::{MADE, head, row};

/// The page.
pub(super) fn page() -> String {
    let mut page = format!(
        "{MADE}# Rules: reference\n\n\
         What `fault review` and `fault_find_risks` look for; [Code at risk](../code-risks.md) says \
         how.\n\
         A place in the code is left alone by a comment `fault-ignore: RULE` on its line, or alone \
         on the line before.\n\n"
    );
    page.push_str(&head(&["rule", "severity", "concern", "fault that shows it", "languages"]));
    for rule in RULES {
        let titles: Vec<_> = languages(rule).into_iter().map(|(_, titles, _)| titles).collect();
        page.push_str(&row(&[
            &format!("[`{0}`](#{0})", rule.id),
            rule.severity.name(),
            rule.concern.name(),
            &rule.fault.map_or("-".to_owned(), |fault| format!("`{fault}`")),
            &titles.join(", "),
        ]));
    }
    RULES.iter().for_each(|rule| page.push_str(&section(rule)));
    page
}

/// The languages whose checks look for a rule, with those checks. Languages that share their checks
/// go together, under the first of them.
fn languages(rule: &Rule) -> Vec<(&'static Language, String, Vec<&'static Check>)> {
    let mut found: Vec<(&'static Language, String, Vec<&'static Check>)> = Vec::new();
    for language in LANGUAGES.iter().filter(|language| language.name != "tsx") {
        let checks = checks_of(language);
        let same = |other: &Language| std::ptr::eq(checks_of(other), checks);
        if let Some((_, titles, _)) = found.iter_mut().find(|(other, ..)| same(other)) {
            titles.push_str(", ");
            titles.push_str(language.title);
            continue;
        }
        let own = checks.iter().copied().flatten().filter(|check| check.rule == rule.id);
        let own: Vec<_> = own.collect();
        if !own.is_empty() {
            found.push((*language, language.title.to_owned(), own));
        }
    }
    found
}

fn section(rule: &Rule) -> String {
    let Rule { id, title, severity, concern, why, fault, scenario } = rule;
    let (severity, concern) = (severity.name(), concern.name());
    let shown = match fault {
        Some(fault) => format!("Shown by the fault `{fault}`. {scenario}"),
        None => format!("No fault of the network shows it. {scenario}"),
    };
    let mut text = format!("\n## {id}\n\n{title}: {severity}, {concern}.\n\n{why}\n\n{shown}\n");
    for (language, titles, checks) in languages(rule) {
        text.push_str(&format!("\n### {titles}\n"));
        let mut fixes = Vec::new();
        for check in &checks {
            if !fixes.contains(&check.fix) {
                fixes.push(check.fix);
                text.push_str(&format!("\n* {}", check.fix));
            }
        }
        text.push('\n');
        if let Some(check) = checks.first() {
            text.push_str(&example("At risk", language, check.examples.bad[0]));
            text.push_str(&example("Not at risk", language, check.examples.good[0]));
        }
    }
    text
}

fn example(title: &str, language: &Language, code: &str) -> String {
    format!("\n{title}:\n\n```{}\n{}\n```\n", language.name, code.trim_end())
}
