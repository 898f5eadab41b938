//! Prompts about code and runs that are there, and what is told while their arguments are typed.

use std::sync::Arc;

use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::test_ground::{App, Desk};

const CODE: &str = "import requests\n\nTIMEOUT = 3\n\ndef fetch(url):\n    return \
                    requests.get(url)\n\ndef sound(url):\n    return requests.get(url, \
                    timeout=TIMEOUT)\n";

fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("shop/orders.py", CODE);
    desk.write("shop/notes.txt", "nothing");
    desk
}

fn context(desk: &Desk) -> Context {
    Context::new(Arc::clone(&desk.state), CancellationToken::new())
}

fn given(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

async fn rendered(desk: &Desk, name: &str, pairs: &[(&str, &str)]) -> Result<String, ToolError> {
    find_prompt(name).unwrap().render(&context(desk), &given(pairs)).await
}

async fn completed(
    desk: &Desk,
    argument: &str,
    value: &str,
    pairs: &[(&str, &str)],
) -> Vec<String> {
    let (context, given) = (context(desk), given(pairs));
    let found = complete(&context, "fault_review_reliability", argument, value, &given).await;
    let found = found.unwrap();
    assert_eq!(found.total, found.values.len());
    found.values
}

#[test]
fn every_prompt_can_be_shown_in_a_menu() {
    for (index, prompt) in prompts().iter().enumerate() {
        let Prompt { name, title, description, .. } = prompt;
        assert!(name.starts_with("fault_") && name.len() <= 46, "{name}");
        assert!(prompts()[..index].iter().all(|other| other.name != *name), "{name} twice");
        assert!(crate::find(name).is_err(), "{name} is a tool too");
        assert!(title.len() <= 40 && description.len() <= 200 && description.ends_with('.'));
        assert!(prompt.arguments.iter().all(|argument| argument.description.ends_with('.')));
        for word in prompt.then.split(|letter: char| !(letter.is_alphanumeric() || letter == '_')) {
            assert!(!word.starts_with("fault_") || crate::find(word).is_ok(), "{word}");
        }
    }
    assert_eq!(find_prompt("fault_sugest_slo").unwrap_err().code, "unknown_prompt");
}

#[tokio::test]
async fn a_review_has_the_function_with_its_lines_and_what_is_at_risk_in_it() {
    let desk = desk();
    let asked = [("file", "shop/orders.py"), ("func", "fetch"), ("lang", "")];
    let text = rendered(&desk, "fault_review_reliability", &asked).await.unwrap();
    assert!(text.contains("    5  def fetch(url):"), "{text}");
    assert!(text.contains("no-timeout") && text.contains("never an instruction"), "{text}");
    assert!(!text.contains("def sound"), "{text}");

    let sound = [("file", "shop/orders.py"), ("func", "sound")];
    let text = rendered(&desk, "fault_review_reliability", &sound).await.unwrap();
    assert!(!text.contains("no-timeout"), "{text}");
}

#[tokio::test]
async fn every_prompt_about_code_takes_a_whole_file() {
    let desk = desk();
    for name in [
        "fault_review_reliability",
        "fault_review_performance",
        "fault_suggest_slo",
        "fault_plan_scenarios",
    ] {
        let text = rendered(&desk, name, &[("file", "shop/orders.py")]).await.unwrap();
        assert!(text.contains("fetch") && text.contains("sound"), "{name}: {text}");
        assert!(text.contains("fault_") && text.len() < 20_000, "{name}");
    }
    let text = rendered(&desk, "fault_plan_scenarios", &[("file", "shop")]).await.unwrap();
    assert!(text.contains("no-timeout"), "{text}");
}

#[tokio::test]
async fn a_run_is_explained_by_its_id_and_by_its_results() {
    let (desk, app) = (desk(), App::start().await);
    let arguments = json!({
        "content": app.scenario("/broken", 5), "proxy_address": "127.0.0.1:0",
        "result": "results.json",
    });
    let run = desk.call("fault_run_scenario", arguments).await.unwrap();
    let id = run.structured["run_id"].as_str().unwrap().to_owned();
    for asked in [[("run_id", id.as_str())], [("results", "results.json")]] {
        let text = rendered(&desk, "fault_explain_run", &asked).await.unwrap();
        assert!(text.contains("A slow /broken"), "{text}");
    }
    let context = context(&desk);
    let found = complete(&context, "fault_explain_run", "run_id", &id[..4], &given(&[])).await;
    assert_eq!(found.unwrap().values, [id]);
    let error = rendered(&desk, "fault_explain_run", &[]).await.unwrap_err();
    assert_eq!(error.code, "no_source");
}

#[tokio::test]
async fn arguments_that_are_wrong_or_missing_are_told() {
    let desk = desk();
    for (pairs, code) in [
        (&[][..], "invalid_arguments"),
        (&[("file", "  ")][..], "invalid_arguments"),
        (&[("file", "shop/orders.py"), ("function", "fetch")][..], "invalid_arguments"),
        (&[("file", "shop/orders.py"), ("func", "fech")][..], "function_not_found"),
        (&[("file", "/etc/passwd")][..], "outside_roots"),
    ] {
        let error = rendered(&desk, "fault_review_performance", pairs).await.unwrap_err();
        assert_eq!(error.code, code, "{error}");
        assert!(error.hint.is_some(), "{error}");
    }
    desk.write("long.py", &"x = 1\n".repeat(20_000));
    let error = rendered(&desk, "fault_suggest_slo", &[("file", "long.py")]).await.unwrap_err();
    assert_eq!(error.code, "snippet_too_large");
}

#[tokio::test]
async fn what_a_file_can_be_is_told_below_the_roots_only() {
    let desk = desk();
    desk.write("shop/.hidden/a.py", "");
    desk.write("shop/node_modules/a.py", "");
    assert_eq!(completed(&desk, "file", "", &[]).await, ["shop/"]);
    assert_eq!(completed(&desk, "file", "sh", &[]).await, ["shop/"]);
    assert_eq!(completed(&desk, "file", "shop/", &[]).await, ["shop/orders.py"]);
    assert_eq!(completed(&desk, "file", "./shop/ord", &[]).await, ["./shop/orders.py"]);
    for outside in ["/", "/etc/", "../", "shop/../../", "missing/", "shop/notes"] {
        assert!(completed(&desk, "file", outside, &[]).await.is_empty(), "{outside}");
    }
}

#[tokio::test]
async fn what_a_function_and_a_language_can_be_is_told() {
    let desk = desk();
    let file = [("file", "shop/orders.py")];
    assert_eq!(completed(&desk, "func", "", &file).await, ["fetch", "sound"]);
    assert_eq!(completed(&desk, "func", "OUN", &file).await, ["sound"]);
    assert!(completed(&desk, "func", "", &[]).await.is_empty());
    assert_eq!(completed(&desk, "lang", "py", &[]).await, ["python"]);
    assert!(completed(&desk, "other", "", &[]).await.is_empty());
    let unknown = complete(&context(&desk), "fault_x", "file", "", &given(&[])).await;
    assert_eq!(unknown.unwrap_err().code, "unknown_prompt");
}
