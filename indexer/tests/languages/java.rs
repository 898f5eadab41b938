//! Java.

use crate::{check, documented, imports, module, remote};

#[test]
fn methods_have_the_names_of_what_they_stand_in() {
    check(
        "java",
        r#"
package com.example;

public class Server<T extends Comparable<T>> implements Runnable {
    public Server(int port) { this.port = port; }
    @Override
    @SuppressWarnings("unchecked")
    public void run() {
        Runnable task = new Runnable() {
            @Override public void run() { work(); }
        };
        class Local { void help() {} }
    }
    private static <A, B> A first(A a, B... b) throws IOException { return a; }
    native int count();
    static class Inner {
        int size() { return 1; }
    }
}
interface Shape {
    double area();
    default double twice() { return 2 * area(); }
}
enum Color {
    RED { @Override int code() { return 1; } }, GREEN;
    int code() { return 2; }
}
record Point(int x, int y) {
    Point { if (x < 0) throw new IllegalArgumentException(); }
    double length() { return Math.sqrt(x * x + y * y); }
}
@interface Limit { int value() default 1; }
"#,
        &[
            "method Server.Server 5-5",
            "method Server.run (6)8-13",
            "method Server.run.Runnable.run 10-10",
            "method Server.run.Local.help 12-12",
            "method Server.first 14-14",
            "method Server.count 15-15;",
            "method Server.Inner.size 17-17",
            "method Shape.area 21-21;",
            "method Shape.twice 22-22",
            "method Color.RED.code 25-25",
            "method Color.code 26-26",
            "method Point.Point 29-29",
            "method Point.length 30-30",
            "method Limit.value 32-32;",
        ],
    );
}

#[test]
fn lambdas_have_the_name_that_they_are_bound_to() {
    check(
        "java",
        r#"
class A {
    private final Function<String, Integer> length = s -> s.length();
    Runnable late;
    void run() {
        Runnable task = () -> {
            work();
        };
        late = () -> work();
        this.late = () -> work();
        items.forEach(item -> print(item));
    }
}
"#,
        &[
            "closure A.length 3-3",
            "method A.run 5-12",
            "closure A.run.task 6-8",
            "closure A.run.late 9-9",
            "closure A.run.late 10-10",
        ],
    );
}

#[test]
fn overloads_are_addressed_by_their_line() {
    let module = module("java", "class A {\n  void b() {}\n  void b(int c) {}\n  void d() {}\n}");
    let addresses = module.addresses();
    assert_eq!(addresses, ["A.b@2", "A.b@3", "A.d"]);
}

#[test]
fn what_documents_a_method_stands_right_before_it() {
    documented(
        "java",
        r#"
class A {
    /** Says it. */
    @Deprecated
    void say() {}

    /**
     * Runs it.
     */
    // Not now.
    void run() {}

    // Not this.
    void plain() {}
    /* Nor this. */
    void other() {}
}
"#,
        &["A.say: /** Says it. */", "A.run: /** * Runs it. */"],
    );
}

#[test]
fn imports_have_the_names_that_the_file_uses() {
    imports(
        "java",
        r#"
import java.net.http.HttpClient;
import java.sql.*;
import static org.junit.Assert.assertTrue;
"#,
        &[
            "HttpClient = java.net.http.HttpClient",
            "* = java.sql",
            "assertTrue = org.junit.Assert.assertTrue",
        ],
    );
}

/// Clients of every kind, made and handed on in every way.
const CLIENTS: &str = r#"
import java.net.http.*;
import java.sql.*;
import javax.sql.DataSource;
import okhttp3.OkHttpClient;
import org.springframework.web.client.RestTemplate;
import org.springframework.web.reactive.function.client.WebClient;
import org.apache.kafka.clients.producer.KafkaProducer;
import com.rabbitmq.client.Channel;
import jakarta.persistence.EntityManager;
import software.amazon.awssdk.services.s3.S3Client;
import com.example.OrdersGrpc;

