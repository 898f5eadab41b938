//! The documents of a file of manifests.

use serde_json::Value;

/// The longest file that is read, in bytes.
const LARGEST: usize = 16 << 20;

/// The most values that a file may have, and how often its aliases may repeat them.
const NODES: usize = 500_000;

/// How deep values may lie in each other.
const DEEPEST: usize = 100;

/// A resource of a cluster, as it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    /// What it is, such as `Deployment`.
    pub kind: String,
    /// What it is called.
    pub name: String,
    /// The file that it is from.
    pub file: String,
    /// All that is written of it.
    pub value: Value,
}

/// Why a file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// It is no YAML and no JSON.
    #[error("{file}: line {line}: {reason}")]
    Unreadable {
        /// The file.
        file: String,
        /// The line, counted from 1.
        line: usize,
        /// What the parser says.
        reason: String,
    },
    /// It is a template that has to be rendered first.
    #[error("{file}: this is a template, and no manifest yet")]
    Template {
        /// The file.
        file: String,
    },
    /// It is too large.
    #[error("{file}: the file has {bytes} bytes, and {LARGEST} are the most")]
    TooLarge {
        /// The file.
        file: String,
        /// Its length.
        bytes: usize,
    },
}

impl Resource {
    /// Kind and name, such as `Deployment/shop`.
    pub fn address(&self) -> String {
        format!("{}/{}", self.kind, self.name)
    }

    /// The namespace, if it says one.
    pub fn namespace(&self) -> Option<&str> {
        self.value.pointer("/metadata/namespace").and_then(Value::as_str)
    }

    /// Whether it runs pods.
    pub fn runs_pods(&self) -> bool {
        self.pod().is_some()
    }

    /// The template of the pods that it runs, if it runs any.
    pub(super) fn pod(&self) -> Option<&Value> {
        match self.kind.as_str() {
            "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "Job" => {
                self.value.pointer("/spec/template")
            }
            "CronJob" => self.value.pointer("/spec/jobTemplate/spec/template"),
            "Pod" => Some(&self.value),
            _ => None,
        }
    }

    /// Whether it is to serve for as long as it is there, in any number of copies.
    pub(super) fn serves(&self) -> bool {
        matches!(self.kind.as_str(), "Deployment" | "StatefulSet")
    }

    /// How many copies are asked for; one if nothing is said.
    pub(super) fn replicas(&self) -> u64 {
        self.value.pointer("/spec/replicas").and_then(Value::as_u64).unwrap_or(1)
    }

    /// The containers that run for as long as the pod does.
    pub(super) fn containers(&self) -> &[Value] {
        let containers = self.pod().and_then(|pod| pod.pointer("/spec/containers"));
        containers.and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }
}

/// The resources of a file: documents of YAML or JSON, lists taken apart. What has no kind is no
/// manifest, and is left out.
pub fn read(file: &str, text: &str) -> Result<Vec<Resource>, ManifestError> {
    let name = || file.to_owned();
    if text.len() > LARGEST {
        return Err(ManifestError::TooLarge { file: name(), bytes: text.len() });
    }
    let mut options = serde_saphyr::Options::default();
    options.with_snippet = false;
    options.strict_booleans = true;
    if let Some(budget) = &mut options.budget {
        budget.max_depth = DEEPEST;
        budget.max_nodes = NODES;
        budget.max_events = 2 * NODES;
    }
    options.alias_limits.max_total_replayed_events = NODES;
    let documents: Vec<Value> =
        serde_saphyr::from_multiple_with_options(text, options).map_err(|error| {
            match text.contains("{{") {
                true => ManifestError::Template { file: name() },
                false => {
                    let line = error.location().map_or(1, |place| place.line() as usize);
                    let reason = error.to_string();
                    let reason = reason.lines().next().unwrap_or_default().to_owned();
                    ManifestError::Unreadable { file: name(), line, reason }
                }
            }
        })?;
    let mut resources = Vec::new();
    documents.into_iter().for_each(|document| take(document, file, &mut resources));
    Ok(resources)
}

/// A document, or each item of one that is a list.
fn take(mut document: Value, file: &str, into: &mut Vec<Resource>) {
    let Some(kind) = document["kind"].as_str().map(str::to_owned) else { return };
    if let (true, Some(items)) = (kind.ends_with("List"), document["items"].as_array_mut()) {
        std::mem::take(items).into_iter().for_each(|item| take(item, file, into));
        return;
    }
    let name = document.pointer("/metadata/name").or(document.pointer("/metadata/generateName"));
    let name = name.and_then(Value::as_str).unwrap_or("(no name)").to_owned();
    into.push(Resource { kind, name, file: file.to_owned(), value: document });
}
