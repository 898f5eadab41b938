//! Programs of others: where they are, and what is said when they are not there.

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::program::Call;

/// Where Debian keeps programs that are not on everybody's path.
const FOLDERS: [&str; 5] = ["/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"];

/// Where Debian keeps a folder for each version of PostgreSQL.
const POSTGRES: &str = "/usr/lib/postgresql";

/// Looks for a program.
///
/// Without it the test has nothing to do: it says that it is skipped, and passes.
pub fn tool(name: &str) -> Option<PathBuf> {
    one_of(name, &[name])
}

/// Looks for a program that goes by several names, as [`tool`] looks for one; `what` it is.
pub fn one_of(what: &str, names: &[&str]) -> Option<PathBuf> {
    let folders = folders();
    let paths = names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    let found = paths.into_iter().find(|path| path.is_file());
    if found.is_none() {
        skip(&format!("{what} is not installed"));
    }
    found
}

/// Looks for a Python that has `packages`, as [`tool`] looks for a program.
///
/// `FAULT_TEST_PYTHON` names one that has what the tests need; otherwise the usual one is asked.
pub async fn python(packages: &str) -> Option<PathBuf> {
    let candidates = variable("FAULT_TEST_PYTHON").map(PathBuf::from);
    let usual = folders().into_iter().map(|folder| folder.join("python3"));
    for python in candidates.into_iter().chain(usual) {
        if python.is_file() && has(&python, packages).await {
            return Some(python);
        }
    }
    skip(&format!("Python with {packages} is not installed"));
    None
}

/// Looks for the Python that a variable names, as [`tool`] looks for a program.
pub async fn python_of(name: &str, packages: &str) -> Option<PathBuf> {
    if let Some(python) = variable(name).map(PathBuf::from)
        && has(&python, packages).await
    {
        return Some(python);
    }
    skip(&format!("{packages} of {name} is not installed"));
    None
}

async fn has(python: &Path, packages: &str) -> bool {
    let look = "import importlib.metadata as m, sys; [m.version(name) for name in sys.argv[1:]]";
    let call = Call::of(python, "python").arg("-c").arg(look).words(packages);
    call.outcome().await.status.success()
}

/// Says that the running test is skipped, and why, past the harness that keeps what tests print.
pub fn skip(why: &str) {
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a test").to_owned();
    // Whoever runs the tests may have closed the stream; that is no reason to fail.
    let _ = writeln!(std::io::stderr(), "\nskipped: {test}: {why}");
}

fn folders() -> Vec<PathBuf> {
    let path = variable("PATH").unwrap_or_default();
    let mut folders: Vec<_> = std::env::split_paths(&path).collect();
    folders.extend(FOLDERS.map(PathBuf::from));
    let versions = fs_err::read_dir(POSTGRES).into_iter().flatten().flatten();
    folders.extend(versions.map(|version| version.path().join("bin")));
    folders
}

#[expect(clippy::disallowed_methods, reason = "whoever runs the tests says where programs are")]
fn variable(name: &str) -> Option<std::ffi::OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_found_by_its_name() {
        assert!(tool("sh").is_some());
        let folders = folders();
        assert!(!folders.iter().any(|folder| folder.join("no-such-program").is_file()));
    }
}
