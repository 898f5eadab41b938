//! Rust.

use std::sync::OnceLock;

use tree_sitter::Node;

use crate::{
    language::{Language, last_part},
    module::Import,
    remote::{Remote, RemoteKind},
};

pub(super) static RUST: Language = Language {
    name: "rust",
    title: "Rust",
    aliases: &["rs"],
    suffixes: &["rs"],
    programs: &["cargo", "rust-script"],
    dialect_of: None,
    separator: "::",
    grammar: || tree_sitter_rust::LANGUAGE.into(),
    query: include_str!("rust.scm"),
    wrappers: &[],
    leading: &["attribute_item"],
    comments: &["line_comment", "block_comment"],
    documents,
    module_name: last_part,
    parts: None,
    imports: Some(imports),
    // A path may begin with any crate.
    globals: &["*"],
    remotes: REMOTES,
    compiled: OnceLock::new(),
};

fn documents(comment: &str) -> bool {
    let line = comment.starts_with("///") && !comment.starts_with("////");
    line || comment.starts_with("/**") && !comment.starts_with("/***")
}

/// What a `use` brings in.
fn imports(node: Node<'_>, text: &str) -> Vec<Import> {
    let own = |node: Node<'_>| text[node.byte_range()].split_whitespace().collect::<String>();
    let mut imports = Vec::new();
    let line = node.start_position().row + 1;
    // Parts of it, each with what its path begins with.
    let mut parts = vec![(node, String::new())];
    while let Some((node, before)) = parts.pop() {
        let field = |name: &str| node.child_by_field_name(name);
        let path_of = |node: Option<Node<'_>>| joined(&before, node.map(own).unwrap_or_default());
        let mut import = |local: String, path: String| imports.push(Import { local, path, line });
        match node.kind() {
            "use_declaration" => parts.extend(field("argument").map(|part| (part, before))),
            "use_as_clause" => {
                import(field("alias").map(own).unwrap_or_default(), path_of(field("path")));
            }
            "scoped_use_list" => {
                let path = path_of(field("path"));
                parts.extend(field("list").map(|part| (part, path)));
            }
            "use_list" => {
                let mut cursor = node.walk();
                let children: Vec<_> = node.named_children(&mut cursor).collect();
                parts.extend(children.into_iter().rev().map(|part| (part, before.clone())));
            }
            "use_wildcard" => import("*".to_owned(), path_of(node.named_child(0))),
            "identifier" | "scoped_identifier" | "self" | "super" | "crate" => {
                let path = path_of(Some(node));
                import(last_part(&path).to_owned(), path);
            }
            _ => {}
        }
    }
    imports
}

/// A path with what it begins with.
fn joined(before: &str, path: String) -> String {
    match (before, path.as_str()) {
        ("", _) => path,
        (_, "self") => before.to_owned(),
        _ => format!("{before}::{path}"),
    }
}

