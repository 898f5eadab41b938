//! Where code says which function answers which route.
//!
//! Frameworks say it in two ways: by a decorator, attribute or annotation of the function
//! (`@app.get("/users/{id}")`), and by a call that names route and function
//! (`router.GET("/users/:id", show)`). Both are found by their shape, whatever the framework.

use fault_indexer::Module;

mod literal;

pub(crate) use literal::Literal;

/// The methods of HTTP that a route may be for.
const METHODS: [&str; 7] = ["get", "post", "put", "patch", "delete", "head", "options"];

/// Other words that register a route, of any method or of one that is told beside it.
const WORDS: [&str; 11] = [
    "route",
    "api_route",
    "handle",
    "handlefunc",
    "handler",
    "add_route",
    "add_api_route",
    "add_url_rule",
    "path",
    "request",
    "all",
];

/// What arguments with a name are called that say who answers.
const ANSWERS: [&str; 3] = ["view_func", "endpoint", "handler"];

/// How much of a call is looked at, in bytes.
const LONGEST: usize = 4096;

/// A function that is called from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Route {
    /// The methods that it is for, in upper case; any, if none is told.
    pub(crate) methods: Vec<String>,
    /// The route as it is written.
    pub(crate) route: String,
    /// The line that says so, counted from 1.
    pub(crate) line: usize,
    /// Who answers.
    pub(crate) handler: Handler,
    /// The `operationId` that is told beside it.
    pub(crate) operation_id: Option<String>,
}

/// Who answers a route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Handler {
    /// The function of the file with this number.
    Function(usize),
    /// A function of this name, wherever it is.
    Named(String),
    /// A function without a name between these lines.
    Lines(usize, usize),
}

/// The routes in a text.
pub(crate) fn of(text: &str, module: &Module) -> Vec<Route> {
    let mut routes = Vec::new();
    for literal in literal::all(text) {
        let Some(call) = Registration::around(text, &literal) else { continue };
        let above = decorated(text, module, &literal);
        if above.is_none() && module.remote_calls.iter().any(|call| call.line == literal.line) {
            continue;
        }
        let (route, methods) = call.route_and_methods(literal.text);
        if !call.takes(&route, module.language.name) {
            continue;
        }
        let answering = match above {
            Some(at) => vec![(methods, Handler::Function(at))],
            None => call.answering(&literal, methods, module.language.name),
        };
        let operation_id = call.operation_id();
        routes.extend(answering.into_iter().map(|(methods, handler)| Route {
            methods,
            route: route.clone(),
            line: literal.line,
            handler,
            operation_id: operation_id.clone(),
        }));
    }
    routes
}

/// The function whose decorators a literal stands in: between the beginning of all that belongs to
/// it and its name.
fn decorated(text: &str, module: &Module, literal: &Literal<'_>) -> Option<usize> {
    let holds = |at: &usize| {
        let function = &module.functions[*at];
        let whole = function.span;
        let end = function.body.map_or(whole.end, |body| body.start);
        let head = text.get(whole.start..end).unwrap_or_default();
        let is_marked = head.trim_start().starts_with(['@', '#']);
        let name = head.rfind(function.name.as_str()).map_or(end, |name| whole.start + name);
        is_marked && whole.start <= literal.start && literal.start < name
    };
    (0..module.functions.len()).rev().find(holds)
}

/// The call that a literal is the first argument of.
struct Registration<'a> {
    /// The word before the parenthesis, in lower case.
    word: String,
    /// All between the parentheses.
    arguments: &'a str,
    /// What follows the literal.
    rest: &'a str,
    /// The line of the closing parenthesis.
    last_line: usize,
}

impl<'a> Registration<'a> {
    fn around(text: &'a str, literal: &Literal<'a>) -> Option<Self> {
        let before = text[..literal.start].trim_end();
        // Java may name the argument: `value = "/users"`.
        let before = ["value =", "path =", "value=", "path="]
            .iter()
            .find_map(|name| before.strip_suffix(name))
            .unwrap_or(before);
        let before = before.trim_end().trim_end_matches(['{', '[']).trim_end().strip_suffix('(')?;
        let from = before
            .rfind(|c: char| !(c.is_alphanumeric() || c == '_'))
            .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
        let word = before[from..].to_ascii_lowercase();
        let word = word.strip_suffix("mapping").map(str::to_owned).unwrap_or(word);
        if !METHODS.contains(&word.as_str()) && !WORDS.contains(&word.as_str()) {
            return None;
        }
        let end = text.floor_char_boundary((literal.start + LONGEST).min(text.len()));
        let closed = literal::closing(&text[literal.start..end]).map(|at| literal.start + at)?;
        let last_line = literal.line + text[literal.start..closed].matches('\n').count();
        let (arguments, rest) = (&text[literal.start..closed], &text[literal.end..closed]);
        Some(Self { word, arguments, rest, last_line })
    }

