//! The reference of the environment variables, from what `--help` says of them.

use std::collections::BTreeSet;

use fault_tests::repository::File;

use super::{MADE, cli::Help, head, row};

/// Where the variables of the command line are named.
const SOURCES: &str = "cli/src/args/";

/// Variables that `--help` does not show, and what they are for.
const OTHERS: [(&str, &str); 17] = [
    ("OPENAI_API_KEY", "Key of OpenAI, for `--llm-client open-ai` and `--embed open-ai`."),
    ("GEMINI_API_KEY", "Key of Gemini, for `--llm-client gemini` and `--embed gemini`."),
    ("OPENROUTER_API_KEY", "Key of OpenRouter, for `--llm-client open-router`."),
    ("ANTHROPIC_API_KEY", "Key of Anthropic, for `--llm-client anthropic`."),
    ("OLLAMA_API_KEY", "Key of an Ollama behind a gateway; usually none."),
    ("FAULT_LLM_API_KEY", "Key of a compatible endpoint."),
    (
        "FAULT_AGENT_PROMPT_REASONING_MODEL",
        "The same as `LLM_PROMPT_REASONING_MODEL`, if that is not set.",
    ),
    ("QDRANT_API_KEY", "Key of the Qdrant of `--qdrant-url`."),
    ("FAULT_HTTP_PROXY_ADDRESS", "The same as `FAULT_PROXY_ADDRESS`, if that is not set."),
    ("http_proxy", "For `fault demo run`: the same as `HTTP_PROXY`, if that is not set."),
    ("https_proxy", "For `fault demo run`: the same as `HTTPS_PROXY`, if that is not set."),
    ("SSL_CERT_FILE", "File of the authorities that are trusted in place of the system's."),
    ("SSL_CERT_DIR", "Folder of the authorities that are trusted in place of the system's."),
    ("RUST_BACKTRACE", "Set to `1`, an internal error is printed with a backtrace."),
    ("FAULT_WITH_OTEL", "Planned; refused while it is."),
    ("FAULT_GRPC_PLUGINS", "Planned; refused while it is."),
    ("FAULT_ENABLE_STEALTH", "Planned, with those that follow; refused while it is."),
];

/// Variables of what is planned, which are told together.
const STEALTH: [&str; 5] = [
    "FAULT_EBPF_PROCESS_NAME",
    "FAULT_EBPF_PROGRAMS_DIR",
    "FAULT_EBPF_PROXY_IFACE",
    "FAULT_EBPF_PROXY_IP",
    "FAULT_EBPF_PROXY_PORT",
];

/// A variable, the option that it stands for, and what that is.
struct Variable {
    name: String,
    option: String,
    about: String,
}

/// The page.
pub(super) fn page(helps: &[Help]) -> String {
    let mut page = format!(
        "{MADE}# Environment variables: reference\n\n\
         A variable stands for an option; the option on the command line wins.\n\
         A variable that is set to nothing counts as not set.\n\
         A switch is on by `true`, `1`, `yes` or `on`, and off by `false`, `0`, `no` or `off`, in any \
         case.\n\
         A list is separated by commas.\n"
    );
    let mut told = BTreeSet::new();
    for help in helps {
        let found = variables(&help.text).into_iter();
        let new: Vec<_> = found.filter(|variable| told.insert(variable.name.clone())).collect();
        if new.is_empty() {
            continue;
        }
        page.push_str(&format!("\n## {}\n\n", title(help)));
        page.push_str(&head(&["variable", "option", "meaning"]));
        for Variable { name, option, about } in new {
            page.push_str(&row(&[&format!("`{name}`"), &format!("`{option}`"), &about]));
        }
    }
    page.push_str(&others());
    page
}

fn title(help: &Help) -> String {
    if help.command.is_empty() { "Every command".to_owned() } else { help.called() }
}

fn others() -> String {
    let mut text = "\n## Others\n\n".to_owned() + &head(&["variable", "meaning"]);
    for (name, about) in OTHERS {
        text.push_str(&row(&[&format!("`{name}`"), about]));
    }
    let stealth: Vec<_> = STEALTH.iter().map(|name| format!("`{name}`")).collect();
    text + &row(&[&stealth.join(", "), "Planned; what asks for it is refused."])
}

/// The variables in what `--help` says of a command.
fn variables(help: &str) -> Vec<Variable> {
    let mut options: Vec<String> = Vec::new();
    for line in help.lines().map(str::trim) {
        match line {
            // What an option may be is listed with `- `.
            _ if line.starts_with('-') && !line.starts_with("- ") => {
                options.push(line.to_owned());
            }
            "" => {}
            // The heading of the next part ends an option.
            _ if line.ends_with(':') && !line.contains(' ') => options.push(String::new()),
            _ => {
                if let Some(option) = options.last_mut().filter(|option| !option.is_empty()) {
                    option.push(' ');
                    option.push_str(line);
                }
            }
        }
    }
    options.iter().filter_map(|option| variable(option)).collect()
}

/// The variable of an option that was put on one line: the option, what it is, and `[env: NAME]`.
fn variable(option: &str) -> Option<Variable> {
    let (before, after) = option.split_once("[env: ")?;
    let name = after.split(']').next()?.to_owned();
    let named = before.split_once("--")?.1;
    let end = named.find([' ', '<']).unwrap_or(named.len());
    let about = match named.find('>') {
        Some(value) if named[end..].trim_start().starts_with('<') => &named[value + 1..],
        _ => &named[end..],
    };
    Some(Variable { name, option: format!("--{}", &named[..end]), about: about.trim().to_owned() })
}

/// The variables that the sources of the command line name.
pub(super) fn named_in(files: &[File]) -> BTreeSet<String> {
    let sources = files.iter().filter(|file| file.path.starts_with(SOURCES));
    let sources = sources.filter(|file| !file.path.ends_with("tests.rs"));
    sources.flat_map(|file| named(&file.text)).collect()
}

fn named(text: &str) -> impl Iterator<Item = String> {
    let starts = text.match_indices("env = \"").map(|(at, mark)| &text[at + mark.len()..]);
    starts.filter_map(|rest| rest.split('"').next()).map(str::to_owned)
}
