//! A table of contents whose links lead to the headings, as GitHub and most others name them.

use std::collections::HashMap;

/// The links to the headings of the second and third level in a text of Markdown.
pub(crate) fn contents(markdown: &str) -> String {
    let mut lines = Vec::new();
    for (level, title, anchor) in headings(markdown) {
        if (2..=3).contains(&level) {
            let indent = "  ".repeat(level - 2);
            lines.push(format!("{indent}- [{}](#{anchor})", title.replace(['[', ']'], "")));
        }
    }
    lines.join("\n")
}

/// The headings of a text, each with its level and its anchor; what is in a block of code is none.
pub(crate) fn headings(markdown: &str) -> Vec<(usize, String, String)> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut found = Vec::new();
    let mut fenced = false;
    for line in markdown.lines() {
        if line.starts_with("```") {
            fenced = !fenced;
        }
        let level = line.bytes().take_while(|byte| *byte == b'#').count();
        let title = line[level..].trim();
        if fenced || !(1..=6).contains(&level) || !line[level..].starts_with(' ') {
            continue;
        }
        let slug = slug(title);
        let times = seen.entry(slug.clone()).and_modify(|times| *times += 1).or_insert(0);
        let anchor = if *times == 0 { slug } else { format!("{slug}-{times}") };
        found.push((level, title.to_owned(), anchor));
    }
    found
}

/// The anchor of a title: lower case, spaces as hyphens, without other punctuation.
fn slug(title: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    title
        .chars()
        .filter(kept)
        .flat_map(char::to_lowercase)
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_are_named_as_github_does() {
        let text = "# T\n## Summary & Prioritization Table\n### 1. Give `x` a time-out\n### Same\n\
                    ```diff\n## no\n```\n### Same\n";
        assert_eq!(
            contents(text),
            "- [Summary & Prioritization Table](#summary--prioritization-table)\n  \
             - [1. Give `x` a time-out](#1-give-x-a-time-out)\n  - [Same](#same)\n  - [Same](#same-1)"
        );
    }
}
