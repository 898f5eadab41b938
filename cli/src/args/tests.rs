//! The documented command line, word for word.

use std::ffi::OsString;

use fault_proxy::{Fault, fault::catalog};

use super::*;

mod scenario;

fn words(line: &str) -> Vec<OsString> {
    std::iter::once("fault").chain(line.split_whitespace()).map(Into::into).collect()
}

fn accepted(line: &str) -> Invocation {
    match parse(words(line)) {
        Ok(invocation) => invocation,
        Err(failure) => panic!("{line}: {failure:?}"),
    }
}

fn refused(line: &str) -> fault_tools::ToolError {
    match parse(words(line)) {
        Err(Failure::Error(error)) => error,
        other => panic!("{line}: {other:?}"),
    }
}

fn only_fault(line: &str) -> Fault {
    let mut faults = accepted(line).faults;
    assert_eq!(faults.len(), 1, "{line}");
    faults.remove(0)
}

/// The flag that a variable stands for.
fn flag_of(command: &clap::Command, variable: &str) -> Option<String> {
    command
        .get_arguments()
        .find(|arg| arg.get_env().is_some_and(|name| name == variable))
        .and_then(|arg| arg.get_long())
        .map(|flag| format!("--{flag}"))
}

fn check_variables(path: &[&str], table: &[(&str, &str)]) {
    let command = command();
    let command = path.iter().fold(&command, |command, name| {
        command.find_subcommand(name).unwrap_or_else(|| panic!("no command {name}"))
    });
    for (variable, flag) in table {
        assert_eq!(flag_of(command, variable).as_deref(), Some(*flag), "{variable}");
    }
}

#[test]
fn clap_finds_no_contradiction_in_the_command_line() {
    command().debug_assert();
}

#[test]
fn every_setting_of_every_fault_has_a_flag_and_a_variable_under_a_heading() {
    let command = command();
    let run = command.find_subcommand("run").unwrap();
    for entry in catalog() {
        let mut wanted = vec![(entry.switch_flag(), entry.switch_env())];
        wanted.extend(entry.properties().into_iter().filter_map(|p| p.flag.zip(p.env)));
        for (flag, variable) in wanted {
            let arg = run.get_arguments().find(|arg| arg.get_long() == Some(&flag));
            let arg = arg.unwrap_or_else(|| panic!("no --{flag}"));
            assert_eq!(arg.get_env().unwrap(), variable.as_str(), "--{flag}");
            assert_eq!(arg.get_help_heading(), Some(entry.definition.title), "--{flag}");
            assert!(!arg.get_help().unwrap().to_string().is_empty(), "--{flag}");
        }
    }
}

#[test]
fn the_documented_variables_of_the_faults_stand_for_the_documented_flags() {
    check_variables(
        &["run"],
        &[
            ("FAULT_WITH_LATENCY", "--with-latency"),
            ("FAULT_LATENCY_PER_READ_WRITE", "--latency-per-read-write"),
            ("FAULT_LATENCY_DISTRIBUTION", "--latency-distribution"),
            ("FAULT_LATENCY_SIDE", "--latency-side"),
            ("FAULT_LATENCY_DIRECTION", "--latency-direction"),
            ("FAULT_LATENCY_MEAN", "--latency-mean"),
            ("FAULT_LATENCY_STANDARD_DEVIATION", "--latency-stddev"),
            ("FAULT_LATENCY_SHAPE", "--latency-shape"),
            ("FAULT_LATENCY_SCALE", "--latency-scale"),
            ("FAULT_LATENCY_MIN", "--latency-min"),
            ("FAULT_LATENCY_MAX", "--latency-max"),
            ("FAULT_LATENCY_SCHED", "--latency-sched"),
            ("FAULT_WITH_BANDWIDTH", "--with-bandwidth"),
            ("FAULT_BANDWIDTH_SIDE", "--bandwidth-side"),
            ("FAULT_BANDWIDTH_DIRECTION", "--bandwidth-direction"),
            ("FAULT_BANDWIDTH_RATE", "--bandwidth-rate"),
            ("FAULT_BANDWIDTH_UNIT", "--bandwidth-unit"),
            ("FAULT_BANDWIDTH_SCHED", "--bandwidth-sched"),
            ("FAULT_WITH_JITTER", "--with-jitter"),
            ("FAULT_JITTER_SIDE", "--jitter-side"),
            ("FAULT_JITTER_DIRECTION", "--jitter-direction"),
            ("FAULT_JITTER_AMPLITUDE", "--jitter-amplitude"),
            ("FAULT_JITTER_FREQ", "--jitter-frequency"),
            ("FAULT_JITTER_SCHED", "--jitter-sched"),
            ("FAULT_WITH_PACKET_LOSS", "--with-packet-loss"),
            ("FAULT_PACKET_LOSS_SIDE", "--packet-loss-side"),
            ("FAULT_PACKET_LOSS_DIRECTION", "--packet-loss-direction"),
            ("FAULT_PACKET_LOSS_SCHED", "--packet-loss-sched"),
            ("FAULT_WITH_BLACKHOLE", "--with-blackhole"),
            ("FAULT_BLACKHOLE_SIDE", "--blackhole-side"),
            ("FAULT_BLACKHOLE_DIRECTION", "--blackhole-direction"),
            ("FAULT_BLACKHOLE_SCHED", "--blackhole-sched"),
            ("FAULT_WITH_HTTP_FAULT", "--with-http-response"),
            ("FAULT_HTTP_FAULT_STATUS", "--http-response-status"),
            ("FAULT_HTTP_FAULT_BODY", "--http-response-body"),
            ("FAULT_HTTP_FAULT_PROBABILITY", "--http-response-trigger-probability"),
            ("FAULT_HTTP_FAULT_SCHED", "--http-response-sched"),
            ("FAULT_WITH_DNS", "--with-dns"),
            ("FAULT_DNS_PROBABILITY", "--dns-rate"),
            ("FAULT_DNS_SCHED", "--dns-sched"),
            ("FAULT_RULES", "--rule"),
        ],
    );
}

