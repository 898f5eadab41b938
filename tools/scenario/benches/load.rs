//! How many requests a second the generator sends in time.
//!
//! `cargo bench -p fault-scenario --bench load -- [--h2] [--close] [URL|-] [RATE] [SECONDS] [CLIENTS]`
//!
//! Without a URL, or with `-`, a small server runs on a thread of its own. Without a rate, several are tried.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::convert::Infallible;
use std::error::Error;
use std::net::SocketAddr;
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use fault_scenario::generator::Progress;
use fault_scenario::{Call, HttpVersion, Load, Run, Summary};
use http::Response;
use http_body_util::Full;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::net::TcpListener;
use tokio::runtime;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// The rates that are tried when none is given, in requests a second.
const RATES: [u32; 5] = [1000, 5000, 10_000, 20_000, 40_000];

fn main() -> Result<(), Box<dyn Error>> {
    let (flags, words): (Vec<_>, Vec<_>) =
        std::env::args().skip(1).partition(|word| word.starts_with("--"));
    let mut words = words.into_iter();
    let url = match words.next().filter(|url| url != "-") {
        Some(url) => url,
        None => format!("http://{}/", serve()?),
    };
    let rate: Option<u32> = words.next().map(|word| word.parse()).transpose()?;
    let seconds: u64 = words.next().map_or(Ok(5), |word| word.parse())?;
    let clients: u32 = words.next().map_or(Ok(10), |word| word.parse())?;
    let has = |flag: &str| flags.iter().any(|it| it == flag);
    let version = if has("--h2") { HttpVersion::Http2 } else { HttpVersion::Http1 };
    let call = Call::new("GET", &url)?.with_http_version(version);
    let call = call.reusing_connections(!has("--close"));
    let runtime = runtime::Builder::new_multi_thread().enable_all().build()?;
    println!("   asked  achieved   late  not sent    p50 ms    p99 ms  late p99 ms");
    for rate in rate.map_or(RATES.to_vec(), |rate| vec![rate]) {
        let duration = Duration::from_secs(seconds);
        let load = Load { duration, clients, rps: rate.div_ceil(clients) };
        let summary = runtime.block_on(measure(&call, &load))?;
        println!("{}", row(rate, &summary));
    }
    Ok(())
}

async fn measure(call: &Call, load: &Load) -> Result<Summary, Box<dyn Error>> {
    let (cancel, progress) = (CancellationToken::new(), watch::Sender::new(Progress::default()));
    let (cancel, progress) = (&cancel, &progress);
    let run = Run { call, load, trace: None, cancel, progress, observer: None };
    Ok(Summary::of(&run.measure().await?))
}

fn row(rate: u32, summary: &Summary) -> String {
    let Summary { throughput, late, not_sent, errors, .. } = summary;
    let (p50, p99) = summary.latency.as_ref().map_or((0.0, 0.0), |it| (it.p50, it.p99));
    let lateness = summary.lateness_p99_ms.unwrap_or_default();
    let limit = summary.generator_limit.as_deref().unwrap_or_default();
    let errors = if *errors > 0 { format!("{errors} errors ") } else { String::new() };
    format!(
        "{rate:8}{throughput:10.0}{late:7}{not_sent:10}{p50:10.3}{p99:10.3}{lateness:13.3}  {errors}{limit}"
    )
}

/// Starts a server on a thread of its own, and answers with its address.
fn serve() -> Result<SocketAddr, Box<dyn Error>> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
    let address = listener.local_addr()?;
    thread::spawn(move || runtime.block_on(accept(listener)));
    Ok(address)
}

async fn accept(listener: TcpListener) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(async move {
            let greet = service_fn(async |_| {
                Ok::<_, Infallible>(Response::new(Full::new(Bytes::from_static(b"hello"))))
            });
            // A client that goes away ends its connection, and nothing else.
            let server = auto::Builder::new(TokioExecutor::new());
            let _ = server.serve_connection(TokioIo::new(stream), greet).await;
        });
    }
}
