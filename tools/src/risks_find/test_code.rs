//! Which code is that of tests, told by its place.

use fault_indexer::{Module, Span};

/// Folders that hold tests, in lower case.
const FOLDERS: [&str; 12] = [
    "test",
    "tests",
    "__tests__",
    "__mocks__",
    "spec",
    "specs",
    "e2e",
    "testdata",
    "androidtest",
    "testfixtures",
    "integration-tests",
    "integration_tests",
];

/// Whether a caller names tests by a path. Where his own folders are tells nothing.
pub(super) fn is_named(path: &str) -> bool {
    let path = path.trim_end_matches('/');
    let own = match path.starts_with('/') {
        true => path.rsplit('/').next().unwrap_or_default(),
        false => path,
    };
    is_test(own) || is_test(&format!("{own}/"))
}

/// Whether a file holds tests, by its path from the top of its tree.
pub(super) fn is_test(path: &str) -> bool {
    let (folders, file) = path.rsplit_once('/').unwrap_or(("", path));
    let of_tests = |folder: &str| FOLDERS.contains(&folder.to_ascii_lowercase().as_str());
    folders.split('/').any(of_tests) || is_test_file(file)
}

fn is_test_file(file: &str) -> bool {
    let (name, suffix) = file.rsplit_once('.').unwrap_or((file, ""));
    match suffix {
        "py" => name.starts_with("test_") || name.ends_with("_test") || name == "conftest",
        "go" | "exs" => name.ends_with("_test"),
        "rs" => name == "tests" || name == "test" || name.ends_with("_test"),
        "java" => ["Test", "Tests", "TestCase", "IT"].iter().any(|end| name.ends_with(end)),
        _ => [".spec", ".test", ".cy", ".e2e"].iter().any(|end| name.ends_with(end)),
    }
}

/// The tests that stand in a file beside other code, as Rust has them.
pub(super) fn within(module: &Module, text: &str) -> Vec<Span> {
    if module.language.name != "rust" {
        return Vec::new();
    }
    let for_tests = |span: &Span| {
        let before = text.get(..span.start).unwrap_or_default().trim_end();
        let inside = text.get(span.bytes()).unwrap_or_default();
        [before.lines().next_back(), inside.lines().next()]
            .into_iter()
            .flatten()
            .any(|line| line.contains("#[cfg(test)]"))
    };
    module.scopes.iter().map(|scope| scope.span).filter(for_tests).collect()
}

#[cfg(test)]
mod tests {
    use fault_indexer::{Language, parse};

    use super::*;

    #[test]
    fn the_module_of_tests_of_a_rust_file_is_told() {
        let text = "mod a { fn x() {} }\n\n#[cfg(test)]\nmod tests {\n    fn y() {}\n}\n";
        let module = parse(text, Language::named("rust").unwrap());
        let found = within(&module, text);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].last_line == 6, "{found:?}");
    }

    #[test]
    fn tests_are_told_by_their_folder_or_their_name() {
        for path in [
            "tests/api.py",
            "src/test/java/a/App.java",
            "web/__tests__/a.ts",
            "test_api.py",
            "api_test.py",
            "a/conftest.py",
            "store/store_test.go",
            "web/a.spec.ts",
            "web/a.test.jsx",
            "src/engine/tests.rs",
            "a/OrderTest.java",
        ] {
            assert!(is_test(path), "{path}");
        }
        for path in [
            "api.py",
            "latest.py",
            "contest.go",
            "attest/a.rs",
            "testimony.py",
            "src/main/App.java",
            "spec.ts",
            "a/Unit.java",
        ] {
            assert!(!is_test(path), "{path}");
        }
        for path in ["tests", "/srv/tests/", "src/test/java", "/srv/a/test_a.py", "a/test_a.py"] {
            assert!(is_named(path), "{path}");
        }
        for path in [".", "", "/srv/tests/app", "../app", "app/a.py"] {
            assert!(!is_named(path), "{path}");
        }
    }
}
