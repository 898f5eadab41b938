//! Secrets in URLs.

use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// A text that is looked for, taken apart or hidden, and not called.
const LOOKED_FOR: Condition = Condition {
    place: Place::Around,
    query: r#"
        ((method_invocation name: (identifier) @name arguments: (argument_list) @it)
          (#match? @name "^(indexOf|lastIndexOf|contains|split|replace|replaceAll|replaceFirst|startsWith|endsWith|matches|compile|equals|debug|info|warn|error|println|assert.*|is|isEqualTo)$"))
        (annotation) @it
    "#,
    callee: Callee::Any,
};

pub(super) static CHECKS: &[Check] = &[Check {
    rule: "secret-in-url",
    query: r#"
        ((string_literal) @risk
          (#match? @risk "(?i)[?&](access_?token|auth_?token|api_?key|apikey|app_?key|client_?secret|secret|password|passwd|pwd|token)=(\"$|%s|\\{|\\$\\{|[a-z0-9_-]{8,})")
          (#not-match? @risk "(?i)^.(jdbc|amqp|redis|mongodb)"))
    "#,
    callee: Callee::Any,
    only: &[],
    unless: &[LOOKED_FOR],
    fix: "Send it in a header: `.header(\"Authorization\", \"Bearer \" + token)`.",
    examples: Examples {
        bad: &[
            "class Weather {\n    java.net.URI today(String city) {\n        return java.net.URI.create(BASE + \"/today?city=\" + city + \"&api_key=\" + key);\n    }\n}\n",
            "class Weather {\n    String today(String city) {\n        return String.format(\"https://weather.example/today?city=%s&access_token=%s\", city, token);\n    }\n}\n",
        ],
        good: &[
            "import java.net.http.HttpRequest;\n\nclass Weather {\n    HttpRequest today(String city) {\n        return HttpRequest.newBuilder(java.net.URI.create(BASE + \"/today?city=\" + city))\n            .header(\"Authorization\", \"Bearer \" + key).build();\n    }\n}\n",
            "class Weather {\n    boolean tells(String address) {\n        return address.contains(\"&api_key=\");\n    }\n}\n",
        ],
    },
}];