/// What only prepares a call is not here, such as a builder without its `send`.
const REMOTES: &[Remote] = &[
    Remote {
        kind: RemoteKind::Http,
        library: "reqwest",
        calls: &[
            "reqwest|reqwest_middleware.**.send|execute",
            "reqwest.get",
            "reqwest.blocking.get",
        ],
    },
    Remote {
        kind: RemoteKind::Http,
        library: "hyper",
        calls: &[
            "hyper_util.client.legacy.**.request|get",
            "hyper.Client.**.request|get",
            "hyper.client.**.send_request|try_send_request|handshake",
        ],
    },
    Remote {
        kind: RemoteKind::Http,
        library: "ureq",
        calls: &["ureq.**.call|send|send_json|send_form|send_string|send_bytes|send_empty|run"],
    },
    Remote {
        kind: RemoteKind::Http,
        library: "HTTP clients",
        calls: &[
            "isahc.get|post|put|delete|head|send|get_async|post_async|send_async",
            "isahc|surf|attohttpc|minreq.**.send|send_async|recv_string|recv_json",
            "awc.**.send|send_body|send_json|send_form",
            "tokio_tungstenite|tungstenite|async_tungstenite.**.connect|connect_async|client_async",
            "tokio_tungstenite.connect_async_with_config",
            "octocrab.**.send|get|post|put|patch|delete",
        ],
    },
    Remote {
        kind: RemoteKind::Database,
        library: "sqlx",
        calls: &[
            "sqlx.**.fetch|fetch_one|fetch_all|fetch_optional|fetch_many|execute|execute_many",
            "sqlx.**.connect|connect_with|acquire|begin|commit|rollback|ping|prepare|run",
            "sqlx.**.PgListener.**.listen|recv",
        ],
    },
    Remote {
        kind: RemoteKind::Database,
        library: "diesel",
        calls: &[
            "diesel|diesel_async.**.execute|load|get_result|get_results|first|load_iter",
            "diesel|diesel_async.**.load_stream",
            "diesel|diesel_async.**.establish|transaction|batch_execute",
            "crate|super.**.schema.**.execute|load|get_result|get_results|first",
            "PgConnection|MysqlConnection|AsyncPgConnection|AsyncMysqlConnection.establish",
            "AsyncPgConnection|AsyncMysqlConnection.establish",
        ],
    },
    Remote {
        kind: RemoteKind::Database,
        library: "SeaORM",
        calls: &[
            "sea_orm.Database.connect",
            "sea_orm.**.one|all|exec|insert|update|delete|count|execute|query_one|query_all|begin",
            "sea_orm.**.commit",
            "**.Entity.find|find_by_id|insert|update|delete.**.one|all|count|stream|exec",
            "**.Entity.delete_by_id.**.one|all|count|stream|exec",
        ],
    },
    Remote {
        kind: RemoteKind::Database,
        library: "PostgreSQL",
        calls: &[
            "tokio_postgres.connect",
            "postgres.Client.connect",
            "tokio_postgres|postgres|deadpool_postgres.**.query|query_one|query_opt|query_raw",
            "tokio_postgres|postgres|deadpool_postgres.**.execute",
            "tokio_postgres|postgres|deadpool_postgres.**.batch_execute|simple_query|prepare",
            "tokio_postgres|postgres|deadpool_postgres.**.copy_in",
            "tokio_postgres|postgres|deadpool_postgres.**.copy_out|transaction|commit|rollback",
            "deadpool_postgres.**.Pool.get",
            "bb8|bb8_postgres|r2d2|r2d2_postgres.**.Pool.**.get",
            "bb8|bb8_postgres|r2d2|r2d2_postgres.**.get.query|query_one|query_opt|execute",
        ],
    },
    Remote {
        kind: RemoteKind::Database,
        library: "MySQL",
        calls: &[
            "mysql|mysql_async.**.get_conn|query|query_*|exec|exec_*|ping|start_transaction|commit",
        ],
    },
    Remote {
        kind: RemoteKind::Database,
        library: "MongoDB",
        calls: &[
            "mongodb.**.find|find_one*|insert_*|update_*|delete_*|replace_one|aggregate|distinct",
            "mongodb.**.count_documents|estimated_document_count|bulk_write|run_command",
            "mongodb.**.create_index*",
            "mongodb.**.list_*|drop|start_session|commit_transaction|watch",
        ],
    },
    Remote {
        kind: RemoteKind::Database,
        library: "search and vectors",
        calls: &[
            "elasticsearch|opensearch.**.send",
            "qdrant_client.**.search*|query*|upsert_*|get_*|scroll|delete_*|create_*|count",
            "qdrant_client.**.health_check",
            "scylla.**.query*|execute*|batch|prepare|build",
            "neo4rs.**.run|execute|start_txn|commit|connect",
            "clickhouse.**.execute|fetch_one|fetch_all|fetch_optional|write",
            "influxdb|influxdb2.**.query|write",
        ],
    },
    Remote {
        kind: RemoteKind::Cache,
        library: "Redis",
        calls: &[
            "redis|deadpool_redis.**.query|query_async|exec|exec_async|execute|req_command",
            "redis.**.get_connection|get_connection_with_timeout|get_async_connection",
            "redis.**.get_multiplexed_async_connection|get_multiplexed_tokio_connection",
            "redis.**.get_connection_manager|get_async_pubsub",
            "redis|deadpool_redis.**.*onnection|get_connection_manager|ConnectionManager.*",
            "redis.**.pubsub|get_async_pubsub|PubSub.subscribe|psubscribe|get_message",
            "deadpool_redis.**.Pool.get",
            "deadpool_redis.**.Pool.get.*",
            "fred.**.get|set|del|expire|incr|hget|hset|lpush|rpop|publish|subscribe|connect|init",
            "!redis|deadpool_redis.**.clone|is_open|as_ref|as_mut|as_pubsub|new_with_config",
        ],
    },
    Remote {
        kind: RemoteKind::Cache,
        library: "Memcached",
        calls: &[
            "memcache|async_memcached.**.get|gets|set|add|replace|append|delete|increment|touch",
        ],
    },
    Remote {
        kind: RemoteKind::Broker,
        library: "Kafka",
        calls: &[
            "rdkafka.**.send|send_result|recv|poll|commit*|store_offset|fetch_metadata|flush",
            "rskafka.**.produce|fetch_records|create_topic|build",
        ],
    },
    Remote {
        kind: RemoteKind::Broker,
        library: "RabbitMQ",
        calls: &[
            "lapin.Connection.connect|connect_with_config",
            "lapin.**.create_channel|basic_*|queue_*|exchange_*|confirm_select|tx_*",
            "lapin.**.Delivery|delivery.**.ack|nack|reject",
        ],
    },
    Remote {
        kind: RemoteKind::Broker,
        library: "NATS and MQTT",
        calls: &[
            "async_nats|nats.**.connect|connect_with_options",
            "async_nats|nats.**.publish*|request*|send_request|subscribe|queue_subscribe|flush",
            "async_nats|nats.**.fetch",
            "async_nats.**.ack|get_stream|create_stream|get_or_create_stream|create_consumer",
            "rumqttc|paho_mqtt.**.publish|subscribe|unsubscribe|poll|connect",
            "pulsar.**.send*|try_next|build",
        ],
    },
    Remote {
        kind: RemoteKind::Rpc,
        library: "gRPC",
        calls: &[
            "tonic.**.Channel|Endpoint.**.connect",
            "**.*_client.*Client.connect",
            "**.*_client.*Client.connect|with_interceptor.*",
            "**.proto|pb|api|grpc|rpc|v1.**.*_client.*Client.*",
            "jsonrpsee.**.request|batch_request|subscribe",
            "tarpc.**.connect",
            "!**.*_client.*Client.with_interceptor|max_decoding_message_size",
            "!**.*_client.*Client.max_encoding_message_size",
            "!**.*_client.*Client.send_compressed|accept_compressed|clone",
        ],
    },
    Remote {
        kind: RemoteKind::Llm,
        library: "models",
        calls: &[
            "async_openai.**.create|create_stream|create_*|list|retrieve|generate",
            "ollama_rs.**.generate*|send_chat_messages*|list_local_models|pull_model*",
            "genai.**.exec_chat*|exec_embed|embed|embed_batch",
            "rig.**.prompt|chat|stream_prompt|stream_chat|embed_text|embed_texts",
        ],
    },
    Remote {
        kind: RemoteKind::Cloud,
        library: "AWS",
        calls: &["aws_sdk_*.**.send", "aws_sdk_*.**.send_with_plugins", "rusoto_*.**.*Client.*"],
    },
    Remote {
        kind: RemoteKind::Cloud,
        library: "clouds",
        calls: &[
            "google_cloud_*.**.send|publish|get|query|upload_object|download_object|list_objects",
            "azure_*.**.send|upload|download|list_blobs|get_secret|send_message|receive_messages",
            "object_store.**.put|put_opts|get|get_range|head|delete|list|copy|rename",
            "kube.**.Api.**.get|get_opt|list|create|patch|replace|delete|watch|logs|exec",
            "kube.Client.**.request",
            "bollard.Docker.**.create_container|start_container|stop_container|list_*|inspect_*",
        ],
    },
    Remote {
        kind: RemoteKind::Socket,
        library: "sockets",
        calls: &[
            "std|tokio|async_std|smol.net.TcpStream|UnixStream.connect|connect_timeout",
            "std|tokio|async_std|smol.net.TcpStream|UnixStream.**.read*|write*|flush|peek",
            "std|tokio|async_std|smol.net.UdpSocket.**.connect|send|send_to|recv|recv_from",
            "tokio.net.lookup_host",
            "native_tls|tokio_native_tls|tokio_rustls.TlsConnector.**.connect",
            "lettre.**.send|send_raw|test_connection",
            "ssh2.Session.**.handshake|userauth_*|channel_session|exec|sftp",
            "hickory_resolver|trust_dns_resolver.**.lookup|lookup_ip|*_lookup",
        ],
    },
];
