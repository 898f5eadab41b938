//! A fault decides, the link acts: the files of the faults know nothing that could act.

use fault_tests::repository::{self, File};

use crate::hold;

/// What a fault would need to act by itself.
const ACTS: [&str; 6] =
    ["tokio::", "std::net", "std::time::Instant", "std::thread", "async fn", "hyper::"];

fn acts(file: &File) -> Vec<String> {
    let lines = file.text.lines().enumerate();
    lines
        .filter(|(_, line)| ACTS.iter().any(|means| line.contains(means)))
        .map(|(index, line)| format!("{}:{}: {}", file.path, index + 1, line.trim()))
        .collect()
}

#[test]
fn a_fault_touches_no_socket_clock_or_task() {
    let text = "use tokio::time::sleep;\nuse std::time::Duration;\n".to_owned();
    assert_eq!(acts(&File { path: "sample".to_owned(), text }).len(), 1);

    let files = repository::files(&["rs"]);
    let faults: Vec<_> =
        files.iter().filter(|file| file.path.starts_with("proxy/src/fault/")).collect();
    assert!(faults.len() >= 7, "the faults were found");
    hold("faults that act", &faults.into_iter().flat_map(acts).collect::<Vec<_>>());
}
