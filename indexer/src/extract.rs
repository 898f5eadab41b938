//! A function out of a file: found by its name, and cut out with all that belongs to it.

use crate::{
    module::{Function, Module, Span},
    source::Source,
};

/// How many near names an answer tells.
const NEAR: usize = 5;

/// The least likeness of a name to one that is not there, from 0 to 1.
const LIKENESS: f64 = 0.6;

/// The least length of a name that tells something where it is a part of another one.
const TELLING: usize = 3;

/// Why there is no such function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// There is none of this name; these are the nearest.
    Unknown(Vec<String>),
    /// There are several; these are their addresses.
    Several(Vec<String>),
}

/// The number of the function of a name, a qualified name, the end of one, or one of these with `@` and a line of
/// the function.
pub fn find(module: &Module, wanted: &str) -> Result<usize, Missing> {
    match find_all(module, wanted).as_slice() {
        [only] => Ok(*only),
        [] => Err(Missing::Unknown(best(nearest(module, wanted)))),
        several => {
            let addresses = module.addresses();
            Err(Missing::Several(several.iter().map(|at| addresses[*at].clone()).collect()))
        }
    }
}

/// The numbers of all functions that a name can mean.
pub fn find_all(module: &Module, wanted: &str) -> Vec<usize> {
    let (name, line) = split(wanted.trim());
    let functions = module.functions.iter().enumerate();
    let mut all: Vec<Numbered<'_>> =
        functions.filter(|(_, function)| fits(function, &name)).collect();
    if let Some(line) = line {
        all = at_line(all, line);
    }
    // An exact qualified name comes before the ends of longer ones.
    let exact: Vec<Numbered<'_>> =
        all.iter().copied().filter(|(_, function)| plain(&function.qualified) == name).collect();
    let candidates = if exact.is_empty() { all } else { exact };
    candidates.into_iter().map(|(at, _)| at).collect()
}

/// A function with its number.
type Numbered<'a> = (usize, &'a Function);

fn at_line(candidates: Vec<Numbered<'_>>, line: usize) -> Vec<Numbered<'_>> {
    let starts = |(_, function): &Numbered<'_>| function.definition.first_line == line;
    let holds = |(_, function): &Numbered<'_>| {
        (function.span.first_line..=function.span.last_line).contains(&line)
    };
    let starting: Vec<Numbered<'_>> = candidates.iter().copied().filter(starts).collect();
    if starting.is_empty() { candidates.into_iter().filter(holds).collect() } else { starting }
}

/// The name in its plain form, and the line behind an `@`.
fn split(wanted: &str) -> (String, Option<usize>) {
    let wanted = wanted.trim_end_matches("()");
    match wanted.rsplit_once('@').map(|(name, line)| (name, line.parse())) {
        Some((name, Ok(line))) if !name.is_empty() => (plain(name), Some(line)),
        _ => (plain(wanted), None),
    }
}

/// A qualified name with `.` between its parts, whatever the language writes.
fn plain(name: &str) -> String {
    name.replace("::", ".").replace(['#', '/'], ".")
}

fn fits(function: &Function, wanted: &str) -> bool {
    let qualified = plain(&function.qualified);
    qualified == wanted
        || function.name == wanted
        || qualified.strip_suffix(wanted).is_some_and(|before| before.ends_with('.'))
}

/// The functions whose names are like one, with how like they are from 0 to 1.
pub fn nearest(module: &Module, wanted: &str) -> Vec<(f64, String)> {
    let (wanted, _) = split(wanted.trim());
    let last = wanted.rsplit('.').next().unwrap_or(&wanted).to_lowercase();
    let likeness = |function: &Function| {
        let name = function.name.to_lowercase();
        let alike = strsim::jaro_winkler(&last, &name);
        let contained = last.len() >= TELLING && name.contains(&last);
        if contained { alike.max(0.9) } else { alike }
    };
    let functions = module.functions.iter().zip(module.addresses());
    functions
        .map(|(function, address)| (likeness(function), address))
        .filter(|(likeness, _)| *likeness >= LIKENESS)
        .collect()
}

