"""A small FastAPI application with three endpoints over an SQLite file: ADDRESS PORT FILE."""

import sqlite3
import sys
from contextlib import closing
from typing import Annotated

import uvicorn
from fastapi import Body, FastAPI, HTTPException

address, port, file = sys.argv[1], int(sys.argv[2]), sys.argv[3]
app = FastAPI(servers=[{"url": f"http://{address}:{port}"}])

with closing(sqlite3.connect(file)) as made, made:
    made.execute("CREATE TABLE IF NOT EXISTS users (id INTEGER PRIMARY KEY, name TEXT)")


@app.get("/")
async def index() -> dict[str, str]:
    return {"message": "Hello, World!"}


@app.post("/users/")
async def create_user(name: Annotated[str, Body()], password: Annotated[str, Body()]):
    with closing(sqlite3.connect(file)) as database, database:
        made = database.execute("INSERT INTO users (name) VALUES (?)", (name,))
    return {"id": made.lastrowid, "name": name, "password": password}


@app.get("/users/{user_id}")
async def read_user(user_id: int):
    with closing(sqlite3.connect(file)) as database:
        found = database.execute("SELECT name FROM users WHERE id = ?", (user_id,)).fetchone()
    if found is None:
        raise HTTPException(status_code=404)
    return {"id": user_id, "name": found[0]}


if __name__ == "__main__":
    uvicorn.run(app, host=address, port=port, log_level="warning")
