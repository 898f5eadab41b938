//! Go.

use std::sync::OnceLock;

use crate::{
    language::Language,
    remote::{Remote, RemoteKind},
};

pub(super) static GO: Language = Language {
    name: "go",
    title: "Go",
    aliases: &["golang"],
    suffixes: &["go"],
    programs: &["gorun", "yaegi"],
    dialect_of: None,
    separator: ".",
    grammar: || tree_sitter_go::LANGUAGE.into(),
    query: include_str!("go.scm"),
    wrappers: &["type_declaration", "var_declaration"],
    leading: &[],
    comments: &["comment"],
    documents: |comment| !DIRECTIVES.iter().any(|directive| comment.starts_with(directive)),
    module_name: package_name,
    parts: None,
    imports: None,
    globals: &[],
    remotes: REMOTES,
    compiled: OnceLock::new(),
};

/// Comments that are for tools.
const DIRECTIVES: [&str; 4] = ["//go:", "// +build", "//nolint", "//export "];

/// The name of a package, told by its path: `redis` of `github.com/redis/go-redis/v9`.
fn package_name(path: &str) -> &str {
    let mut parts = path.rsplit('/');
    let mut name = parts.next().unwrap_or(path);
    let version = |part: &str| {
        part.strip_prefix('v')
            .is_some_and(|v| !v.is_empty() && v.bytes().all(|b| b.is_ascii_digit()))
    };
    if version(name) {
        name = parts.next().unwrap_or(name);
    }
    if let Some((before, _)) = name.rsplit_once('.').filter(|(_, after)| version(after)) {
        name = before;
    }
    for (mark, at_start) in MARKS {
        let without = if at_start { name.strip_prefix(mark) } else { name.strip_suffix(mark) };
        name = without.filter(|rest| !rest.is_empty()).unwrap_or(name);
    }
    name
}

/// What paths have and names of packages do not: whether it stands at the start.
const MARKS: [(&str, bool); 5] =
    [("go-", true), ("-go", false), (".go", false), ("-sdk", false), ("golang-", true)];

