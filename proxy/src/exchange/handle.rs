//! One exchange, from the request's head to the answer's.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use hyper::{body::Incoming, upgrade::OnUpgrade};

use super::{
    Connection,
    answer::{self, Own, Refusal},
    body::{Cut, Laned},
    expect::Gate,
    headers,
    ongoing::{Beginning, Ongoing},
    pool::{Key, Lease, SendError},
    route::{self, Route},
    rules::{self, Fired},
    tunnel,
};
use crate::{
    dial::DialError,
    event::Hit,
    fault::{Action, Answer},
    mapping::Target,
};

/// Answers a request. An error cuts the client off, as a reset does.
pub(super) async fn handle(
    connection: Arc<Connection>,
    request: Request<Incoming>,
) -> Result<Response<Laned>, Cut> {
    if request.method() == Method::CONNECT {
        return Box::pin(tunnel::connect(&connection, request)).await;
    }
    let found = match route::find(&connection, &request) {
        Ok(route) if connection.shared.is_self(&route.key.target).await => Err(Refusal::looped()),
        found => found,
    };
    let route = match found {
        Ok(route) => route,
        Err(refusal) => return Ok(refuse(&connection, &refusal)),
    };
    let ongoing = begin(&connection, &request, &route);
    let result = exchange(&connection, &ongoing, request, &route.key).await;
    if let Err(cut) = &result {
        if !matches!(cut, Cut::Closed) {
            ongoing.abort();
        }
        ongoing.finish(false);
    }
    result
}

fn begin(connection: &Connection, request: &Request<Incoming>, route: &Route) -> Arc<Ongoing> {
    Arc::new(Ongoing::begin(
        Arc::clone(&connection.shared),
        Beginning {
            connection: connection.number,
            number: connection.next_exchange(),
            method: request.method(),
            target: &route.key.target,
            path: request.uri().path(),
            headers: Some(request.headers()),
            watch: Some(route.watch.clone()),
            leg: &connection.leg,
            pulse: &connection.pulse,
            http2: connection.http2,
        },
    ))
}

/// Answers a request that goes nowhere.
pub(super) fn refuse(connection: &Connection, refusal: &Refusal) -> Response<Laned> {
    plain(connection, refusal.answer())
}

/// An answer that no fault acts on.
pub(super) fn plain(connection: &Connection, own: Own) -> Response<Laned> {
    let (parts, body) = own.into_parts();
    let beginning = Beginning {
        connection: connection.number,
        number: connection.next_exchange(),
        method: &Method::GET,
        target: &Target { host: String::new(), port: 0 },
        path: "",
        headers: None,
        watch: None,
        leg: &connection.leg,
        pulse: &connection.pulse,
        http2: connection.http2,
    };
    let ongoing = Ongoing::begin(Arc::clone(&connection.shared), beginning).untold();
    Response::from_parts(parts, Laned::own(body, Arc::new(ongoing)))
}

async fn exchange(
    connection: &Connection,
    ongoing: &Arc<Ongoing>,
    mut request: Request<Incoming>,
    key: &Key,
) -> Result<Response<Laned>, Cut> {
    let answer = decide(ongoing);
    let gate = Gate::of(&request).map(|(gate, opener)| {
        opener.turn_on_continue(&mut request);
        gate
    });
    let (parts, mut body) = request.into_parts();
    let (fired, ahead) = match &answer {
        Some(_) => (None, None),
        None => rules::ask(ongoing, &key.target, &parts, &mut body).await?,
    };
    let mut body = Laned::request(ahead, body, Arc::clone(ongoing)).with_gate(gate);
    body.head(|| request_size(&parts)).await?;
    if let Some(answer) = answer {
        return Box::pin(own(ongoing, answer::of_fault(&answer))).await;
    }
    match fired.as_ref().map(|fired| &fired.action) {
        Some(Action::Respond(reply)) => {
            return Box::pin(own(ongoing, answer::of_rule(reply))).await;
        }
        Some(Action::Drop { reset }) => return Err(Box::pin(rules::leave(body, *reset)).await),
        _ => {}
    }
    if let Some(error) = unresolved(ongoing, key) {
        return Box::pin(own(ongoing, Refusal::unreachable(&error).answer())).await;
    }
    if let Some(fired) = &fired {
        Box::pin(fired.wait(ongoing)).await;
    }
    pass(connection, ongoing, Request::from_parts(parts, body), key, fired).await
}

