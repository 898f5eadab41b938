//! The reports of a run of scenarios.

use crate::report::{Format, job_summary, render};
use crate::results::example::{SECRET, example};
use crate::results::{Counts, Results};
use crate::verdict::Verdict;

const FORMATS: [Format; 6] =
    [Format::Markdown, Format::Html, Format::Json, Format::Yaml, Format::Text, Format::Junit];

/// A run whose every text of a user is `text`.
fn with(text: &str) -> Results {
    let mut results = example();
    results.command = text.to_owned();
    for scenario in &mut results.results {
        scenario.scenario.title = text.to_owned();
        scenario.scenario.description = Some(text.to_owned());
        scenario.source = Some(text.to_owned());
        for item in &mut scenario.results {
            for field in
                [&mut item.name, &mut item.strategy, &mut item.call.url, &mut item.target.address]
            {
                *field = text.to_owned();
            }
            item.expectation = Some(text.to_owned());
            item.call.headers.insert(text.to_owned(), text.to_owned());
            item.reasons.iter_mut().for_each(|reason| reason.message = text.to_owned());
            item.notes.iter_mut().for_each(|note| note.hint = text.to_owned());
            for fault in &mut item.faults {
                fault.description = text.to_owned();
                fault.kind = text.to_owned();
            }
            item.plots.fault_windows.iter_mut().for_each(|window| window.label = text.to_owned());
            item.plots.slos.iter_mut().for_each(|slo| slo.title = text.to_owned());
            item.faulted.slos.iter_mut().for_each(|result| result.slo.title = text.to_owned());
            if let Some(cell) = &mut item.cell {
                cell.fault = text.to_owned();
            }
            if let Some(search) = &mut item.search {
                search.parameter = text.to_owned();
                search.unit = text.to_owned();
            }
            if let Some(attribution) = &mut item.attribution {
                attribution.unattributed.iter_mut().for_each(|call| call.outcome = text.to_owned());
            }
        }
    }
    results
}

#[test]
fn the_markdown_has_the_documented_shape_and_then_the_evidence() {
    insta::assert_snapshot!(example());
}

#[test]
fn the_text_tells_first_what_failed() {
    insta::assert_snapshot!(render(&example(), Format::Text));
}

#[test]
fn the_summary_of_a_job_is_a_table_and_why() {
    insta::assert_snapshot!(job_summary(&example()));
}

/// What the test in a browser reads, which has no access to [`example`].
#[test]
fn the_results_are_kept_as_data() {
    let text = serde_json::to_string_pretty(&example()).unwrap();
    insta::assert_binary_snapshot!("example.json", text.into_bytes());
}

#[test]
fn the_format_is_known_by_the_end_of_the_name() {
    for (name, format) in [
        ("report.md", Format::Markdown),
        ("out.d/report.HTML", Format::Html),
        ("a.htm", Format::Html),
        ("a.json", Format::Json),
        ("a.yaml", Format::Yaml),
        ("a.yml", Format::Yaml),
        ("a.txt", Format::Text),
        ("a.b.xml", Format::Junit),
    ] {
        assert_eq!(Format::of_path(name), Ok(format), "{name}");
    }
    for name in ["report", "report.pdf", "a.md/report", "", "."] {
        let error = Format::of_path(name).unwrap_err();
        assert_eq!(error.code(), "unknown_report_format", "{name}");
        assert!(error.hint().contains(".html") && error.to_string().contains(name), "{error}");
    }
}

#[test]
fn json_and_yaml_say_the_same_and_leave_out_the_calls_one_by_one() {
    let concise = example().concise();
    let json: Results = serde_json::from_str(&render(&example(), Format::Json)).unwrap();
    let yaml: Results = serde_saphyr::from_str(&render(&example(), Format::Yaml)).unwrap();
    assert_eq!(json, concise);
    assert_eq!(yaml, concise);
}

#[test]
fn no_secret_of_a_call_is_in_any_report() {
    let mut results = example();
    let other = with("a title");
    results.results.extend(other.results);
    let reports = FORMATS.map(|format| render(&results, format));
    for report in reports.iter().chain([&job_summary(&results)]) {
        assert!(!report.contains(SECRET), "{report}");
        assert!(report.contains("checkout"), "{report}");
    }
    assert!(reports.iter().all(|report| report.contains("xxxxxx") || report.starts_with("<?xml")));
}

#[test]
fn markup_of_the_user_stays_text_in_html_and_xml() {
    let hostile =
        "</title><script>alert(1)</script>\" onload='x' & <![CDATA[ ]]> --> \u{0}\u{1b}[2J\u{202e}";
    for format in [Format::Html, Format::Junit] {
        let report = render(&with(hostile), format);
        assert!(!report.contains("<script") && !report.contains("<![CDATA["), "{report}");
        assert!(!report.contains("\" onload"), "{report}");
        let is_hidden = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        let hidden = report.find(is_hidden).map(|at| &report[at.saturating_sub(200)..at]);
        assert_eq!(hidden, None, "{format:?}");
        assert!(report.contains("&lt;script&gt;"), "{report}");
    }
}

