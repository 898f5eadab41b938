//! A machine without ONNX Runtime. A process loads that library once, so this has one of its own.

use fault_indexer::embed::{LocalModel, ModelFiles};

#[test]
fn a_missing_runtime_is_an_error_and_no_panic() {
    let dir = tempfile::tempdir().unwrap();
    fs_err::write(dir.path().join("model.onnx"), "not a network").unwrap();
    fs_err::write(dir.path().join("tokenizer.json"), "{}").unwrap();
    let missing = dir.path().join("no-such-library.so");

    let files = ModelFiles { dir: dir.path().to_owned(), runtime: Some(missing) };
    let error = LocalModel::load(&files).unwrap_err();
    assert_eq!(error.code, "onnx_runtime_not_found");
    assert!(error.message.contains("no-such-library.so"), "{error}");
    assert!(error.hint.contains("`onnxruntime`"), "{}", error.hint);

    let other = dir.path().join("library.so");
    fs_err::write(&other, "not a library").unwrap();
    let files = ModelFiles { runtime: Some(other), ..files };
    assert_eq!(LocalModel::load(&files).unwrap_err().code, "onnx_runtime_not_found");
}
