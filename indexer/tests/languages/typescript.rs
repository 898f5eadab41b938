//! TypeScript, and its dialect with elements.

use crate::{check, documented, imports, module, remote};

#[test]
fn functions_have_types_overloads_and_modifiers() {
    check(
        "typescript",
        r#"
export function first<T extends object>(items: readonly T[]): T | undefined { return items[0]; }
function parse(text: string): number;
function parse(text: string, base: number): number;
function parse(text: string, base = 10): number { return Number(text); }
declare function ambient(x: number): void;
export const typed = async <T,>(x: T): Promise<T> => x;
const cast = ((x) => x) as Handler;
abstract class Shape<T> {
  private readonly area?: number;
  protected handler: () => void = () => {};
  static #count = 0;
  constructor(private readonly name: string) {}
  abstract measure(): number;
  static create(): Shape<any>;
  static create(x?: number): Shape<any> { return null!; }
  private async *walk(this: Shape<T>): AsyncGenerator<T> {}
  get size(): number { return 1; }
}
"#,
        &[
            "function first 2-2",
            "function parse 3-3;",
            "function parse 4-4;",
            "function parse 5-5",
            "function ambient 6-6;",
            "async closure typed 7-7",
            "closure cast 8-8",
            "closure Shape.handler 11-11",
            "method Shape.constructor 13-13",
            "method Shape.measure 14-14;",
            "method Shape.create 15-15;",
            "method Shape.create 16-16",
            "async method Shape.walk 17-17",
            "method Shape.size 18-18",
        ],
    );
}

#[test]
fn namespaces_interfaces_and_types_name_what_is_in_them() {
    check(
        "typescript",
        r#"
namespace Geo.Flat {
  export function area(): number { return 1; }
  export namespace Deep { export const volume = () => 1; }
}
declare module "express" {
  interface Request { user(): string; }
  export function run(): void;
}
declare global { interface Window { open(): void } }
interface Store<T> {
  get(key: string): T;
  readonly size: number;
  onChange: (x: T) => void;
}
type Handlers = { click(e: Event): void; };
enum Color { Red }
"#,
        &[
            "method Geo.Flat.area 3-3",
            "closure Geo.Flat.Deep.volume 4-4",
            "method express.Request.user 7-7;",
            "method express.run 8-8;",
            "method Window.open 10-10;",
            "method Store.get 12-12;",
            "method Handlers.click 16-16;",
        ],
    );
}

#[test]
fn decorators_belong_to_a_method_and_to_a_class() {
    let source = r#"
@Controller("users")
export class Users {
  /** All of them. */
  @Get()
  @UseGuards(Auth)
  async list(@Query() query: Query): Promise<User[]> {
    return [];
  }
}
"#;
    check("typescript", source, &["async method Users.list (5)7-9"]);
    documented("typescript", source, &["Users.list: /** All of them. */"]);
    assert_eq!(module("typescript", source).scopes[0].span.first_line, 2);
}

#[test]
fn duplicates_are_addressed_by_their_line() {
    let module =
        module("typescript", "class A {\n  get b() { return 1; }\n  set b(x) {}\n  c() {}\n}");
    let addresses = module.addresses();
    assert_eq!(addresses, ["A.b@2", "A.b@3", "A.c"]);
}

#[test]
fn elements_are_read_in_their_dialect() {
    let source = r#"
export const Button: React.FC<Props> = ({ label }) => {
  const onClick = useCallback(() => {}, []);
  function later(): void {}
  return <button<string> onClick={later}>{label as string}</button>;
};
export default function App(): JSX.Element { return <Button label="a" />; }
"#;
    let functions = ["closure Button 2-6", "function Button.later 4-4", "function App 7-7"];
    check("tsx", source, &functions);
    check("typescript", "const x = <number>y;\nfunction f() {}", &["function f 2-2"]);
}

#[test]
fn imports_of_types_and_of_modules_are_read() {
    imports(
        "typescript",
        r#"
import type { Pool } from "pg";
import { type Client, Query as Q } from "pg";
import fs = require("fs");
"#,
        &["Pool = pg.Pool", "Client = pg.Client", "Q = pg.Query", "fs = fs"],
    );
}

#[test]
fn calls_are_told_by_the_types_of_fields_and_parameters() {
    remote(
        "typescript",
        r#"
import { Injectable } from "@nestjs/common";
import { HttpService } from "@nestjs/axios";
import { Repository } from "typeorm";
import { Redis } from "ioredis";
import { PoolClient, Pool } from "pg";
import { SQSClient, SendMessageCommand } from "@aws-sdk/client-sqs";
import pg from "pg";
const { Client } = pg;

@Injectable()
export class Orders {
  private cache: Redis;
  private readonly queue = new SQSClient({});
  pool?: Pool | null;
  constructor(private readonly http: HttpService, private orders: Repository<Order>) {
    this.started = Date.now();
  }
  async list(client: PoolClient, id?: string) {
    await this.http.get<Order>("/x");
    await this.orders.find({ where: { id } });
    await this.cache.get("a");
    await client.query("SELECT 1");
    await this.queue.send(new SendMessageCommand({}));
    await this.pool!.query("SELECT 1");
    return new Client().query("SELECT 1");
  }
  private connection(): Promise<PoolClient> { return open(); }
  async later() { return (await this.connection()).query("SELECT 1"); }
  async last() {
    const connection = await this.connection();
    await connection.query("SELECT 2");
  }
}
export const load = async (url: string): Promise<Response> => fetch(url);
"#,
        &[
            "20 http @nestjs/axios.HttpService.get in Orders.list",
            "21 database typeorm.Repository.find in Orders.list",
            "22 cache ioredis.Redis.get in Orders.list",
            "23 database pg.PoolClient.query in Orders.list",
            "24 cloud @aws-sdk/client-sqs.SQSClient.send in Orders.list",
            "25 database pg.Pool.query in Orders.list",
            "26 database pg.Client.query in Orders.list",
            "32 database pg.PoolClient.query in Orders.last",
            "35 http fetch in load",
        ],
    );
}

#[test]
fn calls_of_own_types_stay_in_the_process() {
    for source in [
        "class Client { query() {} }\nfunction f(c: Client) { c.query(); }",
        "import { Repository } from './repository';\nfunction f(r: Repository) { r.find(); }",
        "interface Store { get(k: string): string }\nfunction f(s: Store) { s.get('a'); }",
        "class A { fetch() {} run() { this.fetch(); } }",
    ] {
        remote("typescript", source, &[]);
    }
}
