#!/usr/bin/env bash
# The index in DuckDB: builds the indexer with it, and runs the tests of that.
#
# tests/duckdb.sh CACHE: CACHE is a folder for DuckDB's library, which comes prebuilt in a package of
# npm; to build it takes a quarter of an hour. What cannot be had is named as skipped. Exits 0 if
# everything holds.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 2

cache=${1:?the cache folder is missing}
# The version of the crate `duckdb`, without its major one: 1.10506.1 links the library 1.5.6.
package=@duckdb/node-bindings-linux-x64@1.5.6-r.1
library=$cache/duckdb-1.5.6

skip() {
  printf 'skipped: DuckDB: %s\n' "$1"
  exit 0
}

# fetch: unpacks the library beside its place first, so that half of one is never taken for it.
fetch() {
  local work
  work=$(mktemp -d "$cache/duckdb.XXXXXX") || return 1
  if (cd "$work" && timeout 300 npm pack --silent "$package" >/dev/null 2>&1 && tar -xzf ./*.tgz) &&
    [ -s "$work/package/libduckdb.so" ]; then
    rm -rf "$library"
    mv "$work/package" "$library"
  fi
  rm -rf "$work"
  [ -s "$library/libduckdb.so" ]
}

[ "$(uname -sm)" = "Linux x86_64" ] || skip "its prebuilt library is for Linux on x86-64"
if ! [ -s "$library/libduckdb.so" ]; then
  command -v npm >/dev/null 2>&1 || skip "npm is not installed"
  mkdir -p "$cache" || exit 2
  fetch || skip "the package $package cannot be had"
fi

export DUCKDB_LIB_DIR=$library
export LD_LIBRARY_PATH=$library${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
# The same folder as for all other tests: what does not depend on DuckDB is built already, and what
# does has names of its own there.
cargo test --package fault-indexer --features duckdb --lib -- duckdb query
