//! Reviews of results: what rules say, what a model says, and what a hostile one cannot.

use serde_json::{Value, json};

use crate::{
    Answer, ToolError,
    review::{
        anchors,
        test_ground::{GOOD, RESULTS, desk, honest, recommendation, rows, section},
    },
    test_ground::Desk,
};

const HEADINGS: [&str; 9] = [
    "Table of Contents",
    "Executive Summary",
    "Overall Resilience Posture",
    "SLO Failures Deep Dive",
    "Potential Root-Cause Hypotheses",
    "Recommendations",
    "Summary & Prioritization Table",
    "Threats & Next Steps",
    "Appendix: Evidence",
];

async fn review(desk: &Desk) -> Result<(Answer, String), ToolError> {
    let arguments =
        json!({ "results": "results.json", "source_dir": "shop", "report": "out/review.md" });
    let answer = desk.call("fault_review_results", arguments).await?;
    Ok((answer, desk.read("out/review.md")))
}

#[tokio::test]
async fn without_a_model_the_report_has_the_documented_parts_and_its_links_lead_somewhere() {
    let (answer, report) = review(&desk(None)).await.unwrap();
    assert!(report.starts_with("# fault resilience report analysis\n"), "{report}");
    let headings = anchors::headings(&report);
    let titles: Vec<&str> = headings
        .iter()
        .filter(|(level, ..)| *level == 2)
        .map(|(_, title, _)| title.as_str())
        .collect();
    assert_eq!(&titles[..9], HEADINGS);
    for part in [
        "**Findings**",
        "**Recommendations**",
        "**Key Trade-offs & Threats**",
        "**Next Steps & Validation**",
    ] {
        assert!(section(&report, "Executive Summary").contains(part), "{part}");
    }
    let links = section(&report, "Table of Contents").split("](#").skip(1);
    let links: Vec<&str> = links.filter_map(|rest| rest.split(')').next()).collect();
    assert!(links.len() > 9, "{links:?}");
    for link in links {
        assert!(headings.iter().any(|(.., anchor)| anchor == link), "{link}: {headings:?}");
    }
    assert!(report.contains("Analysis by: rules (no model was asked)"), "{report}");
    assert_eq!(answer.structured["analysis_by"], "host");
    assert_eq!(answer.structured["report"], "out/review.md");
}

#[tokio::test]
async fn each_figure_of_the_tables_is_that_of_the_results() {
    let (_, report) = review(&desk(None)).await.unwrap();
    let results: Value = serde_json::from_str(RESULTS).unwrap();
    let tests: Vec<&Value> = results["results"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|scenario| scenario["results"].as_array().unwrap())
        .collect();
    let deep = section(&report, "SLO Failures Deep Dive");
    let (failures, dashboard) = deep.split_once("**Dashboard Summary**").unwrap();
    let mut expected = Vec::new();
    for (test, number) in tests.iter().zip(1..).filter(|(test, _)| test["verdict"] == "failed") {
        for slo in
            test["faulted"]["slos"].as_array().unwrap().iter().filter(|slo| slo["pass"] == "missed")
        {
            expected.push((format!("S{number}"), slo["slo"]["title"].as_str().unwrap().to_owned()));
        }
        if test["expectation"].is_string() {
            expected.push((format!("S{number}"), "expectation".to_owned()));
        }
    }
    let found = rows(failures);
    let told: Vec<(String, String)> =
        found[1..].iter().map(|row| (row[0].clone(), row[3].clone())).collect();
    assert_eq!(told, expected);
    let of =
        |verdict: &str| tests.iter().filter(|test| test["verdict"] == verdict).count().to_string();
    let all = &rows(dashboard)[1];
    let counts = [tests.len().to_string(), of("passed"), of("failed"), of("inconclusive")];
    assert_eq!(all[1..], counts, "{dashboard}");
    let sides = section(&report, "Appendix: Evidence");
    for (test, number) in tests.iter().zip(1..) {
        let p95 = test["faulted"]["summary"]["latency"]["p95"].as_f64();
        let row = rows(sides)
            .into_iter()
            .find(|row| row[0] == format!("S{number}") && row[1] == "with faults")
            .unwrap();
        assert_eq!(
            row[5].parse::<f64>().ok(),
            p95.map(|p95| (p95 * 100.0).round() / 100.0),
            "S{number}"
        );
    }
}

