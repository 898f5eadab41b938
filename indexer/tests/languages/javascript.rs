//! JavaScript.

use crate::{check, documented, imports, module, remote};

#[test]
fn functions_have_the_names_of_what_they_stand_in() {
    check(
        "javascript",
        r#"
function plain(a, b = 1, ...rest) { return a; }
async function load() { await plain(); }
function* numbers() { yield 1; }
async function* lines() { yield 2; }

function outer() {
  function inner() {
    const deepest = () => 1;
    return deepest;
  }
  return inner;
}

class Server extends Base {
  #port = 80;
  handler = async (request) => {
    return request;
  };
  static create() { return new Server(); }
  constructor(port) { super(); this.#port = port; }
  get port() { return this.#port; }
  set port(value) { this.#port = value; }
  async #secret() {}
  *[Symbol.iterator]() {}
  "quoted name"() {}
  async *stream() {}
}
"#,
        &[
            "function plain 2-2",
            "async function load 3-3",
            "function numbers 4-4",
            "async function lines 5-5",
            "function outer 7-13",
            "function outer.inner 8-11",
            "closure outer.inner.deepest 9-9",
            "async closure Server.handler 17-19",
            "method Server.create 20-20",
            "method Server.constructor 21-21",
            "method Server.port 22-22",
            "method Server.port 23-23",
            "async method Server.#secret 24-24",
            "method Server.[Symbol.iterator] 25-25",
            "method Server.quoted name 26-26",
            "async method Server.stream 27-27",
        ],
    );
}

#[test]
fn functions_that_are_bound_to_a_name_have_that_name() {
    check(
        "javascript",
        r#"
const arrow = x => x;
let expression = async function () {
  return 1;
}, second = () => 2;
var named = function itself() {};
const wrapped = (function () {});
late = function* () {};
const api = {
  get(id) {},
  post: async (id) => {},
  "put it": function () {},
  nested: { remove: () => {} },
};
use({ methods: { click() {} } });
setTimeout(() => {}, 1);
app.get("/", function handle() {});
(function () { hidden(); })();
const total = items.map((item) => item.price);
"#,
        &[
            "closure arrow 2-2",
            "async closure expression 3-5",
            "closure second 5-5",
            "closure named 6-6",
            "closure wrapped 7-7",
            "closure late 8-8",
            "method api.get 10-10",
            "async closure api.post 11-11",
            "closure api.put it 12-12",
            "closure api.nested.remove 13-13",
            "method methods.click 15-15",
            "function handle 17-17",
        ],
    );
}

#[test]
fn functions_that_are_assigned_have_the_name_of_the_place() {
    check(
        "javascript",
        r#"
exports.first = function () {};
module.exports.second = async () => {};
Server.prototype.listen = function listen(port) {
  this.close = function () {};
};
Server.create = () => new Server();
app.locals["quoted"] = function () {};
Client.prototype = {
  send: function () {},
};
exports = module.exports = function createApplication() {};
module.exports = function () {};
module.exports = class Pool { acquire() {} };
exports.Lazy = class { wake() {} };
"#,
        &[
            "closure first 2-2",
            "async closure second 3-3",
            "method Server.listen 4-6",
            "closure Server.listen.close 5-5",
            "closure Server.create 7-7",
            "closure app.locals.quoted 8-8",
            "closure Client.send 10-10",
            "function createApplication 12-12",
            "closure module.exports 13-13",
            "method Pool.acquire 14-14",
            "method exports.Lazy.wake 15-15",
        ],
    );
}

#[test]
fn what_is_exported_is_found_with_its_export() {
    let source = r#"
export default async function () {
  return 1;
}
export const one = () => 1;
export async function two() {}
export default class { three() {} }
"#;
    check(
        "javascript",
        source,
        &[
            "async function default 2-4",
            "closure one 5-5",
            "async function two 6-6",
            "method default.three 7-7",
        ],
    );
    let whole = &module("javascript", source).functions[1];
    assert_eq!(&source[whole.span.bytes()], "export const one = () => 1;");
}

#[test]
fn elements_and_decorators_are_read() {
    check(
        "javascript",
        r#"
export function App({ items }) {
  const render = (item) => <li key={item}>{item}</li>;
  return <ul onClick={() => {}}>{items.map(render)}</ul>;
}
@component
class View {
  @action
  @bound({ late: true })
  show() {}
}
"#,
        &["function App 2-5", "closure App.render 3-3", "method View.show (8)10-10"],
    );
}

#[test]
fn what_documents_a_function_stands_right_before_it() {
    documented(
        "javascript",
        r#"
/** Loads it. */
export const load = async () => {};

/**
 * Saves it.
 * @param {string} it
 */
// eslint-disable-next-line
function save(it) {}

// Not this.
function plain() {}

/** Far away. */

function far() {}

class A {
  /** Its name. */
  get name() { return 1; }
}

/** Makes one. */
module.exports = function create() {};
"#,
        &[
            "load: /** Loads it. */",
            "save: /** * Saves it. * @param {string} it */",
            "A.name: /** Its name. */",
            "create: /** Makes one. */",
        ],
    );
}

#[test]
fn imports_have_the_names_that_the_file_uses() {
    imports(
        "javascript",
        r#"
import "./setup.js";
import axios from "axios";
import * as http from "node:http";
import got, { HTTPError as Failed, default as other } from "got";
const fs = require("fs");
const { Pool, Client: PgClient } = require("pg");
const Redis = require("ioredis").Cluster;
const db = require("knex")({ client: "pg" });
const { S3Client } = await import("@aws-sdk/client-s3");
require("dotenv").config();
"#,
        &[
            "js = ./setup.js",
            "axios = axios",
            "http = node:http",
            "got = got",
            "Failed = got.HTTPError",
            "other = got",
            "fs = fs",
            "Pool = pg.Pool",
            "PgClient = pg.Client",
            "Redis = ioredis.Cluster",
            "db = knex",
            "S3Client = @aws-sdk/client-s3.S3Client",
            "dotenv = dotenv",
        ],
    );
}

#[test]
fn calls_of_http_clients_leave_the_process() {
    remote(
        "javascript",
        r#"
import axios from "axios";
import got from "got";
import { request } from "undici";
import https from "node:https";
const superagent = require("superagent");
const api = axios.create({ baseURL: "https://example.com" });

async function all(url) {
  const reply = await fetch(url);
  await window.fetch(url).then((r) => r.json());
  await axios({ url });
  await axios.get(url);
  await api.post(url, {});
  await got(url).json();
  await request(url);
  https.get(url, (res) => {});
  await superagent.post(url).send({}).set("a", "b");
}
class Orders {
  constructor() { this.http = axios.create(); }
  async list() { return (await this.http.get("/orders")).data; }
}
"#,
        &[
            "10 http fetch in all",
            "11 http window.fetch in all",
            "12 http axios in all",
            "13 http axios.get in all",
            "14 http axios.create.post in all",
            "15 http got in all",
            "16 http undici.request in all",
            "17 http node:https.get in all",
            "18 http superagent.post in all",
            "22 http axios.create.get in Orders.list",
        ],
    );
}

#[test]
fn calls_of_databases_leave_the_process() {
    remote(
        "javascript",
        r#"
const { Pool } = require("pg");
const mysql = require("mysql2/promise");
const mongoose = require("mongoose");
const knex = require("knex")({ client: "pg" });
const { PrismaClient } = require("@prisma/client");
const { MongoClient } = require("mongodb");
const { Sequelize, DataTypes } = require("sequelize");
const pg = new Pool();
const prisma = new PrismaClient();
const User = mongoose.model("User", new mongoose.Schema({}));
const sequelize = new Sequelize("postgres://");
const Order = sequelize.define("Order", { total: DataTypes.INTEGER });

async function work(id) {
  await pg.query("SELECT 1");
  const client = await pg.connect();
  await client.query("BEGIN");
  const connection = await mysql.createConnection({});
  await connection.execute("SELECT 1");
  await User.findById(id).lean();
  await new User({}).save();
  await knex("users").where({ id }).select("name");
  await prisma.user.findMany({});
  await prisma.$queryRaw`SELECT 1`;
  const mongo = new MongoClient("mongodb://");
  await mongo.db("a").collection("b").insertOne({});
  await Order.findAll();
}
"#,
        &[
            "16 database pg.Pool.query in work",
            "17 database pg.Pool.connect in work",
            "18 database pg.Pool.connect.query in work",
            "20 database mysql2/promise.createConnection.execute in work",
            "21 database mongoose.model.findById in work",
            "22 database mongoose.model.save in work",
            "23 database knex.where.select in work",
            "24 database @prisma/client.PrismaClient.user.findMany in work",
            "25 database @prisma/client.PrismaClient.$queryRaw in work",
            "27 database mongodb.MongoClient.db.collection.insertOne in work",
            "28 database sequelize.Sequelize.define.findAll in work",
        ],
    );
}

#[test]
fn calls_of_caches_and_brokers_leave_the_process() {
    remote(
        "javascript",
        r#"
const redis = require("redis");
const Redis = require("ioredis");
const amqp = require("amqplib");
const { Kafka } = require("kafkajs");
const cache = redis.createClient();

async function work() {
  await cache.get("a");
  await new Redis().set("a", "b");
  const broker = await amqp.connect("amqp://");
  const channel = await broker.createChannel();
  channel.sendToQueue("q", Buffer.from("x"));
  const producer = new Kafka({}).producer();
  await producer.send({ topic: "t" });
}
"#,
        &[
            "9 cache redis.createClient.get in work",
            "10 cache ioredis.set in work",
            "11 broker amqplib.connect in work",
            "12 broker amqplib.connect.createChannel in work",
            "13 broker amqplib.connect.createChannel.sendToQueue in work",
            "15 broker kafkajs.Kafka.producer.send in work",
        ],
    );
}

#[test]
fn calls_of_models_clouds_procedures_and_sockets_leave_the_process() {
    remote(
        "javascript",
        r#"
import OpenAI from "openai";
import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import ollama from "ollama";
import { S3Client, PutObjectCommand } from "@aws-sdk/client-s3";
import grpc from "@grpc/grpc-js";
import net from "net";
import WS from "ws";
import { connect } from "nats";
const openai = new OpenAI();
const s3 = new S3Client({});
const proto = grpc.loadPackageDefinition(definition).shop;

async function work() {
  await openai.chat.completions.create({});
  await new Anthropic().messages.create({});
  await new GoogleGenAI({}).models.generateContent({});
  await ollama.chat({});
  await s3.send(new PutObjectCommand({}));
  const orders = new proto.Orders("localhost", credentials);
  orders.place({}, () => {});
  net.connect(80);
  new WebSocket("ws://localhost").send("a");
  const socket = new WS("ws://localhost");
  socket.send("a");
  const nats = await connect();
  nats.publish("a", "b");
}
"#,
        &[
            "16 llm openai.chat.completions.create in work",
            "17 llm @anthropic-ai/sdk.messages.create in work",
            "18 llm @google/genai.GoogleGenAI.models.generateContent in work",
            "19 llm ollama.chat in work",
            "20 cloud @aws-sdk/client-s3.S3Client.send in work",
            "21 rpc @grpc/grpc-js.loadPackageDefinition.shop.Orders in work",
            "22 rpc @grpc/grpc-js.loadPackageDefinition.shop.Orders.place in work",
            "23 socket net.connect in work",
            "24 socket WebSocket.send in work",
            "25 socket ws in work",
            "26 socket ws.send in work",
            "27 broker nats.connect in work",
            "28 broker nats.connect.publish in work",
        ],
    );
}

#[test]
fn calls_that_only_look_remote_are_none() {
    for source in [
        "function fetch(url) {}\nfetch('/');",
        "import { fetch } from './cache';\nfetch('/');",
        "const fetch = memoize(load);\nfetch('/');",
        "const { fetch } = useStore();\nfetch('/');",
        "const map = new Map();\nmap.get('a');",
        "class Client { query() {} }\nnew Client().query();\nconst c = new Client();\nc.query();",
        "import { Client } from './pg';\nnew Client().query();",
        "import { get } from 'lodash';\nget({}, 'a');",
        "const redis = require('./redis');\nredis.get('a');",
        "import Redis from 'ioredis';\nnew Redis().on('error', () => {});",
        "const api = { fetch() {} };\napi.fetch();",
        "import axios from 'axios';\naxios.isCancel(error);",
        "router.get('/', () => {});",
        "import { sql } from 'drizzle-orm';\nsql`1`;",
    ] {
        remote("javascript", source, &[]);
    }
}

#[test]
fn a_broken_file_gives_what_can_be_read() {
    let source =
        "function one() { return 1; }\nconst two = () => {\n  if (\n}\n\nfunction three() {}\n";
    let module = module("javascript", source);
    assert!(module.broken);
    let names: Vec<&str> = module.functions.iter().map(|function| &*function.name).collect();
    assert!(names.contains(&"one") && names.contains(&"three"), "{names:?}");
}
