//! Go.

use crate::{check, documented, imports, module, remote};

#[test]
fn functions_have_the_names_of_what_they_stand_in() {
    check(
        "go",
        r#"package main

func main() {
	go serve()
}

func (s *Server) Handle(w http.ResponseWriter, r *http.Request) {
}

func (s Server) Name() string { return s.name }

func (c *Cache[K, V]) Get(key K) (v V, ok bool) {
	return
}

func (Empty) Do() {}

func Map[T, U any](in []T, f func(T) U) []U {
	return nil
}

type Store interface {
	Get(key string) (string, error)
	io.Closer
}

func asm(a, b int) int

func init() {}
"#,
        &[
            "function main 3-5",
            "method Server.Handle 7-8",
            "method Server.Name 10-10",
            "method Cache.Get 12-14",
            "method Empty.Do 16-16",
            "function Map 18-20",
            "method Store.Get 23-23;",
            "function asm 27-27;",
            "function init 29-29",
        ],
    );
}

#[test]
fn function_literals_that_are_bound_to_a_name_are_functions() {
    check(
        "go",
        r#"package a

var handler = func() {}

var (
	// First does it.
	first = func(x int) int {
		return x
	}
	second = 2
)

func (s *S) run() {
	step := func() error {
		inner := func() {}
		inner()
		return nil
	}
	var fib func(int) int
	fib = func(n int) int { return fib(n - 1) }
	go func() {}()
	s.done = func() {}
	a, b := func() {}, 1
}
"#,
        &[
            "closure handler 3-3",
            "closure first 7-9",
            "method S.run 13-24",
            "closure S.run.step 14-18",
            "closure S.run.step.inner 15-15",
            "closure S.run.fib 20-20",
        ],
    );
}

#[test]
fn comments_right_before_a_function_document_it() {
    documented(
        "go",
        r#"// Package a is one.
package a

// Run runs.
//
// At once.
func Run() {}

// Far away.

func Stop() {}

var x = 1 // about x
func Next() {}

// Fast is fast.
//
//go:noinline
func Fast() {}

/*
Block does.
*/
func (s *S) Block() {}

// Reader reads.
type Reader interface {
	// Read reads one.
	Read() byte // in a line
	Close()
}
"#,
        &[
            "Run: // Run runs. // // At once.",
            "Fast: // Fast is fast. //",
            "S.Block: /* Block does. */",
            "Reader.Read: // Read reads one.",
        ],
    );
}

#[test]
fn functions_of_one_name_are_told_by_their_lines() {
    let module = module(
        "go",
        "package a\nfunc init() {}\nfunc init() {}\nfunc (T) a() {}\nfunc (U) a() {}\n",
    );
    assert_eq!(module.addresses(), ["init@2", "init@3", "T.a", "U.a"]);
}

#[test]
fn broken_code_gives_what_can_be_made_out() {
    for (source, expected) in [
        ("package a\nfunc a( {\n}\n\nfunc b() int { return 1 }\n", "b"),
        ("package a\nfunc a() { x := }\nfunc b() {}\n", "a"),
        ("package a\nfunc (s *S) a() { s. }\n\nfunc (s *S) b() {}\n", "S.a"),
        ("func loose() {}\n", "loose"),
    ] {
        let module = module("go", source);
        let names: Vec<&str> =
            module.functions.iter().map(|function| function.qualified.as_str()).collect();
        assert!(names.contains(&expected), "{names:?}\n{source}");
    }
}

#[test]
fn line_ends_of_windows_change_nothing() {
    let source = "package a\r\n\r\n// A does.\r\nfunc A() {\r\n}\r\n";
    check("go", source, &["function A 4-5"]);
    documented("go", source, &["A: // A does."]);
}

#[test]
fn imports_tell_what_names_stand_for() {
    imports(
        "go",
        r#"package a

import "fmt"
import (
	"net/http"
	amqp "github.com/rabbitmq/amqp091-go"
	"github.com/redis/go-redis/v9"
	_ "github.com/lib/pq"
	`os`
)
"#,
        &[
            "fmt = fmt",
            "http = net/http",
            "amqp = github.com/rabbitmq/amqp091-go",
            "redis = github.com/redis/go-redis/v9",
            "_ = github.com/lib/pq",
            "os = os",
        ],
    );
}

/// Clients of every kind, made and handed on in every way.
const CLIENTS: &str = r#"package a

import (
	"database/sql"
	"net/http"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
	"gorm.io/gorm"
)

type Server struct {
	client *http.Client
	db     *sql.DB
	cache  redis.UniversalClient
	orm    *gorm.DB
	*pgxpool.Pool
}

func newRedis() (*redis.Client, error) {
	return redis.NewClient(&redis.Options{}), nil
}

func (s *Server) users() *mongo.Collection { return nil }

