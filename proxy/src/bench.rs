//! The lane, opened to its benchmark.

use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;

use crate::{
    dice::Seed,
    fault::{Fault, FaultError, Flow},
    lane::{Budget, Lane, Next, Origin, Payload, Pulse},
    plan::Plan,
};

/// A lane with these faults. Each call pushes bytes and takes all that leaves, each piece at its moment of a clock
/// that stands still otherwise; the number of pieces is given back.
pub fn lane(faults: Vec<Fault>) -> Result<impl FnMut(Bytes) -> usize, FaultError> {
    let mut now = Instant::now();
    let plan = Plan::new(Seed(7), now, None);
    plan.set(faults)?;
    let mut lane = Lane::new(
        Flow::Response,
        None,
        Origin { seed: Seed(7), subject: 1, budget: Budget::default(), pulse: Pulse::new(now) },
        now,
    );
    lane.replan(&plan.watch().active(), now);
    Ok(move |bytes| {
        now += Duration::from_micros(1);
        lane.push(Payload::Data(bytes), now);
        let mut pieces = 0;
        loop {
            match lane.next(now) {
                Next::Ready(_) => pieces += 1,
                Next::At(at) => now = at,
                Next::Stalled | Next::Empty => return pieces,
            }
        }
    })
}