class Orders {
    private final RestTemplate rest;
    private final HttpClient http = HttpClient.newHttpClient();
    private KafkaProducer<String, String> producer;
    @PersistenceContext EntityManager entities;

    String list(DataSource source, Channel channel, WebClient web) throws Exception {
        rest.getForObject("/x", String.class);
        this.http.send(request, BodyHandlers.ofString());
        try (Connection connection = source.getConnection();
             PreparedStatement statement = connection.prepareStatement("SELECT 1")) {
            ResultSet rows = statement.executeQuery();
        }
        producer.send(new ProducerRecord<>("t", "v"));
        channel.basicPublish("", "q", null, body);
        new OkHttpClient().newCall(request).execute();
        var connection = DriverManager.getConnection(url);
        connection.createStatement().execute("SELECT 1");
        entities.createQuery("FROM Order").getResultList();
        web.get().uri("/x").retrieve().bodyToMono(String.class);
        OrdersGrpc.OrdersBlockingStub stub = OrdersGrpc.newBlockingStub(channel);
        stub.place(order);
        S3Client.builder().build().putObject(request, body);
        return new java.net.URL(url).openStream().toString();
    }
}
"#;

#[test]
fn calls_are_told_by_the_types_of_fields_variables_and_parameters() {
    remote(
        "java",
        CLIENTS,
        &[
            "21 http org.springframework.web.client.RestTemplate.getForObject in Orders.list",
            "22 http java.net.http.HttpClient.send in Orders.list",
            "23 database javax.sql.DataSource.getConnection in Orders.list",
            "25 database java.sql.PreparedStatement.executeQuery in Orders.list",
            "27 broker org.apache.kafka.clients.producer.KafkaProducer.send in Orders.list",
            "28 broker com.rabbitmq.client.Channel.basicPublish in Orders.list",
            "29 http okhttp3.OkHttpClient.newCall.execute in Orders.list",
            "30 database java.sql.DriverManager.getConnection in Orders.list",
            "31 database java.sql.DriverManager.getConnection.createStatement.execute in Orders.list",
            "32 database jakarta.persistence.EntityManager.createQuery.getResultList in Orders.list",
            "33 http org.springframework.web.reactive.function.client.WebClient.get.uri.retrieve.bodyToMono in Orders.list",
            "35 rpc com.example.OrdersGrpc.OrdersBlockingStub.place in Orders.list",
            "36 cloud software.amazon.awssdk.services.s3.S3Client.builder.build.putObject in Orders.list",
            "37 http java.net.URL.openStream in Orders.list",
        ],
    );
}

#[test]
fn calls_are_told_by_the_types_of_the_parts_of_a_record() {
    remote(
        "java",
        r#"
import redis.clients.jedis.JedisPool;

record Cache(JedisPool pool) {
    String get() { return pool.getResource().get("a"); }
}
"#,
        &["5 cache redis.clients.jedis.JedisPool.getResource.get in Cache.get"],
    );
}

#[test]
fn calls_that_only_look_remote_are_none() {
    for source in [
        "class HttpClient { void send() {} }\nclass A { HttpClient c; void b() { c.send(); } }",
        "class A { Map<String, String> m; String b() { return m.get(\"a\"); } }",
        "import com.example.Connection;\nclass A { void b(Connection c) { c.execute(); } }",
        "import java.util.*;\nclass A { List<String> l; void b() { l.get(0); } }",
        "import java.net.http.HttpClient;\nclass A { void b() { HttpClient.newBuilder().build(); } }",
    ] {
        remote("java", source, &[]);
    }
}

#[test]
fn a_broken_file_gives_what_can_be_read() {
    let module =
        module("java", "class A {\n  void one() { }\n  void two( {\n  }\n  void three() { }\n}\n");
    let names: Vec<&str> = module.functions.iter().map(|function| &*function.name).collect();
    assert!(module.broken && names.contains(&"one") && names.contains(&"three"), "{names:?}");
}