    /// Whether the text is a route as the framework writes it.
    fn takes(&self, route: &str, language: &str) -> bool {
        let bare =
            language == "python" && self.word == "path" || language == "java" && !route.is_empty();
        let plain = !route.contains(char::is_whitespace) && !route.contains("://");
        plain && (route.starts_with('/') || bare)
    }

    /// The route and the methods: the word says them, or the route itself (`GET /users`), or what
    /// stands beside it.
    fn route_and_methods(&self, text: &str) -> (String, Vec<String>) {
        if let Some((method, route)) = text.split_once(' ')
            && METHODS.contains(&method.to_ascii_lowercase().as_str())
        {
            return (route.trim().to_owned(), vec![method.to_ascii_uppercase()]);
        }
        if METHODS.contains(&self.word.as_str()) {
            return (text.to_owned(), vec![self.word.to_ascii_uppercase()]);
        }
        let told = |method: &&&str| {
            let upper = method.to_ascii_uppercase();
            let quoted =
                [format!("\"{upper}\""), format!("'{upper}'"), format!("RequestMethod.{upper}")];
            quoted.iter().any(|word| self.arguments.contains(word.as_str()))
                || words(self.rest).any(|word| word == **method)
                    && self.rest.contains(&format!("{method}("))
        };
        let methods = METHODS.iter().filter(told).map(|method| method.to_ascii_uppercase());
        (text.to_owned(), methods.collect())
    }

    /// Who answers, and which methods: one, or for each method another, as in
    /// `get(show).post(add)`.
    fn answering(
        &self,
        literal: &Literal<'_>,
        methods: Vec<String>,
        language: &str,
    ) -> Vec<(Vec<String>, Handler)> {
        let each: Vec<(Vec<String>, Handler)> = match language {
            "rust" => METHODS.iter().filter_map(|method| self.by_method(method)).collect(),
            _ => Vec::new(),
        };
        match each.is_empty() {
            false => each,
            true => self.handler(literal).map(|handler| (methods, handler)).into_iter().collect(),
        }
    }

    fn by_method(&self, method: &str) -> Option<(Vec<String>, Handler)> {
        let call = format!("{method}(");
        let at = self.rest.match_indices(&call).map(|(at, _)| at).find(|at| {
            let before = self.rest[..*at].chars().next_back();
            !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
        })?;
        let inner = self.rest[at + call.len()..].split(')').next()?;
        let name = words(inner).last().filter(|_| !inner.contains('|'))?;
        Some((vec![method.to_ascii_uppercase()], Handler::Named(name.to_owned())))
    }

    /// Who answers: the last argument, by its last name, or a function that is written there.
    fn handler(&self, literal: &Literal<'_>) -> Option<Handler> {
        let rest = self.rest.trim_start().strip_prefix(',')?;
        let is_closure = ["=>", "function", "func(", "|"].iter().any(|mark| rest.contains(mark));
        if is_closure {
            return Some(Handler::Lines(literal.line, self.last_line));
        }
        let arguments = literal::arguments(rest).into_iter().map(str::trim);
        let mut named = arguments.filter_map(|argument| match argument.split_once('=') {
            None => Some(argument),
            Some((key, value)) => ANSWERS.contains(&key.trim()).then_some(value),
        });
        let name = words(named.next_back()?)
            .filter(|word| !METHODS.contains(word) && *word != "as_view")
            .filter(|word| word.starts_with(|c: char| c.is_alphabetic() || c == '_'))
            .last()?;
        Some(Handler::Named(name.to_owned()))
    }

    fn operation_id(&self) -> Option<String> {
        let at = ["operation_id", "operationId"]
            .iter()
            .find_map(|name| self.arguments.find(name).map(|at| at + name.len()))?;
        let rest = self.arguments[at..].trim_start().strip_prefix(['=', ':'])?;
        let first = literal::all(rest.trim_start()).next()?;
        (first.start == 0).then(|| first.text.to_owned())
    }
}

/// The words of a text: letters, digits and underscores.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty())
}

/// The parts of a route; nothing for one that stands for anything.
pub(crate) fn segments(route: &str) -> Vec<Option<&str>> {
    let is_open = |part: &str| {
        part.starts_with([':', '{', '<', '*', '[', '$']) || part.contains('{') || part == "xxxxxx"
    };
    let parts = route.split('/').filter(|part| !part.is_empty());
    parts.map(|part| (!is_open(part)).then_some(part)).collect()
}

#[cfg(test)]
mod tests;
