//! What is said when a run starts: where it listens, whom it affects, what goes wrong, how to use
//! and how to repeat it.

use std::{
    fmt::{self, Display, Formatter},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use fault_proxy::{Fault, Listener, Seed, Upstreams, duration_words, fault::Placed};

/// What a run starts with.
pub(crate) struct Prelude<'a> {
    pub(crate) listeners: &'a [Listener],
    pub(crate) upstreams: &'a Upstreams,
    pub(crate) faults: &'a [Fault],
    pub(crate) seed: Seed,
    pub(crate) duration: Option<Duration>,
}

impl Display for Prelude<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "Listening")?;
        for listener in self.listeners {
            writeln!(f, "  {:<22} {}", listener.address.to_string(), purpose(listener))?;
        }
        writeln!(f, "\nFaults")?;
        self.write_faults(f)?;
        self.write_scope(f)?;
        writeln!(f, "\nSeed {}: repeat these chances with --seed {}", self.seed, self.seed)?;
        match self.duration {
            Some(duration) => {
                writeln!(f, "Ends after {}, or with Ctrl-C\n", duration_words(duration))
            }
            None => writeln!(f, "Ends with Ctrl-C\n"),
        }
    }
}

impl Prelude<'_> {
    fn write_faults(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.faults.is_empty() {
            return writeln!(
                f,
                "  none: traffic passes unaltered; switch one on, as in --with-latency"
            );
        }
        for fault in self.faults {
            writeln!(f, "  {fault}")?;
            if let Some(times) = self.times(fault) {
                writeln!(f, "    acts {times}")?;
            }
            if fault.entry().definition.placed == Placed::Direction {
                self.write_unread(f)?;
            }
        }
        Ok(())
    }

    /// When a fault acts, counted from the start of the run.
    fn times(&self, fault: &Fault) -> Option<String> {
        let windows = fault.schedule()?.windows(self.duration).ok()?;
        let words = windows.iter().map(|window| match window.end {
            Some(end) => {
                format!("from {} to {}", duration_words(window.start), duration_words(end))
            }
            None => format!("from {} on", duration_words(window.start)),
        });
        Some(words.collect::<Vec<_>>().join(", "))
    }

    /// Which listeners a fault that answers HTTP cannot act on.
    fn write_unread(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mappings = self.listeners.iter().filter_map(|listener| listener.mapping.as_ref());
        for mapping in mappings.filter(|mapping| !mapping.protocol.http) {
            writeln!(
                f,
                "    not on {mapping}, whose traffic is not read as HTTP; write {}=http://... for that",
                mapping.listen.port()
            )?;
        }
        Ok(())
    }

    /// On whose traffic the faults act.
    fn write_scope(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.faults.is_empty() {
            return Ok(());
        }
        let mapped = self.listeners.iter().any(|listener| listener.mapping.is_some());
        let forwards = self.listeners.iter().any(|listener| listener.mapping.is_none());
        writeln!(f, "\nAffected")?;
        if mapped {
            writeln!(f, "  all traffic of the mappings")?;
        }
        if forwards && self.upstreams.is_empty() {
            writeln!(f, "  nothing that comes through the HTTP proxy: it passes unaltered;")?;
            writeln!(
                f,
                "  name the hosts to affect with --upstream HOST, or all with --upstream '*'"
            )?;
        } else if forwards && *self.upstreams == Upstreams::all() {
            writeln!(f, "  all that goes through the HTTP proxy")?;
        } else if forwards {
            writeln!(f, "  what goes through the HTTP proxy to {}", self.upstreams)?;
            writeln!(f, "  (other hosts pass unaltered)")?;
        }
        Ok(())
    }
}

/// What a listener is for, and how to use it.
fn purpose(listener: &Listener) -> String {
    match &listener.mapping {
        Some(mapping) => format!("stands for {}://{}", mapping.protocol.name, mapping.target),
        None => {
            let url = format!("http://{}", reachable(listener.address));
            format!("HTTP proxy: set HTTP_PROXY={url} and HTTPS_PROXY={url}")
        }
    }
}

/// The address a client on this machine connects to.
pub(crate) fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

#[cfg(test)]
mod tests {
    use fault_proxy::Mapping;
    use serde_json::{Value, json};

    use super::*;

    fn text(
        mappings: &[&str],
        upstreams: &[&str],
        faults: &[Value],
        seconds: Option<u64>,
    ) -> String {
        let http = Listener {
            name: "http proxy".into(),
            address: "127.0.0.1:3180".parse().unwrap(),
            mapping: None,
        };
        let mapped = mappings.iter().map(|text| {
            let mapping: Mapping = text.parse().unwrap();
            Listener { name: mapping.to_string(), address: mapping.listen, mapping: Some(mapping) }
        });
        let faults: Vec<_> = faults.iter().map(|fault| Fault::from_value(fault).unwrap()).collect();
        Prelude {
            listeners: &std::iter::once(http).chain(mapped).collect::<Vec<_>>(),
            upstreams: &Upstreams::parse(upstreams).unwrap(),
            faults: &faults,
            seed: Seed(7),
            duration: seconds.map(Duration::from_secs),
        }
        .to_string()
    }

    #[test]
    fn without_upstreams_it_says_that_forwarded_traffic_passes_and_what_changes_that() {
        let text = text(&[], &[], &[json!({ "type": "latency", "mean": 300 })], None);
        assert!(text.contains("nothing that comes through the HTTP proxy"), "{text}");
        assert!(text.contains("--upstream HOST"), "{text}");
        assert!(text.contains("HTTP_PROXY=http://127.0.0.1:3180"), "{text}");
        assert!(text.contains("--seed 7"), "{text}");
    }

    #[test]
    fn with_upstreams_it_names_them() {
        let text = text(&[], &["a.example"], &[json!({ "type": "blackhole" })], None);
        assert!(text.contains("what goes through the HTTP proxy to a.example\n"), "{text}");
        assert!(!text.contains("--upstream"), "{text}");
    }

    #[test]
    fn schedules_are_told_in_times_of_this_run() {
        let fault = json!({ "type": "blackhole", "period": "start:5%;duration:30%;start:90%" });
        let text = text(&[], &["*"], &[fault], Some(300));
        assert!(text.contains("acts from 15s to 1m 45s, from 4m 30s on\n"), "{text}");
        assert!(text.contains("Ends after 5m"), "{text}");
    }

    #[test]
    fn a_fault_that_answers_http_says_which_mappings_it_cannot_act_on() {
        let fault = json!({ "type": "httperror" });
        let text = text(&["9000=localhost:80", "9001=http://localhost"], &[], &[fault], None);
        assert!(text.contains("not on 127.0.0.1:9000=tcp://localhost:80"), "{text}");
        assert!(!text.contains("not on 127.0.0.1:9001"), "{text}");
        assert!(text.contains("stands for tcp://localhost:80\n"), "{text}");
    }

    #[test]
    fn a_run_without_faults_says_so() {
        let text = text(&["9000=localhost:80"], &[], &[], None);
        assert!(text.contains("none: traffic passes unaltered"), "{text}");
        assert!(!text.contains("Affected"), "{text}");
    }
}
