//! Rust.

use crate::{check, documented, imports, module, remote};

#[test]
fn functions_have_the_names_of_what_they_stand_in() {
    check(
        "rust",
        r#"
pub(crate) async fn plain<T: Into<String>>(x: T) -> u8 where T: Copy {
    fn inner() {}
    1
}

impl<'a, T> Server<'a, T> {
    pub const unsafe fn handle(&self) -> u8 { 1 }
}

impl fmt::Display for Server<'_, u8> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

trait Store: Send {
    async fn get(&self, key: &str) -> Option<String>;
    fn close(&self) {}
}

mod net {
    pub mod tcp {
        pub fn open() {}
        impl Link { extern "C" fn cut() {} }
    }
}

impl<T: ?Sized> Store for &mut Box<T> {
    fn close(&self) {}
}

impl io::Read for io::Link { fn read(&mut self) {} }

extern "C" {
    fn close(fd: i32) -> i32;
}
"#,
        &[
            "async function plain 2-5",
            "function plain::inner 3-3",
            "method Server::handle 8-8",
            "method Server::fmt 12-14",
            "async method Store::get 18-18;",
            "method Store::close 19-19",
            "function net::tcp::open 24-24",
            "method net::tcp::Link::cut 25-25",
            "method Box::close 30-30",
            "method io::Link::read 33-33",
            "function close 36-36;",
        ],
    );
}

#[test]
fn attributes_and_documentation_belong_to_a_function() {
    let source = r#"
/// Starts.
///
/// At once.
#[tokio::test]
// A remark.
#[cfg_attr(
    windows,
    ignore
)]
async fn start() {}

/** In a block. */
#[inline]
fn stop() {}

fn a() {} // about a
fn b() {}

//// No documentation.
fn c() {}

/// Of the one before.
struct S;
#[test]

fn d() {}
"#;
    check(
        "rust",
        source,
        &[
            "async function start (5)11-11",
            "function stop (14)15-15",
            "function a 17-17",
            "function b 18-18",
            "function c 21-21",
            "function d (25)27-27",
        ],
    );
    documented(
        "rust",
        source,
        &["start: /// Starts. /// /// At once.", "stop: /** In a block. */"],
    );
}

#[test]
fn closures_that_are_bound_to_a_name_are_functions() {
    check(
        "rust",
        r#"
fn a() {
    let add = |x: u8| x + 1;
    let run = async move || {
        add(1)
    };
    let mut seen = move |y| { let deep = || y; deep() };
    items.map(|x| x);
}
const F: fn() = || {};
"#,
        &[
            "function a 2-9",
            "closure a::add 3-3",
            "async closure a::run 4-6",
            "closure a::seen 7-7",
            "closure a::seen::deep 7-7",
            "closure F 10-10",
        ],
    );
}

#[test]
fn functions_of_one_name_are_told_by_their_lines() {
    let module = module(
        "rust",
        "impl Display for A {\n fn fmt() {}\n}\nimpl Debug for A {\n fn fmt() {}\n}\n#[cfg(unix)]\nfn x() {}\n#[cfg(windows)]\nfn x() {}\nfn y() {}\n",
    );
    assert_eq!(module.addresses(), ["A::fmt@2", "A::fmt@5", "x@8", "x@10", "y"]);
}

#[test]
fn functions_in_macros_of_items_are_found() {
    check(
        "rust",
        r#"
cfg_rt! {
    /// Spawns.
    #[track_caller]
    pub fn spawn<F>(future: F) -> JoinHandle<F::Output> {
        fn inner() {}
        spawn_inner(future)
    }

    impl Handle {
        pub async fn current(&self) {}
    }

    cfg_net! { fn deep() {} }
}

mod m {
    cfg_io! { fn read() {} }
}

fn after() {
    tokio::select! {
        x = first() => { let late = |y| y; }
    }
}

macro_rules! make { ($name:ident) => { fn $name() {} } }
"#,
        &[
            "function spawn (4)5-8",
            "function spawn::inner 6-6",
            "async method Handle::current 11-11",
            "function deep 14-14",
            "function m::read 18-18",
            "function after 21-25",
        ],
    );
}

