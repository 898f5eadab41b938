//! What a connection or exchange sees of the plan: the faults that act on traffic to its target.

use std::sync::{Arc, LazyLock};

use tokio::sync::watch;

use super::{Active, Slot};
use crate::{fault::Fault, mapping::Target};

/// No fault at all, as most traffic sees it.
static NONE: LazyLock<Arc<Active>> = LazyLock::new(Arc::default);

/// A view of the plan. It stays with what it was made for, and follows the changes of the plan.
#[derive(Clone)]
pub(crate) struct Watch {
    plan: watch::Receiver<Arc<Active>>,
    /// Without one, every fault is seen.
    scope: Option<Arc<Scope>>,
}

/// The traffic that a view is for.
#[derive(Debug)]
pub(crate) struct Scope {
    target: Target,
    /// Whether faults without upstreams of their own act on it.
    general: bool,
}

impl Scope {
    pub(crate) fn new(target: &Target, general: bool) -> Self {
        Self { target: target.clone(), general }
    }

    fn admits(&self, fault: &Fault) -> bool {
        match fault.upstreams() {
            Some(own) => own.matches(&self.target),
            None => self.general,
        }
    }
}

impl Watch {
    pub(super) fn new(plan: watch::Receiver<Arc<Active>>, scope: Option<Scope>) -> Self {
        Self { plan, scope: scope.map(Arc::new) }
    }

    /// The faults that act now.
    pub(crate) fn active(&self) -> Arc<Active> {
        view(self.scope.as_deref(), &self.plan.borrow())
    }

    /// The faults that act now, of which the next change counts.
    pub(crate) fn update(&mut self) -> Arc<Active> {
        let Self { plan, scope } = self;
        view(scope.as_deref(), &plan.borrow_and_update())
    }

    /// Whether the plan has changed since the last update.
    pub(crate) fn has_changed(&self) -> bool {
        self.plan.has_changed().unwrap_or(false)
    }

    /// Waits for a change of the plan; false once there is no plan any more.
    pub(crate) async fn changed(&mut self) -> bool {
        self.plan.changed().await.is_ok()
    }
}

/// What is seen of these faults. Nothing is copied where all of them or none are.
fn view(scope: Option<&Scope>, active: &Arc<Active>) -> Arc<Active> {
    let Some(scope) = scope.filter(|scope| !scope.general || active.scoped) else {
        return Arc::clone(active);
    };
    let admits = |slot: &&Arc<Slot>| scope.admits(&slot.fault);
    let admitted: Vec<_> = active.slots.iter().filter(admits).map(Arc::clone).collect();
    match admitted.len() {
        0 => Arc::clone(&NONE),
        all if all == active.slots.len() => Arc::clone(active),
        _ => Arc::new(Active::new(admitted)),
    }
}