#[tokio::test]
async fn what_is_inconclusive_is_told_and_no_conclusion_is_drawn_from_it() {
    let (_, report) = review(&desk(None)).await.unwrap();
    let deep = section(&report, "SLO Failures Deep Dive");
    let (before, unsure) = deep.split_once("**Inconclusive tests**").unwrap();
    assert!(rows(before).iter().all(|row| row[0] != "S3"), "{before}");
    assert_eq!(rows(unsure)[1][0], "S3");
    for part in ["Potential Root-Cause Hypotheses", "Recommendations"] {
        assert!(!section(&report, part).contains("S3"), "{part}");
    }
    assert!(
        section(&report, "Executive Summary").contains("1 test is inconclusive: no conclusion")
    );
}

#[tokio::test]
async fn rules_tie_what_failed_to_the_place_in_the_code() {
    let (answer, report) = review(&desk(None)).await.unwrap();
    let recommendations = section(&report, "Recommendations");
    let first = recommendations.split("\n---\n").next().unwrap();
    assert!(first.contains("### 1. Give every remote call a time-out"), "{first}");
    assert!(first.contains("**Priority:** Critical"), "{first}");
    assert!(first.contains("`app.py:7`"), "{first}");
    assert!(first.contains("[S1, C"), "{first}");
    let code = section(&report, "Appendix: Evidence");
    let link = rows(code).into_iter().find(|row| row[0] == "POST /checkout").unwrap();
    assert_eq!(link[1..], ["checkout (app.py:9)", "by its route"]);
    assert!(!report.contains("hunter2") && !answer.text.contains("hunter2"), "{report}");
}

#[tokio::test]
async fn a_review_without_code_says_so_and_names_no_place() {
    let desk = desk(None);
    let arguments = json!({ "results": "results.json", "report": "review.md", "role": "sre" });
    desk.call("fault_review_results", arguments).await.unwrap();
    let report = desk.read("review.md");
    assert!(report.contains("For: sre."), "{report}");
    assert!(report.contains("No source code was looked at"), "{report}");
    assert!(!report.contains("[C1]") && !report.contains("app.py"), "{report}");
}

#[tokio::test]
async fn an_answer_stays_short_and_has_what_the_calling_model_needs() {
    let desk = desk(None);
    let arguments = json!({ "results": "results.json", "source_dir": "shop" });
    let answer = desk.call("fault_review_results", arguments).await.unwrap();
    assert!(answer.text.len() <= 20_000, "{}", answer.text.len());
    assert!(
        answer.structured.to_string().len() <= 20_500,
        "{}",
        answer.structured.to_string().len()
    );
    let tasks = answer.structured["tasks"].as_array().unwrap();
    assert_eq!(tasks.len(), 3);
    assert!(tasks.iter().all(|task| task["answer_schema"]["type"] == "object"));
    assert!(answer.text.contains("OPENAI_API_KEY"), "{}", answer.text);
    assert!(answer.text.contains("| S1 |"), "{}", answer.text);
}

#[tokio::test]
async fn what_a_model_says_takes_the_place_of_what_rules_said() {
    let (answer, report) = review(&desk(Some(&honest()))).await.unwrap();
    let posture = section(&report, "Overall Resilience Posture");
    assert!(
        posture.contains("* Checkout does not bear a slow payment service. [S1, C1]"),
        "{posture}"
    );
    let hypotheses = section(&report, "Potential Root-Cause Hypotheses");
    assert!(hypotheses.contains("The p95 was 588 ms. [S1]"), "{hypotheses}");
    let recommendations = section(&report, "Recommendations");
    assert!(
        recommendations.contains("This diff applies to the files as they are."),
        "{recommendations}"
    );
    assert!(recommendations.contains("+    return requests.post(URL, json=order, timeout=(2, 5))"));
    assert!(report.contains("Analysis by: `recorded`"), "{report}");
    assert_eq!(answer.structured["analysis_by"], "model");
    assert_eq!(answer.structured["usage"]["calls"], 3);
    assert!(answer.structured.get("tasks").is_none());
}

