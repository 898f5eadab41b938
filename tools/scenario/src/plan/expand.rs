//! From a scenario to its tests: the items, then each call of the matrix with each of its faults.

use crate::file::{CallSpec, Context, Expect, FaultEntry, Item, Matrix, Scenario};
use crate::results::Cell;

/// A test as it is written.
pub(super) struct Draft {
    /// Where in the document it stands.
    pub(super) path: String,
    /// Where its call stands.
    pub(super) call_path: String,
    pub(super) cell: Option<Cell>,
    pub(super) call: CallSpec,
    pub(super) context: Context,
    pub(super) expect: Option<Expect>,
}

/// Every test of a scenario, in the order in which they are run.
pub(super) fn expand(scenario: &Scenario) -> Vec<Draft> {
    let items = scenario.items.iter().enumerate().map(|(index, item)| of_item(index, item));
    items.chain(scenario.matrix.iter().flat_map(of_matrix)).collect()
}

fn of_item(index: usize, item: &Item) -> Draft {
    let path = format!("items[{index}]");
    Draft {
        call_path: format!("{path}.call"),
        path,
        cell: None,
        call: item.call.clone(),
        context: item.context.clone(),
        expect: item.expect.clone(),
    }
}

fn of_matrix(matrix: &Matrix) -> Vec<Draft> {
    let cells = matrix.calls.iter().flat_map(|(name, call)| {
        matrix.faults.iter().filter_map(move |fault| cell(matrix, name, call, fault))
    });
    cells.collect()
}

fn cell(matrix: &Matrix, name: &str, call: &CallSpec, fault: &str) -> Option<Draft> {
    let mut draft = Draft {
        path: "matrix".to_owned(),
        call_path: format!("matrix.calls.{name}"),
        cell: Some(Cell { call: name.to_owned(), fault: fault.to_owned() }),
        call: call.clone(),
        context: matrix.context.clone(),
        expect: matrix.expect.clone(),
    };
    draft.context.faults.push(FaultEntry::Named(fault.to_owned()));
    let meant = |wanted: &Option<String>, this: &str| wanted.as_deref().is_none_or(|it| it == this);
    let found =
        matrix.overrides.iter().filter(|it| meant(&it.call, name) && meant(&it.fault, fault));
    let mut skip = false;
    for different in found {
        skip = different.skip;
        if different.expect.is_some() {
            draft.expect.clone_from(&different.expect);
        }
        if different.slo.is_some() {
            draft.context.slo.clone_from(&different.slo);
        }
    }
    (!skip).then_some(draft)
}
