//! Options of `fault run`, beside those of the faults.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use clap::{Args, Subcommand};
use fault_proxy::{Mapping, Seed, Trust, Upstreams, parse_duration};
use fault_tools::ToolError;

use super::{Anything, switch::Switch};
use crate::{listen, process};

/// Where the HTTP proxy listens unless told otherwise.
const HTTP_PROXY: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 3180);

/// Options of `fault run`, beside those of the faults.
#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) screen: ScreenArgs,
    #[command(flatten)]
    pub(crate) proxy: ProxyArgs,
    #[command(flatten)]
    pub(crate) trust: TrustArgs,
    #[command(flatten)]
    pub(crate) planned: PlannedArgs,
    #[command(subcommand)]
    pub(crate) target: Option<PlannedTarget>,
}

/// What is shown.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct ScreenArgs {
    /// Show nothing but errors.
    #[arg(long, env = "FAULT_PROXY_NO_UI", value_parser = Switch)]
    pub(crate) no_ui: bool,
    /// Show each connection and exchange in a line, and what hit it.
    #[arg(long, env = "FAULT_PROXY_TAILING", value_parser = Switch)]
    pub(crate) tail: bool,
}

/// Where the proxy listens, for whom, and how long.
#[derive(Debug, Args)]
#[command(next_help_heading = "Proxy")]
pub(crate) struct ProxyArgs {
    /// Address of the HTTP proxy; port 0 takes a free one [default: 127.0.0.1:3180]
    #[arg(long, env = "FAULT_PROXY_ADDRESS", value_name = "ADDRESS")]
    proxy_address: Option<String>,
    #[arg(long, env = "FAULT_HTTP_PROXY_ADDRESS", hide = true)]
    http_proxy_address: Option<String>,
    /// Run no HTTP proxy, only the mappings of --proxy.
    #[arg(long, env = "FAULT_DISABLE_HTTP_PROXY", value_parser = Switch)]
    disable_http_proxy: bool,
    /// Let a local port stand for a remote: `[ADDRESS:]PORT=[PROTOCOL://]HOST[:PORT]`; repeatable.
    ///
    /// Protocols are tcp (if none is named), tls, http, https, psql, psqls, redis, rediss, mysql.
    /// Clients speak in clear to the proxy; the protocol decides whether the remote is spoken to
    /// over TLS, and whether the proxy reads HTTP.
    #[arg(long, value_name = "MAPPING")]
    proxy: Vec<String>,
    /// Address that mappings listen on which name none [default: 127.0.0.1]
    #[arg(long, value_name = "ADDRESS")]
    bind: Option<String>,
    /// Host that faults act on in traffic of the HTTP proxy: `example.com`, `host:port`, a URL,
    /// `*.example.com`, or `*` for all; repeatable, or separated by commas. Without any, that
    /// traffic passes unaltered.
    #[arg(short, long, env = "FAULT_UPSTREAMS", value_name = "HOST")]
    upstream: Vec<String>,
    /// How long to run: `90s`, `10m`, `1h 30m`; a bare number is seconds. Without it, until stopped.
    #[arg(long, env = "FAULT_PROXY_DURATION", value_name = "DURATION", allow_hyphen_values = true)]
    duration: Option<String>,
    /// Number that every chance is drawn from; the same seed repeats a run. By chance if unset, and
    /// shown.
    #[arg(long, env = "FAULT_SEED", value_name = "NUMBER", allow_hyphen_values = true)]
    seed: Option<String>,
}

/// Whom to trust when a remote is spoken to over TLS.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Trust")]
pub(crate) struct TrustArgs {
    /// File of certificates (PEM) that are trusted beside the system's; repeatable.
    #[arg(long, value_name = "FILE")]
    ca: Vec<PathBuf>,
    /// Accept any certificate of a remote.
    #[arg(long)]
    insecure: bool,
}

impl From<TrustArgs> for Trust {
    fn from(args: TrustArgs) -> Self {
        Self { authorities: args.ca, insecure: args.insecure }
    }
}

/// What is documented for `fault run` and not built yet.
#[derive(Debug, Args)]
pub(crate) struct PlannedArgs {
    #[arg(long, env = "FAULT_ENABLE_STEALTH", hide = true, value_parser = Switch)]
    stealth: bool,
    #[arg(long, env = "FAULT_EBPF_PROCESS_NAME", hide = true)]
    capture_process: Option<String>,
    // Only says where files are, so it asks for nothing by itself.
    #[arg(long, env = "FAULT_EBPF_PROGRAMS_DIR", hide = true)]
    ebpf_programs_dir: Option<String>,
    #[arg(long, env = "FAULT_EBPF_PROXY_IP", hide = true)]
    ebpf_proxy_ip: Option<String>,
    #[arg(long, env = "FAULT_EBPF_PROXY_PORT", hide = true)]
    ebpf_proxy_port: Option<String>,
    #[arg(long, env = "FAULT_EBPF_PROXY_IFACE", hide = true)]
    ebpf_proxy_iface: Option<String>,
    #[arg(short = 'g', long, env = "FAULT_GRPC_PLUGINS", hide = true)]
    pub(crate) grpc_plugin: Vec<String>,
}

