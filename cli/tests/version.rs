//! The program as it is built. With a test beside it, `cargo test` builds the program that the
//! whole-program tests start, once and with the same features as everything else.

use std::process::Command;

#[test]
fn the_program_that_is_built_says_its_version() {
    let outcome = Command::new(env!("CARGO_BIN_EXE_fault")).arg("--version").output();
    let outcome = outcome.expect("the program can be started");
    assert!(outcome.status.success());
    let said = String::from_utf8_lossy(&outcome.stdout);
    assert_eq!(said, format!("fault {}\n", env!("CARGO_PKG_VERSION")));
}
