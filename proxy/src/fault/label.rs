//! What faults are called in events and reports.

use super::Fault;

/// The label of each fault of a list: its name, else its type. Where a fault before it has that label already, a
/// number tells it apart: `latency`, `latency#2`, `latency#3`.
pub fn labels(faults: &[Fault]) -> Vec<String> {
    let mut labels: Vec<String> = Vec::with_capacity(faults.len());
    for fault in faults {
        let own = fault.name().unwrap_or_else(|| fault.kind());
        let label = (1..)
            .map(|number: u32| if number == 1 { own.to_owned() } else { format!("{own}#{number}") })
            .find(|label| !labels.contains(label));
        labels.extend(label);
    }
    labels
}
