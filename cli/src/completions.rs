//! Completions of the command line for a shell, with the flags of every fault.

use clap_complete::Shell;

use crate::{Ending, args, output};

/// Prints the script that a shell loads.
pub(crate) fn print(shell: Shell) -> Ending {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut args::command(), "fault", &mut script);
    output::say(&String::from_utf8_lossy(&script));
    Ending::Done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flags_of_the_faults_are_completed() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut args::command(), "fault", &mut script);
            let script = String::from_utf8(script).unwrap();
            assert!(script.contains("packet-loss-probability"), "{shell}");
        }
    }
}
