//! Java.

use std::sync::OnceLock;

use crate::{
    language::{Language, last_part},
    remote::{Remote, RemoteKind},
};

pub(super) static JAVA: Language = Language {
    name: "java",
    title: "Java",
    aliases: &["jdk"],
    suffixes: &["java"],
    programs: &["java"],
    dialect_of: None,
    separator: ".",
    grammar: || tree_sitter_java::LANGUAGE.into(),
    query: include_str!("java.scm"),
    wrappers: &["local_variable_declaration", "field_declaration", "expression_statement"],
    leading: &["annotation", "marker_annotation"],
    comments: &["block_comment", "line_comment"],
    documents: |comment| comment.starts_with("/**") || comment.starts_with("///"),
    module_name: last_part,
    parts: None,
    imports: None,
    // A class may be used by its full name.
    globals: &["java", "javax", "jakarta", "org", "com", "io", "redis", "okhttp3", "software"],
    remotes: REMOTES,
    compiled: OnceLock::new(),
};

const REMOTES: &[Remote] = &[
    Remote {
        kind: RemoteKind::Http,
        library: "java.net.http",
        calls: &[
            "java.net.http.HttpClient.**.send|sendAsync",
            "java.net.http.HttpClient.**.buildAsync",
        ],
    },
    Remote {
        kind: RemoteKind::Http,
        library: "java.net.URL",
        calls: &[
            "java.net.HttpURLConnection|URLConnection.connect|getInputStream|getOutputStream",
            "java.net.HttpURLConnection|URLConnection.getResponseCode|getResponseMessage",
            "java.net.HttpURLConnection|URLConnection.getContent*",
            "javax.net.ssl.HttpsURLConnection.connect|getInputStream|getOutputStream",
            "javax.net.ssl.HttpsURLConnection.getResponseCode|getContent*",
            "java.net.URL.**.openStream|getContent|getInputStream|connect",
            "java.net.URI.**.openStream",
        ],
    },
    Remote {
        kind: RemoteKind::Http,
        library: "okhttp",
        calls: &[
            "okhttp3.OkHttpClient.**.execute|enqueue|newWebSocket",
            "okhttp3.Call.execute|enqueue",
        ],
    },
    Remote {
        kind: RemoteKind::Http,
        library: "retrofit",
        calls: &["retrofit2.Call.execute|enqueue"],
    },
    Remote {
        kind: RemoteKind::Http,
        library: "apache httpclient",
        calls: &[
            "org.apache.http.**.*HttpClient|HttpClients|HttpClientBuilder.**.execute",
            "org.apache.hc.client5.**.*HttpClient|*HttpAsyncClient|HttpClients.**.execute",
            "org.apache.hc.client5.**.HttpAsyncClients|HttpClientBuilder.**.execute",
            "org.apache.http.client.fluent.Request.**.execute",
            "org.apache.hc.client5.http.fluent.Request.**.execute",
        ],
    },
    Remote {
        kind: RemoteKind::Http,
        library: "spring web",
        calls: &[
            "org.springframework.web.client.*RestTemplate|RestOperations.getFor*|postFor*|put|delete",
            "org.springframework.web.client.*RestTemplate|RestOperations.exchange|execute|patchForObject",
            "org.springframework.web.client.*RestTemplate|RestOperations.headForHeaders|optionsForAllow",
            "org.springframework.boot.test.web.client.TestRestTemplate.getFor*|postFor*",
            "org.springframework.boot.test.web.client.TestRestTemplate.patchForObject|put|delete",
            "org.springframework.boot.test.web.client.TestRestTemplate.exchange|execute",
            "org.springframework.web.client.RestClient.**.retrieve|exchange|body|toEntity",
            "org.springframework.web.client.RestClient.**.toBodilessEntity",
            "org.springframework.web.reactive.function.client.WebClient.**.retrieve|exchange*",
            "org.springframework.web.reactive.function.client.WebClient.**.bodyToMono|bodyToFlux",
            "org.springframework.web.reactive.function.client.WebClient.**.toEntity*",
            "org.springframework.web.reactive.function.client.WebClient.**.toBodilessEntity",
        ],
    },
    Remote {
        kind: RemoteKind::Http,
        library: "jax-rs client",
        calls: &[
            "javax|jakarta.ws.rs.client.Client|ClientBuilder|WebTarget|Invocation.**.get|post",
            "javax|jakarta.ws.rs.client.Client|ClientBuilder|WebTarget|Invocation.**.put|delete",
            "javax|jakarta.ws.rs.client.Client|ClientBuilder|WebTarget|Invocation.**.head",
            "javax|jakarta.ws.rs.client.Client|ClientBuilder|WebTarget|Invocation.**.options",
            "javax|jakarta.ws.rs.client.Client|ClientBuilder|WebTarget|Invocation.**.method",
            "javax|jakarta.ws.rs.client.Client|ClientBuilder|WebTarget|Invocation.**.invoke",
            "javax|jakarta.ws.rs.client.Client|ClientBuilder|WebTarget|Invocation.**.submit",
        ],
    },
    Remote {
        kind: RemoteKind::Http,
        library: "elasticsearch",
        calls: &[
            "org.elasticsearch.client.RestClient|RestHighLevelClient.**.performRequest*|search",
            "org.elasticsearch.client.RestClient|RestHighLevelClient.**.index|get|bulk|delete",
            "org.elasticsearch.client.RestClient|RestHighLevelClient.**.update|count|scroll",
            "co.elastic.clients.elasticsearch.ElasticsearchClient.**.search|index|get|bulk",
            "co.elastic.clients.elasticsearch.ElasticsearchClient.**.delete|update|count|create",
            "co.elastic.clients.elasticsearch.ElasticsearchClient.**.exists",
        ],
    },
    Remote {
        kind: RemoteKind::Database,
        library: "jdbc",
        calls: &[
            "java.sql.DriverManager.getConnection",
            "java.sql.DriverManager|Connection|*Statement.**.execute*|commit|rollback",
            "javax.sql.DataSource.getConnection",
            "javax.sql.DataSource.getConnection.**.execute*|commit|rollback",
            "com.zaxxer.hikari.HikariDataSource.getConnection",
        ],
    },
    Remote {
        kind: RemoteKind::Database,
        library: "spring jdbc",
        calls: &[
            "org.springframework.jdbc.core.JdbcTemplate|JdbcOperations.query*|update|batchUpdate",
            "org.springframework.jdbc.core.JdbcTemplate|JdbcOperations.execute|call",
            "org.springframework.jdbc.core.namedparam.NamedParameterJdbc*.query*|update",
            "org.springframework.jdbc.core.namedparam.NamedParameterJdbc*.batchUpdate|execute",
            "org.springframework.jdbc.core.simple.JdbcClient.**.query*|update|single|list|optional",
            "org.springframework.jdbc.core.simple.SimpleJdbc*.execute*",
            "org.springframework.r2dbc.core.DatabaseClient.**.fetch|then|all|one|first",
        ],
    },
    Remote {
        kind: RemoteKind::Database,
        library: "jpa",
        calls: &[
            "javax|jakarta.persistence.EntityManager.**.find|persist|merge|remove|refresh|flush",
            "javax|jakarta.persistence.EntityManager.**.lock|getReference|getResult*",
            "javax|jakarta.persistence.EntityManager.**.getSingleResult*|executeUpdate",
            "javax|jakarta.persistence.Query|TypedQuery|StoredProcedureQuery.**.getResult*",
            "javax|jakarta.persistence.Query|TypedQuery|StoredProcedureQuery.**.getSingleResult*",
            "javax|jakarta.persistence.Query|TypedQuery|StoredProcedureQuery.**.executeUpdate",
            "javax|jakarta.persistence.Query|TypedQuery|StoredProcedureQuery.**.execute",
            "javax|jakarta.persistence.EntityTransaction.commit|rollback",
        ],
    },
    Remote {
        kind: RemoteKind::Database,
        library: "hibernate",
        calls: &[
            "org.hibernate.Session|StatelessSession|SessionFactory.**.get|load|find|save",
            "org.hibernate.Session|StatelessSession|SessionFactory.**.saveOrUpdate|persist|merge",
            "org.hibernate.Session|StatelessSession|SessionFactory.**.update|delete|remove|flush",
            "org.hibernate.Session|StatelessSession|SessionFactory.**.refresh|insert|list",
            "org.hibernate.Session|StatelessSession|SessionFactory.**.uniqueResult*|getResult*",
            "org.hibernate.Session|StatelessSession|SessionFactory.**.getSingleResult*",
            "org.hibernate.Session|StatelessSession|SessionFactory.**.executeUpdate|commit",
            "org.hibernate.Session|StatelessSession|SessionFactory.**.rollback",
        ],
    },
    Remote {
        kind: RemoteKind::Database,
        library: "spring data",
        calls: &[
            "org.springframework.data.**.*Repository.find*|save*|delete*|count*|exists*|get*|flush",
            "org.springframework.data.mongodb.core.MongoTemplate|MongoOperations.find*|save",
            "org.springframework.data.mongodb.core.MongoTemplate|MongoOperations.insert*|update*",
            "org.springframework.data.mongodb.core.MongoTemplate|MongoOperations.upsert|remove",
            "org.springframework.data.mongodb.core.MongoTemplate|MongoOperations.count|exists",
            "org.springframework.data.mongodb.core.MongoTemplate|MongoOperations.aggregate",
        ],
    },
    Remote {
        kind: RemoteKind::Database,
        library: "jooq",
        calls: &[
            "org.jooq.DSLContext.**.fetch*|execute*|transaction*",
            "org.jooq.impl.DSL.using.**.fetch*|execute*",
        ],
    },
    Remote {
        kind: RemoteKind::Database,
        library: "mongodb",
        calls: &[
            "com.mongodb.**.Mongo*.**.find*|insert*|update*|delete*|replaceOne|aggregate|bulkWrite",
            "com.mongodb.**.Mongo*.**.countDocuments|distinct|runCommand|watch|drop|createIndex",
        ],
    },
    Remote {
        kind: RemoteKind::Database,
        library: "other database",
        calls: &[
            "com.datastax.**.CqlSession|Session|Cluster.**.execute*|prepare*|connect",
            "org.neo4j.driver.**.run|executeRead|executeWrite|executableQuery.**",
            "io.r2dbc.spi.**.execute|create|commitTransaction|rollbackTransaction",
            "redis.clients.jedis.search.**.ftSearch",
        ],
    },
    Remote {
        kind: RemoteKind::Cache,
        library: "jedis",
        calls: &[
            "redis.clients.jedis.*Jedis|Jedis*.**.*",
            "!redis.clients.jedis.**.close|getResource|pipelined|multi|isClosed|JedisPooled",
            "!redis.clients.jedis.**.JedisCluster|JedisPool|UnifiedJedis|Jedis|JedisSentinelPool",
        ],
    },
    Remote {
        kind: RemoteKind::Cache,
        library: "lettuce",
        calls: &[
            "io.lettuce.core.RedisClient|RedisClusterClient.**.connect*",
            "io.lettuce.core.RedisClient|RedisClusterClient.**.sync|async|reactive.*",
            "io.lettuce.core.api.**.Redis*Commands.*",
            "io.lettuce.core.**.Stateful*Connection.**.sync|async|reactive.*",
        ],
    },
    Remote {
        kind: RemoteKind::Cache,
        library: "redisson",
        calls: &[
            "org.redisson.**.RedissonClient.get*.*",
            "org.redisson.api.RBucket|RMap|RLock|RList|RSet|RQueue.*",
        ],
    },
    Remote {
        kind: RemoteKind::Cache,
        library: "spring data redis",
        calls: &[
            "org.springframework.data.redis.core.*RedisTemplate.opsFor*.*",
            "org.springframework.data.redis.core.*RedisTemplate.delete|hasKey|expire|execute*",
            "org.springframework.data.redis.core.*RedisTemplate.convertAndSend|keys|scan",
            "org.springframework.data.redis.core.*Operations.*",
        ],
    },
    Remote {
        kind: RemoteKind::Cache,
        library: "memcached",
        calls: &[
            "net.spy.memcached.MemcachedClient.get*|set|add|replace|delete|incr|decr|asyncGet*",
        ],
    },
    Remote {
        kind: RemoteKind::Broker,
        library: "kafka",
        calls: &[
            "org.apache.kafka.clients.producer.*Producer.send|flush|partitionsFor|*Transaction*",
            "org.apache.kafka.clients.consumer.*Consumer.poll|commit*|position|committed",
            "org.apache.kafka.clients.consumer.*Consumer.partitionsFor|endOffsets",
            "org.apache.kafka.clients.consumer.*Consumer.beginningOffsets|listTopics",
            "org.apache.kafka.clients.admin.*Admin*.create*|delete*|list*|describe*|alter*",
            "org.springframework.kafka.core.KafkaTemplate|KafkaOperations.send*",
            "org.springframework.kafka.core.KafkaTemplate|KafkaOperations.executeInTransaction",
        ],
    },
    Remote {
        kind: RemoteKind::Broker,
        library: "rabbitmq",
        calls: &[
            "com.rabbitmq.client.Channel.basic*|queue*|exchange*|tx*|waitForConfirms*",
            "com.rabbitmq.client.ConnectionFactory.newConnection",
            "com.rabbitmq.client.ConnectionFactory|Connection.**.createChannel",
            "com.rabbitmq.client.ConnectionFactory|Connection.**.createChannel.basic*|queue*",
            "com.rabbitmq.client.ConnectionFactory|Connection.**.createChannel.exchange*",
            "org.springframework.amqp.**.*Template.convertAndSend|convertSendAndReceive*|send*",
            "org.springframework.amqp.**.*Template.receive*",
        ],
    },
    Remote {
        kind: RemoteKind::Broker,
        library: "jms",
        calls: &[
            "javax|jakarta.jms.*Producer|*Consumer|QueueSender|TopicPublisher.send|receive*|publish",
            "javax|jakarta.jms.ConnectionFactory.createConnection|createContext",
            "org.springframework.jms.core.JmsTemplate.send*|convertAndSend|receive*|browse*",
        ],
    },
    Remote {
        kind: RemoteKind::Broker,
        library: "nats",
        calls: &[
            "io.nats.client.Nats.connect*",
            "io.nats.client.Connection|JetStream.publish*|request*|subscribe|flush",
        ],
    },
    Remote {
        kind: RemoteKind::Rpc,
        library: "grpc",
        calls: &[
            "**.*Grpc.*Stub.*",
            "**.*Grpc.new*Stub.**.*",
            "!**.*Grpc.**.with*|getChannel|getCallOptions",
            "io.grpc.stub.ClientCalls.*",
        ],
    },
    Remote {
        kind: RemoteKind::Rpc,
        library: "rmi",
        calls: &[
            "java.rmi.Naming.lookup|bind|rebind|list",
            "java.rmi.registry.Registry|LocateRegistry.**.lookup|bind|rebind|list",
        ],
    },
    Remote {
        kind: RemoteKind::Llm,
        library: "language models",
        calls: &[
            "com.openai.client.OpenAIClient*.**.create*|retrieve|list",
            "com.openai.client.okhttp.OpenAIOkHttpClient*.**.create|createStreaming|retrieve|list",
            "com.anthropic.client.**.AnthropicClient|AnthropicOkHttpClient.**.create",
            "com.anthropic.client.**.AnthropicClient|AnthropicOkHttpClient.**.createStreaming",
            "com.anthropic.client.**.AnthropicClient|AnthropicOkHttpClient.**.countTokens",
            "com.google.genai.Client.**.generateContent*|embedContent|generateImages",
            "dev.langchain4j.model.**.*Model.chat|generate|embed|embedAll",
            "org.springframework.ai.chat.**.ChatClient.**.call|stream",
            "org.springframework.ai.**.*Model.call|stream|embed*",
        ],
    },
    Remote {
        kind: RemoteKind::Cloud,
        library: "aws",
        calls: &[
            "software.amazon.awssdk.services.**.*Client.**.*",
            "!software.amazon.awssdk.services.**.builder|create|build|close|utilities",
            "!software.amazon.awssdk.services.**.serviceName|serviceClientConfiguration|region",
            "!software.amazon.awssdk.services.**.*Provider|endpointOverride",
            "!software.amazon.awssdk.services.**.overrideConfiguration|httpClient*|applyMutation",
            "software.amazon.awssdk.transfer.s3.S3TransferManager.**.upload*|download*|copy",
            "com.amazonaws.services.**.Amazon*|AWS*.*",
            "!com.amazonaws.services.**.standard|builder|build|with*|shutdown|defaultClient|set*",
        ],
    },
    Remote {
        kind: RemoteKind::Cloud,
        library: "google cloud",
        calls: &[
            "com.google.cloud.storage.Storage|Blob|Bucket.create*|get*|list|delete|copy|update",
            "com.google.cloud.storage.Storage|Blob|Bucket.read*|write*|download*",
            "com.google.cloud.pubsub.v1.Publisher.publish",
            "com.google.cloud.bigquery.BigQuery.query|insertAll|create|getTable|listTables",
            "com.google.cloud.firestore.**.get|set|update|delete|add|commit",
        ],
    },
    Remote {
        kind: RemoteKind::Cloud,
        library: "azure",
        calls: &[
            "com.azure.**.*Client.send*|receive*|upload*|download*|create*|delete*|get*Secret",
            "com.azure.**.*Client.set*Secret|query*|read*|upsert*|list*|peek*",
            "!com.azure.**.getBlobContainerClient|getBlobClient|buildClient|buildAsyncClient",
        ],
    },
    Remote {
        kind: RemoteKind::Socket,
        library: "java.net",
        calls: &[
            "java.net.Socket|ServerSocket|DatagramSocket.**.connect|getInputStream",
            "java.net.Socket|ServerSocket|DatagramSocket.**.getOutputStream|send|receive",
            "java.net.Socket",
            "javax.net.**.createSocket",
            "java.nio.channels.SocketChannel|AsynchronousSocketChannel|DatagramChannel.**.connect",
            "java.nio.channels.SocketChannel|AsynchronousSocketChannel|DatagramChannel.**.read",
            "java.nio.channels.SocketChannel|AsynchronousSocketChannel|DatagramChannel.**.write",
            "java.nio.channels.SocketChannel|AsynchronousSocketChannel|DatagramChannel.**.send",
            "java.nio.channels.SocketChannel|AsynchronousSocketChannel|DatagramChannel.**.receive",
            "java.net.InetAddress.getByName|getAllByName|isReachable",
            "io.netty.bootstrap.Bootstrap.**.connect",
        ],
    },
    Remote {
        kind: RemoteKind::Socket,
        library: "mail and files",
        calls: &[
            "javax|jakarta.mail.Transport.send*|connect",
            "org.springframework.mail.**.*MailSender.send",
            "org.apache.commons.net.ftp.FTP*Client.connect|login|storeFile|retrieveFile",
            "org.apache.commons.net.ftp.FTP*Client.listFiles|deleteFile",
            "com.jcraft.jsch.Session|Channel*.connect|put|get",
        ],
    },
];
