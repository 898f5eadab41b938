//! From a text to what is in it: one query of the language's grammar, and one pass over its matches.

use std::{collections::HashSet, sync::OnceLock};

use tree_sitter::{Node, Parser, Query, QueryCursor, QueryMatch, StreamingIterator, Tree};

use crate::{
    language::Language,
    module::{Function, FunctionKind, Import, Module, Scope, Span},
    remote::{Binding, Named, Patterns},
    risk::Ready,
};

mod callee;
mod embedded;
mod nest;
#[cfg(test)]
mod tests;
mod types;

pub(crate) use callee::path_of;

/// A language's grammar and query, ready for use.
#[derive(Debug)]
pub(crate) struct Grammar {
    language: tree_sitter::Language,
    query: Query,
    captures: Captures,
    remotes: Patterns,
    /// Made when they are first used.
    pub(crate) risks: OnceLock<Ready>,
}

/// The numbers of the captures in a query; those that it does not have are beyond all numbers.
#[derive(Debug)]
struct Captures {
    function: u32,
    closure: u32,
    function_name: u32,
    function_body: u32,
    function_value: u32,
    function_receiver: u32,
    function_doc: u32,
    function_async: u32,
    scope: u32,
    scope_name: u32,
    scope_doc: u32,
    scope_module: u32,
    call: u32,
    call_callee: u32,
    embedded: u32,
    import: u32,
    import_module: u32,
    import_name: u32,
    import_alias: u32,
    binding_name: u32,
    binding_returned: u32,
    binding_extended: u32,
    binding_owner: u32,
    binding_value: u32,
    binding_part: u32,
    binding_type: u32,
}

impl Captures {
    fn of(query: &Query) -> Self {
        let number = |name| query.capture_index_for_name(name).unwrap_or(u32::MAX);
        Self {
            function: number("function"),
            closure: number("closure"),
            function_name: number("function.name"),
            function_body: number("function.body"),
            function_value: number("function.value"),
            function_receiver: number("function.receiver"),
            function_doc: number("function.doc"),
            function_async: number("function.async"),
            scope: number("scope"),
            scope_name: number("scope.name"),
            scope_doc: number("scope.doc"),
            scope_module: number("scope.module"),
            call: number("call"),
            call_callee: number("call.callee"),
            embedded: number("embedded"),
            import: number("import"),
            import_module: number("import.module"),
            import_name: number("import.name"),
            import_alias: number("import.alias"),
            binding_name: number("binding.name"),
            binding_returned: number("binding.returned"),
            binding_extended: number("binding.extended"),
            binding_owner: number("binding.owner"),
            binding_value: number("binding.value"),
            binding_part: number("binding.part"),
            binding_type: number("binding.type"),
        }
    }
}

impl Language {
    /// The grammar and the query, made at the first use.
    pub(crate) fn compiled(&'static self) -> &'static Grammar {
        self.compiled.get_or_init(|| {
            let language = (self.grammar)();
            let query = Query::new(&language, self.query)
                .unwrap_or_else(|error| panic!("the query of {} is wrong: {error}", self.name));
            let remotes = Patterns::of(self.remotes);
            let captures = Captures::of(&query);
            Grammar { captures, language, query, remotes, risks: OnceLock::new() }
        })
    }

    /// The calls that leave the process.
    pub(crate) fn remote_patterns(&'static self) -> &'static Patterns {
        &self.compiled().remotes
    }
}

/// What is in a text of a language. A text with mistakes gives what can be made out.
pub fn parse(text: &str, language: &'static Language) -> Module {
    read(text, language).module
}

/// A text, with all that is known of it.
pub(crate) struct Syntax {
    /// What is in it.
    pub(crate) module: Module,
    /// The names whose value or type is known.
    pub(crate) bindings: Vec<Binding>,
    /// The tree of its syntax; none where the parser gave up.
    pub(crate) tree: Option<Tree>,
}

/// What is in a text of a language, and how that is known.
pub(crate) fn read(text: &str, language: &'static Language) -> Syntax {
    let grammar = language.compiled();
    let mut module = Module {
        language,
        functions: Vec::new(),
        scopes: Vec::new(),
        imports: Vec::new(),
        calls: Vec::new(),
        remote_calls: Vec::new(),
        lines: text.lines().count(),
        broken: true,
    };
    let mut parser = Parser::new();
    let usable = parser.set_language(&grammar.language).is_ok();
    let tree = usable.then(|| parser.parse(text, None)).flatten();
    let mut bindings = Vec::new();
    if let Some(tree) = &tree {
        module.broken = tree.root_node().has_error();
        let mut reader = Reader {
            text,
            language,
            captures: &grammar.captures,
            found: Found::default(),
            embedded: Vec::new(),
        };
        reader.read(tree, &grammar.query);
        reader.read_embedded(&mut parser, &grammar.query);
        bindings = nest::arrange(&mut module, reader.found);
    }
    Syntax { module, bindings, tree }
}

/// What the matches tell, before it is known what stands in what.
#[derive(Default)]
struct Found {
    functions: Vec<(Function, Option<String>)>,
    scopes: Vec<Scope>,
    /// Where scopes begin that are no types.
    modules: HashSet<usize>,
    imports: Vec<Import>,
    calls: Vec<(Span, String)>,
    bindings: Vec<Binding>,
}

struct Reader<'a> {
    text: &'a str,
    language: &'static Language,
    captures: &'a Captures,
    found: Found,
    /// What is to be read as a text of its own.
    embedded: Vec<tree_sitter::Range>,
}

impl<'a> Reader<'a> {
    fn read(&mut self, tree: &Tree, query: &Query) {
        let mut cursor = QueryCursor::new();
        let mut matches = cursor.matches(query, tree.root_node(), self.text.as_bytes());
        while let Some(found) = matches.next() {
            self.take(found);
        }
    }

