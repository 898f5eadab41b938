//! Elixir.

use std::sync::OnceLock;

use tree_sitter::Node;

use crate::{
    language::{Language, last_part},
    module::Import,
    remote::{Remote, RemoteKind},
};

pub(super) static ELIXIR: Language = Language {
    name: "elixir",
    title: "Elixir",
    aliases: &[],
    suffixes: &["ex", "exs"],
    programs: &["elixir"],
    dialect_of: None,
    separator: ".",
    grammar: || tree_sitter_elixir::LANGUAGE.into(),
    query: include_str!("elixir.scm"),
    wrappers: &[],
    leading: &[
        "unary_operator @spec",
        "unary_operator @impl",
        "unary_operator @deprecated",
        "unary_operator @since",
        "unary_operator @dialyzer",
        "unary_operator @compile",
        "unary_operator @decorate",
        "unary_operator @tag",
        "unary_operator @doc false",
        "unary_operator @doc since:",
        "unary_operator @doc guard:",
        "unary_operator @doc deprecated:",
        "unary_operator @doc group:",
        "unary_operator @doc section:",
        "unary_operator @doc type:",
    ],
    comments: &["comment", "unary_operator"],
    documents: |text| text.starts_with("@doc"),
    module_name: last_part,
    parts: Some(parts),
    imports: Some(imports),
    // Modules need no import.
    globals: &["*"],
    remotes: REMOTES,
    compiled: OnceLock::new(),
};

/// The name in the head of a function, and what it does: a block, or what is behind `do:`.
fn parts<'t>(node: Node<'t>, text: &str) -> Option<(Node<'t>, Option<Node<'t>>)> {
    if node.kind() != "call" {
        return None;
    }
    let mut cursor = node.walk();
    let block = node.named_children(&mut cursor).find(|child| child.kind() == "do_block");
    let arguments = node.named_children(&mut cursor).find(|child| child.kind() == "arguments")?;
    let last = arguments.named_child(u32::try_from(arguments.named_child_count()).ok()? - 1);
    let options = last.filter(|last| last.kind() == "keywords");
    let short = options.and_then(|options| {
        let is_do = |pair: &Node<'_>| {
            text.get(pair.byte_range()).is_some_and(|pair| pair.starts_with("do:"))
        };
        options.named_children(&mut cursor).find(is_do)?.child_by_field_name("value")
    });
    // What is called `_` is no function, but what a macro of the same word is given.
    let name =
        name(arguments.named_child(0)?).filter(|name| text.get(name.byte_range()) != Some("_"));
    Some((name?, block.or(short)))
}

