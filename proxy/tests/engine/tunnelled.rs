//! What faults do to the CONNECT that asks for a tunnel, and to exchanges that share a connection.

use serde_json::json;

use crate::support::{Path, Rig, Upstream, Wire, exchange};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

#[tokio::test]
async fn an_http_fault_answers_a_connect_without_the_upstream() {
    let upstream = Upstream::answering(OK).await;
    let fault = json!({ "type": "httperror", "status_code": 503, "body": "down" });
    let rig = Rig::start(Path::Connect, upstream.address, &[fault]).await;
    let mut wire = Wire::connect(rig.address()).await;
    let connect = format!("CONNECT {0} HTTP/1.1\r\nHost: {0}\r\n\r\n", upstream.address);
    let answer = wire.ask(connect).await;
    assert_eq!((answer.status(), answer.text()), (503, "down".into()));
    assert_eq!(upstream.accepted(), 0);

    rig.set(&[]);
    let mut wire = rig.open().await;
    assert_eq!(wire.ask(rig.get("/")).await.text(), "ok", "the control");
}

#[tokio::test]
async fn a_tunnel_that_is_asked_for_again_is_decided_again() {
    let upstream = Upstream::answering(OK).await;
    let half = json!({ "type": "httperror", "status_code": 503, "probability": 0.5 });
    let rig = Rig::start(Path::Connect, upstream.address, &[half]).await;
    let mut wire = Wire::connect(rig.address()).await;
    let connect = format!("CONNECT {0} HTTP/1.1\r\nHost: {0}\r\n\r\n", upstream.address);
    for _ in 0..64 {
        wire.send(connect.clone()).await;
        if wire.head().await.status() == 200 {
            return;
        }
    }
    panic!("one of 64 even chances should have let a tunnel through");
}

#[tokio::test]
async fn jitter_disturbs_a_connection_so_many_times_a_second_whatever_its_exchanges() {
    let upstream = Upstream::answering(OK).await;
    // In a period of hours only the connection's first chunk is disturbed.
    let jitter = json!({ "type": "jitter", "amplitude": 5, "frequency": 0.0001 });
    let rig = Rig::start(Path::Http, upstream.address, &[jitter]).await;
    let mut events = rig.proxy.subscribe();
    let mut wire = rig.open().await;
    let mut hits = Vec::new();
    for _ in 0..5 {
        assert_eq!(wire.ask(rig.get("/")).await.text(), "ok");
        let told = exchange(&mut events).await;
        hits.push(told.hits.iter().map(|hit| hit.count).sum::<u64>());
    }
    assert_eq!(hits, [1, 0, 0, 0, 0]);
}
