//! Concurrent work without a bound.

use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// What holds back.
const HELD_BACK: Condition = Condition {
    place: Place::File,
    query: r#"
        ([(identifier) (type_identifier)] @it
          (#match? @it "^(Semaphore|acquire|tryAcquire|Bulkhead|RateLimiter|setMaximumPoolSize|invokeAll)$"))
    "#,
    callee: Callee::Any,
};

/// A loop over elements or callers, of which there may be any number.
const LOOP: Condition = Condition {
    place: Place::Around,
    query: r#"
        (enhanced_for_statement body: (_) @it)
        (while_statement body: (_) @it)
        (for_statement !condition body: (_) @it)
        (method_invocation
          name: (identifier) @name
          arguments: (argument_list (lambda_expression body: (_) @it))
          (#any-of? @name "forEach" "map"))
    "#,
    callee: Callee::Any,
};

/// Callers that are taken in.
const ACCEPTED: Condition = Condition {
    place: Place::Function,
    query: r#"((method_invocation name: (identifier) @it) (#eq? @it "accept"))"#,
    callee: Callee::Any,
};

/// Calls or callers from afar, so that there is something to wait for.
const FROM_AFAR: Condition = Condition {
    place: Place::File,
    query: r#"
        (method_invocation) @callee @it
    "#,
    callee: Callee::AnyRemote,
};

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "unbounded-concurrency",
        query: "(method_invocation) @callee @risk",
        callee: Callee::Resolved(&[
            "java.util.concurrent.Executors.newCachedThreadPool|newVirtualThreadPerTaskExecutor",
        ]),
        only: &[FROM_AFAR],
        unless: &[HELD_BACK],
        fix: "Bound what is under way: a `ThreadPoolExecutor` with a largest size and a queue with a \
              capacity, or a `Semaphore` around each call.",
        examples: Examples {
            bad: &[
                r#"import java.net.http.*;
import java.util.concurrent.*;

class Stock {
    private final ExecutorService executor = Executors.newCachedThreadPool();

    void level(HttpClient client, HttpRequest request) {
        executor.submit(() -> client.send(request, HttpResponse.BodyHandlers.ofString()));
    }
}
"#,
                "import java.net.URL;\nimport java.util.concurrent.Executors;\n\nclass Feeds {\n    void load(java.util.List<String> feeds) {\n        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {\n            for (String feed : feeds) {\n                executor.submit(() -> new URL(feed).openStream().readAllBytes());\n            }\n        }\n    }\n}\n",
            ],
            good: &[
                r#"import java.net.http.*;
import java.util.concurrent.*;

class Stock {
    private final ExecutorService executor = new ThreadPoolExecutor(
        4, 32, 1, TimeUnit.MINUTES, new ArrayBlockingQueue<>(100));

    void level(HttpClient client, HttpRequest request) {
        executor.submit(() -> client.send(request, HttpResponse.BodyHandlers.ofString()));
    }
}
"#,
                "import java.util.concurrent.*;\n\nclass Sums {\n    private final ExecutorService executor = Executors.newCachedThreadPool();\n}\n",
            ],
        },
    },
    Check {
        rule: "unbounded-concurrency",
        query: "(method_invocation) @callee @risk",
        callee: Callee::Resolved(&["java.net.http.HttpClient.**.sendAsync"]),
        only: &[LOOP],
        unless: &[HELD_BACK],
        fix: "Take a `Semaphore` before each call and give it back in `whenComplete`, so that only so \
              many are under way.",
        examples: Examples {
            bad: &[
                "import java.net.http.*;\n\nclass Stock {\n    void levels(HttpClient client, java.util.List<HttpRequest> requests) {\n        for (HttpRequest request : requests) {\n            client.sendAsync(request, HttpResponse.BodyHandlers.ofString());\n        }\n    }\n}\n",
                "import java.net.http.*;\n\nclass Stock {\n    private final HttpClient client;\n\n    Object levels(java.util.List<HttpRequest> requests) {\n        return requests.stream().map(request -> client.sendAsync(request, HttpResponse.BodyHandlers.ofString())).toList();\n    }\n}\n",
            ],
            good: &[
                "import java.net.http.*;\n\nclass Stock {\n    private final java.util.concurrent.Semaphore permits;\n\n    void levels(HttpClient client, java.util.List<HttpRequest> requests) throws Exception {\n        for (HttpRequest request : requests) {\n            permits.acquire();\n            client.sendAsync(request, HttpResponse.BodyHandlers.ofString()).whenComplete((a, b) -> permits.release());\n        }\n    }\n}\n",
                "import java.net.http.*;\n\nclass Stock {\n    Object level(HttpClient client, HttpRequest request) {\n        return client.sendAsync(request, HttpResponse.BodyHandlers.ofString());\n    }\n}\n",
            ],
        },
    },
    Check {
        rule: "unbounded-concurrency",
        query: r#"((object_creation_expression type: (type_identifier) @type) @risk (#eq? @type "Thread"))"#,
        callee: Callee::Any,
        only: &[LOOP, ACCEPTED],
        unless: &[HELD_BACK],
        fix: "Hand callers to a `ThreadPoolExecutor` with a largest size and a bounded queue, and \
              close those that it refuses.",
        examples: Examples {
            bad: &[
                "import java.net.*;\n\nclass Server {\n    void serve(ServerSocket server) throws Exception {\n        while (true) {\n            Socket socket = server.accept();\n            new Thread(() -> answer(socket)).start();\n        }\n    }\n}\n",
                "import java.net.*;\n\nclass Server {\n    void serve(ServerSocket server) throws Exception {\n        for (;;) {\n            Thread thread = new Thread(new Answer(server.accept()));\n            thread.start();\n        }\n    }\n}\n",
            ],
            good: &[
                "import java.net.*;\n\nclass Server {\n    void serve(ServerSocket server, java.util.concurrent.Executor executor) throws Exception {\n        while (true) {\n            Socket socket = server.accept();\n            executor.execute(() -> answer(socket));\n        }\n    }\n}\n",
                "class Workers {\n    void start(java.util.List<Runnable> workers) {\n        for (Runnable worker : workers) {\n            new Thread(worker).start();\n        }\n    }\n}\n",
            ],
        },
    },
];
