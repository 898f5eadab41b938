//! Remote calls without a time-out.

use super::surroundings::{OF_THE_NETWORK, OWN_RESOURCE};
use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// A limit on a request or on the wait for its answer.
const LIMITED: Condition = Condition {
    place: Place::Function,
    query: r#"
        ((method_invocation name: (identifier) @it)
          (#any-of? @it "timeout" "orTimeout" "completeOnTimeout" "copy"))
        ((field_access object: (identifier) @it) (#eq? @it "TimeUnit"))
    "#,
    callee: Callee::Any,
};

/// The request is made where it is begun.
const BUILT: Condition = Condition {
    place: Place::Function,
    query: "(method_invocation) @callee @it",
    callee: Callee::Resolved(&["java.net.http.HttpRequest.**.build"]),
};

/// A limit on what a connection reads, here or in a method beside this one.
const READ_LIMIT: Condition = Condition {
    place: Place::Scope,
    query: r#"((method_invocation name: (identifier) @it) (#eq? @it "setReadTimeout"))"#,
    callee: Callee::Any,
};

/// The connection is used where it is opened.
const CONNECTED: Condition = Condition {
    place: Place::Function,
    query: r#"
        ((method_invocation name: (identifier) @it)
          (#any-of? @it "getInputStream" "getOutputStream" "getResponseCode" "connect"))
    "#,
    callee: Callee::Any,
};

/// A factory or builder of its own that may have limits.
const SPRING_LIMIT: Condition = Condition {
    place: Place::File,
    query: r#"
        ((method_invocation name: (identifier) @it)
          (#any-of? @it "setReadTimeout" "setConnectTimeout" "setRequestFactory" "readTimeout"
            "setResponseTimeout" "setSocketTimeout"))
    "#,
    callee: Callee::Any,
};

/// Limits of the Apache client, wherever the file has them.
const APACHE_LIMIT: Condition = Condition {
    place: Place::File,
    query: r#"
        ([(identifier) (type_identifier)] @it
          (#match? @it "^(RequestConfig|SocketConfig|ConnectionConfig|HttpConnectionParams|setDefaultRequestConfig|setSocketTimeout|setSoTimeout|setResponseTimeout|setConnectionManager|SO_TIMEOUT)$"))
    "#,
    callee: Callee::Any,
};

/// A limit on what a socket reads, wherever the file has it.
const SOCKET_LIMIT: Condition = Condition {
    place: Place::File,
    query: r#"((method_invocation name: (identifier) @it) (#eq? @it "setSoTimeout"))"#,
    callee: Callee::Any,
};

/// Something is read from a socket.
const SOCKET_READ: Condition = Condition {
    place: Place::Function,
    query: r#"((method_invocation name: (identifier) @it) (#eq? @it "getInputStream"))"#,
    callee: Callee::Any,
};

/// Streams that are meant to stay open.
const STREAMED: Condition = Condition {
    place: Place::File,
    query: r#"
        ([(identifier) (type_identifier)] @it
          (#match? @it "(?i)websocket|eventsource|^pingInterval$|callTimeout"))
    "#,
    callee: Callee::Any,
};

/// Deadlines of gRPC, wherever the file has them.
const DEADLINE: Condition = Condition {
    place: Place::File,
    query: r#"
        ((method_invocation name: (identifier) @it)
          (#any-of? @it "withDeadline" "withDeadlineAfter" "withInterceptors"
            "defaultServiceConfig"))
    "#,
    callee: Callee::Any,
};

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "no-timeout",
        query: "(method_invocation) @callee @risk",
        callee: Callee::Resolved(&["java.net.http.HttpRequest.newBuilder"]),
        only: &[BUILT],
        unless: &[LIMITED],
        fix: "Give each request `.timeout(Duration.ofSeconds(5))`, and the client \
              `.connectTimeout(..)`: java.net.http waits for ever without them.",
        examples: Examples {
            bad: &[
                r#"import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

class Stock {
    private final HttpClient client = HttpClient.newHttpClient();

    String level(String item) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(BASE + item)).build();
        return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }
}
"#,
                r#"import java.net.http.*;

class Stock {
    Object level(HttpClient client, java.net.URI uri) throws Exception {
        var builder = HttpRequest.newBuilder();
        builder.uri(uri);
        return client.send(builder.GET().build(), HttpResponse.BodyHandlers.ofString());
    }
}
"#,
            ],
            good: &[
                r#"import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

class Stock {
    private final HttpClient client =
        HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

    String level(String item) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(BASE + item))
            .timeout(Duration.ofSeconds(5))
            .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }
}
"#,
                r#"import java.net.http.*;
import java.util.concurrent.TimeUnit;

class Stock {
    Object level(HttpClient client, java.net.URI uri) throws Exception {
        var request = HttpRequest.newBuilder(uri).build();
        var answer = client.sendAsync(request, HttpResponse.BodyHandlers.ofString());
        return answer.get(5, TimeUnit.SECONDS);
    }
}
"#,
            ],
        },
    },
    Check {
        rule: "no-timeout",
        query: "(method_invocation) @callee @risk",
        callee: Callee::Resolved(&["java.net.URL|URI.**.openConnection"]),
        only: &[CONNECTED, OF_THE_NETWORK],
        unless: &[READ_LIMIT, OWN_RESOURCE],
        fix: "Call `setConnectTimeout(2000)` and `setReadTimeout(5000)` on the connection: it waits \
              for ever without them.",
        examples: Examples {
            bad: &[
                "import java.net.HttpURLConnection;\nimport java.net.URL;\n\nclass Stock {\n    int level(String item) throws Exception {\n        HttpURLConnection connection = (HttpURLConnection) new URL(BASE + item).openConnection();\n        return connection.getResponseCode();\n    }\n}\n",
                "import java.net.*;\n\nclass Stock {\n    java.io.InputStream level(String address) throws Exception {\n        URLConnection connection = new URL(address).openConnection();\n        connection.setConnectTimeout(2000);\n        return connection.getInputStream();\n    }\n}\n",
            ],
            good: &[
                "import java.net.HttpURLConnection;\nimport java.net.URL;\n\nclass Stock {\n    int level(String item) throws Exception {\n        HttpURLConnection connection = (HttpURLConnection) new URL(BASE + item).openConnection();\n        connection.setConnectTimeout(2000);\n        connection.setReadTimeout(5000);\n        return connection.getResponseCode();\n    }\n}\n",
                "import java.net.URL;\n\nclass Own {\n    java.io.InputStream open() throws Exception {\n        URL url = Own.class.getResource(\"/own.txt\");\n        return url.openConnection().getInputStream();\n    }\n}\n",
            ],
        },
    },
    Check {
        rule: "no-timeout",
        query: "(method_invocation) @callee @risk",
        callee: Callee::Resolved(&["java.net.URL|URI.**.openStream"]),
        only: &[OF_THE_NETWORK],
        unless: &[OWN_RESOURCE],
        fix: "Use `openConnection()` with `setConnectTimeout` and `setReadTimeout`, or \
              java.net.http with `timeout`: `openStream` waits for ever.",
        examples: Examples {
            bad: &[
                "import java.net.URL;\n\nclass Feed {\n    byte[] load(String address) throws Exception {\n        try (var in = new URL(address).openStream()) {\n            return in.readAllBytes();\n        }\n    }\n}\n",
                "import java.net.URI;\n\nclass Feed {\n    java.io.InputStream load(String address) throws Exception {\n        return URI.create(address).toURL().openStream();\n    }\n}\n",
            ],
            good: &[
                "import java.net.URL;\n\nclass Feed {\n    java.io.InputStream load(String address) throws Exception {\n        var connection = new URL(address).openConnection();\n        connection.setConnectTimeout(2000);\n        connection.setReadTimeout(5000);\n        return connection.getInputStream();\n    }\n}\n",
                "import java.net.URL;\n\nclass Own {\n    java.io.InputStream load(String name) throws Exception {\n        URL url = getClass().getResource(name);\n        return url.openStream();\n    }\n}\n",
            ],
        },
    },
    Check {
        rule: "no-timeout",
        query: r#"(object_creation_expression type: (_) @callee arguments: (argument_list) @given (#eq? @given "()")) @risk"#,
        callee: Callee::Resolved(&["org.springframework.web.client.RestTemplate"]),
        only: &[],
        unless: &[SPRING_LIMIT],
        fix: "Build it with `RestTemplateBuilder` and `connectTimeout` and `readTimeout`, or give \
              it a request factory that has them: it waits for ever by default.",
        examples: Examples {
            bad: &[
                "import org.springframework.web.client.RestTemplate;\n\nclass Stock {\n    private final RestTemplate rest = new RestTemplate();\n\n    String level(String item) {\n        return rest.getForObject(BASE + \"/{item}\", String.class, item);\n    }\n}\n",
                "import org.springframework.context.annotation.Bean;\nimport org.springframework.web.client.RestTemplate;\n\nclass Setup {\n    @Bean\n    RestTemplate rest() {\n        return new RestTemplate();\n    }\n}\n",
            ],
            good: &[
                "import org.springframework.boot.web.client.RestTemplateBuilder;\nimport org.springframework.web.client.RestTemplate;\n\nclass Setup {\n    RestTemplate rest(RestTemplateBuilder builder) {\n        return builder.setReadTimeout(Duration.ofSeconds(5)).build();\n    }\n}\n",
                "import org.springframework.web.client.RestTemplate;\n\nclass Setup {\n    RestTemplate rest(Factory factory) {\n        RestTemplate rest = new RestTemplate();\n        rest.setRequestFactory(factory);\n        return rest;\n    }\n}\n",
            ],
        },
    },
    Check {
        rule: "no-timeout",
        query: r#"
            ((method_invocation
              name: (identifier) @name
              arguments: (argument_list . (_) @time)) @callee @risk
              (#any-of? @name "readTimeout" "connectTimeout")
              (#match? @time "^(0[lL]?|(java\\.time\\.)?Duration\\.ZERO)$"))
        "#,
        callee: Callee::Resolved(&["okhttp3.OkHttpClient.**"]),
        only: &[],
        unless: &[STREAMED],
        fix: "Leave it at the 10 seconds of OkHttp, or give a time of your own: 0 is for ever.",
        examples: Examples {
            bad: &[
                "import okhttp3.OkHttpClient;\n\nclass Stock {\n    OkHttpClient client = new OkHttpClient.Builder().readTimeout(0, TimeUnit.SECONDS).build();\n}\n",
                "import okhttp3.OkHttpClient;\n\nclass Stock {\n    OkHttpClient patient(OkHttpClient client) {\n        return client.newBuilder().readTimeout(Duration.ZERO).build();\n    }\n}\n",
            ],
            good: &[
                "import okhttp3.OkHttpClient;\n\nclass Stock {\n    OkHttpClient client = new OkHttpClient();\n}\n",
                "import okhttp3.OkHttpClient;\n\nclass Stock {\n    OkHttpClient client = new OkHttpClient.Builder().readTimeout(5, TimeUnit.SECONDS).build();\n}\n",
            ],
        },
    },
    Check {
        rule: "no-timeout",
        query: r#"
            (method_invocation) @callee @risk
            (object_creation_expression type: (_) @callee) @risk
        "#,
        callee: Callee::Resolved(&[
            "org.apache.http.impl.client.HttpClients.createDefault|createSystem|createMinimal",
            "org.apache.http.impl.client.HttpClientBuilder.create.**.build",
            "org.apache.http.impl.client.HttpClients.custom.**.build",
            "org.apache.http.impl.client.DefaultHttpClient",
            "org.apache.hc.client5.http.impl.classic.HttpClients.createDefault|createSystem",
            "org.apache.hc.client5.http.impl.classic.HttpClientBuilder.create.**.build",
        ]),
        only: &[],
        unless: &[APACHE_LIMIT],
        fix: "Give a `RequestConfig` with `setConnectTimeout`, `setConnectionRequestTimeout` and \
              `setSocketTimeout` (`setResponseTimeout` in 5.x) by `setDefaultRequestConfig`.",
        examples: Examples {
            bad: &[
                "import org.apache.http.impl.client.CloseableHttpClient;\nimport org.apache.http.impl.client.HttpClients;\n\nclass Stock {\n    private final CloseableHttpClient client = HttpClients.createDefault();\n}\n",
                "import org.apache.http.impl.client.HttpClientBuilder;\n\nclass Stock {\n    Object client() {\n        return HttpClientBuilder.create().setUserAgent(\"stock\").build();\n    }\n}\n",
            ],
            good: &[
                "import org.apache.http.client.config.RequestConfig;\nimport org.apache.http.impl.client.HttpClients;\n\nclass Stock {\n    Object client() {\n        RequestConfig config = RequestConfig.custom().setConnectTimeout(2000).setSocketTimeout(5000).build();\n        return HttpClients.custom().setDefaultRequestConfig(config).build();\n    }\n}\n",
                "import org.apache.hc.client5.http.impl.classic.HttpClients;\n\nclass Stock {\n    Object client(Object config) {\n        return HttpClients.custom().setDefaultRequestConfig(config).build();\n    }\n}\n",
            ],
        },
    },
    Check {
        rule: "no-timeout",
        query: "(object_creation_expression type: (_) @callee) @risk",
        callee: Callee::Resolved(&["java.net.Socket"]),
        only: &[SOCKET_READ],
        unless: &[SOCKET_LIMIT],
        fix: "Connect with `socket.connect(address, 2000)` and call `socket.setSoTimeout(5000)` \
              before reading: a socket waits for ever by default.",
        examples: Examples {
            bad: &[
                "import java.net.Socket;\n\nclass Whois {\n    byte[] ask(String host) throws Exception {\n        try (Socket socket = new Socket(host, 43)) {\n            return socket.getInputStream().readAllBytes();\n        }\n    }\n}\n",
                "import java.net.*;\n\nclass Whois {\n    byte[] ask(SocketAddress host) throws Exception {\n        Socket socket = new Socket();\n        socket.connect(host);\n        return socket.getInputStream().readAllBytes();\n    }\n}\n",
            ],
            good: &[
                "import java.net.Socket;\n\nclass Whois {\n    byte[] ask(String host) throws Exception {\n        try (Socket socket = new Socket(host, 43)) {\n            socket.setSoTimeout(5000);\n            return socket.getInputStream().readAllBytes();\n        }\n    }\n}\n",
                "import java.net.Socket;\n\nclass Ports {\n    boolean open(String host, int port) throws Exception {\n        try (Socket socket = new Socket(host, port)) {\n            return true;\n        }\n    }\n}\n",
            ],
        },
    },
    Check {
        rule: "no-timeout",
        query: "(method_invocation) @callee @risk",
        callee: Callee::Resolved(&["**.*Grpc.*BlockingStub.*", "!**.with*"]),
        only: &[],
        unless: &[DEADLINE],
        fix: "Call `stub.withDeadlineAfter(5, TimeUnit.SECONDS)` before each call: gRPC has no \
              deadline by default.",
        examples: Examples {
            bad: &[
                "import shop.StockGrpc;\n\nclass Stock {\n    private final StockGrpc.StockBlockingStub stub;\n\n    Level level(Item item) {\n        return stub.level(item);\n    }\n}\n",
                "import shop.StockGrpc.StockBlockingStub;\nimport shop.StockGrpc;\n\nclass Stock {\n    Level level(StockGrpc.StockBlockingStub stub, Item item) {\n        Level level = stub.level(item);\n        return level;\n    }\n}\n",
            ],
            good: &[
                "import shop.StockGrpc;\n\nclass Stock {\n    private final StockGrpc.StockBlockingStub stub;\n\n    Level level(Item item) {\n        return stub.withDeadlineAfter(5, TimeUnit.SECONDS).level(item);\n    }\n}\n",
                "import shop.StockGrpc;\n\nclass Stock {\n    Level level(StockGrpc.StockStub stub, Item item) {\n        return stub.getChannel();\n    }\n}\n",
            ],
        },
    },
];