func (s *Server) Load(ctx context.Context, url string) error {
	resp, err := s.client.Get(url)
	defer resp.Body.Close()
	row := s.db.QueryRowContext(ctx, "select 1").Scan(&x)
	s.cache.Get(ctx, "k").Result()
	s.orm.Where("a = ?", 1).First(&user)
	s.users().FindOne(ctx, filter, options.FindOne())
	s.Query(ctx, "select 1")
	return nil
}

func direct() {
	http.Get("http://a")
	c := &http.Client{Timeout: t}
	req, _ := http.NewRequest("GET", "http://a", nil)
	c.Do(req)
	http.DefaultClient.Do(req)
	rdb, err := newRedis()
	rdb.Set(ctx, "k", 1, 0)
	pipe := rdb.Pipeline()
	pipe.Exec(ctx)
}
"#;

#[test]
fn calls_of_clients_are_found_through_imports_variables_fields_and_types() {
    remote(
        "go",
        CLIENTS,
        &[
            "29 http net/http.Client.Get in Server.Load",
            "31 database database/sql.DB.QueryRowContext in Server.Load",
            "32 cache github.com/redis/go-redis/v9.UniversalClient.Get in Server.Load",
            "33 database gorm.io/gorm.DB.Where.First in Server.Load",
            "34 database go.mongodb.org/mongo-driver/mongo.Collection.FindOne in Server.Load",
            "35 database github.com/jackc/pgx/v5/pgxpool.Pool.Query in Server.Load",
            "40 http net/http.Get in direct",
            "43 http net/http.Client.Do in direct",
            "44 http net/http.DefaultClient.Do in direct",
            "46 cache github.com/redis/go-redis/v9.Client.Set in direct",
            "48 cache github.com/redis/go-redis/v9.Client.Pipeline.Exec in direct",
        ],
    );
}

#[test]
fn calls_of_brokers_procedures_clouds_and_models_are_found() {
    remote(
        "go",
        r#"package a

import (
	"database/sql"
	"net"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	amqp "github.com/rabbitmq/amqp091-go"
	"github.com/segmentio/kafka-go"
	"google.golang.org/grpc"
	pb "example.com/hello/hellopb"
	openai "github.com/sashabaranov/go-openai"
)

func brokers(db *sql.DB) {
	conn, err := amqp.Dial("amqp://a")
	ch, err := conn.Channel()
	err = ch.PublishWithContext(ctx, "", "q", false, false, m)
	w := &kafka.Writer{Addr: a}
	w.WriteMessages(ctx, m)
	tx, err := db.BeginTx(ctx, nil)
	tx.Exec("delete")
	tx.Commit()
}

func rpc() {
	conn, err := grpc.NewClient("a", opts...)
	client := pb.NewGreeterClient(conn)
	client.SayHello(ctx, req)
	svc := s3.NewFromConfig(cfg)
	svc.PutObject(ctx, in)
	ai := openai.NewClient("k")
	ai.CreateChatCompletion(ctx, r)
}

func raw() {
	conn, err := net.Dial("tcp", "a:1")
	conn.Write(b)
}
"#,
        &[
            "15 broker github.com/rabbitmq/amqp091-go.Dial in brokers",
            "16 broker github.com/rabbitmq/amqp091-go.Dial.Channel in brokers",
            "17 broker github.com/rabbitmq/amqp091-go.Dial.Channel.PublishWithContext in brokers",
            "19 broker github.com/segmentio/kafka-go.Writer.WriteMessages in brokers",
            "20 database database/sql.DB.BeginTx in brokers",
            "21 database database/sql.DB.BeginTx.Exec in brokers",
            "22 database database/sql.DB.BeginTx.Commit in brokers",
            "26 rpc google.golang.org/grpc.NewClient in rpc",
            "28 rpc example.com/hello/hellopb.NewGreeterClient.SayHello in rpc",
            "30 cloud github.com/aws/aws-sdk-go-v2/service/s3.NewFromConfig.PutObject in rpc",
            "32 llm github.com/sashabaranov/go-openai.NewClient.CreateChatCompletion in rpc",
            "36 socket net.Dial in raw",
            "37 socket net.Dial.Write in raw",
        ],
    );
}

#[test]
fn what_only_looks_like_a_remote_call_is_none() {
    remote(
        "go",
        r#"package a

import (
	"net/http"
	"net/url"
	"go.mongodb.org/mongo-driver/mongo/options"
	"example.com/app/store"
)

type Client struct{ m map[string]string }

func (c *Client) Get(key string) string { return c.m[key] }
func (c *Client) Do()                   {}

func Get(url string) {}

func all(c *Client, v url.Values, h http.Header, unknown any) {
	c.Get("x")
	c.Do()
	Get("http://a")
	v.Get("x")
	h.Get("x")
	unknown.Get("x")
	client := &Client{}
	client.Get("x")
	store.Get("x")
	http.NewRequest("GET", "a", nil)
	http.ListenAndServe(":1", nil)
	options.Find()
	r.URL.Query().Get("x")
	s := "http.Get(url)"
}
"#,
        &[],
    );
}
