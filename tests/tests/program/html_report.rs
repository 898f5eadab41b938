//! Reports of scenarios as others read them: HTML in a browser, JUnit in a parser of XML.

mod browser;

use std::path::PathBuf;

use fault_scenario::report::{Format, render};
use fault_scenario::results::Results;
use fault_tests::program::Call;
use fault_tests::{repository, tool};
use serde_json::{Value, json};
use tempfile::TempDir;

use self::browser::Browser;

/// A run with one of everything, as the tests of the reports keep it.
const EXAMPLE: &str = "tools/scenario/src/report/tests/snapshots/\
                       fault_scenario__report__tests__scenarios__example.snap.json";

/// What tries to become more than text.
const HOSTILE: &str = "</title><img src=http://127.0.0.1:9/x onerror=alert(1)><script>alert(1)</script>\
                       \"'>&\u{0}\u{1b}]]> an_unbroken_word_of_quite_some_length_that_is_wider_than_a_telephone";

fn example() -> Results {
    let path = repository::root().join(EXAMPLE);
    let text = fs_err::read_to_string(path).expect("the example is there");
    serde_json::from_str(&text).expect("the example is results")
}

/// The same with hostile texts of the user.
fn hostile() -> Results {
    let mut results = example();
    results.command = HOSTILE.to_owned();
    for scenario in &mut results.results {
        scenario.scenario.title = HOSTILE.to_owned();
        for item in &mut scenario.results {
            item.name = HOSTILE.to_owned();
            item.call.url = HOSTILE.to_owned();
            item.target.address = HOSTILE.to_owned();
            item.reasons.iter_mut().for_each(|reason| reason.message = HOSTILE.to_owned());
            item.plots
                .fault_windows
                .iter_mut()
                .for_each(|window| window.label = HOSTILE.to_owned());
        }
    }
    results
}

/// A report in a folder of its own.
fn written(results: &Results, format: Format, name: &str) -> (PathBuf, TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    fs_err::write(&path, render(results, format)).expect("it can be written");
    (path, folder)
}

/// Checks what must hold of every report in every window.
fn check(seen: &Value, width: u32, scheme: &str) {
    let name = format!("{width} px, {scheme}: {seen}");
    assert_eq!((&seen["width"], &seen["scrolls"]), (&json!(width), &json!(width)), "{name}");
    for none in ["beyond", "faint"] {
        assert_eq!(seen[none], json!([]), "{none} at {name}");
    }
    for none in ["unnamed", "unreachable", "empty"] {
        assert_eq!(seen[none], 0, "{none} at {name}");
    }
    assert!(seen["texts"].as_u64() > Some(300), "{name}");
    assert!(seen["pictures"].as_u64() >= Some(5), "{name}");
    let levels: Vec<i64> = serde_json::from_value(seen["levels"].clone()).expect("numbers");
    assert_eq!((levels[0], levels.iter().filter(|level| **level == 1).count()), (1, 1), "{name}");
    assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{name}");
}

#[tokio::test]
async fn a_report_reads_well_in_a_browser_in_narrow_and_wide_windows_by_day_and_night() {
    let Some(mut browser) = Browser::start().await else {
        return;
    };
    let look = repository::root().join("tests/data/look_at_report.js");
    let look = fs_err::read_to_string(look).expect("the script is there");
    let mut pages = Vec::new();
    for results in [example(), hostile()] {
        let (path, _folder) = written(&results, Format::Html, "report.html");
        for (width, scheme) in [(360, "light"), (360, "dark"), (1280, "light"), (1280, "dark")] {
            browser.open(&path, width, scheme).await;
            let seen = browser.asked(&look).await;
            check(&seen, width, scheme);
            assert_eq!(browser.trouble(&path), Vec::<&Value>::new());
            assert_eq!(seen["language"], "en");
            assert_eq!(seen["title"], "2 of 9 tests failed - Scenarios Report");
            assert_eq!(seen["headings"][0], "2 of 9 tests failed");
            pages.push((scheme, seen["page"].clone()));
        }
    }
    let of = |scheme| pages.iter().filter(move |(of, _)| *of == scheme).map(|(_, page)| page);
    assert!(of("light").all(|page| page == "rgb(255, 255, 255)"), "{pages:?}");
    assert!(of("dark").all(|page| page == "rgb(16, 20, 25)"), "{pages:?}");
}

#[tokio::test]
async fn what_is_wrong_with_a_page_is_noticed() {
    let Some(mut browser) = Browser::start().await else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("page.html");
    let page = "<body style='background: #fff'><p style='width: 2000px; color: #ccc'>faint</p>\
                <svg></svg><img src='http://127.0.0.1:9/x'><script>console.error('no')</script>";
    fs_err::write(&path, page).expect("it can be written");
    browser.open(&path, 360, "light").await;
    let look = repository::root().join("tests/data/look_at_report.js");
    let seen = browser.asked(&fs_err::read_to_string(look).expect("the script is there")).await;
    assert!(seen["scrolls"].as_u64() > Some(360), "{seen}");
    assert_eq!(seen["faint"][0]["text"], "faint", "{seen}");
    assert_eq!((&seen["unnamed"], &seen["empty"]), (&json!(1), &json!(1)), "{seen}");
    let said: Vec<_> = browser.trouble(&path).iter().map(|event| &event["method"]).collect();
    assert!(said.contains(&&json!("Network.requestWillBeSent")), "{said:?}");
    assert!(said.contains(&&json!("Runtime.consoleAPICalled")), "{said:?}");
}

#[tokio::test]
async fn a_link_to_a_test_that_is_folded_unfolds_it() {
    let Some(mut browser) = Browser::start().await else {
        return;
    };
    let (path, _folder) = written(&example(), Format::Html, "report.html");
    browser.open(&path, 1280, "light").await;
    let fold = "document.querySelector('#test-1-2').closest('details').open";
    assert_eq!(browser.asked(fold).await, json!(false));
    let click = "document.querySelector('nav details').open = true; \
                 document.querySelector('a[href=\"#test-1-2\"]').click(); \
                 new Promise((done) => requestAnimationFrame(() => done(true)))";
    browser.asked(click).await;
    assert_eq!(browser.asked(fold).await, json!(true));
}

#[tokio::test]
async fn junit_is_well_formed_xml_whatever_users_write() {
    let Some(python) = tool::tool("python3") else {
        return;
    };
    let count = "import sys, json, xml.etree.ElementTree as E; root = E.parse(sys.argv[1]).getroot(); \
                 print(json.dumps([root.tag, root.attrib['failures'], root.attrib['errors'], \
                 len(root.findall('testsuite/testcase')), len(root.findall('.//failure')), \
                 root.find('.//error').attrib['type'], root.find('.//testcase').attrib['name']]))";
    for (results, name) in [(example(), "checkout"), (hostile(), HOSTILE)] {
        let (path, _folder) = written(&results, Format::Junit, "junit.xml");
        let outcome = Call::of(&python, "python").arg("-c").arg(count).arg(&path).outcome().await;
        let said: Value = serde_json::from_str(outcome.done().stdout.trim()).expect("JSON");
        let name = name.replace(['\u{0}', '\u{1b}'], " ");
        assert_eq!(said, json!(["testsuites", "2", "1", 9, 2, "inconclusive", name]));
    }
}
