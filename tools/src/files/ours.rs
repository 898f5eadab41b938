//! Tells files that this program has made from those of others, which it never writes over.

use std::{
    io::{self, Read},
    path::Path,
};

/// How much of a file is looked at.
const LOOKED_AT: u64 = 4096;

/// What files of each kind that this program makes begin with, white space left out.
const BEGINNINGS: &[(&str, &[&str])] = &[
    ("json", &["{\"start\":", "{\"$schema\":"]),
    ("yaml", &["start:", "#yaml-language-server:", "title:", "---title:"]),
    ("yml", &["start:", "#yaml-language-server:", "title:", "---title:"]),
    (
        "md",
        &[
            "#ScenariosReport",
            "#Scenarios",
            "#Platformresiliencereport",
            "#faultresiliencereportanalysis",
            "#faultcodereview",
        ],
    ),
    ("html", &[GENERATOR]),
    ("htm", &[GENERATOR]),
    ("txt", &["PASSED:", "FAILED:", "INCONCLUSIVE:"]),
    ("xml", &["<?xmlversion=\"1.0\"encoding=\"UTF-8\"?><testsuitesname=\"fault\""]),
];

/// Where a page says what made it, some way into its head.
const GENERATOR: &str = "<metaname=\"generator\"content=\"fault";

/// Whether a file may be written over: it is empty, or begins as what this program makes.
pub(super) fn is_ours(real: &Path, suffix: &str) -> io::Result<bool> {
    let mut bytes = Vec::new();
    fs_err::File::open(real)?.take(LOOKED_AT).read_to_end(&mut bytes)?;
    let text: String =
        String::from_utf8_lossy(&bytes).chars().filter(|letter| !letter.is_whitespace()).collect();
    let known = BEGINNINGS.iter().find(|(kind, _)| *kind == suffix);
    let begins = |it: &&str| text.starts_with(it) || (*it == GENERATOR && text.contains(it));
    Ok(text.is_empty() || known.is_some_and(|(_, beginnings)| beginnings.iter().any(begins)))
}

#[cfg(test)]
mod tests {
    use fault_scenario::report::{self, Format};

    use super::*;

    #[test]
    fn every_kind_of_report_is_known_again_and_what_others_wrote_is_not() {
        let results = crate::test_ground::no_results();
        let folder = tempfile::tempdir().unwrap();
        for (suffix, format, others) in [
            ("json", Format::Json, "{ \"name\": \"app\", \"scripts\": { \"start\": \"x\" } }"),
            ("yaml", Format::Yaml, "services:\n  start: now\n"),
            ("md", Format::Markdown, "# My project\n"),
            ("html", Format::Html, "<!DOCTYPE html><html><body>mine</body></html>"),
            ("txt", Format::Text, "requests==2.0\n"),
            ("xml", Format::Junit, "<project/>"),
        ] {
            let path = folder.path().join("file");
            fs_err::write(&path, report::render(&results, format)).unwrap();
            assert!(is_ours(&path, suffix).unwrap(), "{suffix}");
            fs_err::write(&path, others).unwrap();
            assert!(!is_ours(&path, suffix).unwrap(), "{suffix}");
        }
    }
}