    fn take(&mut self, found: &QueryMatch<'_, '_>) {
        let of = |number: u32| {
            found
                .captures()
                .iter()
                .find(|capture| capture.index == number)
                .map(|capture| capture.node)
        };
        let captures = self.captures;
        if let Some(node) = of(captures.call) {
            self.call(node, of(captures.call_callee));
        } else if let Some(node) = of(captures.function) {
            self.function(node, false, of);
        } else if let Some(node) = of(captures.closure) {
            self.function(node, true, of);
        } else if let Some(node) = of(captures.scope) {
            self.scope(node, of);
        } else if let Some(node) = of(captures.embedded) {
            self.embed(node);
        } else if let Some(node) = of(captures.import) {
            self.import(node, of);
        } else if let Some(node) = of(captures.binding_name) {
            self.binding(node, Named::Variable, of);
        } else if let Some(node) = of(captures.binding_returned) {
            self.binding(node, Named::Function, of);
        } else if let Some(node) = of(captures.binding_extended) {
            self.binding(node, Named::Type, of);
        }
    }

    fn call(&mut self, node: Node<'_>, callee: Option<Node<'_>>) {
        let callee = path_of(self.text_of(callee.unwrap_or(node)));
        if !callee.is_empty() {
            self.found.calls.push((span(node), callee));
        }
    }

    fn function<'t>(
        &mut self,
        node: Node<'t>,
        closure: bool,
        of: impl Fn(u32) -> Option<Node<'t>>,
    ) {
        let parts = self.language.parts.and_then(|parts| parts(node, self.text));
        let value = of(self.captures.function_value);
        let Some(name) = of(self.captures.function_name).or(parts.map(|(name, _)| name)) else {
            return;
        };
        let body = of(self.captures.function_body)
            .or_else(|| value?.child_by_field_name("body"))
            .or_else(|| parts?.1);
        let is_async = of(self.captures.function_async).is_some() || value.is_some_and(is_async);
        let name = self.text_of(name).trim_matches(['"', '\'', '`']).to_owned();
        if name.is_empty() || closure && name == "_" {
            return;
        }
        let receiver =
            of(self.captures.function_receiver).map(|node| types::name_of(self.text_of(node)));
        let inner_doc = of(self.captures.function_doc).map(span);
        let (whole, doc) = self.surroundings(node);
        let function = Function {
            qualified: name.clone(),
            name,
            kind: if closure { FunctionKind::Closure } else { FunctionKind::Function },
            span: whole,
            definition: self.definition(node),
            body: body.map(span),
            doc: inner_doc.or(doc),
            is_async,
            scope: None,
            within: None,
        };
        self.found.functions.push((function, receiver));
    }