/// The best of some names.
pub fn best(mut near: Vec<(f64, String)>) -> Vec<String> {
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    near.dedup_by(|a, b| a.1 == b.1);
    near.into_iter().take(NEAR).map(|(_, address)| address).collect()
}

/// The whole of a function: decorators, attributes and annotations, signature and body. Its lines
/// keep their indentation.
pub fn full(source: &Source, function: &Function) -> String {
    lines_of(source, function.span)
}

/// What a function does, without its signature; empty where it is only declared.
pub fn body(source: &Source, function: &Function) -> String {
    function.body.map(|body| lines_of(source, body)).unwrap_or_default()
}

/// What documents a function, as it is written.
pub fn doc(source: &Source, function: &Function) -> Option<String> {
    function.doc.map(|doc| source.text[doc.bytes()].to_owned())
}

/// A stretch of text, with the blanks before its first word where nothing else is there.
fn lines_of(source: &Source, span: Span) -> String {
    let before = &source.text[..span.start];
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let indented = before[start..].trim().is_empty();
    source.text[if indented { start } else { span.start }..span.end].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{language::Language, syntax};

    const PYTHON: &str = "\
import httpx


@cached
@retry(times=3)
async def load(url):
    \"\"\"Loads it.\"\"\"
    return await httpx.get(url)


class Store:
    def load(self, key):
        def inner():
            return key
        return inner()

    @property
    def size(self): return 1

    @size.setter
    def size(self, value): self.value = value
";

    fn read(text: &str) -> (Source, Module) {
        let source = Source { text: text.to_owned(), encoding: "UTF-8" };
        (source, syntax::parse(text, Language::named("python").unwrap()))
    }

    #[test]
    fn a_function_is_found_by_its_name_its_qualified_name_or_its_line() {
        let (_, module) = read(PYTHON);
        let addresses = module.addresses();
        for (wanted, address) in [
            ("Store.load", "Store.load"),
            ("Store::load", "Store.load"),
            ("load", "load"),
            ("load()", "load"),
            ("inner", "Store.load.inner"),
            ("load.inner", "Store.load.inner"),
            ("size@18", "Store.size@18"),
            ("Store.size@21", "Store.size@21"),
            ("load@12", "Store.load"),
        ] {
            let found = find(&module, wanted);
            // `load` alone is the function of that very name and not the method.
            let found = found.map(|at| addresses[at].as_str());
            assert_eq!(found.as_deref(), Ok(address), "{wanted}");
        }
    }

    #[test]
    fn a_name_that_is_missing_or_not_clear_is_answered_with_others() {
        let (_, module) = read(PYTHON);
        assert_eq!(
            find(&module, "laod"),
            Err(Missing::Unknown(vec!["load".into(), "Store.load".into()]))
        );
        assert_eq!(
            find(&module, "Store.size"),
            Err(Missing::Several(vec!["Store.size@18".into(), "Store.size@21".into()]))
        );
        assert_eq!(find(&module, "zzzz"), Err(Missing::Unknown(Vec::new())));
        assert_eq!(find(&module, ""), Err(Missing::Unknown(Vec::new())));
    }

    #[test]
    fn the_whole_of_a_function_has_its_decorators_and_its_body_has_no_signature() {
        let (source, module) = read(PYTHON);
        let function = &module.functions[find(&module, "load").unwrap()];
        assert!(function.is_async);
        let whole = full(&source, function);
        assert!(whole.starts_with("@cached\n@retry(times=3)\nasync def load(url):\n"), "{whole}");
        assert!(whole.ends_with("    return await httpx.get(url)"), "{whole}");
        assert_eq!(
            body(&source, function),
            "    \"\"\"Loads it.\"\"\"\n    return await httpx.get(url)"
        );
        assert_eq!(doc(&source, function).as_deref(), Some("\"\"\"Loads it.\"\"\""));
        let inner = &module.functions[find(&module, "inner").unwrap()];
        assert_eq!(full(&source, inner), "        def inner():\n            return key");
        let setter = &module.functions[find(&module, "size@21").unwrap()];
        assert_eq!(
            full(&source, setter),
            "    @size.setter\n    def size(self, value): self.value = value"
        );
        assert_eq!(body(&source, setter), "self.value = value");
    }
}
