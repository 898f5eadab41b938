#!/usr/bin/env bash
# The MCP server before the protocol's own inspector and conformance scenarios.
#
# tests/mcp_conformance.sh FAULT MODULES: FAULT is the program; MODULES is a `node_modules` folder
# with node 22.19 or later, @modelcontextprotocol/inspector and @modelcontextprotocol/conformance.
# `.ci/run` installs them. Exits 0 if everything holds.
set -uo pipefail

fault=$1
modules=$2
export PATH=$modules/node/bin:$modules/.bin:$PATH
work=$(mktemp -d)
server=
failed=()

finish() {
  [ -z "$server" ] || kill "$server" 2>/dev/null
  rm -rf "$work"
}
trap finish EXIT

# check NAME CODE COMMAND..: runs a command that must end with this exit code.
check() {
  local name=$1 wanted=$2 code=0
  shift 2
  "$@" >"$work/said" 2>&1 </dev/null || code=$?
  if [ "$code" = "$wanted" ]; then
    printf 'ok      %s\n' "$name"
  else
    printf 'FAILED  %s: exit code %s, not %s\n' "$name" "$code" "$wanted"
    tail -n 40 "$work/said"
    failed+=("$name")
  fi
}

inspect() { mcp-inspector --cli --protocol-era "$1" "$fault" agent tool "${@:2}"; }

for era in legacy auto modern; do
  check "inspector, $era: the list is strict" 0 inspect "$era" --method tools/list --strict
  check "inspector, $era: a call is answered" 0 \
    inspect "$era" --method tools/call --tool-name fault_list_proxies
  check "inspector, $era: a wrong call is an error of the tool" 5 \
    inspect "$era" --method tools/call --tool-name fault_stop_proxy --tool-arg proxy_id=nobody
done
check "inspector: calls at the same time are all answered" 0 \
  inspect modern --method tools/call --tool-name fault_list_proxies \
  --load --load-requests 200 --load-concurrency 8

# The conformance scenarios speak HTTP.
"$fault" agent tool --http 127.0.0.1:0 --no-token 2>"$work/server" &
server=$!
url=
for _ in $(seq 100); do
  url=$(grep -o 'http://127[^ ]*' "$work/server" | head -n 1)
  [ -n "$url" ] && break
  sleep 0.1
done

scenario() { conformance server --url "$url" --spec-version "$1" --scenario "$2"; }

# Those that need no fixtures: the others ask for tools that a server has only to be tested.
for name in server-initialize ping tools-list prompts-list resources-list completion-complete \
  dns-rebinding-protection server-session-lifecycle server-sse-multiple-streams server-sse-polling; do
  check "conformance, 2025-11-25: $name" 0 scenario 2025-11-25 "$name"
done
for name in tools-list prompts-list resources-list caching sep-2164-resource-not-found \
  dns-rebinding-protection http-header-validation completion-complete; do
  check "conformance, 2026-07-28: $name" 0 scenario 2026-07-28 "$name"
done

if [ ${#failed[@]} -gt 0 ]; then
  printf '%s failed\n' "${#failed[@]}"
  exit 1
fi
