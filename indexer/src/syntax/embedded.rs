//! Code in what the grammar sees as mere tokens, such as the arguments of a macro.

use tree_sitter::{Node, Parser, Query, Range};

use super::Reader;

/// How deep such code is read in such code.
const DEEPEST: usize = 8;

impl Reader<'_> {
    /// Keeps what stands in the brackets of a node, to be read as a text of the language later.
    pub(super) fn embed(&mut self, node: Node<'_>) {
        // Round and square brackets hold one thing beside another, curly ones a text.
        let apart = !self.text_of(node).starts_with('{');
        let mut cursor = node.walk();
        let mut from = None;
        for child in node.children(&mut cursor) {
            let parts = apart && child.kind() == ",";
            if (child.end_byte() == node.end_byte() || parts)
                && let Some((start_byte, start_point)) = from.take()
            {
                let (end_byte, end_point) = (child.start_byte(), child.start_position());
                self.keep(Range { start_byte, end_byte, start_point, end_point });
            }
            if child.start_byte() == node.start_byte() || parts {
                from = Some((child.end_byte(), child.end_position()));
            }
        }
    }

    fn keep(&mut self, range: Range) {
        // What holds no brackets neither calls nor defines.
        let text = self.text.get(range.start_byte..range.end_byte);
        if text.is_some_and(|text| text.contains('(')) {
            self.embedded.push(range);
        }
    }

    /// Reads what was kept, and what is kept meanwhile.
    pub(super) fn read_embedded(&mut self, parser: &mut Parser, query: &Query) {
        for _ in 0..DEEPEST {
            let ranges = std::mem::take(&mut self.embedded);
            if ranges.is_empty() {
                return;
            }
            let bodies = self.outermost();
            for range in ranges {
                let at = bodies.partition_point(|(start, _)| *start <= range.start_byte);
                let last = at.checked_sub(1).map(|at| bodies[at]);
                let in_function = last.is_some_and(|(_, end)| range.start_byte < end);
                self.read_range(parser, query, range, in_function);
            }
        }
    }

    fn read_range(&mut self, parser: &mut Parser, query: &Query, range: Range, in_function: bool) {
        if parser.set_included_ranges(&[range]).is_err() {
            return;
        }
        let Some(tree) = parser.parse(self.text, None) else { return };
        let (functions, scopes) = (self.found.functions.len(), self.found.scopes.len());
        self.read(&tree, query);
        // In a function they are patterns of code that is yet to be made.
        if in_function {
            self.found.functions.truncate(functions);
            self.found.scopes.truncate(scopes);
        }
    }

    /// Where the functions found so far stand that stand in no other.
    fn outermost(&self) -> Vec<(usize, usize)> {
        let definitions = self.found.functions.iter().map(|(function, _)| function.definition);
        let mut all: Vec<(usize, usize)> =
            definitions.map(|definition| (definition.start, definition.end)).collect();
        all.sort_unstable_by_key(|(start, end)| (*start, usize::MAX - *end));
        let mut until = 0;
        all.retain(|(_, end)| {
            let outer = *end > until;
            until = until.max(*end);
            outer
        });
        all
    }
}
