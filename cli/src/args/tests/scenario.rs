//! The documented command line of `fault scenario`.

use std::path::PathBuf;

use super::{super::*, accepted, check_variables, refused};

fn scenario(line: &str) -> ScenarioArgs {
    match accepted(&format!("scenario {line}")).cli.command {
        Command::Scenario(args) => args,
        other => panic!("{other:?}"),
    }
}

fn run(line: &str) -> (ScenarioProxyArgs, RunScenarioArgs) {
    match scenario(line) {
        ScenarioArgs { proxy, command: ScenarioCommand::Run(args) } => (proxy, args),
        other => panic!("{other:?}"),
    }
}

fn generate(line: &str) -> GenerateArgs {
    match scenario(line).command {
        ScenarioCommand::Generate(args) => args,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_documented_variables_of_scenarios_stand_for_the_documented_flags() {
    check_variables(
        &["scenario"],
        &[
            ("FAULT_SCENARIO_PROXY_ADDR", "--proxy-address"),
            ("FAULT_PROXY_ADDRESS", "--usual-proxy-address"),
            ("FAULT_HTTP_PROXY_ADDRESS", "--http-proxy-address"),
            ("FAULT_GRPC_PLUGINS", "--grpc-plugin"),
        ],
    );
    check_variables(
        &["scenario", "run"],
        &[
            ("FAULT_SCENARIO_PATH", "--scenario"),
            ("FAULT_SCENARIO_REPORT_PATH", "--report"),
            ("FAULT_SCENARIO_RESULTS_PATH", "--result"),
            ("FAULT_SEED", "--seed"),
            ("GITHUB_STEP_SUMMARY", "--job-summary"),
        ],
    );
    check_variables(
        &["scenario", "generate"],
        &[
            ("FAULT_SCENARIO_PATH", "--scenario"),
            ("FAULT_SCENARIO_OPENAPI_V3_SPEC_FILE", "--spec-file"),
            ("FAULT_SCENARIO_OPENAPI_V3_SPEC_URL", "--spec-url"),
        ],
    );
    check_variables(&["scenario", "check"], &[("FAULT_SCENARIO_PATH", "--scenario")]);
}

#[test]
fn the_documented_command_lines_of_scenarios_are_understood() {
    for line in [
        "run --scenario scenario.yaml",
        "run -s scenarios/ -r report.md",
        "run --scenario a.yaml --scenario b --report a.md --report b.xml --result r.yaml",
        "run -s a --filter *latency* --filter ping --seed 7 --jobs 4 --dry-run --exit-zero --no-ui",
        "run -s a --resolve example.com:443=127.0.0.1:8443 --ca ca.pem --insecure",
        "run -s a --log-stdout --proxy-address 127.0.0.1:0 --job-summary summary.md",
        "--proxy-address 127.0.0.1:3181 run --scenario scenario.yaml",
        "generate --scenario scenario.yaml --spec-file openapi.yaml",
        "generate --scenario scenarios/ --spec-url http://myhost/openapi.json",
        "generate --spec-file a.json --base-url http://b --filter users --template-file t.yaml",
        "generate --list-templates",
        "new http://localhost:7070/ping --method POST --scenario scenario.yaml",
        "check --scenario scenario.yaml --filter ping",
        "validate -s scenario.yaml",
        // Understood, and refused with where it belongs.
        "--disable-http-proxy --proxy 1=a:1 -u a --duration 5m -g http://a run -s a.yaml",
    ] {
        scenario(line);
    }
}

#[test]
fn a_run_without_further_words_writes_the_documented_files() {
    let (_, args) = run("run -s scenario.yaml");
    assert_eq!(args.report, [PathBuf::from("report.md")]);
    assert_eq!(args.result, PathBuf::from("results.json"));
    assert_eq!(args.jobs, "1");
    assert!(!args.dry_run && !args.exit_zero && !args.no_ui);
    let (_, args) = run("run -s scenario.yaml -r a.html --report b.xml");
    assert_eq!(args.report, [PathBuf::from("a.html"), PathBuf::from("b.xml")]);
}

#[test]
fn the_nearest_address_of_the_proxy_counts() {
    for (line, wanted) in [
        ("--proxy-address 127.0.0.1:1 run -s a", "127.0.0.1:1"),
        ("--proxy-address 127.0.0.1:1 run -s a --proxy-address 2", "127.0.0.1:2"),
        ("--usual-proxy-address 127.0.0.1:3 run -s a", "127.0.0.1:3"),
        ("--http-proxy-address 0.0.0.0 run -s a", "0.0.0.0:3180"),
    ] {
        let (proxy, args) = run(line);
        let address = proxy.address(&args.way).unwrap().map(|address| address.to_string());
        assert_eq!(address.as_deref(), Some(wanted), "{line}");
    }
    let (proxy, args) = run("run -s a");
    assert_eq!(proxy.address(&args.way).unwrap(), None);
    let (proxy, args) = run("run -s a --proxy-address here");
    assert_eq!(proxy.address(&args.way).unwrap_err().code, "invalid_address");
}

#[test]
fn what_each_test_has_for_itself_is_refused_with_where_it_is_written() {
    for (words, key) in [
        ("--disable-http-proxy", "disable_http_proxies"),
        ("--proxy 1=a:1", "context.proxy.proxies"),
        ("-u a", "context.upstreams"),
        ("--duration 5m", "strategy.duration"),
    ] {
        let (proxy, _) = run(&format!("{words} run -s a"));
        let error = proxy.refuse_what_is_in_the_file().expect_err(words);
        assert_eq!(error.code, "said_in_the_file", "{words}");
        assert!(error.hint.unwrap().contains(key), "{words}");
    }
    assert!(run("--proxy-address 0 run -s a").0.refuse_what_is_in_the_file().is_ok());
}

#[test]
fn templates_are_listed_or_repeated() {
    let args = generate("generate --spec-file a --templates a,b --templates c");
    assert_eq!(args.templates, ["a", "b", "c"]);
}

#[test]
fn a_run_and_a_check_need_a_file() {
    for line in ["scenario run", "scenario check", "scenario new"] {
        assert_eq!(refused(line).code, "invalid_usage", "{line}");
    }
}
