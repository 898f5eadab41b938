//! Python: calls that leave the process.

use crate::remote;

#[test]
fn calls_of_http_clients_are_found_through_imports_variables_and_fields() {
    remote(
        "python",
        r#"
import requests
import urllib.request
from urllib.request import urlopen as open_url
import httpx as h
from aiohttp import ClientSession

def direct(url):
    return requests.get(url, timeout=3).json()

def session():
    with requests.Session() as s:
        s.mount("https://", adapter)
        return s.post(URL, data={})

class Api:
    def __init__(self, client: h.AsyncClient | None = None):
        self.client = client or h.AsyncClient()

    async def load(self):
        response = await self.client.get("/")
        return response.json()

async def fetch(url):
    async with ClientSession(timeout=t) as session:
        async with session.get(url) as response:
            return await response.text()

def old():
    open_url(URL)
    return urllib.request.urlopen(URL)

class Github(requests.Session):
    def user(self, name):
        return self.get(f"/users/{name}")

    def delete(self, name):
        return None

    def drop(self):
        self.delete("x")
"#,
        &[
            "9 http requests.get in direct",
            "14 http requests.Session.post in session",
            "21 http httpx.AsyncClient.get in Api.load",
            "26 http aiohttp.ClientSession.get in fetch",
            "30 http urllib.request.urlopen in old",
            "31 http urllib.request.urlopen in old",
            "35 http requests.Session.get in Github.user",
        ],
    );
}

#[test]
fn calls_of_databases_are_found() {
    remote(
        "python",
        r#"
import psycopg2
from pymongo import MongoClient
from sqlalchemy.orm import sessionmaker, Session
from sqlalchemy.ext.asyncio import AsyncSession
from django.db import models

SessionLocal = sessionmaker(bind=engine)

def get_db():
    db = SessionLocal()
    db.query(User).filter(User.id == 1).first()
    return db

def rows(sql):
    with psycopg2.connect(DSN) as conn:
        with conn.cursor() as cur:
            cur.execute(sql)
            return cur.fetchall()

async def users(session: Annotated[AsyncSession, Depends(get_session)]):
    session.add(User())
    return (await session.execute(select(User))).scalars().all()

class Repo:
    def __init__(self, url: str, s: Session):
        self.s = s
        self.mongo = MongoClient(url)
        self.users = self.mongo.app.users

    def one(self, id):
        self.s.commit()
        return self.users.find_one({"_id": id})

class Article(models.Model):
    def articles(self):
        return Article.objects.filter(x=1).first()
"#,
        &[
            "12 database sqlalchemy.orm.sessionmaker.query.filter.first in get_db",
            "16 database psycopg2.connect in rows",
            "18 database psycopg2.connect.cursor.execute in rows",
            "19 database psycopg2.connect.cursor.fetchall in rows",
            "23 database sqlalchemy.ext.asyncio.AsyncSession.execute in users",
            "32 database sqlalchemy.orm.Session.commit in Repo.one",
            "33 database pymongo.MongoClient.app.users.find_one in Repo.one",
            "37 database django.db.models.Model.objects.filter.first in Article.articles",
        ],
    );
}

#[test]
fn calls_of_caches_brokers_and_clouds_are_found() {
    remote(
        "python",
        r#"
import redis, boto3, pika
from confluent_kafka import Producer
from .tasks import resize

cache = redis.Redis(host="localhost")
producer = Producer({})

def cached(key):
    pipe = cache.pipeline()
    pipe.set(key, 1)
    pipe.execute()
    return cache.get(key)

def upload(data):
    s3 = boto3.client("s3")
    s3.get_paginator("list_objects_v2")
    s3.put_object(Body=data)
    table = boto3.resource("dynamodb").Table("users")
    table.put_item(Item={})

def send(m):
    resize.delay(3)
    producer.produce("t", m)
    channel = pika.BlockingConnection().channel()
    channel.basic_publish("", "q", m)
"#,
        &[
            "12 cache redis.Redis.pipeline.execute in cached",
            "13 cache redis.Redis.get in cached",
            "18 cloud boto3.client.put_object in upload",
            "20 cloud boto3.resource.Table.put_item in upload",
            "23 broker tasks.resize.delay in send",
            "24 broker confluent_kafka.Producer.produce in send",
            "25 broker pika.BlockingConnection in send",
            "26 broker pika.BlockingConnection.channel.basic_publish in send",
        ],
    );
}

