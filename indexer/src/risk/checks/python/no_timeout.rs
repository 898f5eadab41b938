//! Calls of HTTP and the like without a time-out, by what each library does without one.

use super::common::SPLAT;
use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// A time-out among the arguments.
const GIVEN: Condition = Condition {
    place: Place::Within,
    query: r#"(keyword_argument name: (identifier) @it (#eq? @it "timeout"))"#,
    callee: Callee::Any,
};

/// What gives sessions of requests a time-out for all calls: an adapter, or a wrapper.
const GIVEN_FOR_ALL: Condition = Condition {
    place: Place::File,
    query: r#"
        (call
          function: (attribute attribute: (identifier) @mount)
          arguments: (argument_list) @it
          (#eq? @mount "mount")
          (#match? @it "(?i)timeout"))
        (call
          function: (attribute attribute: (identifier) @default)
          arguments: (argument_list . (string) @it)
          (#eq? @default "setdefault")
          (#match? @it "timeout"))
        (assignment
          left: [
            (subscript subscript: (string) @it)
            (attribute attribute: (identifier) @it)
          ]
          (#match? @it "^['\"]?(timeout|request)['\"]?$"))
    "#,
    callee: Callee::Any,
};

/// A time-out for all sockets of the program.
const SET_FOR_SOCKETS: Condition = Condition {
    place: Place::File,
    query: "(call function: (_) @callee) @it",
    callee: Callee::Written(&["**.setdefaulttimeout"]),
};

/// Three arguments without names, of which the third is the time-out.
const THIRD: Condition = Condition {
    place: Place::Within,
    query: "(argument_list . (_) . (_) . (_)) @it",
    callee: Callee::Any,
};

/// Something around it that ends it.
const WAITED_FOR: Condition = Condition {
    place: Place::Function,
    query: "(call function: (_) @callee) @it",
    callee: Callee::Written(&[
        "**.wait_for",
        "**.timeout|timeout_at|move_on_after|fail_after|async_timeout",
        "wait_for|timeout|fail_after|move_on_after",
    ]),
};

const CALL: &str = "(call function: (_) @callee arguments: (argument_list)) @risk";

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "no-timeout",
        query: CALL,
        callee: Callee::Resolved(&[
            "requests.get|post|put|patch|delete|head|options|request",
            "requests.**.Session|session.get|post|put|patch|delete|head|options|request|send",
        ]),
        only: &[],
        unless: &[GIVEN, SPLAT, GIVEN_FOR_ALL],
        fix: "Give `timeout=(connect, read)` in seconds, such as `timeout=(2, 5)`: requests waits \
              for ever without it.",
        examples: Examples {
            bad: &[
                "import requests\n\ndef user(id):\n    return requests.get(f\"{BASE}/users/{id}\").json()\n",
                "from requests import Session\n\ns = Session()\n\ndef go(url):\n    return s.post(url, json={})\n",
            ],
            good: &[
                "import requests\n\ndef user(id):\n    return requests.get(f\"{BASE}/users/{id}\", timeout=(2, 5)).json()\n",
                "import requests\n\ndef go(url, **options):\n    return requests.get(url, **options)\n",
                "import requests\n\ns = requests.Session()\ns.mount(\"https://\", TimeoutAdapter(timeout=5))\n\ndef go(url):\n    return s.get(url)\n",
                "import requests\n\nclass Api(requests.Session):\n    def request(self, *args, **options):\n        options.setdefault(\"timeout\", 5)\n        return super().request(*args, **options)\n\n    def user(self, id):\n        return self.get(f\"{BASE}/users/{id}\")\n",
            ],
        },
    },
    Check {
        rule: "no-timeout",
        query: CALL,
        callee: Callee::Resolved(&[
            "urllib.request.urlopen",
            "http.client.HTTPConnection|HTTPSConnection",
        ]),
        only: &[],
        unless: &[GIVEN, SPLAT, THIRD, SET_FOR_SOCKETS],
        fix: "Give `timeout=5`: sockets of Python wait for ever unless they are told not to.",
        examples: Examples {
            bad: &[
                "from urllib.request import urlopen\n\ndef page(url):\n    return urlopen(url).read()\n",
                "import http.client\n\ndef page(host):\n    connection = http.client.HTTPSConnection(host, 443)\n    connection.request(\"GET\", \"/\")\n    return connection.getresponse().read()\n",
            ],
            good: &[
                "from urllib.request import urlopen\n\ndef page(url):\n    return urlopen(url, timeout=5).read()\n",
                "from urllib.request import urlopen\n\ndef page(url, body):\n    return urlopen(url, body, 5).read()\n",
                "import socket\nfrom urllib.request import urlopen\n\nsocket.setdefaulttimeout(5)\n\ndef page(url):\n    return urlopen(url).read()\n",
            ],
        },
    },
    Check {
        rule: "no-timeout",
        query: r#"
            (call
              function: (_) @callee
              arguments: (argument_list
                (keyword_argument name: (identifier) @name value: (none)))
              (#eq? @name "timeout")) @risk
        "#,
        callee: Callee::Resolved(&[
            "httpx.get|post|put|patch|delete|head|options|request",
            "httpx.*Client",
            "httpx.*Client.get|post|put|patch|delete|head|options|request",
        ]),
        only: &[],
        unless: &[WAITED_FOR],
        fix: "Leave `timeout=None` out, which takes the five seconds of httpx away, or give \
              `timeout=httpx.Timeout(5, read=30)`.",
        examples: Examples {
            bad: &[
                "import httpx\n\ndef user(id):\n    return httpx.get(f\"{BASE}/users/{id}\", timeout=None).json()\n",
                "import httpx\n\nclient = httpx.AsyncClient(base_url=BASE, timeout=None)\n\nasync def user(id):\n    return await client.get(f\"/users/{id}\")\n",
            ],
            good: &[
                "import httpx\n\ndef user(id):\n    return httpx.get(f\"{BASE}/users/{id}\").json()\n",
                "import asyncio\nimport httpx\n\nasync def user(id):\n    async with asyncio.timeout(5), httpx.AsyncClient(timeout=None) as client:\n        return await client.get(f\"{BASE}/users/{id}\")\n",
                "import httpx\n\nclient = httpx.Client(timeout=httpx.Timeout(5, read=30))\n",
            ],
        },
    },
    Check {
        rule: "no-timeout",
        query: r#"
            (call
              function: (_) @callee
              arguments: (argument_list
                . (keyword_argument name: (identifier) @name value: [(none) (integer)] @value) .)
              (#eq? @name "total")
              (#any-of? @value "None" "0")) @risk
        "#,
        callee: Callee::Resolved(&["aiohttp.**.ClientTimeout"]),
        only: &[],
        unless: &[WAITED_FOR],
        fix: "Give a total that callers can wait for, or for streams `ClientTimeout(total=None, \
              sock_connect=2, sock_read=30)`.",
        examples: Examples {
            bad: &[
                "import aiohttp\n\nNEVER = aiohttp.ClientTimeout(total=None)\n\nasync def go(url):\n    async with aiohttp.ClientSession(timeout=NEVER) as s:\n        return await s.get(url)\n",
                "from aiohttp import ClientSession, ClientTimeout\n\ndef session():\n    return ClientSession(timeout=ClientTimeout(total=0))\n",
            ],
            good: &[
                "import aiohttp\n\nasync def go(url):\n    async with aiohttp.ClientSession() as s:\n        return await s.get(url)\n",
                "import aiohttp\n\nSTREAM = aiohttp.ClientTimeout(total=None, sock_connect=2, sock_read=30)\n",
            ],
        },
    },
    Check {
        rule: "no-timeout",
        query: CALL,
        callee: Callee::Resolved(&["**.*_pb2_grpc.*Stub.*"]),
        only: &[],
        unless: &[GIVEN, SPLAT, WAITED_FOR],
        fix: "Give each call `timeout=` in seconds: gRPC has no deadline without it.",
        examples: Examples {
            bad: &[
                "import grpc\nimport shop_pb2_grpc\n\nstub = shop_pb2_grpc.ShopStub(grpc.insecure_channel(\"shop:50051\"))\n\ndef order(request):\n    return stub.Order(request)\n",
                "from . import shop_pb2_grpc\n\nclass Shop:\n    def __init__(self, channel):\n        self.stub = shop_pb2_grpc.ShopStub(channel)\n\n    def order(self, request):\n        return self.stub.Order(request)\n",
            ],
            good: &[
                "import grpc\nimport shop_pb2_grpc\n\nstub = shop_pb2_grpc.ShopStub(grpc.insecure_channel(\"shop:50051\"))\n\ndef order(request):\n    return stub.Order(request, timeout=2)\n",
                "import grpc\nimport shop_pb2_grpc\n\nchannel = grpc.insecure_channel(\"shop:50051\")\nstub = shop_pb2_grpc.ShopStub(channel)\n",
            ],
        },
    },
    Check {
        rule: "no-timeout",
        query: CALL,
        callee: Callee::Resolved(&[
            "smtplib.SMTP|SMTP_SSL|LMTP",
            "ftplib.FTP|FTP_TLS",
            "imaplib.IMAP4|IMAP4_SSL",
            "poplib.POP3|POP3_SSL",
            "paramiko.**.SSHClient.connect",
        ]),
        only: &[],
        unless: &[GIVEN, SPLAT, SET_FOR_SOCKETS],
        fix: "Give `timeout=10`: the sockets of these clients wait for ever unless they are told \
              not to.",
        examples: Examples {
            bad: &[
                "import smtplib\n\ndef mail(message):\n    with smtplib.SMTP(HOST, 587) as server:\n        server.send_message(message)\n",
                "import paramiko\n\ndef run(host):\n    client = paramiko.SSHClient()\n    client.connect(host, username=USER)\n    return client.exec_command(\"uptime\")\n",
            ],
            good: &[
                "import smtplib\n\ndef mail(message):\n    with smtplib.SMTP(HOST, 587, timeout=10) as server:\n        server.send_message(message)\n",
                "import paramiko\n\ndef run(host, **options):\n    client = paramiko.SSHClient()\n    client.connect(host, **options)\n    return client.exec_command(\"uptime\")\n",
            ],
        },
    },
    Check {
        rule: "no-timeout",
        query: CALL,
        callee: Callee::Resolved(&["socket.create_connection", "asyncio.open_connection"]),
        only: &[],
        unless: &[GIVEN, SPLAT, WAITED_FOR, SET_FOR_SOCKETS, SECOND_TO_CONNECT, SET_LATER],
        fix: "Give `socket.create_connection` a `timeout=`, and wrap what asyncio waits for in \
              `async with asyncio.timeout(5)`.",
        examples: Examples {
            bad: &[
                "import socket\n\ndef ask(host):\n    with socket.create_connection((host, 43)) as s:\n        s.sendall(b\"?\")\n        return s.recv(1024)\n",
                "import asyncio\n\nasync def ask(host):\n    reader, writer = await asyncio.open_connection(host, 43)\n    return await reader.read()\n",
            ],
            good: &[
                "import socket\n\ndef ask(host):\n    with socket.create_connection((host, 43), 5) as s:\n        return s.recv(1024)\n",
                "import asyncio\n\nasync def ask(host):\n    async with asyncio.timeout(5):\n        reader, writer = await asyncio.open_connection(host, 43)\n        return await reader.read()\n",
            ],
        },
    },
];

/// The second argument of `socket.create_connection` is its time-out.
const SECOND_TO_CONNECT: Condition = Condition {
    place: Place::Within,
    query: r#"
        (call
          function: (_) @callee
          arguments: (argument_list . (_) . [(integer) (float) (identifier) (attribute)])) @it
    "#,
    callee: Callee::Written(&["**.create_connection", "create_connection"]),
};

/// A socket that gets its time-out after it was made.
const SET_LATER: Condition = Condition {
    place: Place::Function,
    query: "(call function: (_) @callee) @it",
    callee: Callee::Written(&["**.settimeout|setblocking"]),
};
