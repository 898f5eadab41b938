//! Rules that cannot fire where they are to act.

use serde_json::{Map, Value};

use super::{ACTIONS, Match, condition::Host, refusal::never};
use crate::{
    fault::{Fault, FaultError},
    mapping::Mapping,
    upstreams::Upstreams,
};

/// What a proxy reads and carries.
pub(crate) struct Places<'a> {
    /// Whether it is an HTTP proxy.
    pub(crate) http: bool,
    pub(crate) mappings: Vec<&'a Mapping>,
    /// The hosts that faults act on in forwarded traffic.
    pub(crate) upstreams: &'a Upstreams,
}

/// Refuses a rule that can never fire at these places or behind the rules before it. Each rule that is let in counts
/// from the beginning, unless the plan holds it already.
pub(crate) fn admit(faults: Vec<Fault>, places: &Places<'_>) -> Result<Vec<Fault>, FaultError> {
    let mut rules: Vec<Map<String, Value>> = Vec::new();
    let mut admitted = Vec::with_capacity(faults.len());
    for fault in faults {
        if fault.kind() != <super::Rule as crate::fault::Spec>::DEFINITION.kind {
            admitted.push(fault);
            continue;
        }
        places.reach(&fault)?;
        let rule = fault.to_map();
        if let Some(earlier) = rules.iter().position(|earlier| shadows(earlier, &rule)) {
            return Err(never(
                format!("{fault}: rule {} before it takes every request", earlier + 1),
                "put the narrower rule first, or limit the other (`match`, `first`, `max`, `probability`)",
            ));
        }
        rules.push(rule);
        admitted.push(fault.counting_anew());
    }
    Ok(admitted)
}

impl Fault {
    /// The same fault, which has counted nothing yet.
    fn counting_anew(self) -> Self {
        match (self.entry.read)(self.spec.to_map()) {
            Ok(spec) => Self { spec, ..self },
            // What was read once is read again.
            Err(_) => self,
        }
    }
}

impl Places<'_> {
    /// Whether the rule meets any traffic that it can match.
    fn reach(&self, fault: &Fault) -> Result<(), FaultError> {
        if !self.http && !self.mappings.iter().any(|mapping| mapping.protocol.http) {
            return Err(never(
                format!("{fault}: no listener of the proxy reads HTTP"),
                "keep the HTTP proxy on, or map a port with `http://` or `https://` (`--proxy PORT=http://HOST`)",
            ));
        }
        let hosts = self.hosts(fault);
        if hosts.is_empty() {
            return Err(never(
                format!("{fault}: it acts on no host whose traffic is read as HTTP"),
                "name the hosts that faults act on (`--upstream HOST`, `upstreams`), or map a port with `http://`",
            ));
        }
        let wanted = conditions(&fault.to_map()).host;
        let wanted = wanted.filter(|wanted| {
            let wanted = Host::read(wanted);
            !hosts.iter().any(|host| host.meets(&wanted))
        });
        match wanted {
            None => Ok(()),
            Some(host) => Err(never(
                format!("{fault}: `match.host` is `{host}`, and faults act on no such host"),
                "write the host as it is named in the mapping or the upstreams, or leave `match.host` out",
            )),
        }
    }

    /// The hosts of which the rule meets traffic that is read.
    fn hosts(&self, fault: &Fault) -> Vec<Host> {
        let forwarded = fault.upstreams().unwrap_or(self.upstreams).to_string();
        let forwarded = forwarded.split(", ").filter(|host| self.http && !host.is_empty());
        let mapped = self.mappings.iter().filter(|mapping| {
            let own = fault.upstreams().is_none_or(|own| own.matches(&mapping.target));
            mapping.protocol.http && own
        });
        let mapped = mapped.map(|mapping| mapping.target.to_string());
        forwarded.map(Host::read).chain(mapped.map(|host| Host::read(&host))).collect()
    }
}

fn conditions(rule: &Map<String, Value>) -> Match {
    let given = rule.get("match").cloned();
    given.and_then(|given| serde_json::from_value(given).ok()).unwrap_or_default()
}

/// Whether the earlier rule fires for everything that the later one can match.
fn shadows(earlier: &Map<String, Value>, later: &Map<String, Value>) -> bool {
    // Whatever limits it, be it a count, a time or a host of its own, leaves something over.
    let unlimited = earlier.iter().all(|(name, value)| match name.as_str() {
        "type" | "name" | "match" => true,
        "probability" => value.as_f64() == Some(1.0),
        other => ACTIONS.contains(&other),
    });
    let (earlier, later) = (conditions(earlier), conditions(later));
    unlimited && (earlier.is_everything() || earlier == later)
}
