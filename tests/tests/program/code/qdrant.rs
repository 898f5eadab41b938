//! An index that moves to a Qdrant, and is kept there.

use fault_tests::program::Call;
use fault_tests::{fault, repository, tool};

use super::Project;

#[tokio::test]
async fn an_index_moves_to_a_qdrant_and_is_searched_and_kept_there() {
    let Some(python) = tool::python("qdrant-client grpcio").await else { return };
    let script = repository::root().join("tests/data/qdrant_stand_in.py");
    let mut qdrant = Call::of(&python, "qdrant").arg(script).spoken_to().start();
    let url = format!("http://127.0.0.1:{}", qdrant.says("\n").await.trim());
    let project = Project::new();
    project.indexed("").await;

    let moved = project.call("index", "--to qdrant --qdrant-url").arg(&url).outcome().await.done();
    assert!(moved.stdout.starts_with("2 files looked at, 4 chunks written\n"), "{moved:?}");
    assert!(moved.stdout.contains("by words: collection fault-shop of Qdrant\n"), "{moved:?}");
    fs_err::remove_dir_all(project.path("shop/.fault")).expect("the file is not needed any more");
    let search = || project.search("placing of orders").env("QDRANT_URL", url.as_str());
    let found = search().outcome().await.done();
    assert!(found.stdout.contains("orders.py:4-7 function Orders.place\n"), "{found:?}");

    let again = project.call("index", "--json").env("QDRANT_URL", url.as_str());
    let again = again.outcome().await.done().stdout;
    assert!(again.contains("\"unchanged\": 2"), "{again}");
    assert!(!project.path("shop/.fault").exists());
    search().words("--qdrant-collection another").outcome().await.refused("no_index");
    let query = fault("query").arg("SELECT 1").env("QDRANT_URL", url.as_str());
    query.outcome().await.refused("query_unsupported");
}
