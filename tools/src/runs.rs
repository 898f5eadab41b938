//! Runs that were started, and are asked about later.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use fault_scenario::ImpactResult;
use futures_util::future::join_all;
use tokio::sync::watch;
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

use crate::{
    context::{Context, Progress, Update},
    error::ToolError,
    handle::Handle,
    impact::Ready,
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
    pub(crate) outcome: Option<Result<Box<ImpactResult>, ToolError>>,
}

/// How long runs may take to end when the program ends.
const SWIFTLY: Duration = Duration::from_millis(200);

impl Runs {
    /// Starts a run and remembers it; refuses more than `most` at a time.
    pub(crate) fn start(&self, state: &Arc<State>, ready: Ready) -> Result<Handle, ToolError> {
        let mut known = self.lock();
        make_room(&mut known, state.limits().open)?;
        let cancel = CancellationToken::new();
        let (sender, news) = watch::channel(News::default());
        let sender = Arc::new(sender);
        let told = Arc::clone(&sender);
        let progress = Progress::new(move |update| {
            told.send_modify(|news| news.progress = Some(update));
        });
        let context = Context::new(Arc::clone(state), cancel.clone()).with_progress(progress);
        let task = tokio::spawn(async move {
            let outcome = ready.run(&context).await.map(Box::new);
            sender.send_modify(|news| news.outcome = Some(outcome));
        });
        let handle = Handle::new();
        known.insert(handle, Run { cancel, news, task: AbortOnDropHandle::new(task) });
        Ok(handle)
    }

    /// How a run stands, after waiting for its end for up to `wait`.
    pub(crate) async fn get(&self, id: &str, wait: Duration) -> Result<News, ToolError> {
        let mut news = self.with(id, |run| run.news.clone())?;
        let ended = news.wait_for(|news| news.outcome.is_some());
        if let Ok(Err(_)) = tokio::time::timeout(wait, ended).await {
            return Err(ToolError::internal("the run ended without an outcome"));
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
                .hint("start one with fault_start_impact_scenario; old runs are forgotten")
        })
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Handle, Run>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
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
