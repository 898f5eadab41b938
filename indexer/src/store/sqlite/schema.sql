CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value
) WITHOUT ROWID;

CREATE TABLE files (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    language TEXT NOT NULL,
    hash TEXT NOT NULL,
    lines INTEGER NOT NULL,
    chunks INTEGER NOT NULL
);

-- The lists are JSON: the views below take them apart.
CREATE TABLE chunk (
    id INTEGER PRIMARY KEY,
    file INTEGER NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    language TEXT NOT NULL,
    first_line INTEGER NOT NULL,
    last_line INTEGER NOT NULL,
    calls TEXT NOT NULL,
    imports TEXT NOT NULL,
    remote_calls TEXT NOT NULL,
    text TEXT NOT NULL
);
CREATE INDEX chunk_of_file ON chunk (file);

-- The words come ready made, with spaces between them, so they are taken as they are.
CREATE VIRTUAL TABLE words USING fts5(
    name, head, body,
    content = '', contentless_delete = 1, tokenize = 'ascii'
);

-- In how many chunks each word is.
CREATE VIRTUAL TABLE vocabulary USING fts5vocab(words, col);

CREATE TABLE vectors (
    chunk INTEGER PRIMARY KEY,
    vector BLOB NOT NULL
);

-- The chunks without a vector.
CREATE TABLE bare (
    chunk INTEGER PRIMARY KEY
);

CREATE VIEW chunks AS
    SELECT chunk.id, files.path, chunk.kind, chunk.name, chunk.language,
        chunk.first_line, chunk.last_line, chunk.text
    FROM chunk JOIN files ON files.id = chunk.file;
CREATE VIEW calls AS
    SELECT chunk.id AS chunk, item.value AS callee
    FROM chunk, json_each(chunk.calls) AS item;
CREATE VIEW imports AS
    SELECT chunk.id AS chunk, item.value AS path
    FROM chunk, json_each(chunk.imports) AS item;
CREATE VIEW remote_calls AS
    SELECT chunk.id AS chunk,
        substr(item.value, 1, instr(item.value, ':') - 1) AS kind,
        substr(item.value, instr(item.value, ':') + 1) AS path
    FROM chunk, json_each(chunk.remote_calls) AS item;
