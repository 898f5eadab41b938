//! A run under way: sends what is due, and takes in what came back.

use std::collections::VecDeque;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::time::Duration;

use async_io::Timer;
use tokio::select;
use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinSet, yield_now};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval, sleep_until};

use super::exchange::{Job, Report, Shared};
use super::streams::Streams;
use super::{MAX_OUTSTANDING, Progress, Run, line, streams};
use crate::call::HttpVersion;
use crate::load::{Arrival, Load};
use crate::recording::{ErrorKind, Outcome, Recording};

/// How many requests that are due are sent before others get the processor.
const BATCH: u32 = 32;

/// A request this late was held up by the generator itself, and others with it. Were each to open a connection,
/// the generator and the server would fall behind further: it waits for one to come free first.
const HELD_UP: Duration = Duration::from_millis(1);

/// How long it waits for that.
const PATIENCE: Duration = Duration::from_millis(2);

/// A run under way. Dropping it ends every connection and request.
pub(super) struct Dispatch<'a> {
    run: Run<'a>,
    shared: Arc<Shared>,
    reports: mpsc::UnboundedReceiver<Report>,
    tasks: JoinSet<()>,
    clients: Vec<Client>,
    sent: u64,
    outstanding: usize,
    overdue: u32,
    /// The requests that wait for a connection of their client to come free, and until when; those that have got
    /// one since are still among them.
    patient: VecDeque<(Instant, Job)>,
    recording: Recording,
    timer: Timer,
    ticks: Interval,
}

/// The connections of a client.
#[derive(Default)]
struct Client {
    /// Those of HTTP/1 that wait for a request; the one used last is used next.
    idle: Vec<mpsc::Sender<Job>>,
    /// Requests that wait for one of them to come free, in order.
    waiting: VecDeque<Job>,
    /// Those of HTTP/2.
    streams: Streams,
}

impl<'a> Dispatch<'a> {
    pub(super) fn new(run: Run<'a>) -> Self {
        let mut ticks = interval(Duration::from_secs(1));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (shared, reports) = Shared::of(run.call, run.trace);
        Self {
            recording: Recording::new(run.load.planned(), run.load.duration),
            run,
            shared: Arc::new(shared),
            reports,
            tasks: JoinSet::new(),
            clients: Vec::new(),
            sent: 0,
            outstanding: 0,
            overdue: 0,
            patient: VecDeque::new(),
            timer: Timer::never(),
            ticks,
        }
    }

    /// Sends all requests, each when it is due, and waits for the last answer.
    pub(super) async fn send_all(&mut self, load: &Load) {
        for (arrival, number) in load.arrivals().zip(1..) {
            self.wait_until(self.shared.start + arrival.at).await;
            self.send(number, arrival);
        }
        while self.outstanding > 0 {
            self.step().await;
        }
    }

    /// Ends the run.
    pub(super) fn finish(mut self, cancelled: bool) -> Recording {
        self.collect();
        self.recording.finish(self.shared.start.elapsed(), cancelled);
        self.tell();
        self.recording
    }

    async fn wait_until(&mut self, due: Instant) {
        if due <= Instant::now() {
            return self.go_on().await;
        }
        self.overdue = 0;
        self.lose_patience();
        // Tokio's own timer is late by a millisecond, which would be counted as latency.
        self.timer.set_at(due.into_std());
        while !self.step().await {}
    }

    /// Between two requests that are due.
    async fn go_on(&mut self) {
        self.overdue += 1;
        if self.overdue.is_multiple_of(BATCH) {
            self.lose_patience();
            // The answers need the processor too, when this loop runs after its time.
            select! {
                biased;
                _ = self.ticks.tick() => self.tell(),
                () = yield_now() => {}
            }
        }
    }

