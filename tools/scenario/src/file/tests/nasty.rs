//! Inputs of people who mean no good, and of programs that went wrong.

use proptest::prelude::*;

use super::{one, read, wrong};

#[test]
fn deep_nesting_is_refused() {
    for text in [
        format!("title: {}", "[".repeat(100_000)),
        format!("title: {}{}", "[".repeat(3000), "]".repeat(3000)),
        format!("title: {}", "{a: ".repeat(100_000)),
        format!("title: {}1{}", "{a: ".repeat(3000), "}".repeat(3000)),
        "- ".repeat(100_000),
        (0..1000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect(),
        format!("title: T\nfaults: {{ a: {}{} }}", "[".repeat(70), "]".repeat(70)),
    ] {
        assert_eq!(wrong(&text)[0].code, "invalid_yaml", "{}", &text[..40]);
    }
}

#[test]
fn a_billion_laughs_are_refused() {
    let mut text = "a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha, ha]\n".to_owned();
    for level in 1..12 {
        let inner = format!("*a{}, ", level - 1).repeat(10);
        text.push_str(&format!("a{level}: &a{level} [{inner}]\n"));
    }
    let problems = wrong(&text);
    assert_eq!(problems[0].code, "invalid_yaml");
    assert!(problems[0].hint.contains("fewer aliases"), "{:?}", problems[0]);
}

#[test]
fn huge_files_are_refused() {
    let problems = wrong(&"# \n".repeat(4_000_000));
    assert_eq!(problems[0].code, "file_too_large");
    assert_eq!(wrong(&"---\na: 1\n".repeat(11_000))[0].code, "invalid_yaml");
}

#[test]
fn names_that_multiply_are_refused() {
    let names: String = (0..30).map(|n| format!("  n{n}: [n{0}, n{0}]\n", n + 1)).collect();
    let text = format!("title: T\nfaults:\n{names}  n30: {{ type: blackhole }}\nitems: []\n");
    assert_eq!(wrong(&text)[0].code, "too_many_faults");
}

#[test]
fn line_ends_and_marks_of_other_systems_are_read() {
    let text = "\u{feff}title: T\r\nitems:\r\n- call:\r\n    method: GET\r\n    url: http://a/\r\n    body: |\r\n      a\r\n      b\r\n";
    let document = one(text);
    assert_eq!(document.scenario.items[0].call.body.as_deref(), Some("a\nb\n"));
    assert_eq!(document.places.at("items[0].call.url").map(|p| (p.line, p.column)), Some((5, 5)));
}

/// Each asks something else of a reader.
const ODD: &[&str] = &[
    "\0",
    "\u{1}",
    "title: \u{7}",
    "\u{feff}",
    "\u{feff}\u{feff}title: T",
    "? ",
    "? ?",
    ": :",
    "&a",
    "*a",
    "&a *a",
    "!",
    "!!",
    "%",
    "%YAML 9.9\n---\n",
    "%TAG ! tag:x,2000:\n--- !x y",
    "--- ---",
    "...",
    "... ...",
    "---\n...\n---",
    "<<: *a",
    "<<: {<<: {}}",
    "title: !!binary ////",
    "title: !!float x",
    "title: !!int 1.5",
    "title: .nan",
    "title: -.inf",
    "title: 0x",
    "title: 0b2",
    "title: 1e",
    "'",
    "\"",
    "\"\\x\"",
    "\"\\ud800\"",
    "|",
    ">",
    "|9",
    "|+-",
    "- - -",
    "a:\n- b\n c",
    "{",
    "}",
    "[",
    "]",
    "{]",
    "[}",
    ",",
    "{,}",
    "[,]",
    "{a}",
    "{a:}",
    "@",
    "`",
    "\t",
    "\t\t-",
    "title:\tT",
    "title: T\nitems: {<<: [1]}",
    "\u{2028}",
    "a\u{85}b: c",
    "title: T\nfaults: {'': {type: latency}}\nitems: []",
    "title: T\nfaults: {a: {Latency: {Latency: {}}}}",
    "title: T\nfaults: {a: {type: {}}}",
    "title: T\nfaults: {a: {type: latency, mean: [1]}}",
    "title: T\nitems: [{slo: 1, context: 5}]",
    "title: T\nitems: [{slo: 1, context: {slo: 1}}]",
    "title: T\nscenarios: ~\nitems: ~",
    "title: T\nitems: [{context: {strategy: {type: [], mode: []}}}]",
    "title: T\nitems: [{context: {strategy: {type: ScenarioLoadItemCallStrategy, mode: ~}}}]",
    "title: 99999999999999999999999999999999999999999999999999",
    "title: T\nitems: [[[[]]]]",
];

#[test]
fn odd_inputs_are_told_and_never_a_panic() {
    for text in ODD {
        if let Err(problems) = read(text, "odd") {
            assert!(!problems.is_empty(), "{text:?}");
            for problem in problems {
                let shown = problem.to_string();
                assert!(!shown.contains(char::is_control), "{text:?}: {shown:?}");
                assert!(!problem.hint.is_empty(), "{text:?}");
            }
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "[-a-c:&*!|>'\"#%@{}\\[\\], \n\t?<0-9.~]{0,80}") {
        if let Err(problems) = read(&text, "any") {
            prop_assert!(!problems.is_empty());
        }
    }
}