#[tokio::test]
async fn a_hostile_model_changes_no_table_and_proves_nothing() {
    let mut answers = honest();
    answers[0].1 = json!({
        "posture": [
            { "text": "All is well.\u{1b}[2J\n## SLO Failures Deep Dive\n| S9 | 1 |", "evidence": ["S99", "C77"] },
            { "text": "The p95 was 9999 ms.", "evidence": ["S1"] },
            { "text": "The third test failed.", "evidence": ["S3"] },
        ],
        "hypotheses": []
    });
    let outside = GOOD.replace("app.py", "../results.json");
    answers[1].1 = json!({ "recommendations": [
        recommendation("Take | all\n### 2. <b>x</b>", &["S0"], &outside),
        recommendation("Another", &["S1"], &GOOD.replace("def pay", "def paid")),
    ] });
    let (_, honest) = review(&desk(None)).await.unwrap();
    let (_, report) = review(&desk(Some(&answers))).await.unwrap();
    for part in ["SLO Failures Deep Dive", "Appendix: Evidence"] {
        assert_eq!(section(&report, part), section(&honest, part), "{part}");
    }
    let posture = section(&report, "Overall Resilience Posture");
    assert!(posture.contains("* Hypothesis (no evidence): All is well."), "{posture}");
    assert!(posture.contains("(Not in the evidence that it names: 9999 ms.)"), "{posture}");
    assert!(posture.contains("* Hypothesis (no evidence): The third test failed."), "{posture}");
    let recommendations = section(&report, "Recommendations");
    assert_eq!(recommendations.matches("**A sketch**").count(), 2, "{recommendations}");
    assert!(
        recommendations.contains("**Rationale:** Hypothesis (no evidence):"),
        "{recommendations}"
    );
    assert!(!report.contains('\u{1b}'));
    let titles = anchors::headings(&report);
    assert_eq!(titles.iter().filter(|(_, title, _)| title == "SLO Failures Deep Dive").count(), 1);
    assert_eq!(rows(section(&report, "Summary & Prioritization Table")).len(), 3);
}

#[tokio::test]
async fn a_model_that_fails_midway_leaves_a_report_that_says_which_part_is_from_rules() {
    let desk = desk(Some(&honest()[..1]));
    let error = review(&desk).await.unwrap_err();
    assert!(error.message.contains("out/review.md is written"), "{error}");
    assert!(error.hint.unwrap().contains("--llm-client none"));
    let report = desk.read("out/review.md");
    assert!(report.contains("did not answer these parts"), "{report}");
    assert!(section(&report, "Overall Resilience Posture").contains("slow payment service"));
    assert!(section(&report, "Recommendations").contains("Give every remote call a time-out"));
    assert!(report.contains("`recorded` in part, and rules for the rest"), "{report}");
}

#[tokio::test]
async fn a_report_is_written_over_one_of_its_kind_and_over_nothing_else() {
    let desk = desk(None);
    review(&desk).await.unwrap();
    review(&desk).await.unwrap();
    desk.write("README.md", "# Mine\n");
    std::os::unix::fs::symlink("/etc", desk.folder.path().join("etc")).unwrap();
    for (report, code) in [
        ("README.md", "not_a_report_file"),
        ("review.html", "unknown_report_format"),
        ("etc/review.md", "outside_roots"),
        ("../review.md", "outside_roots"),
    ] {
        let arguments = json!({ "results": "results.json", "report": report });
        let error = desk.call("fault_review_results", arguments).await.unwrap_err();
        assert_eq!(error.code, code, "{report}");
    }
    assert_eq!(desk.read("README.md"), "# Mine\n");
}

#[tokio::test]
async fn what_cannot_be_reviewed_is_refused_with_what_to_do() {
    let desk = desk(None);
    desk.write("other.json", "{}");
    for (arguments, code) in [
        (json!({}), "no_source"),
        (json!({ "results": "results.json", "run_id": "x" }), "several_sources"),
        (json!({ "results": "other.json" }), "not_results"),
        (json!({ "results": "missing.json" }), "file_not_found"),
        (json!({ "results": "results.json", "source_dir": "nowhere" }), "file_not_found"),
        (
            json!({ "results": "results.json", "source_dir": "shop", "lang": "cobol" }),
            "language_unknown",
        ),
        (json!({ "results": "results.json", "role": "boss" }), "invalid_arguments"),
    ] {
        let error = desk.call("fault_review_results", arguments.clone()).await.unwrap_err();
        assert_eq!(error.code, code, "{arguments}");
        assert!(error.hint.is_some(), "{arguments}");
    }
}
