//! What callers can read and write, and what they cannot.

use tempfile::TempDir;

use super::*;

/// A folder with an inside that is open and an outside that is not.
struct Ground {
    folder: TempDir,
}

impl Ground {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["in/deep", "in/.hidden", "out"] {
            fs_err::create_dir_all(folder.path().join(name)).unwrap();
        }
        for name in ["in/a.yaml", "in/deep/b.yml", "in/.hidden/c.yaml", "in/main.rs", "out/x.yaml"]
        {
            fs_err::write(folder.path().join(name), name).unwrap();
        }
        Self { folder }
    }

    fn files(&self) -> Files {
        Files { roots: vec![self.folder.path().join("in")], trusting: false }
    }

    fn link(&self, from: &str, to: &str) {
        std::os::unix::fs::symlink(self.folder.path().join(to), self.folder.path().join(from))
            .unwrap();
    }

    fn holds(&self, name: &str) -> String {
        fs_err::read_to_string(self.folder.path().join(name)).unwrap()
    }
}

async fn read_code(files: &Files, path: &str) -> String {
    files.read_text(path).await.unwrap_err().code.into_owned()
}

async fn write_code(files: &Files, path: &str) -> String {
    files.write_text(path, "new".to_owned()).await.unwrap_err().code.into_owned()
}

#[tokio::test]
async fn files_under_a_root_are_read_by_relative_and_absolute_paths() {
    let ground = Ground::new();
    assert_eq!(ground.files().read_text("deep/../a.yaml").await.unwrap(), "in/a.yaml");
    let absolute = ground.folder.path().join("in/deep/b.yml");
    let text = ground.files().read_text(absolute.to_str().unwrap()).await.unwrap();
    assert_eq!(text, "in/deep/b.yml");
}

#[tokio::test]
async fn no_path_and_no_link_leads_out_of_the_roots() {
    let ground = Ground::new();
    ground.link("in/out.yaml", "out/x.yaml");
    ground.link("in/out", "out");
    ground.link("in/nowhere.yaml", "out/new.yaml");
    let files = ground.files();
    for path in ["../out/x.yaml", "/etc/passwd", "out.yaml", "out/x.yaml", "../out/missing"] {
        assert_eq!(read_code(&files, path).await, "outside_roots", "{path}");
    }
    for path in
        ["../out/x.yaml", "out.yaml", "out/x.yaml", "out/y.yaml", "nowhere.yaml", "a/../../y.md"]
    {
        assert_eq!(write_code(&files, path).await, "outside_roots", "{path}");
    }
    assert_eq!(ground.holds("out/x.yaml"), "out/x.yaml");
    assert!(!ground.folder.path().join("out/new.yaml").exists());
    assert_eq!(files.list_yaml(".").await.unwrap(), ["./a.yaml", "./deep/b.yml"]);
}

#[tokio::test]
async fn a_source_file_is_never_written_not_even_through_a_link() {
    let ground = Ground::new();
    ground.link("in/innocent.yaml", "in/main.rs");
    for path in ["main.rs", "innocent.yaml", "deep/new.py", "Makefile"] {
        assert_eq!(write_code(&ground.files(), path).await, "not_a_report_file", "{path}");
    }
    assert_eq!(ground.holds("in/main.rs"), "in/main.rs");
}

#[tokio::test]
async fn results_are_written_with_the_folders_that_they_need() {
    let ground = Ground::new();
    ground
        .files()
        .write_text("reports/today/r.md", "# Scenarios Report, text".to_owned())
        .await
        .unwrap();
    ground
        .files()
        .write_text("reports/today/r.md", "# Scenarios Report, newer".to_owned())
        .await
        .unwrap();
    assert_eq!(ground.holds("in/reports/today/r.md"), "# Scenarios Report, newer");
}

#[tokio::test]
async fn a_misspelt_file_is_answered_with_the_nearest_one() {
    let ground = Ground::new();
    let error = ground.files().read_text("deep/bb.yml").await.unwrap_err();
    assert_eq!(error.code, "file_not_found");
    assert_eq!(error.hint.as_deref(), Some("did you mean deep/b.yml?"));
}

#[tokio::test]
async fn what_is_not_a_text_file_is_refused() {
    let ground = Ground::new();
    fs_err::write(ground.folder.path().join("in/bytes.yaml"), [0xff, 0xfe, 0x00]).unwrap();
    let huge = fs_err::File::create(ground.folder.path().join("in/huge.yaml")).unwrap();
    huge.set_len(LARGEST + 1).unwrap();
    let files = ground.files();
    assert_eq!(read_code(&files, "bytes.yaml").await, "not_text");
    assert_eq!(read_code(&files, "huge.yaml").await, "file_too_large");
    assert_eq!(read_code(&files, "deep").await, "not_a_file");
}

#[tokio::test]
async fn without_roots_every_path_is_refused_unless_paths_are_trusted() {
    let ground = Ground::new();
    let path = ground.folder.path().join("out/x.yaml");
    let path = path.to_str().unwrap();
    assert_eq!(read_code(&Files::default(), path).await, "no_roots");
    let trusting = Files { roots: ground.files().roots, trusting: true };
    assert_eq!(trusting.read_text(path).await.unwrap(), "out/x.yaml");
    assert_eq!(write_code(&trusting, "../out/x.rs").await, "not_a_report_file");
}

#[tokio::test]
async fn what_a_path_names_is_told_apart() {
    let files = Ground::new();
    assert_eq!(files.files().kind("a.yaml").await.unwrap(), Kind::File);
    assert_eq!(files.files().kind("deep/").await.unwrap(), Kind::Folder);
    assert_eq!(files.files().kind("new/").await.unwrap(), Kind::Nothing);
}
