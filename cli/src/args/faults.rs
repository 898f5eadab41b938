//! Flags and variables of the faults, made from the catalogue: nothing here names a fault.

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
        let settings = entry.properties().into_iter().map(|property| setting(&property));
        run.next_help_heading(entry.definition.title).arg(switch(entry)).args(settings)
    })
}

/// The faults that are switched on, with their settings.
pub(super) fn read(matches: &ArgMatches) -> Result<Vec<Fault>, ToolError> {
    catalog().iter().filter_map(|entry| read_one(entry, matches).transpose()).collect()
}

fn switch_flag(entry: &Entry) -> String {
    format!("with-{}", entry.definition.flag)
}

fn switch(entry: &Entry) -> Arg {
    let about = entry.definition.about;
    let flag = switch_flag(entry);
    let short = about.split_once(". ").map_or(about, |(first, _)| first).trim_end_matches('.');
    Arg::new(flag.clone())
        .long(flag)
        .env(entry.switch_env())
        .action(ArgAction::SetTrue)
        .value_parser(Switch)
        .help(format!("Switch it on. {short}"))
        .long_help(format!("Switch it on. {about}"))
}

fn setting(property: &Property) -> Arg {
    let arg = Arg::new(property.flag.clone())
        .long(property.flag.clone())
        .env(property.env.clone())
        .help(help(property));
    let name = match &property.value {
        ValueKind::Flag => return arg.action(ArgAction::SetTrue).value_parser(Switch),
        ValueKind::Number | ValueKind::Integer => "NUMBER".to_owned(),
        ValueKind::Choice(_) => property.name.to_uppercase(),
        ValueKind::Text if property.name == "period" => "SCHEDULE".to_owned(),
        ValueKind::Text => "TEXT".to_owned(),
    };
    let arg = arg.action(ArgAction::Set).value_name(name).allow_hyphen_values(true);
    match &property.value {
        ValueKind::Choice(words) => arg.value_parser(Suggested(words.clone())),
        _ => arg,
    }
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
    if !matches.get_flag(&switch_flag(entry)) {
        return refuse_loose(entry, &settings, matches).map(|()| None);
    }
    let mut map = Map::from_iter([("type".to_owned(), entry.definition.kind.into())]);
    for property in settings {
        let value = match property.value {
            ValueKind::Flag => matches.get_flag(&property.flag).then_some(Value::Bool(true)),
            _ => matches.get_one::<String>(&property.flag).map(|text| text.as_str().into()),
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
    let switch = switch_flag(entry);
    let loose =
        settings.iter().find(|p| matches.value_source(&p.flag) == Some(ValueSource::CommandLine));
    if let Some(loose) = loose {
        let message = format!("`--{}` has no effect without `--{switch}`", loose.flag);
        return Err(ToolError::input("fault_not_switched_on", message)
            .hint(format!("add `--{switch}`, or leave `--{}` out", loose.flag)));
    }
    Ok(())
}
