//! Elixir: its own parser, on its own library.

use std::{path::Path, process::Command};

use crate::{Difference, Fact, compare, program, reference, sources};

#[test]
fn extraction_agrees_with_the_parser_of_elixir_on_its_library() {
    let Some(folder) = sources("elixir") else { return };
    let Some(elixir) = program("elixir", None) else { return };
    let script = Path::new(env!("CARGO_MANIFEST_DIR"));
    let script = script.join("tests/agreement/elixir_functions.exs");
    let told = reference(Command::new(elixir).arg(script).arg(&folder));
    compare("elixir", &folder, &told, explain).hold("Elixir, its library");
}

fn explain(difference: &Difference<'_>) -> Option<&'static str> {
    let name = |fact: Option<&Fact>| fact.map_or("", |fact| &fact.qualified).to_owned();
    let (ours, theirs) = (name(difference.ours), name(difference.theirs));
    if theirs.ends_with("...//") && ours.ends_with(".//") {
        return Some("an operator of three parts is known by its last mark");
    }
    if ours.contains(".Elixir.") {
        return Some("a module whose name is a quoted atom keeps all that is quoted");
    }
    None
}
