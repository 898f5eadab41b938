//! The reference of the command line: what `--help` says, of each command.

use super::MADE;

/// What `--help` says of a command.
#[derive(Debug)]
pub(super) struct Help {
    /// The words of the command behind `fault`; none for the program itself.
    pub(super) command: String,
    /// What was said.
    pub(super) text: String,
}

impl Help {
    /// The words of the commands that stand below this one.
    pub(super) fn commands(&self) -> Vec<String> {
        let below = self.text.split("\nCommands:\n").nth(1).unwrap_or_default();
        let lines = below.lines().take_while(|line| !line.is_empty());
        // What is set further in goes on with what stands above it.
        let names = lines.filter(|line| !line.starts_with("   "));
        let names = names.filter_map(|line| line.split_whitespace().next());
        names.map(|name| format!("{} {name}", self.command).trim().to_owned()).collect()
    }

    /// The command as it is called.
    pub(super) fn called(&self) -> String {
        format!("fault {}", self.command).trim().to_owned()
    }
}

/// The page.
pub(super) fn page(helps: &[Help]) -> String {
    let mut page = format!(
        "{MADE}# Command line: reference\n\n\
         Results go to standard output, everything else to standard error.\n\n\
         | exit code | meaning |\n|---|---|\n\
         | 0 | it is done; also after SIGINT and SIGTERM |\n\
         | 1 | it ran, and the application under test fell short: a scenario failed or showed nothing |\n\
         | 2 | bad input, or the environment stands in the way; the message has a [code](errors.md) |\n\
         | 70 | a defect of this program |\n"
    );
    for help in helps {
        let text: Vec<_> = help.text.lines().map(str::trim_end).collect();
        let text = text.join("\n");
        page.push_str(&format!("\n## {}\n\n```text\n{}\n```\n", help.called(), text.trim_end()));
    }
    page
}
