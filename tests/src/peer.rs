//! Real servers of others, each on a free port with a folder of its own.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::deadline::found;
use crate::program::{Call, Running};
use crate::tool::tool;
use crate::upstream::free_port;

/// The user that runs PostgreSQL where the tests are run by root, whom it refuses.
const POSTGRES_USER: &str = "postgres";

/// A server; dropping it kills it.
#[derive(Debug)]
pub struct Peer {
    /// Where it listens on 127.0.0.1.
    pub port: u16,
    /// Its client.
    pub client: PathBuf,
    _running: Running,
    _folder: TempDir,
}

/// PostgreSQL with its `psql`, if both are installed.
pub async fn postgres() -> Option<Peer> {
    let (psql, initdb, postgres) = (tool("psql")?, tool("initdb")?, tool("postgres")?);
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let owner = owner(folder.path()).await?;
    let made = as_user(owner.as_deref(), &initdb)
        .words("-A trust -U postgres --no-sync -N -D")
        .arg(&data)
        .outcome()
        .await;
    assert!(made.status.success(), "{made:?}");
    let port = free_port().await;
    let running = as_user(owner.as_deref(), &postgres)
        .words(&format!("-h 127.0.0.1 -p {port} -c fsync=off -D"))
        .arg(&data)
        .arg("-k")
        .arg(folder.path())
        .start();
    let peer = Peer { port, client: psql, _running: running, _folder: folder };
    found("PostgreSQL answers", async || {
        let asked = peer.psql(port, "select 1").outcome().await;
        asked.status.success().then_some(())
    })
    .await;
    Some(peer)
}

/// Redis with its `redis-cli`, if both are installed.
pub async fn redis() -> Option<Peer> {
    let (client, server) = (tool("redis-cli")?, tool("redis-server")?);
    let folder = tempfile::tempdir().expect("a folder");
    let port = free_port().await;
    let running = Call::of(&server, "redis-server")
        .words(&format!("--port {port} --bind 127.0.0.1 --appendonly no --save"))
        .arg("")
        .arg("--dir")
        .arg(folder.path())
        .start();
    let peer = Peer { port, client, _running: running, _folder: folder };
    found("Redis answers", async || {
        let asked = peer.redis_cli(port, "ping").outcome().await;
        asked.stdout.starts_with("PONG").then_some(())
    })
    .await;
    Some(peer)
}

impl Peer {
    /// `psql` that asks one thing of what listens on `port`.
    pub fn psql(&self, port: u16, statement: &str) -> Call {
        Call::of(&self.client, "psql")
            .words(&format!("-X -A -t -h 127.0.0.1 -p {port} -U postgres -d postgres -c"))
            .arg(statement)
    }

    /// `redis-cli` that says one thing to what listens on `port`.
    pub fn redis_cli(&self, port: u16, words: &str) -> Call {
        Call::of(&self.client, "redis-cli").words(&format!("-h 127.0.0.1 -p {port} {words}"))
    }
}

/// Hands `folder` to the user that PostgreSQL runs as; none if it can run as whoever we are.
///
/// Answers with nothing where that cannot be done, after saying so.
async fn owner(folder: &Path) -> Option<Option<PathBuf>> {
    if !rustix::process::geteuid().is_root() {
        return Some(None);
    }
    let setpriv = tool("setpriv")?;
    let chown = Call::of(&tool("chown")?, "chown").arg(POSTGRES_USER).arg(folder);
    let outcome = chown.outcome().await;
    assert!(outcome.status.success(), "{outcome:?}");
    Some(Some(setpriv))
}

/// A call of `program`, as the user of PostgreSQL if `setpriv` is given.
fn as_user(setpriv: Option<&Path>, program: &Path) -> Call {
    let Some(setpriv) = setpriv else {
        return Call::of(program, "postgres");
    };
    let user = format!("--reuid={POSTGRES_USER} --regid={POSTGRES_USER} --clear-groups");
    Call::of(setpriv, "setpriv").words(&user).arg(program)
}
