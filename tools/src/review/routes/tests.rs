//! Tests of the routes that are read in code.

use fault_indexer::{Language, parse};

use super::*;

fn found(language: &str, text: &str) -> Vec<(String, String, String)> {
    let module = parse(text, Language::named(language).unwrap());
    let who = |route: &Route| match &route.handler {
        Handler::Function(at) => module.functions[*at].name.clone(),
        Handler::Named(name) => format!("-> {name}"),
        Handler::Lines(first, last) => format!("{first}-{last}"),
    };
    let told = |route: Route| (route.methods.join(" "), route.route.clone(), who(&route));
    of(text, &module).into_iter().map(told).collect()
}

/// Language, text, method, route and who answers.
const CASES: &[(&str, &str, &str, &str, &str)] = &[
    (
        "python",
        "@app.get(\"/users/{id}\")\nasync def show(id: int, x='/no'):\n    pass\n",
        "GET",
        "/users/{id}",
        "show",
    ),
    (
        "python",
        "@app.route('/a', methods=['POST'])\n@login\ndef add():\n    pass\n",
        "POST",
        "/a",
        "add",
    ),
    ("python", "@app.route('/any')\ndef any():\n    pass\n", "", "/any", "any"),
    (
        "python",
        "urlpatterns = [\n    path('users/<int:id>/', views.user),\n]\n",
        "",
        "users/<int:id>/",
        "-> user",
    ),
    ("javascript", "app.get('/users/:id', auth, show);\n", "GET", "/users/:id", "-> show"),
    (
        "javascript",
        "router.post('/a', async (req, res) => {\n  res.send(1);\n});\n",
        "POST",
        "/a",
        "1-3",
    ),
    (
        "go",
        "func main() {\n\tmux.HandleFunc(\"GET /users/{id}\", show)\n}\n",
        "GET",
        "/users/{id}",
        "-> show",
    ),
    ("go", "func main() {\n\tr.POST(\"/a\", api.add)\n}\n", "POST", "/a", "-> add"),
    (
        "rust",
        "fn app() {\n    Router::new().route(\"/a/{id}\", get(show));\n}\n",
        "GET",
        "/a/{id}",
        "-> show",
    ),
    (
        "python",
        "app.add_api_route('/b', show, methods=['PUT'], name='x')\n",
        "PUT",
        "/b",
        "-> show",
    ),
    ("python", "app.add_url_rule('/c', view_func=show)\n", "", "/c", "-> show"),
    ("rust", "#[get(\"/a\")]\nasync fn show() {}\n", "GET", "/a", "show"),
    (
        "java",
        "class A {\n  @GetMapping(\"/a/{id}\")\n  String show() { return \"\"; }\n}\n",
        "GET",
        "/a/{id}",
        "show",
    ),
    (
        "java",
        "class A {\n  @RequestMapping(value = \"/b\", method = RequestMethod.PUT)\n  String put() { return \"\"; }\n}\n",
        "PUT",
        "/b",
        "put",
    ),
];

#[test]
fn routes_are_found_whatever_the_framework() {
    for (language, text, method, route, who) in CASES.iter().copied() {
        let expected = (method.to_owned(), route.to_owned(), who.to_owned());
        assert_eq!(found(language, text), [expected], "{text}");
    }
}

#[test]
fn a_route_may_have_a_function_for_each_method() {
    let text = "fn app() {\n    Router::new().route(\"/a\", get(show).post(api::add));\n}\n";
    let of = |method: &str, who: &str| (method.to_owned(), "/a".to_owned(), who.to_owned());
    assert_eq!(found("rust", text), [of("GET", "-> show"), of("POST", "-> add")]);
}

#[test]
fn what_only_looks_like_a_route_is_none() {
    for (language, text) in [
        ("python", "def test():\n    client.get('/users/1')\n    open('/etc/hosts', mode)\n"),
        ("python", "import requests\nrequests.get('/users', timeout)\n"),
        ("javascript", "axios.get('/users');\nfetch('/users', { method: 'POST' });\n"),
        ("python", "app.get('http://host/a', b)\n"),
    ] {
        assert_eq!(found(language, text), [], "{text}");
    }
}

#[test]
fn an_operation_id_beside_a_route_is_read() {
    let text = "@app.get('/a', operation_id=\"showA\")\ndef a():\n    pass\n";
    let module = parse(text, Language::named("python").unwrap());
    assert_eq!(of(text, &module)[0].operation_id.as_deref(), Some("showA"));
}

#[test]
fn parts_of_a_route_that_stand_for_anything_are_told() {
    for route in ["/users/{id}/x", "/users/:id/x/", "users/<int:id>/x", "/users/[id]/x"] {
        assert_eq!(segments(route), [Some("users"), None, Some("x")], "{route}");
    }
}