#[test]
fn calls_of_models_remote_procedures_and_sockets_are_found() {
    remote(
        "python",
        r#"
import grpc, socket, smtplib, anthropic, litellm, ollama, paramiko
from openai import OpenAI, AsyncOpenAI
from google import genai
from greeter_pb2_grpc import GreeterStub
import greeter_pb2_grpc as rpc

client = OpenAI()

def make_client() -> anthropic.Anthropic:
    return anthropic.Anthropic()

def ask(q):
    client.chat.completions.create(model="m", messages=[])
    make_client().messages.create(model="m")
    genai.Client().models.generate_content(model="m")
    litellm.completion(model="m")
    return ollama.chat(model="m")

async def stream(client: "AsyncOpenAI"):
    return await client.responses.create(model="m", stream=True)

def call():
    with grpc.insecure_channel(ADDRESS) as channel:
        stub = GreeterStub(channel)
        stub.SayHello(request)
        rpc.GreeterStub(channel).SayHello(request)

def raw():
    s = socket.socket()
    s.connect(("a", 1))
    s.sendall(b"")
    with smtplib.SMTP("a") as smtp:
        smtp.send_message(m)
    ssh = paramiko.SSHClient()
    ssh.exec_command("ls")
"#,
        &[
            "14 llm openai.OpenAI.chat.completions.create in ask",
            "15 llm anthropic.Anthropic.messages.create in ask",
            "16 llm google.genai.Client.models.generate_content in ask",
            "17 llm litellm.completion in ask",
            "18 llm ollama.chat in ask",
            "21 llm openai.AsyncOpenAI.responses.create in stream",
            "26 rpc greeter_pb2_grpc.GreeterStub.SayHello in call",
            "27 rpc greeter_pb2_grpc.GreeterStub.SayHello in call",
            "31 socket socket.socket.connect in raw",
            "32 socket socket.socket.sendall in raw",
            "33 socket smtplib.SMTP in raw",
            "34 socket smtplib.SMTP.send_message in raw",
            "36 socket paramiko.SSHClient.exec_command in raw",
        ],
    );
}

#[test]
fn what_only_looks_like_a_remote_call_is_none() {
    remote(
        "python",
        r#"
import os, json, redis
from myapp.http import Client, get
from dataclasses import dataclass

class Session:
    def get(self, key): return self.data.get(key)
    def post(self, key): pass

def get(url): return cache[url]

def all_of_it(requests, conn, client=None):
    Session().get("x")
    s = Session()
    s.post("y")
    get("/")
    Client().get("/")
    {}.get("x")
    d = dict()
    d.get("x")
    os.environ.get("HOME")
    json.loads("{}").get("x")
    requests.get("x")
    conn.execute("select 1")
    client.post("/")
    redis.ConnectionError("x")
    r = redis.Redis()
    r.pipeline()
    "requests.get(url)"
    # requests.get(url)
"#,
        &[],
    );
}

#[test]
fn decorated_tasks_and_annotated_dependencies_are_followed() {
    remote(
        "python",
        r#"
from typing import Annotated
from celery import Celery, shared_task
from fastapi import Depends
from sqlmodel import Session
from redis.asyncio import Redis

app = Celery("a")
SessionDep = Annotated[Session, Depends(get_session)]

@app.task(bind=True)
def resize(self, path): pass

@shared_task
def mail(to): pass

class Cache:
    client: Redis

    async def read(self, key):
        return await self.client.get(key)

def create(session: SessionDep):
    session.commit()
    resize.delay("a")
    mail.apply_async(args=["b"])

class Left:
    def __init__(self):
        self.db = Session(engine)

class Right:
    def __init__(self):
        self.db = {}

    def read(self):
        return self.db.get("x")
"#,
        &[
            "21 cache redis.asyncio.Redis.get in Cache.read",
            "24 database sqlmodel.Session.commit in create",
            "25 broker celery.Celery.task.delay in create",
            "26 broker celery.shared_task.apply_async in create",
        ],
    );
}
