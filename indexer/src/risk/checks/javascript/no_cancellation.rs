//! Calls that go on when the component that asked has gone.

use crate::{
    remote::RemoteKind,
    risk::check::{Callee, Check, Condition, Examples, Place},
};

pub(super) static CHECKS: &[Check] = &[Check {
    rule: "no-cancellation",
    query: "(call_expression function: (_) @callee arguments: (arguments . [(arrow_function) (function_expression)] . (array) .)) @risk",
    callee: Callee::Resolved(&[
        "react|preact.useEffect",
        "preact.hooks.useEffect",
        "React.useEffect",
    ]),
    only: &[Condition {
        place: Place::Within,
        query: "(call_expression function: (_) @callee) @it",
        callee: Callee::Remote(&[RemoteKind::Http]),
    }],
    unless: &[Condition {
        place: Place::Within,
        query: r#"
            ([(identifier) (property_identifier) (shorthand_property_identifier)] @it
             (#match? @it "(?i)(abort|cancel|ignore|mounted|active|signal|unmount|current|alive|stale|disposed)"))
        "#,
        callee: Callee::Any,
    }],
    fix: "Make an `AbortController` in the effect, pass its `signal` to the call, and return `() \
          => controller.abort()`.",
    examples: Examples {
        bad: &[
            "import { useEffect } from \"react\";\n\nexport function useUser(id, set) {\n  useEffect(() => {\n    fetch(`/users/${id}`).then((answer) => answer.json()).then(set);\n  }, [id]);\n}\n",
            "import React from \"react\";\nimport axios from \"axios\";\n\nexport function useUser(id, set) {\n  React.useEffect(() => {\n    const load = async () => set((await axios.get(`/users/${id}`)).data);\n    load();\n  }, [id]);\n}\n",
        ],
        good: &[
            "import { useEffect } from \"react\";\n\nexport function useUser(id, set) {\n  useEffect(() => {\n    const controller = new AbortController();\n    fetch(`/users/${id}`, { signal: controller.signal }).then(set);\n    return () => controller.abort();\n  }, [id]);\n}\n",
            "import { useEffect } from \"react\";\n\nexport function useTitle(title) {\n  useEffect(() => {\n    document.title = title;\n  }, [title]);\n}\n",
        ],
    },
}];