/// What only prepares a call is not here, such as `http.NewRequest`.
const REMOTES: &[Remote] = &[
    Remote {
        kind: RemoteKind::Http,
        library: "net/http",
        calls: &[
            "net/http.Get|Post|Head|PostForm",
            "net/http.**.*Client.Do|Get|Post|Head|PostForm",
            "net/http.**.*Transport|RoundTripper.RoundTrip",
        ],
    },
    Remote {
        kind: RemoteKind::Http,
        library: "HTTP clients",
        calls: &[
            "github.com/go-resty/resty/**.Get|Post|Put|Patch|Delete|Head|Options|Execute|Send",
            "resty.dev/**.Get|Post|Put|Patch|Delete|Head|Options|Execute|Send",
            "github.com/hashicorp/go-retryablehttp.**.Get|Post|Head|PostForm|Do",
            "github.com/valyala/fasthttp.**.Do|DoTimeout|DoDeadline|DoRedirects|Get|GetTimeout",
            "github.com/valyala/fasthttp.**.Post",
            "github.com/imroc/req/**.Get|Post|Put|Patch|Delete|Head|Send|Do",
        ],
    },
    Remote {
        kind: RemoteKind::Http,
        library: "websockets",
        calls: &[
            "github.com/gorilla/websocket.**.Dial|DialContext",
            "github.com/gorilla/websocket.**.Dial|DialContext|Conn.Read*|Write*|NextReader",
            "github.com/gorilla/websocket.**.Dial|DialContext|Conn.NextWriter",
            "nhooyr.io/websocket.Dial",
            "github.com/coder/websocket.Dial",
            "github.com/coder/websocket.**.Dial|Conn.Read|Write|Ping",
        ],
    },
    Remote {
        kind: RemoteKind::Database,
        library: "database/sql",
        calls: &[
            "database/sql.**.Query|QueryContext|QueryRow|QueryRowContext|Exec|ExecContext",
            "database/sql.**.Ping|PingContext|Begin|BeginTx|Prepare|PrepareContext|Commit|Rollback",
        ],
    },
    Remote {
        kind: RemoteKind::Database,
        library: "sqlx",
        calls: &[
            "github.com/jmoiron/sqlx.**.Get*|Select*|Query*|Exec*|NamedExec*|NamedQuery*|MustExec*",
            "github.com/jmoiron/sqlx.**.Connect*|MustConnect|Begin*|MustBegin*|Prepare*|Ping*",
            "github.com/jmoiron/sqlx.**.Commit|Rollback",
        ],
    },
    Remote {
        kind: RemoteKind::Database,
        library: "pgx",
        calls: &[
            "github.com/jackc/pgx|pgxpool/**.Connect*|Query*|Exec|Begin*|SendBatch|CopyFrom|Ping",
            "github.com/jackc/pgx/**.Acquire*|Commit|Rollback|Prepare|WaitForNotification",
        ],
    },
    Remote {
        kind: RemoteKind::Database,
        library: "GORM",
        calls: &[
            "gorm.io/gorm.Open",
            "gorm.io/gorm.**.Find*|First*|Last|Take|Create*|Save|Update*|Delete|Count|Scan|Pluck",
            "gorm.io/gorm.**.Exec|Transaction|Begin|Commit|Rollback|AutoMigrate|Row|Rows",
            "github.com/jinzhu/gorm.**.Find|First*|Last|Create|Save|Update*|Delete|Count|Scan|Exec",
            "github.com/uptrace/bun.**.Scan|Exec|Count|Exists|BeginTx|RunInTx",
        ],
    },
    Remote {
        kind: RemoteKind::Database,
        library: "MongoDB",
        calls: &[
            "go.mongodb.org/mongo-driver/**.Find*|Insert*|Update*|Delete*|Replace*|Aggregate",
            "go.mongodb.org/mongo-driver/**.Distinct",
            "go.mongodb.org/mongo-driver/**.CountDocuments|EstimatedDocumentCount|BulkWrite|Watch",
            "go.mongodb.org/mongo-driver/**.RunCommand*|Ping|Connect|Drop|CreateOne|CreateMany",
            "go.mongodb.org/mongo-driver/**.List*",
            "!go.mongodb.org/mongo-driver/**.options|bson.**",
        ],
    },
    Remote {
        kind: RemoteKind::Database,
        library: "search and vectors",
        calls: &[
            "github.com/elastic/go-elasticsearch/**.Do|Perform|Search|Index|Get|Delete|Bulk|Info",
            "github.com/elastic/go-elasticsearch/**.Ping",
            "github.com/opensearch-project/**.Do|Search|Index|Bulk|Info|Ping",
            "github.com/gocql/gocql.**.CreateSession|Exec|Scan|Iter|ExecuteBatch",
            "github.com/qdrant/go-client/**.*Client.Query|Upsert|Search|Get|Delete|Scroll|Count",
            "github.com/qdrant/go-client/**.*Client.List*",
            "github.com/neo4j/**.Run|ExecuteRead|ExecuteWrite|ExecuteQuery|VerifyConnectivity",
            "github.com/ClickHouse/clickhouse-go/**.Query*|Exec|Select|PrepareBatch|Ping",
            "github.com/ClickHouse/clickhouse-go/**.AsyncInsert",
        ],
    },
    Remote {
        kind: RemoteKind::Cache,
        library: "Redis",
        calls: &[
            "github.com/redis|go-redis/go-redis|redis/**.*Client|Cmdable|Conn|Tx|NewRing|Ring.*",
            "github.com/redis|go-redis/go-redis|redis/**.Pipeline|TxPipeline|Pipeliner.Exec",
            "!github.com/redis|go-redis/go-redis|redis/**.Pipeline|TxPipeline|Close|Options",
            "!github.com/redis|go-redis/go-redis|redis/**.AddHook",
            "!github.com/redis|go-redis/go-redis|redis/**.PoolStats|WithContext|Context",
            "!github.com/redis|go-redis/go-redis|redis/**.WithTimeout",
            "github.com/gomodule/redigo/redis.**.Do|DoContext|DoWithTimeout|Dial*|Send|Flush",
            "github.com/gomodule/redigo/redis.**.Receive",
            "github.com/redis/rueidis.**.Do|DoMulti|DoCache|Receive",
        ],
    },
    Remote {
        kind: RemoteKind::Cache,
        library: "Memcached",
        calls: &[
            "github.com/bradfitz/gomemcache/memcache.**.Get*|Set|Add|Replace|Delete*|Increment",
            "github.com/bradfitz/gomemcache/memcache.**.Ping",
        ],
    },
    Remote {
        kind: RemoteKind::Broker,
        library: "RabbitMQ",
        calls: &[
            "github.com/rabbitmq|streadway/amqp091-go|amqp.**.Dial*|Channel|Publish*|Consume*|Get",
            "github.com/rabbitmq|streadway/amqp091-go.**.Queue*|Exchange*|Qos|Confirm|Ack|Nack",
            "github.amqp.**.Queue*|Exchange*|Qos|Confirm|Ack|Nack",
        ],
    },
    Remote {
        kind: RemoteKind::Broker,
        library: "Kafka",
        calls: &[
            "github.com/IBM|Shopify/sarama.NewSyncProducer|NewAsyncProducer|NewConsumer*|NewClient",
            "github.com/IBM|Shopify/sarama.**.SendMessage*|Consume*|Partitions|CreateTopic",
            "github.com/IBM|Shopify/sarama.**.CommitOffsets",
            "github.com/segmentio/kafka-go.**.WriteMessages|ReadMessage|FetchMessage",
            "github.com/segmentio/kafka-go.**.CommitMessages",
            "github.com/segmentio/kafka-go.Dial*",
            "github.com/confluentinc/confluent-kafka-go/**.Produce|Poll|ReadMessage|Commit*|Flush",
            "github.com/twmb/franz-go/**.Produce*|PollFetches|PollRecords|CommitRecords|Ping",
        ],
    },
    Remote {
        kind: RemoteKind::Broker,
        library: "NATS and others",
        calls: &[
            "github.com/nats-io/nats.go/**.Connect|Publish*|Request*|Subscribe*|QueueSubscribe",
            "github.com/nats-io/nats.go/**.Flush*",
            "github.com/nats-io/nats.go/**.Fetch|Consume|Next|CreateStream|CreateOrUpdate*|Ack",
            "github.com/nsqio/go-nsq.**.Publish|DeferredPublish|MultiPublish|ConnectTo*",
            "github.com/eclipse/paho.mqtt.golang.**.Connect|Publish|Subscribe",
            "github.com/apache/pulsar-client-go/**.Send*|Receive|CreateProducer|Subscribe|Ack",
            "github.com/hibiken/asynq.**.Enqueue*",
        ],
    },
    Remote {
        kind: RemoteKind::Rpc,
        library: "gRPC",
        calls: &[
            "google.golang.org/grpc.Dial|DialContext|NewClient",
            "google.golang.org/grpc.**.Invoke|NewStream",
            "**.pb|*pb|proto|*proto|protobuf|grpc_*.**.*Client.*",
            "google.golang.org/grpc/health/grpc_health_v1.*Client.*",
            "net/rpc.Dial*",
            "net/rpc.**.Dial*|*Client.Call|Go",
        ],
    },
    Remote {
        kind: RemoteKind::Llm,
        library: "models",
        calls: &[
            "github.com/sashabaranov/go-openai.**.*Client.Create*|List*|Get*|Retrieve*|Moderations",
            "github.com/openai/openai-go/**.New|NewStreaming|Generate|List|Get|Retrieve",
            "github.com/anthropics/anthropic-sdk-go/**.Messages|Completions.New|NewStreaming",
            "github.com/anthropics/anthropic-sdk-go/**.Batches.New|NewStreaming",
            "github.com/anthropics/anthropic-sdk-go/**.Messages.CountTokens",
            "google.golang.org/genai.**.Models.Generate*|Embed*|Count*",
            "google.golang.org/genai.**.SendMessage*",
            "github.com/google/generative-ai-go/genai.**.GenerateContent*|SendMessage*",
            "github.com/google/generative-ai-go/genai.**.EmbedContent",
            "github.com/ollama/ollama/api.**.Chat|Generate|Embed*|List|Pull|Show",
            "github.com/tmc/langchaingo/**.GenerateContent|GenerateFromSinglePrompt|Call",
            "github.com/tmc/langchaingo/**.CreateEmbedding",
        ],
    },
    Remote {
        kind: RemoteKind::Cloud,
        library: "AWS",
        calls: &[
            "github.com/aws/aws-sdk-go-v2/service/*.**.Client|New|NewFromConfig.*",
            "github.com/aws/aws-sdk-go-v2/service/*.**.*Paginator.NextPage",
            "github.com/aws/aws-sdk-go-v2/feature/**.Upload|Download|GetBucketRegion",
            "github.com/aws/aws-sdk-go/service/*.New.*",
            "!github.com/aws/**.Options|String",
        ],
    },
    Remote {
        kind: RemoteKind::Cloud,
        library: "clouds",
        calls: &[
            "cloud.google.com/go/storage.**.NewReader|NewRangeReader|Attrs|Delete|Create|Update",
            "cloud.google.com/go/storage.**.Run",
            "cloud.google.com/go/pubsub/**.Publish|Receive|Create*|Exists|Ack",
            "cloud.google.com/go/firestore.**.Get|GetAll|Set|Update|Delete|Add|Create",
            "cloud.google.com/go/firestore.**.RunTransaction",
            "cloud.google.com/go/bigquery.**.Read|Run|Put|Wait|Create|Metadata",
            "cloud.google.com/go/**.*Client.Get*|List*|Create*|Delete*|Update*|Access*|Publish*",
            "google.golang.org/api/**.Do",
            "github.com/Azure/azure-sdk-for-go/**.*Client.Get*|List*|Create*|Delete*|Upload*",
            "github.com/Azure/azure-sdk-for-go/**.*Client.Download*",
            "github.com/Azure/azure-sdk-for-go/**.SendMessage*|ReceiveMessages|Begin*|NextPage",
            "k8s.io/client-go/**.Get|List|Create|Update*|Patch|Delete|DeleteCollection|Watch|Apply",
            "sigs.k8s.io/controller-runtime/**.Get|List|Create|Update|Patch|Delete|DeleteAllOf",
            "github.com/docker/docker/client.**.Container*|Image*|Network*|Volume*|Ping|Info",
        ],
    },
    Remote {
        kind: RemoteKind::Socket,
        library: "sockets",
        calls: &[
            "net.Dial*",
            "net|crypto/tls.**.Dialer.Dial*",
            "net.Dial*|Dialer.**.Read|Write",
            "net.Lookup*",
            "net.Resolver|DefaultResolver.Lookup*",
            "crypto/tls.Dial*",
            "crypto/tls.Dial*.Read|Write|Handshake",
            "net/smtp.SendMail|Dial",
            "golang.org/x/crypto/ssh.Dial",
            "golang.org/x/crypto/ssh.Dial.**.Run|Output|CombinedOutput|Start|Shell",
            "github.com/pkg/sftp.**.Open|Create|ReadDir|Stat|Remove|Rename",
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_package_is_told_by_its_path() {
        for (path, name) in [
            ("net/http", "http"),
            ("fmt", "fmt"),
            ("github.com/redis/go-redis/v9", "redis"),
            ("gopkg.in/yaml.v3", "yaml"),
            ("github.com/nats-io/nats.go", "nats"),
            ("github.com/segmentio/kafka-go", "kafka"),
            ("github.com/anthropics/anthropic-sdk-go", "anthropic"),
            ("github.com/jackc/pgx/v5/pgxpool", "pgxpool"),
            ("k8s.io/api/core/v1", "core"),
        ] {
            assert_eq!(package_name(path), name, "{path}");
        }
    }
}