/// Asks the upstream, and passes its answer on.
async fn pass(
    connection: &Connection,
    ongoing: &Arc<Ongoing>,
    request: Request<Laned>,
    key: &Key,
    fired: Option<Fired>,
) -> Result<Response<Laned>, Cut> {
    let hit = fired.map(|fired| (fired, request.method().clone()));
    let (request, upgrade) = outgoing(connection, request, key);
    ongoing.forwarded();
    match connection.shared.pool.send(&connection.shared, key, request).await {
        Ok((response, lease)) => incoming(connection, ongoing, response, lease, upgrade, hit).await,
        Err(error) => {
            let refusal = match error {
                SendError::Dial(error) => Refusal::unreachable(&error),
                SendError::Http(error) => Refusal::broken(&error),
            };
            ongoing.failed(connection.number, &refusal);
            Box::pin(own(ongoing, refusal.answer())).await
        }
    }
}

/// Whether a fault answers by itself.
fn decide(ongoing: &Ongoing) -> Option<Answer> {
    let active = ongoing.active()?;
    let (slot, answer) = active.answer(ongoing.shared.plan.seed(), ongoing.subject)?;
    ongoing.answered_by(slot);
    Some(answer)
}

/// Whether a fault fails the resolution of the upstream's name.
fn unresolved(ongoing: &Ongoing, key: &Key) -> Option<DialError> {
    let active = ongoing.active()?;
    if key.target.is_address() {
        return None;
    }
    let slot = active.resolution(ongoing.shared.plan.seed(), ongoing.subject)?;
    ongoing.add_hits(vec![Hit::decided(slot)]);
    Some(DialError::ResolveFault(key.target.host.clone()))
}

fn request_size(parts: &http::request::Parts) -> usize {
    let line = parts.method.as_str().len() + parts.uri.path().len() + 12;
    line + headers::size(&parts.headers)
}

/// The request as the upstream is asked, and what it becomes if the protocol is changed.
fn outgoing(
    connection: &Connection,
    mut request: Request<Laned>,
    key: &Key,
) -> (Request<Laned>, Option<OnUpgrade>) {
    let protocol = headers::upgrade(request.headers()).filter(|_| !key.http2);
    let upgrade = protocol.as_ref().map(|_| hyper::upgrade::on(&mut request));
    headers::strip(request.headers_mut());
    if let Some(protocol) = protocol {
        headers::ask_for(request.headers_mut(), protocol);
    }
    route::address(&mut request, key, &connection.front);
    (request, upgrade)
}

/// The upstream's answer on its way to the client.
async fn incoming(
    connection: &Connection,
    ongoing: &Arc<Ongoing>,
    mut response: Response<Incoming>,
    lease: Lease,
    upgrade: Option<OnUpgrade>,
    hit: Option<(Fired, Method)>,
) -> Result<Response<Laned>, Cut> {
    if let (StatusCode::SWITCHING_PROTOCOLS, Some(client)) = (response.status(), upgrade) {
        return Box::pin(switch(connection, ongoing, response, client, lease)).await;
    }
    let http2 = lease.is_http2();
    headers::strip(response.headers_mut());
    let (mut parts, body) = response.into_parts();
    let mut body = Laned::response(body, Arc::clone(ongoing)).with_lease(lease);
    if let Some((fired, method)) = hit {
        body = fired.shape(ongoing, &method, &mut parts, body);
    }
    body.head(|| response_size(&parts)).await?;
    ongoing.status(parts.status);
    if !http2 {
        parts.version = http::Version::HTTP_11;
    }
    Ok(Response::from_parts(parts, body))
}

fn response_size(parts: &http::response::Parts) -> usize {
    17 + headers::size(&parts.headers)
}

/// Both connections go on as a tunnel.
async fn switch(
    connection: &Connection,
    ongoing: &Arc<Ongoing>,
    mut response: Response<Incoming>,
    client: OnUpgrade,
    lease: Lease,
) -> Result<Response<Laned>, Cut> {
    let protocol = headers::upgrade(response.headers());
    let upstream = hyper::upgrade::on(&mut response);
    headers::strip(response.headers_mut());
    let protocol = protocol.unwrap_or_else(|| HeaderValue::from_static("unknown"));
    headers::ask_for(response.headers_mut(), protocol);
    let (parts, _) = response.into_parts();
    let mut body = Laned::own(Bytes::new(), Arc::clone(ongoing));
    body.head(|| response_size(&parts)).await?;
    ongoing.status(parts.status);
    tunnel::switch(connection, ongoing, client, upstream, lease);
    Ok(Response::from_parts(parts, body))
}

/// An answer of the proxy's own, which still has the client's leg before it.
async fn own(ongoing: &Arc<Ongoing>, own: Own) -> Result<Response<Laned>, Cut> {
    ongoing.leave_upstream_out();
    let (mut parts, body) = own.into_parts();
    if answer::has_body(parts.status) {
        parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    }
    let mut body = Laned::own(body, Arc::clone(ongoing));
    body.head(|| response_size(&parts)).await?;
    ongoing.status(parts.status);
    Ok(Response::from_parts(parts, body))
}