/// The lines of a Markdown text that are not in blocks of code.
fn prose(markdown: &str) -> String {
    let mut is_code = false;
    let lines = markdown.lines().filter(|line| {
        is_code ^= line.starts_with("```");
        !is_code
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn markup_of_the_user_stays_text_in_markdown_and_in_terminals() {
    let hostile = "a | b\n# not a heading\n- ```\n![x](http://evil/)<img src=x>\u{1b}[31m\r";
    let mut results = with(hostile);
    // It stands in a span of code, which shows it as it is.
    results.results.iter_mut().for_each(|scenario| scenario.source = None);
    let markdown = render(&results, Format::Markdown);
    assert_eq!(prose(&markdown).matches("\n# ").count(), 0, "{markdown}");
    for report in [&markdown, &job_summary(&results)] {
        let prose = prose(report);
        assert!(!prose.contains("<img") && !prose.contains("![x](h"), "{prose}");
    }
    for report in [markdown, render(&results, Format::Text)] {
        assert!(!report.contains(['\u{1b}', '\r']), "{report}");
    }
}

#[test]
fn the_page_loads_nothing_and_runs_nothing() {
    let page = render(&example(), Format::Html);
    for piece in ["<script", "src=", "@import", "url(", "<link", "<iframe", "javascript:"] {
        assert!(!page.contains(piece), "{piece}");
    }
    assert!(page.starts_with("<!DOCTYPE html><html lang=\"en\">"), "{page}");
    let links: Vec<&str> =
        page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(links.len() >= 9 && links.iter().all(|link| link.starts_with('#')), "{links:?}");
    for link in links {
        assert_eq!(page.matches(&format!("id=\"{}\"", &link[1..])).count(), 1, "{link}");
    }
}

#[test]
fn tests_that_failed_are_open_and_those_that_passed_are_folded() {
    let page = render(&example(), Format::Html);
    assert_eq!(page.matches("<details class=\"test failed\" open>").count(), 2);
    assert_eq!(page.matches("<details class=\"test inconclusive\" open>").count(), 1);
    assert_eq!(page.matches("<details class=\"test passed\">").count(), 6);
    assert_eq!(page.matches("<svg").count(), page.matches("role=\"img\" aria-label=\"").count());
}

#[test]
fn a_test_that_is_inconclusive_is_an_error_in_junit_and_a_failed_one_a_failure() {
    let report = render(&example(), Format::Junit);
    assert!(report.contains("tests=\"9\" failures=\"2\" errors=\"1\""), "{report}");
    assert_eq!(report.matches("<failure type=\"failed\" message=").count(), 2);
    assert_eq!(report.matches("<error type=\"inconclusive\" message=").count(), 1);
    assert_eq!(report.matches("<testcase ").count(), 9);
    assert!(report.contains("<property name=\"seed\" value=\"18446744073709551615\">"), "{report}");
}

/// A run of `count` tests that failed and `count` that passed, each with long texts.
fn large(count: usize) -> Results {
    let mut results = with(&"<é|".repeat(400));
    let items = std::mem::take(&mut results.results[0].results);
    let (failed, passed) = (&items[0], &items[1]);
    let items = (0..count).flat_map(|_| [passed.clone(), failed.clone()]);
    results.results[0].results = items.collect();
    results.results.truncate(1);
    let of = count as u64;
    results.tests = Counts { passed: of, failed: of, inconclusive: 0 };
    results.verdict = Verdict::Failed;
    results
}

#[test]
fn the_summary_of_a_job_stays_below_a_mebibyte() {
    let summary = job_summary(&large(1000));
    assert!(summary.len() < 1 << 20, "{}", summary.len());
    assert!(summary.contains("1700 more tests are left out here"));
}

#[test]
fn the_page_of_a_large_run_stays_one_that_a_browser_opens() {
    let mut results = example();
    let passed = results.results[2].results[0].clone();
    results.results[2].results = vec![passed; 1000];
    let page = render(&results, Format::Html);
    assert!(page.len() < 16 << 20, "{}", page.len());
    assert!(page.contains("Pictures of this test are left out"));
}

#[test]
fn a_run_without_tests_says_so_in_every_format() {
    let mut results = example();
    results.results.clear();
    results.tests = Counts::default();
    results.verdict = results.tests.verdict();
    results.cut_short = true;
    for format in [Format::Markdown, Format::Html, Format::Text] {
        let report = render(&results, format);
        assert!(report.contains("No test was run") && report.contains("cut short"), "{report}");
    }
    assert!(job_summary(&results).contains("No test was run"));
}
