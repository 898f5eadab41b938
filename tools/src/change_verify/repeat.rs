//! The command that verifies a change again.

use fault_scenario::mask::{MASK, is_secret};

use super::Input;

/// The command, with the diff in a file; what may be secret in it is masked.
pub(super) fn command(input: &Input, seed: &str) -> String {
    let mut words: Vec<String> =
        ["fault", "agent", "verify", "--diff", "change.diff"].map(str::to_owned).to_vec();
    let mut option = |name: &str, value: &str| words.extend([name.to_owned(), quoted(value)]);
    option("--source-dir", &input.source_dir);
    let saved = input.source.content.is_some().then_some("scenario.yaml");
    let paths = input.source.scenario.iter().map(String::as_str).chain(saved);
    paths.for_each(|path| option("--scenario", path));
    input.source.filter.iter().for_each(|filter| option("--filter", filter));
    input.url.iter().for_each(|url| option("--url", url));
    for (name, value) in &input.env {
        let value = if is_secret(name) { MASK } else { value };
        option("--env", &format!("{name}={value}"));
    }
    input.health.iter().for_each(|health| option("--health", health));
    input.ready_within.iter().for_each(|within| option("--ready-within", within));
    input.workdir.iter().for_each(|workdir| option("--workdir", workdir));
    input.exclude.iter().for_each(|exclude| option("--exclude", exclude));
    input.proxy_address.iter().for_each(|address| option("--proxy-address", address));
    option("--seed", seed);
    words.push("--".to_owned());
    words.extend(input.start.iter().map(|word| quoted(word)));
    words.join(" ")
}

/// A word that a shell takes as it is.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+{}".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    let shown: String = word.chars().filter(|c| !c.is_control() || *c == '\n').collect();
    format!("'{}'", shown.replace('\'', "'\\''"))
}