#[test]
fn broken_code_gives_what_can_be_made_out() {
    for (source, expected) in [
        ("fn a( {\n}\n\nfn b() -> u8 { 1 }\n", "b"),
        ("fn a() { let x = ; }\nfn b() {}\n", "a"),
        ("impl S {\n fn a(&self) { self. }\n fn b(&self) {}\n}\n", "S::b"),
        ("fn a() {\n if x {\n\nfn b() {}\n", "b"),
    ] {
        let module = module("rust", source);
        let names: Vec<&str> =
            module.functions.iter().map(|function| function.qualified.as_str()).collect();
        assert!(names.iter().any(|name| name.ends_with(expected)), "{names:?}\n{source}");
    }
}

#[test]
fn line_ends_of_windows_change_nothing() {
    let source = "/// Doc.\r\n#[a]\r\nfn a() {\r\n}\r\n\r\nimpl S {\r\n    fn b() {}\r\n}\r\n";
    check("rust", source, &["function a (2)3-4", "method S::b 7-7"]);
    documented("rust", source, &["a: /// Doc."]);
}

#[test]
fn imports_tell_what_names_stand_for() {
    imports(
        "rust",
        r#"
use std::io;
use reqwest::Client as Http;
use std::{fmt, net::{self, TcpStream, IpAddr as Ip}};
pub use crate::a::b::*;
use serde;
use {a::b, c};
use super::x;
"#,
        &[
            "io = std::io",
            "Http = reqwest::Client",
            "fmt = std::fmt",
            "net = std::net",
            "TcpStream = std::net::TcpStream",
            "Ip = std::net::IpAddr",
            "* = crate::a::b",
            "serde = serde",
            "b = a::b",
            "c = c",
            "x = super::x",
        ],
    );
}

/// Clients of every kind, made and handed on in every way.
const CLIENTS: &str = r#"
use std::sync::Arc;
use reqwest::{self, Client, ClientBuilder};
use sqlx::{PgPool, postgres::PgPoolOptions};
use redis::AsyncCommands;

struct Api { client: Client, pool: Arc<PgPool>, cache: redis::aio::ConnectionManager }

impl Api {
    fn http(&self) -> &Client { &self.client }

    async fn load(&self, url: &str) -> Result<Vec<u8>, Error> {
        let response = self.client
            .get(url)
            .header("a", format!("{}", url.len()))
            .send()
            .await?;
        let bytes = response.bytes().await?;
        self.http().post(url).body(bytes).send().await?;
        Ok(vec![])
    }

    async fn rows(&self) -> Vec<Row> {
        let mut tx = self.pool.begin().await?;
        let rows = sqlx::query_as::<_, Row>("select 1").bind(1).fetch_all(&*self.pool).await?;
        sqlx::query!("delete from a").execute(&mut *tx).await?;
        tx.commit().await?;
        rows
    }

    async fn cached(&mut self, key: &str) -> Option<String> {
        self.cache.get(key).await.ok()
    }
}

async fn direct() -> u8 {
    let text = reqwest::get("http://a").await?.text().await?;
    let client = reqwest::Client::builder().timeout(T).build()?;
    if let Ok(answer) = client.get("a").send().await { drop(answer) }
    let mut con = redis::Client::open("redis://a")?.get_multiplexed_async_connection().await?;
    let _: () = con.set("k", 1).await?;
    let (pg, connection) = tokio_postgres::connect(DSN, NoTls).await?;
    pg.query("select 1", &[]).await?;
    1
}
"#;

