//! Answers that are used without a look at their status.

use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// A look at the status; or an answer that somebody else gave, who may have looked.
const LOOKED_AT: Condition = Condition {
    place: Place::Function,
    query: r#"
        ((method_invocation name: (identifier) @it)
          (#match? @it "^(statusCode|isSuccessful|isRedirect|code|getStatusLine|getCode|getStatus|getStatusCode|raiseForStatus|handleResponse)$"))
        ((formal_parameter type: (_) @it) (#match? @it "Response"))
        ((identifier) @it (#match? @it "(?i)check.*(status|response)|(status|response).*check|validate"))
    "#,
    callee: Callee::Any,
};

/// The call that the answer is of: an answer that is kept may have been looked at before.
const CALLED_HERE: Condition = Condition {
    place: Place::Function,
    query: r#"
        ((method_invocation name: (identifier) @it)
          (#any-of? @it "send" "execute" "executeMethod" "get" "join"))
    "#,
    callee: Callee::Any,
};

/// What is read to be thrown away.
const DISCARDED: Condition = Condition {
    place: Place::Around,
    query: r#"((method_invocation name: (identifier) @name) @it (#match? @name "^(consume|close)"))"#,
    callee: Callee::Any,
};

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "unchecked-status",
        query: r#"((method_invocation name: (identifier) @name) @callee @risk (#eq? @name "body"))"#,
        callee: Callee::Resolved(&[
            "java.net.http.HttpClient.**.send.body",
            "java.net.http.HttpResponse.body",
            "okhttp3.OkHttpClient.**.execute.body",
            "okhttp3.Response.body",
        ]),
        only: &[CALLED_HERE],
        unless: &[LOOKED_AT, DISCARDED],
        fix: "Look at `statusCode()` (`isSuccessful()` of OkHttp) first, and fail with what was \
              asked for if it is no success.",
        examples: Examples {
            bad: &[
                r#"import java.net.http.*;

class Stock {
    private final HttpClient client;

    Level level(HttpRequest request) throws Exception {
        HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
        return Level.parse(response.body());
    }
}
"#,
                "import okhttp3.*;\n\nclass Stock {\n    private final OkHttpClient client;\n\n    String level(Request request) throws Exception {\n        try (Response response = client.newCall(request).execute()) {\n            return response.body().string();\n        }\n    }\n}\n",
            ],
            good: &[
                r#"import java.net.http.*;

class Stock {
    private final HttpClient client;

    Level level(HttpRequest request) throws Exception {
        HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new StockError(request.uri(), response.statusCode());
        }
        return Level.parse(response.body());
    }
}
"#,
                "import okhttp3.*;\n\nclass Stock {\n    private final OkHttpClient client;\n\n    String level(Request request) throws Exception {\n        try (Response response = client.newCall(request).execute()) {\n            if (!response.isSuccessful()) throw new java.io.IOException(\"no stock: \" + response);\n            return response.body().string();\n        }\n    }\n}\n",
            ],
        },
    },
    Check {
        rule: "unchecked-status",
        query: r#"((method_invocation name: (identifier) @name) @callee @risk (#eq? @name "getEntity"))"#,
        callee: Callee::Resolved(&[
            "org.apache.http.**.*HttpResponse.getEntity",
            "org.apache.http.**.*HttpClient.**.execute.getEntity",
            "org.apache.hc.**.*HttpResponse.getEntity",
        ]),
        only: &[CALLED_HERE],
        unless: &[LOOKED_AT, DISCARDED],
        fix: "Look at `getStatusLine().getStatusCode()` (`getCode()` in 5.x) before the entity, or \
              give a `BasicResponseHandler` that does.",
        examples: Examples {
            bad: &[
                "import org.apache.http.HttpResponse;\nimport org.apache.http.client.HttpClient;\n\nclass Stock {\n    String level(HttpClient client, Object get) throws Exception {\n        HttpResponse response = client.execute(get);\n        return EntityUtils.toString(response.getEntity());\n    }\n}\n",
                "import org.apache.http.impl.client.CloseableHttpClient;\n\nclass Stock {\n    private final CloseableHttpClient client;\n\n    String level(Object get) throws Exception {\n        return EntityUtils.toString(client.execute(get).getEntity());\n    }\n}\n",
            ],
            good: &[
                "import org.apache.http.HttpResponse;\nimport org.apache.http.client.HttpClient;\n\nclass Stock {\n    String level(HttpClient client, Object get) throws Exception {\n        HttpResponse response = client.execute(get);\n        if (response.getStatusLine().getStatusCode() != 200) throw new StockError();\n        return EntityUtils.toString(response.getEntity());\n    }\n}\n",
                "import org.apache.http.HttpResponse;\n\nclass Stock {\n    String text(HttpResponse response) throws Exception {\n        return EntityUtils.toString(response.getEntity());\n    }\n}\n",
            ],
        },
    },
];
