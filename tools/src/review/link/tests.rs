//! Tests of how endpoints are linked to functions.

use serde_json::json;

use super::*;
use crate::{context::Context, test_ground::Desk};

async fn linked(files: &[(&str, &str)], endpoints: &[(&str, &str, Option<&str>)]) -> Vec<Linked> {
    let desk = Desk::new();
    for (name, text) in files {
        desk.write(&format!("src/{name}"), text);
    }
    let context = Context::new(desk.state.clone(), tokio_util::sync::CancellationToken::new());
    let tree = SourceTree::find(&context, Some("src"), None).await.unwrap().unwrap();
    let endpoint = |(method, path, id): &(&str, &str, Option<&str>)| Endpoint {
        method: (*method).to_owned(),
        path: (*path).to_owned(),
        url: format!("http://localhost{path}"),
        operation_id: id.map(str::to_owned),
        tests: Vec::new(),
    };
    all(&endpoints.iter().map(endpoint).collect::<Vec<_>>(), &tree)
}

const APP: &str = "\
from fastapi import FastAPI
import requests

app = FastAPI()

def get_db():
    yield 1

def fetch(id):
    return requests.get(f'http://users/{id}')

@app.get('/users/me')
def read_me():
    return 1

@app.get('/users/{user_id}')
def read_user(user_id: int, db = Depends(get_db)):
    return fetch(user_id)
";

#[tokio::test]
async fn an_endpoint_is_answered_by_the_function_of_its_route_or_its_operation() {
    let found = linked(
        &[("app.py", APP)],
        &[
            ("GET", "/users/7", None),
            ("GET", "/users/me", None),
            ("GET", "/x", Some("read_user_users__user_id__get")),
            ("GET", "/y", Some("readUser")),
            ("POST", "/users/7", None),
            ("GET", "/nowhere", None),
            ("GET", "/v1/users/7", None),
        ],
    )
    .await;
    let names: Vec<Option<(&str, &str)>> = found
        .iter()
        .map(|one| one.link().map(|link| (link.name.as_str(), link.how.as_str())))
        .collect();
    assert_eq!(
        names,
        [
            Some(("read_user", "by its route")),
            Some(("read_me", "by its route")),
            Some(("read_user", "by its operation id")),
            Some(("read_user", "by the name of its operation")),
            None,
            None,
            Some(("read_user", "by the end of its route")),
        ]
    );
}

#[tokio::test]
async fn what_a_handler_calls_and_depends_on_is_reached() {
    let found = linked(&[("app.py", APP)], &[("GET", "/users/7", None)]).await;
    let link = found[0].link().unwrap();
    assert_eq!((link.first_line, link.last_line), (16, 18));
    assert_eq!(json!(link.reach.values().collect::<Vec<_>>()), json!([1, 1, 0]));
}

#[tokio::test]
async fn what_could_be_several_is_not_linked() {
    let twice = "@app.get('/a')\ndef one():\n    pass\n";
    let found = linked(&[("a.py", twice), ("b.py", twice)], &[("GET", "/a", None)]).await;
    let Linked::Several(names) = &found[0] else { panic!("{found:?}") };
    assert_eq!(names, &["one (a.py:1)", "one (b.py:1)"]);
}

#[tokio::test]
async fn a_function_without_a_name_answers_from_line_to_line() {
    let text = "function load(id) { return db.query(id); }\napp.get('/a/:id', async (req, res) => {\n  \
                res.json(await load(req.params.id));\n});\n";
    let found = linked(&[("app.js", text)], &[("GET", "/a/1", None)]).await;
    let link = found[0].link().unwrap();
    assert_eq!((link.function, link.first_line, link.last_line), (None, 2, 4));
    assert_eq!(link.reach.len(), 1);
}
