//! The pages: links lead somewhere, the table of contents has each page, and examples are taken.

mod examples;

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use fault_tests::repository::{self, File};

use crate::hold;

/// The table of contents.
const SUMMARY: &str = "docs/SUMMARY.md";

/// The lines of a page outside its blocks of code.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut code = false;
    text.lines().enumerate().filter(move |(_, line)| {
        let fence = line.trim_start().starts_with("```");
        code ^= fence;
        !code && !fence
    })
}

/// Where the links of a page lead, with the line each stands on.
fn links(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (index, line) in prose(text) {
        let after_text = line.match_indices("](").map(|(at, mark)| &line[at + mark.len()..]);
        let targets = after_text.filter_map(|rest| rest.split([')', ' ']).next());
        found.extend(targets.map(|target| (index + 1, target.to_owned())));
    }
    found
}

/// The names by which the headings of a page can be linked to.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = prose(text).filter_map(|(_, line)| {
        let title = line.trim_start_matches('#');
        (title.len() < line.len() && title.starts_with(' ')).then_some(title.trim())
    });
    headings.map(anchor).collect()
}

fn anchor(title: &str) -> String {
    let kept = title.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    kept.map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect()
}

/// `target` as seen from the root, for a link on the page `from`.
fn resolve(from: &str, target: &str) -> String {
    let mut path = PathBuf::from(from);
    path.pop();
    for part in Path::new(target).components() {
        match part {
            Component::ParentDir => drop(path.pop()),
            Component::Normal(name) => path.push(name),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    path.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// Links of `page` that lead nowhere, given all `pages` and what else `exists`.
fn dead_links(page: &File, pages: &[File], exists: impl Fn(&str) -> bool) -> Vec<String> {
    let dead = |target: &str| {
        if target.contains("://") || target.starts_with("mailto:") {
            return false;
        }
        let (file, heading) = target.split_once('#').unwrap_or((target, ""));
        let path = if file.is_empty() { page.path.clone() } else { resolve(&page.path, file) };
        match pages.iter().find(|other| other.path == path) {
            Some(other) => !heading.is_empty() && !anchors(&other.text).contains(heading),
            None => !exists(&path),
        }
    };
    links(&page.text)
        .into_iter()
        .filter(|(_, target)| dead(target))
        .map(|(line, target)| format!("{}:{line}: {target}", page.path))
        .collect()
}

/// Pages of the documentation that the table of contents does not link to.
fn unlisted(pages: &[File]) -> Vec<String> {
    let summary = pages.iter().find(|page| page.path == SUMMARY).map_or("", |page| &page.text);
    let listed: BTreeSet<_> =
        links(summary).into_iter().map(|(_, target)| resolve(SUMMARY, &target)).collect();
    let docs = pages.iter().filter(|page| page.path.starts_with("docs/") && page.path != SUMMARY);
    docs.filter(|page| !listed.contains(&page.path)).map(|page| page.path.clone()).collect()
}

fn page(path: &str, text: &str) -> File {
    File { path: path.to_owned(), text: text.to_owned() }
}

#[test]
fn links_lead_to_files_and_headings_that_exist() {
    let text = "[a](other.md) [b](../README.md#set-up) [c](#here) [d](https://example.com/x)\n\
        ## Here\n```\n[no](link.md)\n```\n[e](gone.md) [f](other.md#gone) [g](#gone) [h](../cli)";
    let pages = [
        page("docs/one.md", text),
        page("docs/other.md", "# Other"),
        page("README.md", "## Set `up`"),
    ];
    let dead = dead_links(&pages[0], &pages, |path| path == "cli");
    let expected = ["gone.md", "other.md#gone", "#gone"].map(|to| format!("docs/one.md:6: {to}"));
    assert_eq!(dead, expected);

    let pages = repository::files(&["md"]);
    let exists = |path: &str| repository::root().join(path).exists();
    let dead = pages.iter().flat_map(|page| dead_links(page, &pages, exists));
    hold("links that lead nowhere", &dead.collect::<Vec<_>>());
}

#[test]
fn the_table_of_contents_lists_each_page() {
    let pages = [
        page(SUMMARY, "- [One](one.md)"),
        page("docs/one.md", ""),
        page("docs/deep/two.md", ""),
        page("README.md", ""),
    ];
    assert_eq!(unlisted(&pages), ["docs/deep/two.md"]);

    hold("pages not in docs/SUMMARY.md", &unlisted(&repository::files(&["md"])));
}
