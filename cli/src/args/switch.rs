//! Switches: on when their flag is there, or by the word that their variable holds.

use std::ffi::OsStr;

use clap::{
    Arg, Command, Error,
    builder::{PossibleValue, StringValueParser, TypedValueParser},
    error::ErrorKind,
};

/// Reads the word of a switch's variable. On the command line a switch takes no word.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Switch;

impl TypedValueParser for Switch {
    type Value = bool;

    fn parse_ref(&self, _: &Command, arg: Option<&Arg>, word: &OsStr) -> Result<bool, Error> {
        let word = word.to_string_lossy();
        match word.trim().to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => Ok(true),
            "false" | "0" | "no" | "off" => Ok(false),
            _ => {
                let name = arg.and_then(Arg::get_env).unwrap_or_default().to_string_lossy();
                let message = format!(
                    "{name} is `{word}`, which is neither true nor false\n  tip: set it to true, \
                     false, 1, 0, yes, no, on or off\n"
                );
                Err(Error::raw(ErrorKind::ValueValidation, message))
            }
        }
    }
}

/// Reads any text, and suggests some. What the text means is judged where every surface has it
/// judged, so that the words of the error are the same.
#[derive(Clone, Debug)]
pub(crate) struct Suggested(pub(crate) Vec<String>);

impl TypedValueParser for Suggested {
    type Value = String;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        text: &OsStr,
    ) -> Result<String, Error> {
        StringValueParser::new().parse_ref(command, arg, text)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.0.iter().map(PossibleValue::new)))
    }
}
