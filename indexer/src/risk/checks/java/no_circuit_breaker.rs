//! Requests that call a dependency without a circuit breaker.

use super::surroundings::{HANDLER, HTTP};
use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// A circuit breaker, wherever the file has it.
const BREAKER: Condition = Condition {
    place: Place::File,
    query: r#"
        ([(identifier) (type_identifier)] @it
          (#match? @it "(?i)circuit_?breaker|hystrix|resilience4j|bulkhead|sentinel"))
    "#,
    callee: Callee::Any,
};

pub(super) static CHECKS: &[Check] = &[Check {
    rule: "no-circuit-breaker",
    query: "(method_invocation) @callee @risk",
    callee: Callee::Resolved(HTTP),
    only: &[HANDLER],
    unless: &[BREAKER],
    fix: "Put `@CircuitBreaker(name = \"stock\", fallbackMethod = \"unknown\")` of resilience4j on \
          the method that calls, with a fallback that can be stated.",
    examples: Examples {
        bad: &[
            r#"import org.springframework.web.client.RestTemplate;

class Shop {
    private final RestTemplate rest;

    @GetMapping("/items/{item}")
    Item item(@PathVariable String item) {
        return rest.getForObject(STOCK + "/{item}", Item.class, item);
    }
}
"#,
            "import java.net.http.*;\n\nclass Shop extends HttpServlet {\n    private final HttpClient client;\n\n    protected void doGet(HttpServletRequest request, HttpServletResponse response) {\n        show(client.send(QUERY, HttpResponse.BodyHandlers.ofString()), response);\n    }\n}\n",
        ],
        good: &[
            r#"import org.springframework.web.client.RestTemplate;

class Shop {
    private final RestTemplate rest;

    @GetMapping("/items/{item}")
    @CircuitBreaker(name = "stock", fallbackMethod = "unknown")
    Item item(@PathVariable String item) {
        return rest.getForObject(STOCK + "/{item}", Item.class, item);
    }
}
"#,
            "import org.springframework.web.client.RestTemplate;\n\nclass Job {\n    private final RestTemplate rest;\n\n    @Scheduled(cron = \"0 0 * * * *\")\n    void load() {\n        keep(rest.getForObject(STOCK, Item[].class));\n    }\n}\n",
        ],
    },
}];
