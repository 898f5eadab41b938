//! x
use fault_proxy::*;
#[tokio::main]
async fn main() {
    let a: Vec<String> = std::env::args().skip(1).collect();
    let mut s = Settings::new(Seed(7));
    s.http = Some("127.0.0.1:23180".parse().unwrap());
    s.upstreams = Upstreams::all();
    for x in a {
        if let Some(f) = x.strip_prefix('{') {
            let v: serde_json::Value = serde_json::from_str(&format!("{{{f}")).unwrap();
            s.faults.push(Fault::from_value(&v).unwrap());
        } else {
            s.mappings.push(x.parse().unwrap());
        }
    }
    let ev = std::env::var("EV").is_ok();
    let p = Proxy::start(s).await.unwrap();
    for l in p.listeners() {
        eprintln!("{} {}", l.name, l.address);
    }
    if ev {
        let mut sub = p.subscribe();
        while let Some(e) = sub.next().await {
            println!("{}", serde_json::to_string(&e).unwrap());
        }
    }
    std::future::pending::<()>().await;
}
