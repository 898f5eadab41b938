//! A call on its own.

use super::*;

async fn once(url: &str) -> OneCall {
    call_once(&Call::new("GET", url).unwrap(), Some(TraceRun(7)), 3).await.unwrap()
}

#[tokio::test]
async fn a_call_on_its_own_is_measured_from_its_start_over_a_connection_of_its_own() {
    let server = server(OK).await;
    for calls in 1..=3 {
        let OneCall { sample, dns, resolved } = once(&server.url).await;
        assert_eq!((sample.outcome, sample.bytes), (Outcome::Answered(200), 2));
        assert_eq!((sample.number, sample.at, sample.late), (3, Duration::ZERO, Duration::ZERO));
        assert!(sample.ttfb.unwrap() <= sample.total);
        // An address needs no resolver.
        assert_eq!((dns, resolved), (None, true));
        assert_eq!(server.connections.load(Ordering::Relaxed), calls);
        assert_eq!(server.trace_numbers(7), vec![(3, true); calls]);
    }
}

#[tokio::test]
async fn looking_up_a_name_is_part_of_the_call_and_measured() {
    let server = server(OK).await;
    let OneCall { sample, dns, resolved } =
        once(&server.url.replace("127.0.0.1", "localhost")).await;
    assert_eq!((sample.outcome, resolved), (Outcome::Answered(200), true));
    assert!(dns.unwrap() <= sample.ttfb.unwrap(), "{dns:?} {sample:?}");
}

#[tokio::test]
async fn a_name_without_an_address_is_not_resolved_and_cannot_be_connected_to() {
    // No resolver is asked for a label of more than 63 letters.
    let OneCall { sample, dns, resolved } = once(&format!("http://{}/", "a".repeat(64))).await;
    assert_eq!((sample.outcome, resolved), (Outcome::Failed(ErrorKind::Connect), false));
    assert!(dns.unwrap() <= sample.total);
}

#[tokio::test]
async fn a_call_on_its_own_times_out() {
    let server = server(Behaviour::Stall).await;
    let timeout = Duration::from_millis(50);
    let call = Call::new("GET", &server.url).unwrap().with_timeout(timeout).unwrap();
    let OneCall { sample, .. } = call_once(&call, None, 1).await.unwrap();
    assert_eq!(sample.outcome, Outcome::Failed(ErrorKind::TimedOut));
    assert!(sample.total >= timeout && sample.ttfb.is_none());
    assert_eq!(*server.requests.borrow(), 1);
}

#[tokio::test]
async fn a_call_on_its_own_to_an_https_url_is_refused_with_the_way_to_do_it() {
    let call = Call::new("GET", "https://example.com/").unwrap();
    assert_eq!(call_once(&call, None, 1).await.unwrap_err().code(), "https_not_direct");
}
