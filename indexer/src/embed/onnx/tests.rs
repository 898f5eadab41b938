//! Local models: what is missing is named, and a real one agrees with its reference.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::{Embedder, LocalModel, ModelFiles, Purpose};

const CODE: &str = "fn connect_with_timeout(address: &str) -> Result<Stream>";
const ALIKE: &str = "open a connection to a host and give up after a while";
const UNLIKE: &str = "a recipe for bread with olives and rosemary";

/// What sentence-transformers 6.2 with torch 2.15 makes of the same model: the first components of
/// each vector.
const REFERENCE: [(&str, [f32; 6]); 4] = [
    (CODE, [0.026586, 0.057886, -0.086542, 0.014748, 0.021709, -0.002047]),
    (ALIKE, [0.048446, 0.010638, -0.047715, 0.047099, 0.001572, -0.023115]),
    ("héllo wörld 漢字 😀", [-0.03868, 0.037216, -0.016939, 0.013821, -0.00584, -0.083339]),
    ("", [-0.118838, 0.048299, -0.002548, -0.011011, 0.051951, 0.010292]),
];

#[expect(clippy::disallowed_methods, reason = "whoever runs the tests says where the model is")]
fn variable(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// The files of a real model, where the machine has one.
fn installed() -> Option<ModelFiles> {
    let dir = variable("FAULT_TEST_ONNX_MODEL");
    let runtime = variable("FAULT_TEST_ONNX_RUNTIME");
    if let (Some(dir), Some(_)) = (dir, &runtime) {
        return Some(ModelFiles { dir, runtime });
    }
    let why = "FAULT_TEST_ONNX_MODEL and FAULT_TEST_ONNX_RUNTIME are not set";
    // Whoever runs the tests may have closed the stream; that is no reason to fail.
    let _ = writeln!(std::io::stderr(), "\nskipped: ONNX embeddings: {why}");
    None
}

fn model_of(dir: &Path) -> ModelFiles {
    ModelFiles { dir: dir.to_owned(), runtime: Some(dir.join("no-such-library.so")) }
}

fn code_of(files: &ModelFiles) -> &'static str {
    LocalModel::load(files).expect_err("the model is not whole").code
}

fn cosine(one: &[f32], other: &[f32]) -> f32 {
    one.iter().zip(other).map(|(a, b)| a * b).sum()
}

#[test]
fn a_folder_without_a_model_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let error = LocalModel::load(&model_of(dir.path())).unwrap_err();
    assert_eq!(error.code, "model_not_found");
    assert!(error.message.contains(&dir.path().display().to_string()), "{error}");
    assert!(error.hint.contains("model.onnx"));
    assert_eq!(code_of(&model_of(Path::new("/no/such/folder"))), "model_not_found");
}

#[test]
fn a_model_without_a_tokenizer_cannot_be_read() {
    let dir = tempfile::tempdir().unwrap();
    fs_err::write(dir.path().join("model.onnx"), "not a network").unwrap();
    let error = LocalModel::load(&model_of(dir.path())).unwrap_err();
    assert_eq!(error.code, "model_unreadable");
    assert!(error.message.contains("tokenizer.json"), "{error}");
}

#[test]
fn a_network_that_is_none_cannot_be_read() {
    let Some(ModelFiles { runtime, .. }) = installed() else { return };
    let dir = tempfile::tempdir().unwrap();
    fs_err::write(dir.path().join("model.onnx"), "not a network").unwrap();
    fs_err::write(dir.path().join("tokenizer.json"), "{}").unwrap();
    let files = ModelFiles { dir: dir.path().to_owned(), runtime };
    assert_eq!(code_of(&files), "model_unreadable");
}

#[test]
fn a_cache_gives_the_one_model_it_holds() {
    let cache = tempfile::tempdir().unwrap();
    let add = |name: &str| {
        let snapshot = cache.path().join(name).join("snapshots").join("0a1b");
        fs_err::create_dir_all(snapshot.join("onnx")).unwrap();
        fs_err::write(snapshot.join("onnx/model.onnx"), name).unwrap();
        fs_err::write(snapshot.join("tokenizer.json"), "{}").unwrap();
    };
    add("models--owner--small");
    let parts = super::Parts::find(cache.path()).unwrap();
    assert_eq!((parts.name.as_str(), parts.longest), ("small", 512));
    assert_eq!(parts.network, b"models--owner--small");
    let one = cache.path().join("models--owner--small");
    assert_eq!(super::Parts::find(&one).unwrap().name, "small");

    add("models--owner--large");
    let several = super::Parts::find(cache.path()).err().unwrap();
    assert_eq!(several.code, "model_not_found");
    assert!(several.hint.contains("models--owner--"), "{}", several.hint);
}

#[test]
fn a_real_model_agrees_with_its_reference() {
    let Some(files) = installed() else { return };
    let model = LocalModel::load(&files).unwrap();
    assert_eq!(model.dimension(), 384);
    assert!(model.name().starts_with("onnx/") && model.name().ends_with("/384"));

    let texts: Vec<_> = REFERENCE.iter().map(|(text, _)| *text).collect();
    let vectors = model.embed(&texts, Purpose::Document).unwrap();
    for ((text, expected), vector) in REFERENCE.iter().zip(&vectors) {
        assert!((cosine(vector, vector) - 1.0).abs() < 1e-5);
        let furthest = expected.iter().zip(vector).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(furthest < 1e-4, "{text}: {furthest}");
    }
}

#[test]
fn a_real_model_puts_what_means_the_same_near_each_other() {
    let Some(files) = installed() else { return };
    let model = LocalModel::load(&files).unwrap();
    let query = model.embed(&[ALIKE], Purpose::Query).unwrap().remove(0);

    // Enough texts for several batches, of lengths that mix their order.
    let filler: Vec<_> = (0..50).map(|n| "word ".repeat(1 + n * 7 % 40)).collect();
    let mut texts: Vec<_> = filler.iter().map(String::as_str).collect();
    texts[7] = UNLIKE;
    texts[31] = CODE;
    let vectors = model.embed(&texts, Purpose::Document).unwrap();
    let nearness: Vec<_> = vectors.iter().map(|vector| cosine(&query, vector)).collect();
    let nearest = (0..texts.len()).max_by(|&a, &b| nearness[a].total_cmp(&nearness[b])).unwrap();
    assert_eq!(nearest, 31, "{nearness:?}");
    assert!(nearness[31] > 0.4 && nearness[7] < 0.1, "{nearness:?}");
    assert!(model.embed(&[], Purpose::Query).unwrap().is_empty());
}
