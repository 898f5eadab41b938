//! Java: the compiler's own tree API, on the library of the JDK.

use std::{path::Path, process::Command};

use crate::{Difference, compare, program, reference, sources};

#[test]
fn extraction_agrees_with_the_compiler_of_java_on_its_library() {
    let Some(folder) = sources("java") else { return };
    let Some(java) = program("java", None) else { return };
    let script = Path::new(env!("CARGO_MANIFEST_DIR"));
    let script = script.join("tests/agreement/JavaFunctions.java");
    let told = reference(Command::new(java).arg(script).arg(&folder));
    compare("java", &folder, &told, explain).hold("Java, the library of the JDK");
}

fn explain(_: &Difference<'_>) -> Option<&'static str> {
    None
}
