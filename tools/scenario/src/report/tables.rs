//! Tables as plain text, so that Markdown and HTML show the same ones.

/// A table whose cells are not escaped yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    /// What each column is.
    pub(super) head: Vec<String>,
    /// The cells, row by row.
    pub(super) rows: Vec<Vec<String>>,
}

impl Table {
    /// A table of these rows.
    pub(super) fn new<const N: usize>(
        head: [&str; N],
        rows: impl IntoIterator<Item = [String; N]>,
    ) -> Self {
        Self {
            head: head.map(str::to_owned).to_vec(),
            rows: rows.into_iter().map(|row| row.to_vec()).collect(),
        }
    }

    /// Whether a column holds figures, which stand best at the right.
    pub(super) fn is_figures(&self, column: usize) -> bool {
        let mut cells = self.rows.iter().filter_map(|row| row.get(column)).peekable();
        cells.peek().is_some() && cells.all(is_figure)
    }
}

/// Whether a cell is a number with nothing but its unit or its share: `12.30`, `464 ms`, `3 (10.0%)`.
fn is_figure(cell: &String) -> bool {
    let rest = cell.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let is_unit = |rest: &str| {
        rest.is_empty() || rest == "%" || rest.starts_with(|c: char| c == '(' || c.is_alphabetic())
    };
    cell == "-" || (rest.len() < cell.len() && is_unit(rest.trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_of_figures_is_told_from_one_of_words() {
        let row = |cells: [&str; 3]| cells.map(str::to_owned);
        let rows = [row(["1 (2%)", "p50", "200 5"]), row(["-", "12.3 ms", "404 1, 200 2"])];
        let table = Table::new(["a", "b", "c"], rows);
        assert_eq!(
            [0, 1, 2, 3].map(|column| table.is_figures(column)),
            [true, false, false, false]
        );
    }
}
