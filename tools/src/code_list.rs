//! `fault_list_function_names`: which functions a file has.

use std::fmt::{Display, Formatter};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    code::CodeFile,
    context::Context,
    error::ToolError,
    tool::{Definition, Effect, Tool},
};

/// Lists the functions of a file.
pub(crate) struct ListFunctionNames;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// The path of a file of source code.
    file: String,
    /// Its language, such as `python`; told by its name if not given.
    lang: Option<String>,
}

/// The functions of a file.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Output {
    /// Their names, each of one function only, in the order of the file.
    names: Vec<String>,
    /// The language.
    language: String,
    /// How many lines the file has.
    lines: usize,
    /// Whether a part of the file could not be parsed: it may have more functions.
    broken: bool,
}

impl Tool for ListFunctionNames {
    const DEFINITION: Definition = Definition {
        name: "fault_list_function_names",
        title: "List the functions of a file",
        description: &["Answers the names of all functions and methods of a source file, as \
            fault_extract_code_block takes them: `Class.method`, or `name@line` where several \
            have one name. It changes nothing and answers at once."],
        effect: Effect::Reads,
        idempotent: true,
        open_world: false,
    };
    type Input = Input;
    type Output = Output;

    async fn run(context: Context, input: Input) -> Result<Output, ToolError> {
        let files = context.state().files();
        let module = CodeFile::read(files, &input.file, input.lang.as_deref()).await?.module;
        Ok(Output {
            names: module.addresses(),
            language: module.language.name.to_owned(),
            lines: module.lines,
            broken: module.broken,
        })
    }
}

/// The names as JSON: that is what is documented.
impl Display for Output {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(&serde_json::to_string(&self.names).map_err(|_| std::fmt::Error)?)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::test_ground::Desk;

    const CODE: &str = "class Server:\n    def get(self): pass\n\ndef get(): pass\n\
                        def get(): return 2\nasync def run():\n    def inner(): pass\n";

    #[tokio::test]
    async fn the_text_is_an_array_of_names_that_each_mean_one_function() {
        let desk = Desk::new();
        desk.write("src/app.py", CODE);
        let arguments = json!({ "file": "src/app.py" });
        let answer = desk.call("fault_list_function_names", arguments).await.unwrap();
        let names: Vec<String> = serde_json::from_str(&answer.text).unwrap();
        assert_eq!(answer.structured["names"], json!(names));
        assert_eq!(names, ["Server.get", "get@4", "get@5", "run", "run.inner"]);
        assert_eq!(answer.structured["language"], "python");
        assert_eq!(
            (&answer.structured["lines"], &answer.structured["broken"]),
            (&json!(7), &json!(false))
        );
        for name in names {
            let arguments = json!({ "file": "src/app.py", "func": name });
            desk.call("fault_extract_code_block", arguments).await.unwrap();
        }
    }

    #[tokio::test]
    async fn a_file_is_named_by_path_or_uri_and_its_language_by_name_or_argument() {
        let desk = Desk::new();
        desk.write("my app.py", CODE);
        desk.write("script", CODE);
        desk.write("tool", &format!("#!/usr/bin/env python3\n{CODE}"));
        let path = desk.folder.path().join("my app.py").to_string_lossy().into_owned();
        let uri = format!("file://{}", path.replace(' ', "%20"));
        for arguments in [
            json!({ "file": path }),
            json!({ "file": uri }),
            json!({ "file": "tool", "lang": "" }),
            json!({ "file": "script", "lang": "Python" }),
        ] {
            let answer = desk.call("fault_list_function_names", arguments.clone()).await.unwrap();
            assert!(answer.text.contains("Server.get"), "{arguments}: {}", answer.text);
        }
    }

    #[tokio::test]
    async fn a_half_typed_file_gives_what_can_be_made_out_and_says_so() {
        let desk = Desk::new();
        desk.write("app.py", "def whole(): pass\n\ndef half(a, b\n    if ((\n");
        let arguments = json!({ "file": "app.py" });
        let answer = desk.call("fault_list_function_names", arguments).await.unwrap();
        assert_eq!(answer.structured["broken"], true);
        assert!(answer.text.contains("\"whole\""), "{}", answer.text);
    }

    #[tokio::test]
    async fn what_cannot_be_read_as_code_is_refused_with_what_to_do() {
        let desk = Desk::new();
        desk.write("notes.txt", "hello");
        desk.write("large.py", &"#\n".repeat(6 << 20));
        desk.write("binary.py", "x = 1\0\0\0");
        std::os::unix::fs::symlink("/etc/passwd", desk.folder.path().join("out.py")).unwrap();
        for (arguments, code) in [
            (json!({ "file": "notes.txt" }), "language_unknown"),
            (json!({ "file": "notes.txt", "lang": "cobol" }), "language_unknown"),
            (json!({ "file": "missing.py" }), "file_not_found"),
            (json!({ "file": "." }), "not_a_file"),
            (json!({ "file": "/dev/zero", "lang": "python" }), "outside_roots"),
            (json!({ "file": "out.py" }), "outside_roots"),
            (json!({ "file": "file:///etc/passwd" }), "outside_roots"),
            (json!({ "file": "large.py" }), "file_too_large"),
            (json!({ "file": "binary.py" }), "not_text"),
            (json!({ "file": "https://example.com/a.py" }), "bad_uri"),
            (json!({}), "invalid_arguments"),
        ] {
            let error = desk.call("fault_list_function_names", arguments.clone()).await;
            let error = error.unwrap_err();
            assert_eq!(error.code, code, "{arguments}");
            assert!(error.hint.is_some(), "{arguments}");
        }
    }

    #[tokio::test]
    async fn text_in_another_encoding_is_read() {
        let desk = Desk::new();
        let path = desk.folder.path().join("latin.py");
        fs_err::write(&path, b"# caf\xe9 et th\xe9\r\ndef serve():\r\n    return 'caf\xe9'\r\n")
            .unwrap();
        let arguments = json!({ "file": "latin.py" });
        let answer = desk.call("fault_list_function_names", arguments).await.unwrap();
        assert_eq!(answer.text, "[\"serve\"]");
    }
}
