//! The setting of a fault that is stepped or searched.

use fault_proxy::Fault;
use serde_json::Value;

/// A numeric setting of one fault in a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Dose {
    /// The place of the fault in its list.
    fault: usize,
    setting: String,
    /// As it is written: `latency.mean`.
    name: String,
    unit: &'static str,
    /// The value in the file.
    start: f64,
}

/// Why a setting cannot be stepped or searched: what is wrong, and what to do about it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct DoseError {
    pub(super) message: String,
    pub(super) hint: String,
}

impl Dose {
    /// The setting of this name, or the usual one of the first fault that has one.
    pub(super) fn find(faults: &[Fault], wanted: Option<&str>) -> Result<Self, DoseError> {
        match wanted {
            Some(name) => Self::named(faults, name),
            None => {
                faults.iter().enumerate().find_map(|(at, fault)| Self::usual(at, fault)).ok_or_else(
                    || DoseError {
                        message: "no fault has a number that could grow".to_owned(),
                        hint: "give `parameter`, such as latency.mean, or a step of 0".to_owned(),
                    },
                )
            }
        }
    }

    fn usual(at: usize, fault: &Fault) -> Option<Self> {
        let setting = fault.entry().definition.dose?;
        let start = number(fault, setting)?;
        Some(Self::of(at, fault, fault.kind(), setting, start))
    }

    fn named(faults: &[Fault], name: &str) -> Result<Self, DoseError> {
        let error = |message: String| DoseError { message, hint: choices(faults) };
        let Some((which, setting)) = name.rsplit_once('.') else {
            return Err(error(format!("`{name}` is not of the form FAULT.SETTING")));
        };
        let is_it = |fault: &Fault| fault.name() == Some(which) || fault.kind() == which;
        let Some(at) = faults.iter().position(is_it) else {
            return Err(error(format!("there is no fault `{which}`")));
        };
        let known = faults[at].entry().properties();
        if !known.iter().any(|property| property.name == setting) {
            return Err(error(format!("{which} has no setting `{setting}`")));
        }
        let start = number(&faults[at], setting).unwrap_or(0.0);
        Ok(Self::of(at, &faults[at], which, setting, start))
    }

    fn of(at: usize, fault: &Fault, which: &str, setting: &str, start: f64) -> Self {
        let properties = fault.entry().properties();
        let about = properties.iter().find(|property| property.name == setting);
        let millis = about.is_some_and(|property| property.about.contains("milliseconds"));
        let unit = if millis { "ms" } else { "" };
        Self {
            fault: at,
            setting: setting.to_owned(),
            name: format!("{which}.{setting}"),
            unit,
            start,
        }
    }

    /// Its name, as it is written.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its unit; empty if it has none.
    pub fn unit(&self) -> &'static str {
        self.unit
    }

    /// The value in the file.
    pub(super) fn start(&self) -> f64 {
        self.start
    }

    /// The same faults with another value of the setting; the engine's words if it refuses the value.
    pub(crate) fn set(
        &self,
        faults: &[Fault],
        value: f64,
    ) -> Result<Vec<Fault>, fault_proxy::FaultError> {
        let mut faults = faults.to_vec();
        let fault = &mut faults[self.fault];
        let mut map = fault.to_map();
        map.insert(self.setting.clone(), plain(value));
        *fault = Fault::from_value(&Value::Object(map))?;
        Ok(faults)
    }
}

/// A number as JSON, without a fraction where it has none: some settings are whole numbers.
fn plain(value: f64) -> Value {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() < EXACT {
        Value::from(value as i64)
    } else {
        Value::from(value)
    }
}

fn number(fault: &Fault, setting: &str) -> Option<f64> {
    fault.to_map().get(setting)?.as_f64()
}

/// What could be named.
fn choices(faults: &[Fault]) -> String {
    let names: Vec<String> = faults
        .iter()
        .filter_map(|fault| {
            let setting = fault.entry().definition.dose?;
            Some(format!("{}.{setting}", fault.name().unwrap_or(fault.kind())))
        })
        .collect();
    if names.is_empty() {
        "give the test a fault with a number, such as latency with a mean".to_owned()
    } else {
        format!("such as {}", names.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn faults(values: Value) -> Vec<Fault> {
        values.as_array().unwrap().iter().map(|value| Fault::from_value(value).unwrap()).collect()
    }

    #[test]
    fn the_usual_setting_of_the_first_fault_that_has_one_is_taken() {
        let list = faults(json!([{ "type": "blackhole" }, { "type": "latency", "mean": 80 }]));
        let dose = Dose::find(&list, None).unwrap();
        assert_eq!((dose.name(), dose.unit(), dose.start()), ("latency.mean", "ms", 80.0));
        let stepped = dose.set(&list, 110.0).unwrap();
        assert_eq!(number(&stepped[1], "mean"), Some(110.0));
        assert_eq!(stepped[0], list[0]);
    }

    #[test]
    fn a_setting_is_named_by_type_or_name() {
        let list = faults(json!([
            { "type": "latency", "mean": 80, "stddev": 5 },
            { "type": "latency", "mean": 10, "name": "slow-db" },
        ]));
        assert_eq!(Dose::find(&list, Some("latency.stddev")).unwrap().start(), 5.0);
        assert_eq!(Dose::find(&list, Some("slow-db.mean")).unwrap().fault, 1);
        for wrong in ["mean", "jitter.amplitude", "latency.meen"] {
            let error = Dose::find(&list, Some(wrong)).unwrap_err();
            assert!(error.hint.contains("latency.mean"), "{error:?}");
        }
    }

    #[test]
    fn a_value_that_the_fault_refuses_is_refused_in_its_words() {
        let list = faults(json!([{ "type": "httperror", "probability": 0.5 }]));
        let dose = Dose::find(&list, None).unwrap();
        assert!(dose.set(&list, 0.7).is_ok());
        assert_eq!(dose.set(&list, 1.5).unwrap_err().code, "invalid_setting");
    }
}