    fn scope<'t>(&mut self, node: Node<'t>, of: impl Fn(u32) -> Option<Node<'t>>) {
        let Some(name) = of(self.captures.scope_name) else { return };
        let name = types::name_of(
            self.text_of(name).trim_start_matches(':').trim_matches(['"', '\'', '`']),
        );
        let inner_doc = of(self.captures.scope_doc).map(span);
        let (whole, doc) = self.surroundings(node);
        let doc = inner_doc.or(doc);
        if of(self.captures.scope_module).is_some() {
            self.found.modules.insert(whole.start);
        }
        self.found.scopes.push(Scope { qualified: name.clone(), name, span: whole, doc });
    }

    /// All of a definition, with what stands around and before it, and the comment that documents
    /// it.
    fn surroundings(&self, node: Node<'_>) -> (Span, Option<Span>) {
        let mut outer = node;
        while let Some(parent) = outer.parent() {
            if !self.language.wrappers.contains(&parent.kind()) || has_twin(outer, parent) {
                break;
            }
            outer = parent;
        }
        let mut whole = span(outer);
        let mut doc: Option<Span> = None;
        let mut next_row = outer.start_position().row;
        let mut before = outer.prev_sibling();
        while let Some(node) = before {
            let span = span(node);
            if self.leads(node) {
                (whole.start, whole.first_line) = (span.start, span.first_line);
            } else if self.documents(node, next_row) {
                doc = Some(doc.map_or(span, |doc| Span {
                    end: doc.end,
                    last_line: doc.last_line,
                    ..span
                }));
            } else if !self.language.comments.contains(&node.kind()) {
                break;
            } else if span.last_line < next_row {
                // Beyond a gap nothing documents any more.
                before = node.prev_sibling();
                continue;
            }
            next_row = node.start_position().row;
            before = node.prev_sibling();
        }
        (whole, doc)
    }

    /// Whether a node is a comment right before a row that tells what is there.
    fn documents(&self, node: Node<'_>, next_row: usize) -> bool {
        // What ends a line is about that line.
        let alone = || {
            let row = node.start_position().row;
            node.prev_sibling().is_none_or(|before| span(before).last_line <= row)
        };
        self.language.comments.contains(&node.kind())
            && span(node).last_line >= next_row
            && (self.language.documents)(self.text_of(node))
            && alone()
    }

    /// Whether a node before a definition belongs to it.
    fn leads(&self, node: Node<'_>) -> bool {
        self.language.leading.iter().any(|leading| match leading.split_once(' ') {
            Some((kind, text)) => kind == node.kind() && self.text_of(node).starts_with(text),
            None => *leading == node.kind(),
        })
    }

    /// A definition without the annotations or decorators that it begins with.
    fn definition(&self, node: Node<'_>) -> Span {
        let whole = span(node);
        match self.head(node).map(span) {
            Some(head) => Span { start: head.start, first_line: head.first_line, ..whole },
            None => whole,
        }
    }

    /// What comes first in a definition beside what leads it.
    fn head<'t>(&self, node: Node<'t>) -> Option<Node<'t>> {
        let skipped = |node: Node<'_>| self.leads(node) || node.is_extra();
        let mut cursor = node.walk();
        for child in node.children(&mut cursor) {
            // Modifiers hold annotations too.
            let holds = child.child(0).is_some_and(|first| self.leads(first));
            match if holds { self.head(child) } else { Some(child) } {
                Some(head) if !skipped(head) => return Some(head),
                _ => {}
            }
        }
        None
    }

    fn import<'t>(&mut self, node: Node<'t>, of: impl Fn(u32) -> Option<Node<'t>>) {
        if let Some(read) = self.language.imports {
            self.found.imports.extend(read(node, self.text));
            return;
        }
        let text = |node: Node<'_>| self.text_of(node).trim_matches(['"', '\'', '`']).to_owned();
        let module = of(self.captures.import_module).map(text);
        let name = of(self.captures.import_name).map(text);
        let alias = of(self.captures.import_alias).map(text);
        let (path, short) = match (module, name) {
            (Some(module), Some(name)) => (format!("{module}.{name}"), name),
            (Some(module), None) => {
                let short = (self.language.module_name)(&module).to_owned();
                // What is imported whole is known by its first word or its last, and stands for that
                // much.
                let first = !module.contains('/') && module.starts_with(&format!("{short}."));
                let path = if alias.is_none() && first { short.clone() } else { module };
                (path, short)
            }
            (None, Some(name)) => (name.clone(), name),
            (None, None) => return,
        };
        let line = node.start_position().row + 1;
        self.found.imports.push(Import { local: alias.unwrap_or(short), path, line });
    }

    fn binding<'t>(&mut self, node: Node<'t>, named: Named, of: impl Fn(u32) -> Option<Node<'t>>) {
        let made = of(self.captures.binding_value).map(|node| path_of(self.text_of(node)));
        let typed =
            || of(self.captures.binding_type).map(|node| types::path_of(self.text_of(node)));
        let Some(value) = made.or_else(typed).filter(|value| !value.is_empty()) else { return };
        let name = path_of(self.text_of(node));
        if !name.is_empty() {
            let owner = of(self.captures.binding_owner);
            let owner = owner.map(|node| types::path_of(self.text_of(node)));
            let part = of(self.captures.binding_part).map(|node| self.text_of(node));
            let value = part.map_or_else(|| value.clone(), |part| format!("{value}.{part}"));
            let at = node.start_byte();
            self.found.bindings.push(Binding { name, value, of: named, owner, at });
        }
    }

    fn text_of(&self, node: Node<'_>) -> &'a str {
        self.text.get(node.byte_range()).unwrap_or_default()
    }
}

/// Whether a function says that it is asynchronous.
fn is_async(function: Node<'_>) -> bool {
    let mut cursor = function.walk();
    function.children(&mut cursor).any(|child| child.kind() == "async")
}

/// Whether a wrapper holds a second definition of the same kind, or is a group that may.
fn has_twin(node: Node<'_>, parent: Node<'_>) -> bool {
    let mut cursor = parent.walk();
    let is_twin = |child: Node<'_>| child.kind_id() == node.kind_id() && child != node;
    parent.children(&mut cursor).any(|child| child.kind() == "(" || is_twin(child))
}

/// The stretch of a node.
pub(crate) fn span(node: Node<'_>) -> Span {
    let (start, end) = (node.start_position(), node.end_position());
    let last = if end.column == 0 && end.row > start.row { end.row - 1 } else { end.row };
    Span {
        start: node.start_byte(),
        end: node.end_byte(),
        first_line: start.row + 1,
        last_line: last + 1,
    }
}
