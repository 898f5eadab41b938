//! Exchanges that become a stream of bytes: CONNECT and changes of protocol.

use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use hyper::{
    body::Incoming,
    upgrade::{OnUpgrade, Parts},
};
use hyper_util::rt::TokioIo;
use tokio::time::Instant;

use super::{
    Connection,
    answer::Refusal,
    body::{Cut, Laned},
    handle,
    ongoing::Ongoing,
    pool::Lease,
    route,
};
use crate::{
    fault::Flow,
    listen::Tunnel,
    mapping::{Target, Transport},
    relay::Ends,
    stream::Stream,
};

/// How many bytes the shortest acceptance of a CONNECT has.
const ACCEPTANCE: usize = 19;

/// Answers CONNECT: only once the upstream has accepted.
pub(super) async fn connect(
    connection: &Connection,
    mut request: Request<Incoming>,
) -> Result<Response<Laned>, Cut> {
    let (upstream, faulted) = match open(connection, &request).await {
        Ok(opened) => opened,
        Err(refusal) => return Ok(handle::refuse(connection, &refusal)),
    };
    let client = hyper::upgrade::on(&mut request);
    let number = connection.number;
    connection.leave_behind(async move {
        let client = freed(client).await?;
        let ends = Ends {
            client: client.io.into_inner().without_leg(),
            upstream,
            from_client: client.read_buf,
            from_upstream: Bytes::new(),
        };
        Some(Tunnel { ends, number, faulted })
    });
    Ok(handle::plain(connection, Response::new(Bytes::new())))
}

/// Connects to the host that a CONNECT names, and tells whether faults act on it.
async fn open<T>(connection: &Connection, request: &Request<T>) -> Result<(Stream, bool), Refusal> {
    if connection.http2 {
        return Err(Refusal::not_implemented("CONNECT is answered over HTTP/1.1 only"));
    }
    let authority = request.uri().authority();
    let authority = authority.ok_or_else(|| Refusal::request("CONNECT names no host and port"))?;
    let target = route::target(authority, 443)?;
    if connection.shared.is_self(&target).await {
        return Err(Refusal::looped());
    }
    let faulted = connection.shared.upstreams.matches(&target);
    Ok((reach(connection, &target, faulted).await?, faulted))
}

/// Connects to the upstream of a tunnel, and waits while the answer would not get through.
async fn reach(connection: &Connection, target: &Target, faulted: bool) -> Result<Stream, Refusal> {
    let (shared, number) = (&connection.shared, connection.number);
    let mut watch = shared.plan.watch();
    let active = if faulted { Arc::clone(&watch.borrow_and_update()) } else { Arc::default() };
    shared.begin_tunnel(number, target, &active);
    let reached = shared.reach(target, Transport::Plain, &active, number).await;
    let stream = reached.map_err(|error| Refusal::unreachable(&error))?;
    if faulted {
        // In a blackhole the upstream's acceptance would be lost as well.
        let mut lane = shared.lane(Flow::Response, number, &active, None);
        lane.push_head(ACCEPTANCE, Instant::now());
        while lane.is_stalled() {
            shared.events.hits(number, lane.take_hits());
            if watch.changed().await.is_err() {
                break;
            }
            lane.replan(&Arc::clone(&watch.borrow_and_update()), Instant::now());
        }
    }
    Ok(stream)
}

/// Lets an exchange go on as the protocol it changed to.
pub(super) fn switch(
    connection: &Connection,
    ongoing: &Ongoing,
    client: OnUpgrade,
    upstream: OnUpgrade,
    lease: Lease,
) {
    let (number, faulted) = (connection.number, ongoing.watch().is_some());
    connection.leave_behind(async move {
        lease.end().await;
        let (client, upstream) = (freed(client).await?, freed(upstream).await?);
        let ends = Ends {
            client: client.io.into_inner().without_leg(),
            upstream: upstream.io.into_inner(),
            from_client: client.read_buf,
            from_upstream: upstream.read_buf,
        };
        Some(Tunnel { ends, number, faulted })
    });
}

/// The stream below HTTP, once that has let go of it.
async fn freed(upgrade: OnUpgrade) -> Option<Parts<TokioIo<Stream>>> {
    upgrade.await.ok()?.downcast().ok()
}
