//! `fault_extract_code_block`: one function out of a file.

use std::fmt::{Display, Formatter};

use fault_indexer::{FunctionKind, extract};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    code::CodeFile,
    context::Context,
    error::ToolError,
    tool::{Definition, Effect, Tool},
};

/// Extracts a function.
pub(crate) struct ExtractCodeBlock;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// The path of a file of source code.
    file: String,
    /// The function: `name`, `Class.method`, or `name@line` where several have one name.
    func: String,
    /// The language of the file, such as `python`; told by its name if not given.
    lang: Option<String>,
}

/// A function.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Output {
    /// All of it: decorators, signature and body.
    full: String,
    /// The body alone; empty if it is only declared.
    body: String,
    /// The name that means this function and no other of the file.
    name: String,
    /// What sort of function it is.
    kind: FunctionKind,
    /// The first line, counted from 1.
    first_line: usize,
    /// The last line.
    last_line: usize,
    /// The language.
    language: String,
    /// What documents it, as it is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    doc: Option<String>,
}

/// What is documented as the answer.
#[derive(Serialize)]
struct Block<'a> {
    full: &'a str,
    body: &'a str,
}

impl Tool for ExtractCodeBlock {
    const DEFINITION: Definition = Definition {
        name: "fault_extract_code_block",
        title: "Extract a function",
        description: &["Answers the code of one function of a source file: `full` with its \
            decorators and signature, and `body` alone. Use it instead of reading a whole file. \
            A name that is not there is answered with the nearest ones. It changes nothing and \
            answers at once."],
        effect: Effect::Reads,
        idempotent: true,
        open_world: false,
    };
    type Input = Input;
    type Output = Output;

    async fn run(context: Context, input: Input) -> Result<Output, ToolError> {
        let files = context.state().files();
        let file = CodeFile::read(files, &input.file, input.lang.as_deref()).await?;
        let at = file.find(&input.func)?;
        let function = &file.module.functions[at];
        Ok(Output {
            full: extract::full(&file.source, function),
            body: extract::body(&file.source, function),
            name: file.module.addresses().swap_remove(at),
            kind: function.kind,
            first_line: function.span.first_line,
            last_line: function.span.last_line,
            language: file.module.language.name.to_owned(),
            doc: extract::doc(&file.source, function),
        })
    }
}

/// The two parts as JSON: that is what is documented.
impl Display for Output {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let block = Block { full: &self.full, body: &self.body };
        f.write_str(&serde_json::to_string(&block).map_err(|_| std::fmt::Error)?)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::{Answer, ToolError, test_ground::Desk};

    const CODE: &str = "import functools\n\nclass Server:\n    @functools.cache\n    def get(\n        \
                        self, key,\n    ):\n        \"\"\"Gets it.\"\"\"\n        return key\n\n    \
                        def put(self): pass\n\nclass Client:\n    def get(self): return 1\n";

    async fn extract(func: &str) -> Result<Answer, ToolError> {
        let desk = Desk::new();
        desk.write("app.py", CODE);
        let arguments = json!({ "file": "app.py", "func": func });
        desk.call("fault_extract_code_block", arguments).await
    }

    #[tokio::test]
    async fn the_text_is_the_whole_function_and_its_body() {
        let answer = extract("Server.get").await.unwrap();
        let text: Value = serde_json::from_str(&answer.text).unwrap();
        let keys: Vec<&String> = text.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["full", "body"]);
        let full = "    @functools.cache\n    def get(\n        self, key,\n    ):\n        \
                    \"\"\"Gets it.\"\"\"\n        return key";
        assert_eq!(text["full"], full);
        assert_eq!(text["body"], "        \"\"\"Gets it.\"\"\"\n        return key");
        let found = &answer.structured;
        assert_eq!((&found["full"], &found["body"]), (&text["full"], &text["body"]));
        assert_eq!((&found["name"], &found["kind"]), (&json!("Server.get"), &json!("method")));
        assert_eq!((&found["first_line"], &found["last_line"]), (&json!(4), &json!(9)));
        assert_eq!(found["doc"], "\"\"\"Gets it.\"\"\"");
    }

    #[tokio::test]
    async fn a_misspelt_name_is_answered_with_the_nearest_ones() {
        let error = extract("Server.gett").await.unwrap_err();
        assert_eq!(error.code, "function_not_found");
        assert!(error.hint.unwrap().starts_with("did you mean `"));
        let error = extract("").await.unwrap_err();
        assert_eq!(error.code, "function_not_found");
        assert!(error.hint.unwrap().contains("fault_list_function_names"));
    }

    #[tokio::test]
    async fn a_name_of_several_functions_is_answered_with_their_addresses() {
        let error = extract("get").await.unwrap_err();
        assert_eq!(error.code, "function_ambiguous");
        assert_eq!(error.hint.unwrap(), "name one of `Server.get`, `Client.get`");
        for name in ["put", "Client.get", "get@14", "Client::get"] {
            assert!(extract(name).await.is_ok(), "{name}");
        }
    }
}
