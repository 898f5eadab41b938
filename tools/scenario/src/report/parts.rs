//! The pieces of a report, for those who write others about the same results: user text that is safe in
//! Markdown, tables, and what there is to say of a test in words.

use crate::evidence::FaultEvidence;
use crate::report::tables::Table;
use crate::report::{facts, further, markdown, text, trust};
use crate::results::ItemResult;
use crate::summary::Summary;

/// User text on one line of Markdown that cannot end a table cell, a line or the list it stands in, nor become an
/// image, a link or an HTML element.
pub fn plain(text: &str) -> String {
    markdown::plain(text)
}

/// User text in a code span.
pub fn code(text: &str) -> String {
    markdown::code(text)
}

/// User text in a block of code of its own.
pub fn block(language: &str, text: &str) -> String {
    markdown::block(language, text)
}

/// A table in Markdown; its cells may hold any text.
pub fn table<const N: usize>(
    head: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    markdown::table(&Table::new(head, rows))
}

/// A number without needless decimals, and at most two.
pub fn figure(value: f64) -> String {
    text::figure(value)
}

/// `one` thing, or so many `many`.
pub fn counted(count: u64, one: &str, many: &str) -> String {
    text::counted(count, one, many)
}

/// `count` and what share of `whole` it is.
pub fn share(count: u64, whole: u64) -> String {
    text::share(count, whole)
}

/// The run in a line, such as `2 of 12 tests failed`.
pub fn headline(counts: &crate::results::Counts) -> String {
    facts::headline(counts)
}

/// A phase in a few words: `1 call (200 × 1), 12.30 ms`.
pub fn in_short(summary: &Summary) -> String {
    trust::in_short(summary)
}

/// What the faults did in a few words: `latency hit 1 of 1, 80.20 ms each`.
pub fn faults(faults: &[FaultEvidence]) -> String {
    trust::evidence_in_short(faults)
}

/// What a test found beyond its objectives, in sentences: which faults the slow calls met, retries, recovery, and
/// how much is borne.
pub fn further(item: &ItemResult) -> Vec<String> {
    let all = [
        item.attribution.as_ref().map(further::attribution),
        item.retries.as_ref().map(further::retries),
        item.recovery.as_ref().map(further::recovery),
        item.search.as_ref().map(further::search),
    ];
    all.into_iter().flatten().collect()
}
