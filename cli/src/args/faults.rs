//! Flags and variables of the faults, made from the catalogue. Only rules are written in one text each.

use clap::{Arg, ArgAction, ArgMatches, Command, parser::ValueSource};
use fault_proxy::{
    Fault,
    fault::{Entry, Property, ValueKind, catalog},
};
use fault_tools::ToolError;
use serde_json::{Map, Value};

use super::switch::{Suggested, Switch};

/// Adds the flags of every fault, under a heading each.
pub(super) fn augment(run: Command) -> Command {
    catalog().iter().fold(run, |run, entry| {
        let run = run.next_help_heading(entry.definition.title);
        if !entry.has_flags() {
            return run.arg(texts(entry));
        }
        let settings = entry.properties();
        run.arg(switch(entry)).args(settings.iter().filter_map(setting))
    })
}

/// The faults that are switched on, with their settings, then the rules in their order.
pub(super) fn read(matches: &ArgMatches) -> Result<Vec<Fault>, ToolError> {
    let (flagged, written): (Vec<_>, Vec<_>) =
        catalog().iter().partition(|entry| entry.has_flags());
    let flagged = flagged.into_iter().filter_map(|entry| read_one(entry, matches).transpose());
    let written = written.into_iter().flat_map(|entry| read_texts(entry, matches));
    flagged.chain(written).collect()
}

/// What takes one text for each rule.
fn texts(entry: &Entry) -> Arg {
    let flag = entry.switch_flag();
    let help = "Do one thing to some requests: `[METHOD] [PATH] KEY=VALUE ...`, such as `GET /users/* respond=503 \
                first=2`, or a JSON object; repeatable, in the variable one a line. The first that hits acts.";
    let more = "Keys that say which requests are host, header (NAME:VALUE), query (NAME:VALUE), body; those that say \
                what becomes of them are respond (STATUS or STATUS:BODY), delay (300ms), drop (close or reset), \
                rewrite (STATUS), truncate (BYTES), dribble (BYTES/INTERVAL); those that say how often are \
                probability, first, nth, every, max; others are name, upstreams. Values that hold spaces stand in \
                quotes.";
    Arg::new(flag.clone())
        .long(flag)
        .env(entry.switch_env())
        .action(ArgAction::Append)
        .value_name("RULE")
        .help(help)
        .long_help(format!("{help}\n\n{more}"))
}

fn read_texts(entry: &Entry, matches: &ArgMatches) -> Vec<Result<Fault, ToolError>> {
    let flag = entry.switch_flag();
    let given = matches.get_many::<String>(&flag).into_iter().flatten();
    let texts: Vec<&str> = match matches.value_source(&flag) {
        Some(ValueSource::EnvVariable) => {
            given.flat_map(|text| text.lines()).filter(|line| !line.trim().is_empty()).collect()
        }
        _ => given.map(String::as_str).collect(),
    };
    let read = |text: &str| {
        let read = Fault::from_rule_text(text).map_err(ToolError::from);
        read.map_err(|error| error.about(format!("--{flag} '{}'", text.trim())))
    };
    texts.into_iter().map(read).collect()
}

fn switch(entry: &Entry) -> Arg {
    let about = entry.definition.about;
    let flag = entry.switch_flag();
    let short = about.split_once(". ").map_or(about, |(first, _)| first).trim_end_matches('.');
    Arg::new(flag.clone())
        .long(flag)
        .env(entry.switch_env())
        .action(ArgAction::SetTrue)
        .value_parser(Switch)
        .help(format!("Switch it on. {short}"))
        .long_help(format!("Switch it on. {about}"))
}

fn setting(property: &Property) -> Option<Arg> {
    let (flag, env) = (property.flag.clone()?, property.env.clone()?);
    let arg = Arg::new(flag.clone()).long(flag).env(env).help(help(property));
    let name = match &property.value {
        ValueKind::Flag => return Some(arg.action(ArgAction::SetTrue).value_parser(Switch)),
        ValueKind::Object(_) => return None,
        ValueKind::Number | ValueKind::Integer => "NUMBER".to_owned(),
        ValueKind::Choice(_) => property.name.to_uppercase(),
        ValueKind::Text if property.name == "period" => "SCHEDULE".to_owned(),
        ValueKind::Text => "TEXT".to_owned(),
    };
    let arg = arg.action(ArgAction::Set).value_name(name).allow_hyphen_values(true);
    Some(match &property.value {
        ValueKind::Choice(words) => arg.value_parser(Suggested(words.clone())),
        _ => arg,
    })
}

fn help(property: &Property) -> String {
    let about = property.about.split_whitespace().collect::<Vec<_>>().join(" ");
    let about = about.trim_end_matches('.').to_owned();
    match (&property.default, &property.value) {
        (None, _) | (_, ValueKind::Flag) => about,
        (Some(default), _) => format!("{about} [default: {}]", plain(default)),
    }
}

/// A default as one would write it.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.as_f64().map_or(number.to_string(), |n| n.to_string()),
        other => other.to_string(),
    }
}

fn read_one(entry: &Entry, matches: &ArgMatches) -> Result<Option<Fault>, ToolError> {
    let settings = entry.properties();
    if !matches.get_flag(&entry.switch_flag()) {
        return refuse_loose(entry, &settings, matches).map(|()| None);
    }
    let mut map = Map::from_iter([("type".to_owned(), entry.definition.kind.into())]);
    for property in settings {
        let Some(flag) = &property.flag else { continue };
        let value = match property.value {
            ValueKind::Flag => matches.get_flag(flag).then_some(Value::Bool(true)),
            _ => matches.get_one::<String>(flag).map(|text| text.as_str().into()),
        };
        map.extend(value.map(|value| (property.name, value)));
    }
    Ok(Some(Fault::from_value(&Value::Object(map))?))
}

/// A setting on the command line without its switch would have no effect. Variables may stay set
/// while the switch is off: that is how faults are toggled in an environment.
fn refuse_loose(
    entry: &Entry,
    settings: &[Property],
    matches: &ArgMatches,
) -> Result<(), ToolError> {
    let switch = entry.switch_flag();
    let mut flags = settings.iter().filter_map(|property| property.flag.as_ref());
    let loose = flags.find(|flag| matches.value_source(flag) == Some(ValueSource::CommandLine));
    if let Some(loose) = loose {
        let message = format!("`--{loose}` has no effect without `--{switch}`");
        return Err(ToolError::input("fault_not_switched_on", message)
            .hint(format!("add `--{switch}`, or leave `--{loose}` out")));
    }
    Ok(())
}