#[test]
fn the_other_documented_variables_stand_for_the_documented_flags() {
    check_variables(
        &[],
        &[
            ("FAULT_LOG_FILE", "--log-file"),
            ("FAULT_WITH_STDOUT_LOGGING", "--log-stdout"),
            ("FAULT_LOG_LEVEL", "--log-level"),
            ("FAULT_WITH_OTEL", "--with-otel"),
        ],
    );
    check_variables(
        &["run"],
        &[
            ("FAULT_PROXY_NO_UI", "--no-ui"),
            ("FAULT_PROXY_TAILING", "--tail"),
            ("FAULT_PROXY_ADDRESS", "--proxy-address"),
            ("FAULT_HTTP_PROXY_ADDRESS", "--http-proxy-address"),
            ("FAULT_DISABLE_HTTP_PROXY", "--disable-http-proxy"),
            ("FAULT_PROXY_DURATION", "--duration"),
            ("FAULT_UPSTREAMS", "--upstream"),
            ("FAULT_ENABLE_STEALTH", "--stealth"),
            ("FAULT_EBPF_PROCESS_NAME", "--capture-process"),
            ("FAULT_EBPF_PROGRAMS_DIR", "--ebpf-programs-dir"),
            ("FAULT_EBPF_PROXY_IP", "--ebpf-proxy-ip"),
            ("FAULT_EBPF_PROXY_PORT", "--ebpf-proxy-port"),
            ("FAULT_EBPF_PROXY_IFACE", "--ebpf-proxy-iface"),
            ("FAULT_GRPC_PLUGINS", "--grpc-plugin"),
        ],
    );
    check_variables(
        &["demo", "run"],
        &[("FAULT_DEMO_ADDR", "--address"), ("FAULT_DEMO_PORT", "--port")],
    );
}

#[test]
fn the_documented_command_lines_are_understood() {
    for line in [
        "run",
        "run --upstream http://localhost:7070 --with-latency --latency-mean 300",
        "run --proxy-address 127.0.0.1:3180 --with-latency --latency-mean 120.0 --latency-stddev 30.0 \
         --with-bandwidth --bandwidth-rate 2000 --bandwidth-unit KBps",
        "run --proxy 9098=https://www.google.com:443 --with-latency --latency-mean 300",
        "run --proxy 35432=localhost:5432 --with-latency --latency-mean 800 --latency-per-read-write",
        "run --duration 5m --with-latency --latency-mean 9 \
         --latency-sched start:5%;duration:30%;start:90%,duration:5%",
        "run --with-http-response --http-response-direction ingress --http-response-status 503 \
         --http-response-body oops --http-response-trigger-probability 0.5",
        "run --with-dns --dns-rate 0.3 --dns-sched start:3s",
        "run --with-packet-loss --packet-loss-direction both --packet-loss-sched start:3s",
        "run --with-blackhole --blackhole-direction egress --blackhole-sched start:3s",
        "run --with-jitter --jitter-amplitude 30 --jitter-frequency 3 --jitter-direction both",
        "--log-stdout run --proxy-address 127.0.0.1:3181 --with-latency --latency-mean 300 \
         --latency-stddev 50 --upstream *",
        "--log-stdout --log-level debug run --proxy-address 0.0.0.0:3180 --upstream * --duration 2s \
         --with-latency --latency-mean 300",
        "run --log-stdout --log-file /tmp/x --log-level warning --no-ui --tail",
        "run -u a.example,b.example -u *.c.example --disable-http-proxy --proxy 1=a:1",
        "demo run",
        "demo run 0.0.0.0 7071",
        "demo run --address 192.168.2.34 --port 8989",
        "demo tour",
        "agent tool",
        "tool",
        "tool fault_list_proxies {} --json",
        "tool fault_list_proxies --json -",
    ] {
        accepted(line);
    }
}

