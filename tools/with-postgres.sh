#!/usr/bin/env bash
# Runs a command with a PostgreSQL cluster of its own, and throws it away:
#
#   tools/with-postgres.sh go test ./models/store/...
#
# The command finds the cluster's address in TEST_POSTGRES. The cluster lies in
# a temporary folder, listens on a free loopback port, demands a password that
# is made for this run, and does not sync to disk: it holds nothing to keep.
# A TEST_POSTGRES that is already set is used as it is.
set -euo pipefail

[ $# -gt 0 ] || { echo "usage: $0 command [argument…]" >&2; exit 2; }
[ -z "${TEST_POSTGRES:-}" ] || exec "$@"

bin=$(ls -d /usr/lib/postgresql/*/bin /usr/pgsql-*/bin 2>/dev/null | sort -Vr | head -n 1 || true)
[ -n "$bin" ] || bin=$(dirname "$(command -v initdb || true)")
[ -x "$bin/initdb" ] || { echo "PostgreSQL is missing; run tools/install-test-deps.sh" >&2; exit 1; }

# initdb and postgres refuse to run as root.
as=()
dir=$(mktemp -d "${TMPDIR:-/tmp}/stafett-postgres.XXXXXX")
if [ "$(id -u)" -eq 0 ]; then
  as=(runuser -u postgres --)
  chown postgres "$dir"
fi
in_dir() { (cd "$dir" && "${as[@]}" "$@"); }

stop() {
  local pid
  pid=$(head -n 1 "$dir/data/postmaster.pid" 2>/dev/null || true)
  if [ -n "$pid" ] && kill -INT "$pid" 2>/dev/null; then
    for _ in $(seq 100); do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.1
    done
  fi
  rm -rf "$dir"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
printf '%s\n' "$password" >"$dir/password"
[ ${#as[@]} -eq 0 ] || chown postgres "$dir/password"
in_dir "$bin/initdb" -D "$dir/data" -U stafett -E UTF8 --no-locale -A scram-sha-256 \
  --pwfile="$dir/password" --no-sync >"$dir/initdb.log" 2>&1 || { cat "$dir/initdb.log" >&2; exit 1; }

# A port may be taken between the choice and the start; then take another.
port=
for _ in $(seq 10); do
  try=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
  if in_dir "$bin/pg_ctl" -D "$dir/data" -l "$dir/postgres.log" -s -w -t 30 start \
    -o "-p $try -c listen_addresses=127.0.0.1 -c unix_socket_directories='$dir' -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200" \
    >/dev/null 2>&1; then
    port=$try
    break
  fi
done
[ -n "$port" ] || { cat "$dir/postgres.log" >&2; exit 1; }

export TEST_POSTGRES="postgres://stafett:$password@127.0.0.1:$port/postgres?sslmode=disable"
"$@"
