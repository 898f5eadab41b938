//! The HTTP path: whatever bytes a client sends, the proxy answers or closes, and lives on.
#![no_main]

use std::{net::SocketAddr, sync::LazyLock, time::Duration};

use fault_proxy::{Fault, Mapping, Proxy, Seed, Settings, Upstreams};
use libfuzzer_sys::fuzz_target;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    runtime::{Builder, Runtime},
};

/// What the upstream says, whatever it is asked.
const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";

/// Longer than any exchange here, and shorter than any time-out of the proxy.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where bytes are sent.
struct House {
    runtime: Runtime,
    forward: SocketAddr,
    mapping: SocketAddr,
}

static HOUSE: LazyLock<House> = LazyLock::new(|| {
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.expect("a runtime");
    let (forward, mapping) = runtime.block_on(open());
    House { runtime, forward, mapping }
});

/// A forwarding proxy whose faults keep it from contacting anybody, and a mapping to an upstream of
/// our own.
async fn open() -> (SocketAddr, SocketAddr) {
    let upstream = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = upstream.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = upstream.accept().await {
            tokio::spawn(answer(stream));
        }
    });
    let local: SocketAddr = "127.0.0.1:0".parse().expect("an address");
    let mut forward = Settings::new(Seed(1));
    forward.http = Some(local);
    forward.upstreams = Upstreams::all();
    forward.faults = [json!({ "type": "httperror" }), json!({ "type": "dns", "rate": 1 })]
        .map(|fault| Fault::from_value(&fault).expect("a fault"))
        .to_vec();
    let mut mapped = Settings::new(Seed(1));
    let mapping = format!("0=http://127.0.0.1:{port}").parse::<Mapping>();
    mapped.mappings = vec![mapping.expect("a mapping")];
    (started(forward).await, started(mapped).await)
}

/// Starts a proxy that runs as long as the process does.
async fn started(settings: Settings) -> SocketAddr {
    let proxy = Proxy::start(settings).await.expect("it starts");
    let address = proxy.listeners()[0].address;
    std::mem::forget(proxy);
    address
}

async fn answer(mut stream: TcpStream) {
    let mut bytes = [0; 4096];
    while let Ok(1..) = stream.read(&mut bytes).await {
        if stream.write_all(ANSWER).await.is_err() {
            return;
        }
    }
}

/// Sends everything, then nothing more, and reads to the end.
async fn exchange(address: SocketAddr, bytes: &[u8]) {
    let mut stream = TcpStream::connect(address).await.expect("the proxy lives");
    // Who is refused in the middle sees that as an error of writing or reading.
    let _ = stream.write_all(bytes).await;
    let _ = stream.shutdown().await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
}

fuzz_target!(|bytes: &[u8]| {
    let Some((way, bytes)) = bytes.split_first() else { return };
    let tunnels = bytes.windows(7).any(|word| word.eq_ignore_ascii_case(b"connect"));
    let address = match way % 2 {
        // A tunnel would leave this machine.
        0 if tunnels => return,
        0 => HOUSE.forward,
        _ => HOUSE.mapping,
    };
    let over = HOUSE.runtime.block_on(async {
        tokio::time::timeout(PATIENCE, exchange(address, bytes)).await
    });
    assert!(over.is_ok(), "no answer and no end: {:?}", String::from_utf8_lossy(bytes));
});