#[test]
fn enumerations_are_read_in_every_documented_spelling() {
    for name in ["pareto-normal", "pareto_normal", "paretonormal"] {
        let fault = only_fault(&format!(
            "run --with-latency --latency-distribution {name} --latency-mean 9 --latency-shape 3 \
             --latency-scale 2"
        ));
        assert!(fault.to_string().contains("Pareto"), "{fault}");
    }
    for unit in ["KBps", "kbps", "KBPS"] {
        let fault = only_fault(&format!("run --with-bandwidth --bandwidth-unit {unit}"));
        assert!(fault.to_string().contains("KBps"), "{fault}");
    }
}

#[test]
fn a_setting_without_its_switch_is_refused_with_the_switch() {
    for (line, switch) in [
        ("run --latency-mean 300", "--with-latency"),
        ("run --latency-per-read-write", "--with-latency"),
        ("run --with-latency --latency-mean 3 --http-response-status 503", "--with-http-response"),
    ] {
        let error = refused(line);
        assert_eq!(error.code, "fault_not_switched_on", "{line}");
        assert!(error.hint.unwrap().contains(switch), "{line}");
    }
}

#[test]
fn a_switch_without_the_setting_that_gives_it_effect_is_refused_with_the_flag() {
    let error = refused("run --with-latency");
    assert_eq!(error.code, "missing_setting");
    assert!(error.hint.unwrap().contains("--latency-mean"));
}

/// The faults of `fault run` with these rules.
fn rules(texts: &[&str]) -> Result<Vec<Fault>, fault_tools::ToolError> {
    let mut line = words("run --with-dns");
    line.extend(texts.iter().flat_map(|text| ["--rule", text]).map(OsString::from));
    match parse(line) {
        Ok(invocation) => Ok(invocation.faults),
        Err(Failure::Error(error)) => Err(error),
        other => panic!("{texts:?}: {other:?}"),
    }
}

#[test]
fn rules_stand_behind_the_other_faults_in_their_order() {
    let read = rules(&[
        "GET /users/* respond=503 first=2",
        "{\"match\": {\"path\": \"/a\"},\n \"drop\": \"reset\"}",
        "/b body='a b' delay=300 name=slow",
    ]);
    let read = read.unwrap();
    let kinds: Vec<_> = read.iter().map(Fault::kind).collect();
    assert_eq!(kinds, ["dns", "rule", "rule", "rule"]);
    assert!(
        read[1].to_string().contains("GET /users/* is answered with status 503"),
        "{}",
        read[1]
    );
    assert!(read[2].to_string().contains("reset"), "{}", read[2]);
    assert_eq!(read[3].name(), Some("slow"));
}

#[test]
fn a_rule_that_makes_no_sense_is_named_and_gets_the_words_of_the_engine() {
    for text in
        ["GET /a", "/a respond=99", "/a respnd=503", "{\"drop\": 3}", "", "/a drop=close first=x"]
    {
        let error = rules(&["/ok drop=close", text]).unwrap_err();
        let engine = Fault::from_rule_text(text).unwrap_err();
        assert_eq!(error.message, format!("--rule '{text}': {}", engine.message));
        assert_eq!((error.code.as_ref(), error.hint), (engine.code, Some(engine.hint)));
    }
}

#[test]
fn values_out_of_range_get_the_words_of_the_fault() {
    for line in [
        "run --with-latency --latency-mean -5",
        "run --with-latency --latency-mean abc",
        "run --with-latency --latency-mean 5 --latency-side left",
        "run --with-http-response --http-response-status 99",
        "run --with-dns --dns-rate 2",
    ] {
        assert_eq!(refused(line).code, "invalid_setting", "{line}");
    }
}

#[test]
fn what_is_not_built_yet_is_understood_so_that_it_can_be_refused_in_clear_words() {
    for line in [
        "run llm openai --case slow-stream",
        "run dns --case nx-domain --no-ui",
        "run db pg --help",
        "run --stealth --capture-process curl --with-latency",
        "run --grpc-plugin http://127.0.0.1:50051",
        "run --with-otel",
        "inject kubernetes --ns default",
        "agent code-review --source-dir .",
    ] {
        accepted(line);
    }
}
