//! The files of a model: where they lie, and what stands for those that are missing.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::path::{Path, PathBuf};

use fastembed::{Pooling, TokenizerFiles};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::embed::EmbedError;

/// Where the network is in a folder: beside the tokenizer, or as the hub of models lays it out.
const NETWORKS: [&str; 2] = ["model.onnx", "onnx/model.onnx"];

/// How many tokens a model takes that does not say it.
const LONGEST: usize = 512;

/// What a tokenizer of BERT's kind assumes, for a model without a file of its settings.
const TOKENIZER_DEFAULTS: &str = r#"{"model_max_length": 512, "pad_token": "[PAD]"}"#;

/// A local model, and what runs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelFiles {
    /// The folder with `model.onnx` and `tokenizer.json`, or a cache of the hub of models (that of
    /// fastembed is one) which holds one such model.
    pub dir: PathBuf,
    /// The library of ONNX Runtime; without one, the system is asked for it by its usual name.
    /// Its code runs in this process.
    pub runtime: Option<PathBuf>,
}

impl ModelFiles {
    pub(super) fn library(&self) -> PathBuf {
        let usual = || PathBuf::from(format!("{DLL_PREFIX}onnxruntime{DLL_SUFFIX}"));
        self.runtime.clone().unwrap_or_else(usual)
    }
}

/// What a model consists of.
pub(super) struct Parts {
    pub(super) name: String,
    pub(super) network: Vec<u8>,
    pub(super) tokenizer: TokenizerFiles,
    pub(super) pooling: Pooling,
    /// The longest text it takes, in tokens; the rest is cut off.
    pub(super) longest: usize,
}

/// The file `sentence_bert_config.json`.
#[derive(Deserialize)]
struct Lengths {
    max_seq_length: Option<usize>,
}

/// The file `1_Pooling/config.json`.
#[derive(Deserialize)]
struct PoolingModes {
    #[serde(default)]
    pooling_mode_cls_token: bool,
}

impl Parts {
    /// Reads the model of a folder.
    pub(super) fn find(dir: &Path) -> Result<Self, EmbedError> {
        let folder = Folder::find(dir)?;
        let at = &folder.path;
        let network = read(&folder.network)?;
        let tokenizer = TokenizerFiles {
            tokenizer_file: read(&at.join("tokenizer.json"))?,
            config_file: read_or(&at.join("config.json"), "{}")?,
            special_tokens_map_file: read_or(&at.join("special_tokens_map.json"), "{}")?,
            tokenizer_config_file: read_or(&at.join("tokenizer_config.json"), TOKENIZER_DEFAULTS)?,
        };
        let lengths: Lengths = settings(&at.join("sentence_bert_config.json"))?;
        let modes: PoolingModes = settings(&at.join("1_Pooling").join("config.json"))?;
        Ok(Self {
            name: folder.name,
            network,
            tokenizer,
            pooling: if modes.pooling_mode_cls_token { Pooling::Cls } else { Pooling::Mean },
            longest: lengths.max_seq_length.unwrap_or(LONGEST),
        })
    }
}

/// A folder that holds a network.
struct Folder {
    path: PathBuf,
    network: PathBuf,
    name: String,
}

impl Folder {
    fn find(dir: &Path) -> Result<Self, EmbedError> {
        if let Some(folder) = Self::at(dir, dir) {
            return Ok(folder);
        }
        let mut cached = Self::cached(dir);
        match (cached.pop(), cached.is_empty()) {
            (Some(folder), true) => Ok(folder),
            (None, _) => Err(EmbedError {
                code: "model_not_found",
                message: format!("there is no model in {}: it has no model.onnx", dir.display()),
                hint: "name a folder that holds model.onnx and tokenizer.json".to_owned(),
            }),
            (Some(last), false) => Err(EmbedError {
                code: "model_not_found",
                message: format!("there is more than one model in {}", dir.display()),
                hint: format!("name one of their folders, such as {}", last.path.display()),
            }),
        }
    }

    fn at(path: &Path, named_by: &Path) -> Option<Self> {
        let network = NETWORKS.map(|file| path.join(file)).into_iter().find(|file| file.is_file());
        // A relative folder such as `.` has its name in its full path only.
        let full = fs_err::canonicalize(named_by).unwrap_or_else(|_| named_by.to_owned());
        let name = full.file_name().unwrap_or_default().to_string_lossy();
        let name = name.rsplit("--").next().unwrap_or_default().to_owned();
        network.map(|network| Self { path: path.to_owned(), network, name })
    }

    /// What a cache holds: `models--OWNER--NAME/snapshots/REVISION`, in it or the folder itself.
    fn cached(dir: &Path) -> Vec<Self> {
        let mut models = vec![dir.to_owned()];
        models.extend(children(dir));
        let snapshots = |model: &PathBuf| {
            let model = model.clone();
            children(&model.join("snapshots")).into_iter().map(move |path| (path, model.clone()))
        };
        let found = models.iter().flat_map(snapshots);
        found.filter_map(|(path, model)| Self::at(&path, &model)).collect()
    }
}

fn children(dir: &Path) -> Vec<PathBuf> {
    let entries = fs_err::read_dir(dir).into_iter().flatten().flatten();
    let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

fn settings<T: DeserializeOwned>(path: &Path) -> Result<T, EmbedError> {
    let text = read_or(path, "{}")?;
    serde_json::from_slice(&text).map_err(|reason| unreadable(path, &reason))
}

fn read_or(path: &Path, otherwise: &str) -> Result<Vec<u8>, EmbedError> {
    if path.is_file() { read(path) } else { Ok(otherwise.as_bytes().to_vec()) }
}

fn read(path: &Path) -> Result<Vec<u8>, EmbedError> {
    fs_err::read(path).map_err(|reason| unreadable(path, &reason))
}

/// The model, or a file of it, cannot be used.
pub(super) fn unreadable(path: &Path, reason: &dyn std::fmt::Display) -> EmbedError {
    EmbedError {
        code: "model_unreadable",
        message: format!("the model {} cannot be read: {reason}", path.display()),
        hint: "it takes model.onnx and tokenizer.json of a model for sentences, such as \
               all-MiniLM-L6-v2 exported to ONNX"
            .to_owned(),
    }
}
