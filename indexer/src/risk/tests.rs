//! Tests over all rules and checks.

use std::collections::BTreeMap;

use super::*;
use crate::{LANGUAGES, Language};

fn language(name: &str) -> &'static Language {
    Language::named(name).unwrap_or_else(|| panic!("{name} is a language"))
}

/// The ids of the rules that a text breaks, with their lines.
fn broken(text: &str, language: &'static Language) -> Vec<(&'static str, usize)> {
    let found = find(text, language).found;
    found.iter().map(|finding| (finding.rule.id, finding.span.first_line)).collect()
}

#[test]
fn every_check_finds_its_bad_examples_and_no_good_one_in_each_of_its_languages() {
    let mut wrong = Vec::new();
    for language in LANGUAGES {
        for check in checks_of(language).iter().copied().flatten() {
            let Examples { bad, good } = &check.examples;
            assert!(bad.len() >= 2 && good.len() >= 2, "{} {}", language.name, check.rule);
            for text in *bad {
                let findings = find(text, language);
                let hit = findings.found.iter().any(|one| std::ptr::eq(one.check, check));
                if !hit {
                    let others = broken(text, language);
                    wrong.push(format!(
                        "{} {} misses ({others:?}):\n{text}",
                        language.name, check.rule
                    ));
                }
            }
            for text in *good {
                let hits: Vec<_> = broken(text, language)
                    .into_iter()
                    .filter(|(rule, _)| *rule == check.rule)
                    .collect();
                if !hits.is_empty() {
                    wrong.push(format!(
                        "{} {} is wrong at {hits:?}:\n{text}",
                        language.name, check.rule
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n---\n"));
}

#[test]
fn every_query_is_one_of_its_language() {
    LANGUAGES.iter().for_each(|language| engine::prepare(language));
}

#[test]
fn examples_are_whole_texts_of_their_language() {
    for language in LANGUAGES {
        for check in checks_of(language).iter().copied().flatten() {
            for text in check.examples.bad.iter().chain(check.examples.good) {
                let module = crate::parse(text, language);
                assert!(!module.broken, "{} {}:\n{text}", language.name, check.rule);
            }
        }
    }
}

#[test]
fn each_language_has_as_many_rules_as_is_said_of_it() {
    for (name, least) in [
        ("python", 12),
        ("javascript", 12),
        ("typescript", 12),
        ("go", 8),
        ("rust", 8),
        ("java", 8),
    ] {
        let mut rules: BTreeMap<&str, usize> = BTreeMap::new();
        for check in checks_of(language(name)).iter().copied().flatten() {
            *rules.entry(check.rule).or_default() += 1;
        }
        assert!(rules.len() >= least, "{name} has {}: {rules:?}", rules.len());
    }
}

#[test]
fn every_rule_has_a_check_and_its_words() {
    for rule in RULES {
        let mut checks =
            LANGUAGES.iter().flat_map(|language| checks_of(language).iter().copied().flatten());
        assert!(checks.any(|check| check.rule == rule.id), "{} has no check", rule.id);
        assert!(rule.why.len() > 40 && rule.scenario.len() > 40, "{}", rule.id);
        assert_eq!(Rule::named(rule.id), Some(rule), "{} is there once", rule.id);
    }
}

#[test]
fn a_place_that_the_text_says_to_leave_is_left_and_counted() {
    let call = "import requests\n\ndef go(url):\n    return requests.get(url)";
    let python = language("python");
    let count = |text: &str| {
        let findings = find(text, python);
        let found = findings.found.iter().filter(|one| one.rule.id == "no-timeout").count();
        (found, findings.ignored > 0)
    };
    assert_eq!(count(call), (1, false));
    assert_eq!(count(&format!("{call}  # fault-ignore: no-timeout")), (0, true));
    assert_eq!(count(&format!("{call}  # fault-ignore: no-retry")).0, 1);
    assert_eq!(count(&format!("{call}  # fault-ignore")), (0, true));
    let before = call.replace("    return", "    # fault-ignore no-timeout: a stream\n    return");
    assert_eq!(count(&before), (0, true));
}

#[test]
fn in_a_piece_without_its_imports_names_stand_for_themselves() {
    let piece = "def go(url):\n    return requests.get(url)\n";
    let python = language("python");
    assert!(broken(piece, python).is_empty());
    let found = find_in_piece(piece, python).found;
    assert!(found.iter().any(|finding| finding.rule.id == "no-timeout"));

    let piece = "func get(url string) (*http.Response, error) {\n\treturn http.Get(url)\n}\n";
    let in_go = find_in_piece(piece, language("go"));
    assert!(in_go.found.iter().any(|finding| finding.rule.id == "no-timeout"));
    assert!(in_go.module.imports.is_empty() && broken(piece, language("go")).is_empty());
}

#[test]
fn the_score_falls_with_what_is_found_and_never_leaves_its_range() {
    let python = language("python");
    let of = |text: &str| {
        let findings = find(text, python);
        let score = score(&findings.found, findings.module.remote_calls.len(), None);
        assert!(score.score > 0.0 && score.score <= 1.0, "{score:?}");
        score.score
    };
    let call = "import requests\n\ndef go(url):\n    return requests.get(url)\n";
    let (none, good, bad) =
        (of("x = 1\n"), of(&call.replace("(url)\n", "(url, timeout=5)\n")), of(call));
    assert_eq!(none, 1.0);
    assert!(none >= good && good > bad, "{none} {good} {bad}");
}