/// The name in a head: `add` in `add(a, b) when a > b`, `+` in `a + b`.
fn name(head: Node<'_>) -> Option<Node<'_>> {
    let guarded = || head.child_by_field_name("operator").is_some_and(|word| word.kind() == "when");
    match head.kind() {
        "binary_operator" if guarded() => name(head.child_by_field_name("left")?),
        "binary_operator" | "unary_operator" => head.child_by_field_name("operator"),
        // A function of another module is no head.
        "call" => head.child_by_field_name("target").filter(|target| target.kind() != "dot"),
        "identifier" | "operator_identifier" => Some(head),
        "block" => name(head.named_child(0)?),
        _ => None,
    }
}

/// What `alias`, `import`, `require` or `use` brings in.
fn imports(node: Node<'_>, text: &str) -> Vec<Import> {
    let of = |node: Node<'_>| text.get(node.byte_range()).unwrap_or_default().to_owned();
    let line = node.start_position().row + 1;
    let mut cursor = node.walk();
    let arguments = node.named_children(&mut cursor).find(|child| child.kind() == "arguments");
    let Some(module) = arguments.and_then(|arguments| arguments.named_child(0)) else {
        return Vec::new();
    };
    let renamed = arguments.and_then(|arguments| arguments.named_child(1)).and_then(|options| {
        let mut cursor = options.walk();
        let mut pairs = options.named_children(&mut cursor);
        let named =
            pairs.find(|pair| pair.named_child(0).is_some_and(|key| of(key).trim() == "as:"));
        named?.child_by_field_name("value")
    });
    let import = |path: String, local: Option<String>| {
        let local = local.unwrap_or_else(|| last_part(&path).to_owned());
        Import { local, path, line }
    };
    match (module.child_by_field_name("left"), module.child_by_field_name("right")) {
        // alias MyApp.{Repo, User}
        (Some(left), Some(right)) if right.kind() == "tuple" => {
            let mut cursor = right.walk();
            let names = right.named_children(&mut cursor).filter(|child| child.kind() == "alias");
            names.map(|name| import(format!("{}.{}", of(left), of(name)), None)).collect()
        }
        _ if matches!(module.kind(), "alias" | "atom" | "dot") => {
            vec![import(of(module), renamed.map(of))]
        }
        _ => Vec::new(),
    }
}

const REMOTES: &[Remote] = &[
    Remote {
        kind: RemoteKind::Http,
        library: "httpoison",
        calls: &["HTTPoison.get|post|put|patch|delete|head|options|request"],
    },
    Remote {
        kind: RemoteKind::Http,
        library: "req",
        calls: &["Req.get|post|put|patch|delete|head|request|run"],
    },
    Remote {
        kind: RemoteKind::Http,
        library: "tesla",
        calls: &["Tesla.get|post|put|patch|delete|head|options|trace|request"],
    },
    Remote {
        kind: RemoteKind::Http,
        library: "finch",
        calls: &["Finch.request|stream|stream_while|async_request"],
    },
    Remote { kind: RemoteKind::Http, library: "httpc", calls: &["httpc.request"] },
    Remote {
        kind: RemoteKind::Http,
        library: "hackney",
        calls: &["hackney.request|get|post|put|patch|delete|head|send_request|body"],
    },
    Remote {
        kind: RemoteKind::Http,
        library: "mint",
        calls: &["Mint.HTTP|HTTP1|HTTP2.connect|request|stream_request_body"],
    },
    Remote {
        kind: RemoteKind::Http,
        library: "other http client",
        calls: &[
            "HTTPotion.get|post|put|patch|delete|head|request",
            "Mojito.get|post|put|patch|delete|head|request",
            "gun.open|get|post|put|patch|delete|head|request|ws_upgrade|await*",
            "ibrowse.send_req",
            "Neuron.query",
            "Elasticsearch.get|post|put|delete",
            "Swoosh.Mailer.deliver*",
            "Bamboo.Mailer.deliver*",
        ],
    },
    Remote {
        kind: RemoteKind::Database,
        library: "ecto",
        calls: &[
            "**.Repo|*Repo.all|one|get|get_by|insert|insert_all|insert_or_update|update",
            "**.Repo|*Repo.update_all|delete|delete_all|preload|transaction|transact|aggregate",
            "**.Repo|*Repo.exists?|exists|stream|reload|query|query_many|rollback|checkout",
            "**.Repo|*Repo.all_by",
            "Ecto.Adapters.SQL.query|query_many|stream",
        ],
    },
    Remote {
        kind: RemoteKind::Database,
        library: "postgrex",
        calls: &[
            "Postgrex.start_link|query|prepare|execute|prepare_execute|transaction|stream",
            "Postgrex.Notifications.*",
        ],
    },
    Remote {
        kind: RemoteKind::Database,
        library: "other database",
        calls: &[
            "MyXQL|Tds|Xandra|Exandra|Ch|Clickhousex.start_link|query|prepare|execute|transaction",
            "Mongo.start_link|find*|insert*|update*|delete*|replace_one|aggregate|count*|command",
            "Mongo.bulk_write",
            "Bolt.Sips.query|conn",
        ],
    },
    Remote {
        kind: RemoteKind::Cache,
        library: "redix",
        calls: &[
            "Redix.start_link|command|pipeline|transaction_pipeline|noreply_*",
            "Redix.PubSub.*",
        ],
    },
    Remote {
        kind: RemoteKind::Cache,
        library: "memcachex",
        calls: &["Memcache.start_link|get|set|delete|add|incr|decr|multi_get"],
    },
    Remote {
        kind: RemoteKind::Broker,
        library: "amqp",
        calls: &["AMQP.Connection|Channel.open", "AMQP.Basic|Queue|Exchange|Confirm|Tx.*"],
    },
    Remote {
        kind: RemoteKind::Broker,
        library: "kafka",
        calls: &[
            "brod.produce*|fetch|start_client|subscribe|get_metadata",
            "KafkaEx.produce*|fetch|stream|create_worker|offset*|consumer_group",
            "Kaffe.Producer.produce*",
        ],
    },
    Remote {
        kind: RemoteKind::Broker,
        library: "other broker",
        calls: &[
            "Gnat.start_link|pub|sub|request",
            "Tortoise|Tortoise311.publish*|Connection.subscribe",
            "emqtt.connect|publish|subscribe",
            "Oban.insert|insert_all",
        ],
    },
    Remote {
        kind: RemoteKind::Rpc,
        library: "grpc",
        calls: &["GRPC.Stub.connect|call|send_request|recv", "**.Stub.*"],
    },
    Remote {
        kind: RemoteKind::Rpc,
        library: "erlang distribution",
        calls: &[
            "rpc|erpc.call|cast|multicall|multicast|async_call|send_request",
            "Node.connect|ping|spawn*",
        ],
    },
    Remote {
        kind: RemoteKind::Llm,
        library: "language models",
        calls: &[
            "OpenAI.chat_completion|completions|embeddings|images_generations|responses",
            "OpenaiEx.Chat.Completions|Embeddings|Responses.create|*",
            "Anthropix.chat",
            "Ollama.chat|completion|embed|embeddings",
            "LangChain.Chains.LLMChain.run",
            "Instructor.chat_completion",
        ],
    },
    Remote {
        kind: RemoteKind::Cloud,
        library: "aws",
        calls: &["ExAws.request|stream", "AWS.*.*", "!AWS.Client.*"],
    },
    Remote {
        kind: RemoteKind::Cloud,
        library: "google cloud",
        calls: &["GoogleApi.**.Api.*.*", "Goth.fetch"],
    },
    Remote {
        kind: RemoteKind::Socket,
        library: "erlang sockets",
        calls: &[
            "gen_tcp.connect|send|recv",
            "gen_udp.send|recv",
            "ssl.connect|send|recv",
            "ssh.connect",
            "inet_res.lookup|resolve",
            "inet.gethostbyname|getaddr|getaddrs",
            "ftp.open|recv|send",
        ],
    },
    Remote {
        kind: RemoteKind::Socket,
        library: "websockex",
        calls: &[
            "WebSockex.start|start_link|send_frame",
            "Mint.WebSocket.upgrade|stream_request_body",
        ],
    },
];
