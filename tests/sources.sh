#!/usr/bin/env bash
# Real source code of others, for the tests that compare with it.
#
# tests/sources.sh FOLDER: fetches pinned packages into a folder each, and names what cannot be had.
# What is already there is left alone. FAULT_TEST_SOURCES=FOLDER then tells the tests where it is.
set -uo pipefail

[ $# = 1 ] || {
  printf 'usage: %s FOLDER\n' "$0" >&2
  exit 2
}
mkdir -p "$1" && folder=$(cd "$1" && pwd) || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

have() { command -v "$1" >/dev/null 2>&1; }

# there NAME VERSION: whether a package is there in this version; what is there of others goes.
there() {
  [ "$(cat "$folder/$1.version" 2>/dev/null)" = "$2" ] && [ -d "$folder/$1" ] && return 0
  rm -rf "${folder:?}/$1" "$folder/$1.version"
  return 1
}

# keep NAME VERSION FOLDER: keeps an unpacked package, and what version it is.
keep() {
  mv "$3" "$folder/$1" && printf '%s\n' "$2" >"$folder/$1.version" || return 1
  printf 'fetched: %s %s\n' "$1" "$2"
}

missing() { printf 'skipped: %s: %s\n' "$1" "$2"; }

# pypi NAME VERSION: the source of a package of Python.
pypi() {
  local name=$1 version=$2
  there "$name" "$version" && return 0
  have python3 || { missing "$name" "python3 is not installed"; return 0; }
  python3 - "$name" "$version" "$work" <<'PYTHON' || { missing "$name" "not fetched"; return 0; }
import pathlib, subprocess, sys, tarfile

name, version, work = sys.argv[1:]
pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
pip += ["--no-deps", "--no-binary", ":all:", "--dest", work]
subprocess.run([*pip, f"{name}=={version}"], check=True)
[archive] = pathlib.Path(work).glob(f"{name}-{version}.tar.gz")
with tarfile.open(archive) as tar:
    tar.extractall(work, filter="data")
PYTHON
  keep "$name" "$version" "$work/$name-$version"
}

# The standard library of Go, of whatever version is installed.
go_library() {
  have go || { missing go "go is not installed"; return 0; }
  [ -d "$(go env GOROOT)/src/net/http" ] || { missing go "its source is not installed"; return 0; }
  ln -sfn "$(readlink -f "$(go env GOROOT)/src")" "$folder/go"
}

# npm_package FOLDER NAME VERSION: a package of the npm registry. FOLDER may be inside another one.
npm_package() {
  local name=$1 package=$2 version=$3 archive
  there "$name" "$version" && return 0
  have npm || { missing "$name" "npm is not installed"; return 0; }
  mkdir -p "$work/npm/$name" "$(dirname "$folder/$name")"
  archive=$(cd "$work" && npm pack --silent "$package@$version" 2>/dev/null) \
    && tar xzf "$work/$archive" -C "$work/npm/$name" --strip-components=1 \
    || { missing "$name" "not fetched"; return 0; }
  keep "$name" "$version" "$work/npm/$name"
}

# The library of Java, as Debian has it.
java_library() {
  local package=openjdk-17-source version
  have apt-get && have unzip || { missing java "apt-get or unzip is not installed"; return 0; }
  version=$(apt-cache policy "$package" | awk '/Candidate:/ { print $2 }')
  there java "$version" && return 0
  mkdir -p "$work/java" \
    && (cd "$work" && apt-get download -qq -o APT::Sandbox::User=root "$package=$version") \
    && dpkg-deb -x "$work/$package"_*.deb "$work/jdk" \
    && unzip -q "$work/jdk/usr/lib/jvm/openjdk-17/lib/src.zip" \
      'java.base/*' 'java.net.http/*' 'java.sql/*' 'jdk.compiler/*' -d "$work/java" \
    || { missing java "not fetched"; return 0; }
  keep java "$version" "$work/java"
}

# The library of Elixir: the source of its package in Debian.
elixir_library() {
  local version=1.14.0.dfsg-2 apt
  there elixir "$version" && return 0
  have apt-get || { missing elixir "apt-get is not installed"; return 0; }
  mkdir -p "$work/elixir" "$work/lists/partial"
  apt-get indextargets --format 'deb-src $(REPO_URI) $(RELEASE) $(COMPONENT)' \
    'Created-By: Packages' 'Origin: Debian' | sort -u >"$work/sources.list"
  apt=(apt-get -qq -o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=/dev/null
    -o "Dir::State::Lists=$work/lists" -o APT::Sandbox::User=root)
  "${apt[@]}" update \
    && (cd "$work" && "${apt[@]}" source --download-only "elixir-lang=$version") \
    && tar xJf "$work/elixir-lang_1.14.0.dfsg.orig.tar.xz" -C "$work/elixir" --strip-components=1 \
    || { missing elixir "not fetched"; return 0; }
  keep elixir "$version" "$work/elixir"
}

pypi django 5.2.19
pypi flask 3.1.3
go_library
npm_package typescript typescript 5.9.3
npm_package openai openai 6.49.0
npm_package javascript/express express 5.1.0
npm_package javascript/lodash lodash 4.17.21
npm_package javascript/axios axios 1.13.2
java_library
elixir_library