#[test]
fn calls_of_clients_are_found_through_imports_variables_fields_and_types() {
    remote(
        "rust",
        CLIENTS,
        &[
            "13 http reqwest.Client.get.header.send in Api::load",
            "19 http reqwest.Client.post.body.send in Api::load",
            "24 database sqlx.PgPool.begin in Api::rows",
            "25 database sqlx.query_as.bind.fetch_all in Api::rows",
            "26 database sqlx.query.execute in Api::rows",
            "27 database sqlx.PgPool.begin.commit in Api::rows",
            "32 cache redis.aio.ConnectionManager.get in Api::cached",
            "37 http reqwest.get in direct",
            "39 http reqwest.Client.builder.timeout.build.get.send in direct",
            "40 cache redis.Client.open.get_multiplexed_async_connection in direct",
            "41 cache redis.Client.open.get_multiplexed_async_connection.set in direct",
            "42 database tokio_postgres.connect in direct",
            "43 database tokio_postgres.connect.query in direct",
        ],
    );
}

#[test]
fn calls_of_clouds_brokers_procedures_and_models_are_found() {
    remote(
        "rust",
        r#"
async fn cloud(config: &aws_config::SdkConfig, mongo: mongodb::Collection<Doc>) {
    let s3 = aws_sdk_s3::Client::new(config);
    s3.put_object().bucket("b").send().await;
    mongo.find_one(doc! {}).await;
    let mut greeter = proto::greeter_client::GreeterClient::connect("http://a").await?;
    greeter.say_hello(Request::new(1)).await?;
    let producer: FutureProducer = ClientConfig::new().create()?;
    let nats = async_nats::connect("a").await?;
    nats.publish("s", "m".into()).await?;
    let ai = async_openai::Client::new();
    ai.chat().create(request).await?;
    let mut stream = tokio::net::TcpStream::connect("a:1").await?;
    stream.write_all(b"x").await?;
}
"#,
        &[
            "4 cloud aws_sdk_s3.Client.put_object.bucket.send in cloud",
            "5 database mongodb.Collection.find_one in cloud",
            "6 rpc proto.greeter_client.GreeterClient.connect in cloud",
            "7 rpc proto.greeter_client.GreeterClient.connect.say_hello in cloud",
            "9 broker async_nats.connect in cloud",
            "10 broker async_nats.connect.publish in cloud",
            "12 llm async_openai.Client.chat.create in cloud",
            "13 socket tokio.net.TcpStream.connect in cloud",
            "14 socket tokio.net.TcpStream.connect.write_all in cloud",
        ],
    );
}

#[test]
fn calls_in_macros_are_found() {
    remote(
        "rust",
        r#"
async fn both(client: &reqwest::Client) {
    let (a, b) = tokio::join!(
        client.get("a").send(),
        client.put("b").body(vec![1]).send(),
    );
    tokio::select! {
        answer = client.post("c").send() => drop(answer),
        _ = tokio::time::sleep(T) => {}
    }
    println!("{}", client.get("d").send().await?.status());
}
"#,
        &[
            "4 http reqwest.Client.get.send in both",
            "5 http reqwest.Client.put.body.send in both",
            "8 http reqwest.Client.post.send in both",
            "11 http reqwest.Client.get.send in both",
        ],
    );
}

#[test]
fn what_only_looks_like_a_remote_call_is_none() {
    remote(
        "rust",
        r#"
use std::collections::HashMap;
use crate::http::Client;
use tokio::sync::mpsc;

struct Sender;
impl Sender { fn send(&self) {} fn execute(&self) {} }
mod redis_like { pub fn get() {} }
fn get(url: &str) {}

async fn all(map: HashMap<String, u8>, tx: mpsc::Sender<u8>, unknown: T, client: Client) {
    map.get("x");
    tx.send(1).await;
    Sender.send();
    let sender = Sender;
    sender.execute();
    get("http://a");
    unknown.send().await;
    client.get("x").send().await;
    let request = reqwest::Client::new().get("x").build();
    let pool = sqlx::PgPool::connect_lazy("x");
    redis_like::get();
    self.schema.columns.first();
    let text = "reqwest::get(url)";
}
"#,
        &[],
    );
}
