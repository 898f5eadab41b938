//! Where the program under test is, built if it is missing or older than its source.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::SystemTime;

use crate::repository;

/// The program, as `cargo` builds it for the profile of the tests.
pub fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        let folder = products();
        let binary = folder.join(format!("fault{}", std::env::consts::EXE_SUFFIX));
        if modified(&binary) < newest_source() {
            build(&folder);
        }
        assert!(binary.is_file(), "{} was not built", binary.display());
        binary
    })
}

/// The folder of build products that the running test stands in, two levels up.
fn products() -> PathBuf {
    let test = std::env::current_exe().expect("the test knows where it stands");
    let folder = test.ancestors().nth(2);
    folder.expect("tests stand in a folder of the build products").to_owned()
}

/// When a file was written; the beginning of time if it is not there.
fn modified(file: &Path) -> SystemTime {
    fs_err::metadata(file).and_then(|data| data.modified()).unwrap_or(SystemTime::UNIX_EPOCH)
}

fn newest_source() -> SystemTime {
    let sources = repository::paths(&["lock", "rs", "toml"]);
    let tests = repository::root().join("tests");
    let of_program = sources.iter().filter(|path| !path.starts_with(&tests));
    of_program.map(|path| modified(path)).max().expect("the project has sources")
}

/// Builds it; `cargo` itself sees to it that this happens once at a time.
fn build(folder: &Path) {
    let name = folder.file_name().unwrap_or_default();
    let profile = match name.to_str() {
        Some("debug") | None => "dev",
        Some(other) => other,
    };
    let target = folder.parent().expect("profiles stand in a folder");
    let outcome = Command::new(cargo())
        .current_dir(repository::root())
        .args(["build", "--quiet", "-p", "fault-cli", "--profile", profile])
        .arg("--target-dir")
        .arg(target)
        .output()
        .expect("cargo can be started");
    let said = String::from_utf8_lossy(&outcome.stderr);
    assert!(outcome.status.success(), "the program cannot be built:\n{said}");
}

fn cargo() -> PathBuf {
    #[expect(clippy::disallowed_methods, reason = "cargo tells its tests where it is")]
    std::env::var_os("CARGO").map_or_else(|| "cargo".into(), PathBuf::from)
}