    /// Waits for the next thing to happen, and answers whether it is the time that was waited for.
    async fn step(&mut self) -> bool {
        let impatient = self.patient.front().map_or(self.shared.start, |(until, _)| *until);
        select! {
            biased;
            _ = &mut self.timer => return true,
            Some(report) = self.reports.recv() => self.take(report),
            Some(ended) = self.tasks.join_next() => check(ended),
            () = sleep_until(impatient), if !self.patient.is_empty() => self.lose_patience(),
            _ = self.ticks.tick() => self.tell(),
        }
        false
    }

    pub(super) fn send(&mut self, number: u64, arrival: Arrival) {
        self.collect();
        if self.outstanding >= MAX_OUTSTANDING {
            return self.recording.skip();
        }
        self.sent += 1;
        self.outstanding += 1;
        let job = Job { number, at: arrival.at, client: arrival.client };
        match self.shared.version {
            HttpVersion::Http1 => self.send_in_line(job),
            HttpVersion::Http2 => self.send_in_stream(job),
        }
    }

    /// Hands the request to an idle connection of its client, or to a new one if all are busy.
    fn send_in_line(&mut self, job: Job) {
        while let Some(line) = self.client(job.client).idle.pop() {
            if line.try_send(job).is_ok() {
                return;
            }
        }
        let now = Instant::now();
        if self.shared.reuse && now > self.shared.due(job) + HELD_UP {
            self.patient.push_back((now + PATIENCE, job));
            return self.client(job.client).waiting.push_back(job);
        }
        self.open_line(job);
    }

    fn open_line(&mut self, job: Job) {
        self.tasks.spawn(line::serve(Arc::clone(&self.shared), job));
    }

    /// Opens connections for the requests that have waited for one long enough.
    fn lose_patience(&mut self) {
        let now = Instant::now();
        while let Some((_, job)) = self.patient.pop_front_if(|(until, _)| *until <= now) {
            let waiting = &mut self.client(job.client).waiting;
            if waiting.pop_front_if(|first| first.number == job.number).is_some() {
                self.open_line(job);
            }
        }
    }

    /// Gives a connection that came free to the request that has waited longest.
    fn set_free(&mut self, client: u32, line: mpsc::Sender<Job>) {
        let client = self.client(client);
        match client.waiting.pop_front() {
            None => client.idle.push(line),
            Some(job) => {
                if line.try_send(job).is_err() {
                    self.open_line(job);
                }
            }
        }
    }

    fn send_in_stream(&mut self, job: Job) {
        let slot = match self.shared.reuse {
            true => self.client(job.client).streams.next(),
            false => Arc::default(),
        };
        self.tasks.spawn(streams::serve(Arc::clone(&self.shared), job, slot));
    }

    fn client(&mut self, number: u32) -> &mut Client {
        let number = number as usize;
        if number >= self.clients.len() {
            self.clients.resize_with(number + 1, Client::default);
        }
        &mut self.clients[number]
    }

    fn collect(&mut self) {
        while let Ok(report) = self.reports.try_recv() {
            self.take(report);
        }
        while let Some(ended) = self.tasks.try_join_next() {
            check(ended);
        }
    }

    fn take(&mut self, report: Report) {
        match report {
            Report::Free(client, line) => self.set_free(client, line),
            Report::Done(sample) => {
                self.outstanding -= 1;
                self.recording.record(sample);
                let is_request = sample.outcome != Outcome::Failed(ErrorKind::Local);
                if let Some(observer) = self.run.observer.as_mut().filter(|_| is_request) {
                    observer(&sample);
                }
            }
        }
    }

    fn tell(&self) {
        self.run.progress.send_replace(Progress {
            elapsed: self.shared.start.elapsed(),
            planned: self.recording.planned(),
            sent: self.sent,
            done: self.recording.requests(),
            errors: self.recording.errors(),
        });
    }
}

/// Hands on the panic of a task. Only the end of the runtime cancels one, and it ends this run as well.
fn check(ended: Result<(), JoinError>) {
    if let Err(error) = ended
        && error.is_panic()
    {
        resume_unwind(error.into_panic());
    }
}
