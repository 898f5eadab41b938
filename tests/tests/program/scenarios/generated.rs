//! Scenarios made from OpenAPI documents: defects of the original, each with the number that the list
//! of its defects gives it.

use std::sync::{Arc, Mutex};

use fault_tests::fault;
use fault_tests::upstream::{self, raw};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Desk, faulted, list, told};

/// A document with three operations, of this version of OpenAPI.
fn document(version: &str, server: &str) -> Value {
    let answers = json!({ "200": { "description": "well" } });
    let id = json!({
        "name": "user_id", "in": "path", "required": true, "schema": { "type": "integer" },
    });
    let body = json!({ "content": { "application/json": { "schema": {
        "type": "object",
        "properties": { "name": { "type": "string", "example": "it's" } },
    } } } });
    json!({
        "openapi": version,
        "info": { "title": "users", "version": "1" },
        "servers": [{ "url": server }],
        "paths": {
            "/": { "get": { "operationId": "index", "responses": answers } },
            "/users/": { "post": {
                "operationId": "make", "requestBody": body, "responses": answers,
            } },
            "/users/{user_id}": { "get": {
                "operationId": "look", "parameters": [id], "responses": answers,
            } },
        },
    })
}

#[tokio::test]
async fn s1_documents_of_openapi_3_0_and_3_1_give_the_same_scenarios() {
    let mut made = Vec::new();
    for version in ["3.0.0", "3.0.3", "3.1.0"] {
        let desk = Desk::new();
        desk.write("openapi.json", &document(version, "http://localhost:9090").to_string());
        let call = fault("scenario generate --spec-file").arg(desk.path("openapi.json"));
        let call = call.arg("--scenario").arg(desk.path("scenario.yaml"));
        let said = call.outcome().await.done().stdout;
        let wanted = "Generated 24 reliability scenarios across 3 endpoints!\n";
        assert!(said.starts_with(wanted), "{version}: {said}");
        let check = fault("scenario check --scenario").arg(desk.path("scenario.yaml"));
        made.push(check.outcome().await.done().stdout.replace(&said_of(&desk), ""));
    }
    assert!(made.iter().all(|one| *one == made[0]), "{made:#?}");
}

fn said_of(desk: &Desk) -> String {
    desk.path("").display().to_string()
}

#[tokio::test]
async fn s2_path_parameters_have_values_and_are_sent_with_them() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let server = noting(Arc::clone(&asked)).await;
    let desk = Desk::new();
    desk.write("openapi.json", &document("3.1.0", &server.url("")).to_string());
    let call = fault("scenario generate --filter look --templates latency-spike --spec-file");
    let call = call.arg(desk.path("openapi.json")).arg("--scenario").arg(desk.path("one.yaml"));
    let said = call.outcome().await.done().stdout;
    assert!(said.contains("user_id"), "{said}");
    let text = desk.read("one.yaml");
    assert!(text.contains("segments:") && text.contains("user_id:"), "{text}");
    let ran = desk.run("one.yaml").await;
    let test = ran.only();
    assert!(faulted(test).all(|call| list(&call["errors"]).is_empty()), "{}", told(test));
    let asked = asked.lock().expect("no panic").clone();
    assert!(asked.len() >= 2, "{asked:?}");
    assert!(asked.iter().all(|line| line == "GET /users/1 HTTP/1.1"), "{asked:?}");
}

/// A server that notes the first line of each request, one for each connection.
async fn noting(asked: Arc<Mutex<Vec<String>>>) -> upstream::Upstream {
    raw(move |mut stream: TcpStream| {
        let asked = Arc::clone(&asked);
        async move {
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                let Ok(byte) = stream.read_u8().await else { return };
                request.push(byte);
            }
            let text = String::from_utf8_lossy(&request).into_owned();
            asked.lock().expect("no panic").extend(text.lines().next().map(str::to_owned));
            let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok";
            // How the client goes away is nothing to it.
            let _ = stream.write_all(answer).await;
        }
    })
    .await
}

#[tokio::test]
async fn s3_a_folder_gets_a_named_file_for_each_endpoint_whatever_the_source() {
    let server = serving(document("3.1.0", "http://localhost:9090").to_string()).await;
    for source in ["--spec-file", "--spec-url"] {
        let desk = Desk::new();
        desk.write("openapi.json", &document("3.1.0", "http://localhost:9090").to_string());
        let call =
            fault("scenario generate --scenario").arg(format!("{}/", desk.path("all").display()));
        let call = match source {
            "--spec-file" => call.arg(source).arg(desk.path("openapi.json")),
            _ => call.arg(source).arg(server.url("/openapi.json")),
        };
        let said = call.outcome().await.done().stdout;
        assert!(
            said.starts_with("Generated 24 reliability scenarios across 3 endpoints!"),
            "{said}"
        );
        let mut names: Vec<String> = fs_err::read_dir(desk.path("all"))
            .expect("the folder is there")
            .map(|entry| {
                entry.expect("it can be listed").file_name().to_string_lossy().into_owned()
            })
            .filter(|name| name != "scenario.schema.json")
            .collect();
        names.sort();
        assert_eq!(names.len(), 3, "{names:?}");
        assert!(names.iter().all(|name| !name.starts_with(['.', '_'])), "{names:?}");
        for name in &names {
            let text = desk.read(&format!("all/{name}"));
            assert_eq!(text.matches("\ntitle: ").count(), 8, "{name}: {text}");
        }
    }
}

/// A server whose only page is this JSON.
async fn serving(page: String) -> upstream::Upstream {
    raw(move |mut stream: TcpStream| {
        let length = page.len();
        let answer = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\
             connection: close\r\n\r\n{page}"
        );
        async move {
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                let Ok(byte) = stream.read_u8().await else { return };
                request.push(byte);
            }
            // How the client goes away is nothing to it.
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    })
    .await
}

#[tokio::test]
async fn s4_a_document_that_is_not_there_is_refused_and_so_is_none() {
    let desk = Desk::new();
    let written = desk.path("scenario.yaml");
    let generate = || fault("scenario generate --scenario").arg(&written);
    let missing = desk.path("nowhere.json");
    let said =
        generate().arg("--spec-file").arg(&missing).outcome().await.refused("file_not_found");
    assert!(said.contains("nowhere.json"), "{said}");
    generate().outcome().await.refused("no_source");
    let port = upstream::free_port().await;
    let url = format!("http://127.0.0.1:{port}/openapi.json");
    let outcome = generate().arg("--spec-url").arg(&url).outcome().await;
    assert_eq!((outcome.code(), outcome.stdout.as_str()), (2, ""), "{outcome:?}");
    assert!(outcome.stderr.contains(&url) && outcome.stderr.contains("\nhint: "), "{outcome:?}");
    assert!(!written.exists());
}
