//! Calls that go on when they were told to end.

use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// An interruption that is passed on, or that ends the work.
const PASSED_ON: Condition = Condition {
    place: Place::Within,
    query: r#"
        ((method_invocation name: (identifier) @it)
          (#match? @it "(?i)interrupt|exit|cancel|shutdown|stop|close|destroy"))
        [(throw_statement) (return_statement) (break_statement)] @it
        ((assignment_expression right: [(true) (false)]) @it)
    "#,
    callee: Callee::Any,
};

/// A call that leaves the process, in a loop around or beside the wait.
const REMOTE_IN_LOOP: Condition = Condition {
    place: Place::Function,
    query: "(method_invocation) @callee @it",
    callee: Callee::AnyRemote,
};

/// A loop, which goes on after an interruption that nobody hears of.
const LOOP: Condition = Condition {
    place: Place::Around,
    query: r#"
        (while_statement body: (_) @it)
        (for_statement body: (_) @it)
        (do_statement body: (_) @it)
        (enhanced_for_statement body: (_) @it)
    "#,
    callee: Callee::Any,
};

pub(super) static CHECKS: &[Check] = &[Check {
    rule: "no-cancellation",
    query: r#"
        ((catch_clause (catch_formal_parameter (catch_type) @type)) @risk
          (#match? @type "^InterruptedException$"))
    "#,
    callee: Callee::Any,
    only: &[REMOTE_IN_LOOP, LOOP],
    unless: &[PASSED_ON],
    fix: "Call `Thread.currentThread().interrupt()` and leave the loop, or let the exception go out: \
          the thread was told to end.",
    examples: Examples {
        bad: &[
            r#"import org.springframework.web.client.*;

class Stock {
    private final RestTemplate rest;

    String level(String item) {
        for (int attempt = 0; attempt < 5; attempt++) {
            try {
                return rest.getForObject(BASE + "/{item}", String.class, item);
            } catch (RestClientException error) {
                try {
                    Thread.sleep(100L << attempt);
                } catch (InterruptedException e) {
                    // go on
                }
            }
        }
        return null;
    }
}
"#,
            "import java.net.URL;\n\nclass Watch {\n    void watch(URL url) throws Exception {\n        while (running) {\n            show(url.openStream());\n            try {\n                Thread.sleep(1000);\n            } catch (InterruptedException e) {\n                e.printStackTrace();\n            }\n        }\n    }\n}\n",
        ],
        good: &[
            r#"import org.springframework.web.client.*;

class Stock {
    private final RestTemplate rest;

    String level(String item) {
        for (int attempt = 0; attempt < 5; attempt++) {
            try {
                return rest.getForObject(BASE + "/{item}", String.class, item);
            } catch (RestClientException error) {
                try {
                    Thread.sleep(100L << attempt);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return null;
                }
            }
        }
        return null;
    }
}
"#,
            "import java.net.URL;\n\nclass Watch {\n    void watch(URL url) throws Exception {\n        while (running) {\n            show(url.openStream());\n            Thread.sleep(1000);\n        }\n    }\n}\n",
        ],
    },
}];
