//! Outlines of a small project.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::{Answer, State, ToolError, test_ground::Desk};

const STOCK: &str = "import requests\n\nclass Stock:\n    def level(self, item):\n        \
                     return requests.get(f\"http://stock/{item}\").json()\n";

const ORDERS: &str = "from stock import Stock\n\ndef order(item):\n    stock = Stock()\n    \
                      return check(stock.level(item))\n\ndef check(level):\n    return level > 0\n";

fn project() -> Desk {
    let desk = Desk::new();
    desk.write("shop/stock.py", STOCK);
    desk.write("shop/orders.py", ORDERS);
    desk.write("shop/vendor/skipped.py", "def skipped(): pass\n");
    desk.write("shop/.gitignore", "vendor/\n");
    desk.write("other/alone.py", "def level(): pass\n");
    desk
}

async fn outline(desk: &Desk, arguments: Value) -> Result<Answer, ToolError> {
    desk.call("fault_outline_code", arguments).await
}

#[tokio::test]
async fn a_file_is_told_with_its_functions_and_what_leaves_the_process() {
    let answer = outline(&project(), json!({ "path": "shop/stock.py" })).await.unwrap();
    let expected = "shop/stock.py: python, 5 lines, 1 function\nimports requests\n\
                    3-5  scope Stock\n4-5  method Stock.level\n    \
                    line 5: http call requests.get (requests)\n";
    assert_eq!(answer.text, expected);
    let function = &answer.structured["file"]["functions"][0];
    assert_eq!(function["remote_calls"][0]["kind"], "http", "{function}");
}

#[tokio::test]
async fn a_folder_is_told_with_its_files_under_names_that_other_tools_take() {
    let desk = project();
    let answer = outline(&desk, json!({ "path": "shop" })).await.unwrap();
    assert!(answer.text.starts_with("python: 2 files, 13 lines, 3 functions\n"), "{}", answer.text);
    assert!(answer.text.contains("\n  shop/stock.py (5, 1, 1)\n"), "{}", answer.text);
    let call = "\n  shop/stock.py in Stock.level line 5: http call requests.get (requests)\n";
    assert!(answer.text.contains(call), "{}", answer.text);
    assert!(!answer.text.contains("skipped"), "{}", answer.text);
    for file in answer.structured["tree"]["files"].as_array().unwrap() {
        let arguments = json!({ "file": file["path"] });
        desk.call("fault_list_function_names", arguments).await.unwrap();
    }
    let none = outline(&desk, json!({ "path": "shop/vendor", "lang": "python" })).await.unwrap();
    assert!(none.text.contains("shop/vendor/skipped.py"), "{}", none.text);
}

#[tokio::test]
async fn a_function_is_told_with_its_callers_and_calls() {
    let desk = project();
    let in_folder = outline(&desk, json!({ "path": "shop", "func": "level" })).await.unwrap();
    let expected = "method Stock.level in shop/stock.py:4-5\ncalled by name from\n  \
                    shop/orders.py:5 order\n";
    assert!(in_folder.text.starts_with(expected), "{}", in_folder.text);
    assert!(in_folder.text.contains("  line 5: http call requests.get"), "{}", in_folder.text);
    let order = outline(&desk, json!({ "path": "shop", "func": "order" })).await.unwrap();
    assert!(order.text.contains("\n  line 5: check -> shop/orders.py:7 check\n"), "{}", order.text);
    let functions = order.structured["functions"].as_array().unwrap();
    assert_eq!((functions.len(), &functions[0]["callers"]), (1, &json!([])));
}

#[tokio::test]
async fn callers_of_a_function_of_a_file_are_those_of_its_project() {
    let desk = project();
    let arguments = json!({ "path": "shop/stock.py", "func": "Stock.level" });
    let alone = outline(&desk, arguments.clone()).await.unwrap();
    assert!(alone.text.contains("shop/orders.py:5 order"), "{}", alone.text);
    assert!(!alone.text.contains("other/"), "{}", alone.text);
    desk.write("other/more.py", "def far(stock):\n    stock.level(1)\n");
    desk.write(".git/config", "");
    let under_git = outline(&desk, arguments).await.unwrap();
    assert!(under_git.text.contains("other/more.py:2 far"), "{}", under_git.text);
    // Seen from a folder inside of the project, with every path open.
    let here = vec![desk.folder.path().join("shop")];
    let state = State::default().with_roots(here).trusting_paths(true);
    let inside = Desk { folder: desk.folder, state: Arc::new(state) };
    let arguments = json!({ "path": "stock.py", "func": "Stock.level" });
    let seen = outline(&inside, arguments).await.unwrap();
    assert_eq!(seen.text.matches("orders.py:5 order").count(), 1, "{}", seen.text);
    assert_eq!(seen.structured["functions"].as_array().unwrap().len(), 1, "{}", seen.text);
    let missing = json!({ "path": "stock.py", "func": "order" });
    assert_eq!(outline(&inside, missing).await.unwrap_err().code, "function_not_found");
}

#[tokio::test]
async fn what_is_too_much_is_left_out_with_a_word_on_how_to_get_it() {
    let desk = project();
    let answer = outline(&desk, json!({ "path": "shop", "limit": 1 })).await.unwrap();
    assert_eq!(answer.structured["left_out"], 1);
    assert_eq!(answer.structured["tree"]["files"].as_array().unwrap().len(), 1);
    assert!(answer.text.contains("(1 entries are left out: raise `limit`"), "{}", answer.text);
    // How many there are is told all the same.
    desk.write("many.py", &"def one(): pass\n".repeat(3));
    let answer = outline(&desk, json!({ "path": "many.py", "limit": 1 })).await.unwrap();
    assert!(answer.text.starts_with("many.py: python, 3 lines, 3 functions\n"), "{}", answer.text);
    assert_eq!(answer.structured["file"]["functions"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_not_there_or_not_open_is_refused() {
    let desk = project();
    for (arguments, code) in [
        (json!({ "path": "shop/missing.py" }), "file_not_found"),
        (json!({ "path": ".." }), "outside_roots"),
        (json!({ "path": "shop", "lang": "cobol" }), "language_unknown"),
        (json!({ "path": "shop", "func": "levle" }), "function_not_found"),
        (json!({ "path": "shop", "limit": 0 }), "invalid_arguments"),
    ] {
        let error = outline(&desk, arguments.clone()).await.unwrap_err();
        assert_eq!(error.code, code, "{arguments}");
    }
}
