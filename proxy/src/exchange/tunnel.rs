//! Exchanges that become a stream of bytes: CONNECT and changes of protocol.

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
    answer::{self, Own, Refusal},
    body::{Cut, Laned},
    handle,
    ongoing::{self, Ongoing},
    pool::Lease,
    route,
};
use crate::{
    event::Hit,
    fault::Flow,
    listen::Tunnel,
    mapping::{Target, Transport},
    plan::Watch,
    relay::Ends,
    stream::Stream,
};

/// How many bytes the shortest acceptance of a CONNECT has.
const ACCEPTANCE: usize = 19;

/// The upstream of a CONNECT.
struct Opened {
    upstream: Stream,
    /// What the draws of the tunnel are keyed by.
    subject: u64,
    /// The faults that act on it.
    watch: Watch,
}

/// Answers CONNECT: only once the upstream has accepted.
pub(super) async fn connect(
    connection: &Connection,
    mut request: Request<Incoming>,
) -> Result<Response<Laned>, Cut> {
    let Opened { upstream, subject, watch } = match open(connection, &request).await {
        Ok(opened) => opened,
        Err(own) => return Ok(handle::plain(connection, *own)),
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
        Some(Tunnel { ends, number, subject, watch: Some(watch) })
    });
    Ok(handle::plain(connection, Response::new(Bytes::new())))
}

/// Connects to the host that a CONNECT names. Otherwise the answer says why not.
async fn open<T>(connection: &Connection, request: &Request<T>) -> Result<Opened, Box<Own>> {
    if connection.http2 {
        return Err(Refusal::not_implemented("CONNECT is answered over HTTP/1.1 only").into());
    }
    let authority = request.uri().authority();
    let authority = authority.ok_or_else(|| Refusal::request("CONNECT names no host and port"))?;
    let target = route::target(authority, 443)?;
    if connection.shared.is_self(&target).await {
        return Err(Refusal::looped().into());
    }
    let mut watch = connection.shared.watch_forwarded(&target);
    let subject = ongoing::subject(connection.number, connection.next_exchange());
    let upstream = reach(connection, &target, subject, &mut watch).await?;
    Ok(Opened { upstream, subject, watch })
}

/// Connects to the upstream of a tunnel, and waits while the answer would not get through.
async fn reach(
    connection: &Connection,
    target: &Target,
    subject: u64,
    watch: &mut Watch,
) -> Result<Stream, Box<Own>> {
    let (shared, number) = (&connection.shared, connection.number);
    let active = watch.update();
    shared.begin_tunnel(number, target, &active);
    if let Some((slot, answer)) = active.answer(shared.plan.seed(), subject) {
        shared.events.hits(number, vec![Hit::decided(slot)]);
        return Err(Box::new(answer::of_fault(&answer)));
    }
    let reached = shared.reach(target, Transport::Plain, &active, number, subject).await;
    let stream = reached.map_err(|error| Refusal::unreachable(&error))?;
    if active.acts_on(Flow::Response) {
        // In a blackhole the upstream's acceptance would be lost as well.
        let mut lane = shared.lane(Flow::Response, None, &active, subject, &connection.pulse);
        lane.push_head(ACCEPTANCE, Instant::now());
        while lane.is_stalled() {
            shared.events.hits(number, lane.take_hits());
            if !watch.changed().await {
                break;
            }
            lane.replan(&watch.update(), Instant::now());
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
    let (number, subject) = (connection.number, ongoing.subject);
    let watch = ongoing.watch();
    connection.leave_behind(async move {
        lease.end().await;
        let (client, upstream) = (freed(client).await?, freed(upstream).await?);
        let ends = Ends {
            client: client.io.into_inner().without_leg(),
            upstream: upstream.io.into_inner(),
            from_client: client.read_buf,
            from_upstream: upstream.read_buf,
        };
        Some(Tunnel { ends, number, subject, watch })
    });
}

/// The stream below HTTP, once that has let go of it.
async fn freed(upgrade: OnUpgrade) -> Option<Parts<TokioIo<Stream>>> {
    upgrade.await.ok()?.downcast().ok()
}
