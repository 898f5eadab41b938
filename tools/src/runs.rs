//! Runs that were started, and are asked about later.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use fault_scenario::ImpactResult;
use futures_util::future::join_all;
use tokio::sync::watch;
use tokio_util::{
    sync::{CancellationToken, DropGuard},
    task::AbortOnDropHandle,
};

use crate::{
    context::{Context, Progress, Update},
    error::ToolError,
    handle::Handle,
    impact::Ready,
    scenario_run,
    state::State,
};

/// The runs that are remembered.
#[derive(Debug, Default)]
pub(crate) struct Runs {
    known: Mutex<BTreeMap<Handle, Run>>,
}

#[derive(Debug)]
struct Run {
    cancel: CancellationToken,
    news: watch::Receiver<News>,
    task: AbortOnDropHandle<()>,
}

/// How a run stands.
#[derive(Clone, Debug, Default)]
pub(crate) struct News {
    /// How far it is; none before the first call.
    pub(crate) progress: Option<Update>,
    /// How it ended, if it has.
    pub(crate) outcome: Option<Result<Found, ToolError>>,
}

/// What a run found.
#[derive(Clone, Debug)]
pub(crate) enum Found {
    /// A run of an impact scenario.
    Impact(Box<ImpactResult>),
    /// A run of scenarios from files.
    Scenarios(Box<scenario_run::Output>),
}

/// Ends a run when it is dropped: nobody waits for it any more.
#[derive(Debug)]
pub(crate) struct Leash(Option<DropGuard>);

/// How long runs may take to end when the program ends.
const SWIFTLY: Duration = Duration::from_millis(800);

impl Runs {
    /// Starts a run of an impact scenario and remembers it; refuses more than the limits allow.
    pub(crate) fn start(&self, state: &Arc<State>, ready: Ready) -> Result<Handle, ToolError> {
        self.start_with(state, Progress::default(), |_, context| async move {
            ready.run(&context).await.map(|result| Found::Impact(Box::new(result)))
        })
    }

    /// Starts a run and remembers it; its progress is told to `watcher` too. Refuses more than the
    /// limits allow.
    pub(crate) fn start_with<F>(
        &self,
        state: &Arc<State>,
        watcher: Progress,
        work: impl FnOnce(Handle, Context) -> F,
    ) -> Result<Handle, ToolError>
    where
        F: Future<Output = Result<Found, ToolError>> + Send + 'static,
    {
        let mut known = self.lock();
        make_room(&mut known, state.limits().open)?;
        let cancel = CancellationToken::new();
        let (sender, news) = watch::channel(News::default());
        let sender = Arc::new(sender);
        let (told, steps) = (Arc::clone(&sender), watcher.clone());
        let progress = Progress::new(move |update| {
            watcher.report(update.done, update.total, update.message.clone());
            told.send_modify(|news| news.progress = Some(update));
        })
        .with_steps(move |update| steps.step(update));
        let context = Context::new(Arc::clone(state), cancel.clone()).with_progress(progress);
        let handle = Handle::new();
        let working = work(handle, context);
        let task = tokio::spawn(async move {
            let outcome = working.await;
            sender.send_modify(|news| news.outcome = Some(outcome));
        });
        known.insert(handle, Run { cancel, news, task: AbortOnDropHandle::new(task) });
        Ok(handle)
    }

    /// What ends a run when its caller goes away.
    pub(crate) fn leash(&self, handle: Handle) -> Leash {
        Leash(self.lock().get(&handle).map(|run| run.cancel.clone().drop_guard()))
    }

    /// How a run ends.
    pub(crate) async fn end(&self, handle: Handle) -> Result<Found, ToolError> {
        let mut news = self.with(&handle.to_string(), |run| run.news.clone())?;
        let ended = news.wait_for(|news| news.outcome.is_some()).await;
        let outcome = ended.ok().and_then(|news| news.outcome.clone());
        outcome.unwrap_or_else(|| Err(lost()))
    }

    /// How a run stands, after waiting for its end for up to `wait`.
    pub(crate) async fn get(&self, id: &str, wait: Duration) -> Result<News, ToolError> {
        let mut news = self.with(id, |run| run.news.clone())?;
        let ended = news.wait_for(|news| news.outcome.is_some());
        if let Ok(Err(_)) = tokio::time::timeout(wait, ended).await {
            return Err(lost());
        }
        Ok(news.borrow().clone())
    }

    /// Ends a run, and waits until nothing of it is left.
    pub(crate) async fn stop(&self, id: &str) -> Result<News, ToolError> {
        self.with(id, |run| run.cancel.cancel())?;
        self.get(id, Duration::from_secs(5)).await
    }

    /// Ends all runs.
    pub(crate) async fn stop_all(&self) {
        let all = std::mem::take(&mut *self.lock());
        all.values().for_each(|run| run.cancel.cancel());
        let ending = join_all(all.into_values().map(|run| run.task));
        // What takes longer is dropped, which takes it down all the same.
        let _ = tokio::time::timeout(SWIFTLY, ending).await;
    }

    fn with<T>(&self, id: &str, act: impl FnOnce(&Run) -> T) -> Result<T, ToolError> {
        let handle = Handle::parse(id, "run")?;
        self.lock().get(&handle).map(act).ok_or_else(|| {
            ToolError::input("unknown_run", format!("no run has the id {id}"))
                .hint("give back the run_id of an earlier answer; old runs are forgotten")
        })
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Handle, Run>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Leash {
    /// Lets the run go on without its caller.
    pub(crate) fn let_go(self) {
        if let Some(guard) = self.0 {
            guard.disarm();
        }
    }
}

fn lost() -> ToolError {
    ToolError::internal("the run ended without an outcome")
}

/// Forgets a run that has ended if there are too many; one that is under way is never forgotten.
fn make_room(known: &mut BTreeMap<Handle, Run>, most: usize) -> Result<(), ToolError> {
    if known.len() < most {
        return Ok(());
    }
    let ended = known.iter().find(|(_, run)| run.task.is_finished()).map(|(handle, _)| *handle);
    match ended {
        Some(handle) => {
            known.remove(&handle);
            Ok(())
        }
        None => Err(ToolError::environment("too_many_runs", format!("{most} runs are under way"))
            .hint("wait for one to end, or stop one with fault_stop_run")),
    }
}