/// Kinds of traffic that are documented to have faults of their own, and do not yet.
#[derive(Debug, Subcommand)]
pub(crate) enum PlannedTarget {
    #[command(hide = true, disable_help_flag = true)]
    Llm(Anything),
    #[command(hide = true, disable_help_flag = true)]
    Dns(Anything),
    #[command(hide = true, disable_help_flag = true)]
    Db(Anything),
}

impl RunArgs {
    /// Whether something is asked for that is not built yet.
    pub(super) fn is_planned(&self) -> bool {
        self.target.is_some()
            || self.planned.stealth_flag().is_some()
            || !self.planned.grpc_plugin.is_empty()
    }
}

impl PlannedArgs {
    /// The first flag that asks for stealth.
    pub(crate) fn stealth_flag(&self) -> Option<&'static str> {
        [
            ("--stealth", self.stealth),
            ("--capture-process", self.capture_process.is_some()),
            ("--ebpf-proxy-ip", self.ebpf_proxy_ip.is_some()),
            ("--ebpf-proxy-port", self.ebpf_proxy_port.is_some()),
            ("--ebpf-proxy-iface", self.ebpf_proxy_iface.is_some()),
        ]
        .into_iter()
        .find_map(|(flag, given)| given.then_some(flag))
    }
}

impl ProxyArgs {
    /// Where the HTTP proxy listens, if it does.
    pub(crate) fn http(&self) -> Result<Option<SocketAddr>, ToolError> {
        if self.disable_http_proxy {
            return Ok(None);
        }
        let given = self.proxy_address.as_ref().or(self.http_proxy_address.as_ref());
        let read = |text: &String| listen::address("--proxy-address", text, HTTP_PROXY);
        given.map_or(Ok(HTTP_PROXY), read).map(Some)
    }

    /// The local ports that stand for remotes.
    pub(crate) fn mappings(&self) -> Result<Vec<Mapping>, ToolError> {
        let bind = self.bind.as_deref().map(|text| listen::ip("--bind", text)).transpose()?;
        self.proxy.iter().map(|text| mapping(text, bind)).collect()
    }

    /// The hosts that faults act on.
    pub(crate) fn upstreams(&self) -> Result<Upstreams, ToolError> {
        Ok(Upstreams::parse(&self.upstream)?)
    }

    /// How long to run.
    pub(crate) fn duration(&self) -> Result<Option<Duration>, ToolError> {
        let Some(text) = &self.duration else {
            return Ok(None);
        };
        let duration =
            parse_duration(text).map_err(|error| ToolError::from(error).about("--duration"))?;
        if duration.is_zero() {
            return Err(ToolError::input("invalid_duration", "a run of no duration does nothing")
                .hint("give `--duration` (FAULT_PROXY_DURATION) a time above 0, or leave it out"));
        }
        Ok(Some(duration))
    }

    /// The seed that was given, or one by chance.
    pub(crate) fn seed(&self) -> Result<Seed, ToolError> {
        seed(self.seed.as_deref())
    }
}

/// Reads a seed, or takes one by chance.
pub(crate) fn seed(text: Option<&str>) -> Result<Seed, ToolError> {
    let Some(text) = text else {
        return Ok(Seed(process::chance()));
    };
    text.trim().parse().map_err(|_| {
        ToolError::input("invalid_seed", format!("`{text}` is not a seed"))
            .hint("give `--seed` (FAULT_SEED) a whole number from 0 to 18446744073709551615")
    })
}

fn mapping(text: &str, bind: Option<IpAddr>) -> Result<Mapping, ToolError> {
    let mut mapping: Mapping = text.parse()?;
    let names_address = text.split_once('=').is_some_and(|(left, _)| left.contains(':'));
    if let Some(bind) = bind
        && !names_address
    {
        mapping.listen.set_ip(bind);
    }
    Ok(mapping)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapping_without_an_address_listens_where_bind_says() {
        let bind = "::1".parse().ok();
        for (text, bind, written) in [
            ("9090=localhost:1", None, "127.0.0.1:9090"),
            ("9090=localhost:1", bind, "[::1]:9090"),
            ("0.0.0.0:9090=localhost:1", bind, "0.0.0.0:9090"),
        ] {
            assert_eq!(mapping(text, bind).unwrap().listen.to_string(), written, "{text}");
        }
    }

    #[test]
    fn seeds_by_chance_differ_and_given_ones_are_kept() {
        assert_eq!(seed(Some("42")).unwrap(), Seed(42));
        assert_ne!(seed(None).unwrap(), seed(None).unwrap());
        assert!(seed(None).unwrap().0 < 1 << 53);
        assert_eq!(seed(Some("-1")).unwrap_err().code, "invalid_seed");
    }
}
