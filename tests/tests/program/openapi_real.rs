//! Scenarios for OpenAPI documents of the real world: those in the folder that `FAULT_OPENAPI_DIR` names.

use std::path::{Path, PathBuf};

use fault_scenario::file;
use fault_scenario::generate::{self, Document, Endpoint, Generated, Options};
use fault_scenario::plan::{self, PlanOptions};
use fault_tests::tool;

/// What is called when a document does not say where its API is.
const BASE_URL: &str = "http://localhost:8080";

#[test]
fn documents_of_the_real_world_give_scenarios_that_can_be_run() {
    let Some(folder) = folder() else {
        tool::skip("FAULT_OPENAPI_DIR does not name a folder with OpenAPI documents");
        return;
    };
    let files = documents(&folder);
    assert!(!files.is_empty(), "{} holds no document", folder.display());
    for path in files {
        let Some(document) = read(&path) else { continue };
        let generated = generated(&document);
        for endpoint in &generated.endpoints {
            check(&path, endpoint);
        }
        println!("{}: {}", path.display(), generated.summary());
    }
}

#[expect(clippy::disallowed_methods, reason = "the documents are too large to come with the tests")]
fn folder() -> Option<PathBuf> {
    std::env::var_os("FAULT_OPENAPI_DIR").filter(|folder| !folder.is_empty()).map(PathBuf::from)
}

/// Every JSON or YAML file below a folder, in a fixed order.
fn documents(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs_err::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("an entry").path();
        let ending = path.extension().unwrap_or_default();
        if path.is_dir() {
            found.extend(documents(&path));
        } else if ["json", "yaml", "yml"].iter().any(|known| ending == *known) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The document, if the file is one of a version that is understood.
fn read(path: &Path) -> Option<Document> {
    let text = fs_err::read_to_string(path).expect("a text");
    match generate::read_document(&text, &path.display().to_string()) {
        Ok(document) => Some(document),
        Err(error) => {
            let expected = ["not_openapi", "unsupported_openapi"];
            assert!(expected.contains(&error.code()), "{error}");
            None
        }
    }
}

/// What is generated; nothing for a document that has only webhooks.
fn generated(document: &Document) -> Generated {
    let made = generate::scenarios(document, &Options::default()).or_else(|error| {
        assert!(["no_base_url", "no_operations"].contains(&error.code()), "{error}");
        let base_url = Some(BASE_URL.to_owned());
        generate::scenarios(document, &Options { base_url, ..Options::default() })
    });
    made.unwrap_or_else(|error| {
        assert_eq!(error.code(), "no_operations", "{error}");
        Generated::default()
    })
}

/// Sees to it that the file of an endpoint reads back as it was, and that every test in it can be run.
fn check(path: &Path, endpoint: &Endpoint) {
    let name = format!("{}: {} {}", path.display(), endpoint.method, endpoint.path);
    let text = file::write(&endpoint.scenarios);
    let documents = file::read(&text, "scenario.yaml")
        .unwrap_or_else(|problems| panic!("{name}: {problems:?}\n{text}"));
    let read: Vec<_> = documents.iter().map(|document| document.scenario.clone()).collect();
    assert_eq!(read, endpoint.scenarios, "{name}");
    let plan = plan::plan(documents, &PlanOptions::default())
        .unwrap_or_else(|problems| panic!("{name}: {problems:?}\n{text}"));
    assert_eq!(plan.tests().len(), endpoint.scenarios.len(), "{name}");
}
