//! Progress of a tool, told to the client that asked for it.

use fault_tools::{Progress, Update};
use rmcp::{
    RoleServer,
    model::{ProgressNotificationParam, ProgressToken},
    service::{Peer, RequestContext},
};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

/// Sends the updates of one call while it runs.
pub(crate) struct Forwarding {
    ended: CancellationToken,
    task: Option<AbortOnDropHandle<()>>,
}

/// The progress of a call, and what forwards it; silent when the client sent no token.
pub(crate) fn watch(context: &RequestContext<RoleServer>) -> (Progress, Forwarding) {
    let ended = CancellationToken::new();
    let Some(token) = context.meta.get_progress_token() else {
        return (Progress::default(), Forwarding { ended, task: None });
    };
    let (sender, receiver) = unbounded_channel();
    let forwarding = forward(receiver, context.peer.clone(), token, ended.clone());
    let task = Some(AbortOnDropHandle::new(tokio::spawn(forwarding)));
    let progress = Progress::new(move |update| {
        // A closed channel means that the call has ended; nobody listens then.
        let _ = sender.send(update);
    });
    (progress, Forwarding { ended, task })
}

async fn forward(
    mut updates: UnboundedReceiver<Update>,
    client: Peer<RoleServer>,
    token: ProgressToken,
    ended: CancellationToken,
) {
    loop {
        let update = tokio::select! {
            biased;
            () = ended.cancelled() => return,
            update = updates.recv() => update,
        };
        let Some(Update { done, total, message }) = update else {
            return;
        };
        let update = ProgressNotificationParam::new(token.clone(), done)
            .with_total(total)
            .with_message(message);
        if client.notify_progress(update).await.is_err() {
            return;
        }
    }
}

impl Forwarding {
    /// Returns when no further update can reach the client, so that the answer comes last.
    pub(crate) async fn end(self) {
        self.ended.cancel();
        if let Some(task) = self.task {
            // The task neither panics nor is aborted by anyone else.
            let _ = task.await;
        }
    }
}
