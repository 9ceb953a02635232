#!/usr/bin/env bash
# Sees to it that what the tests need is on the machine: a C compiler for the
# race detector, PostgreSQL, Chromium. As root on Debian or Ubuntu it installs
# what is missing; elsewhere it says what to install and ends with an error.
set -euo pipefail

postgres_bin() {
  # The newest first; PostgreSQL 15 is the oldest that we support.
  ls -d /usr/lib/postgresql/*/bin /usr/pgsql-*/bin 2>/dev/null | sort -Vr | head -n 1 || true
  command -v initdb >/dev/null && dirname "$(command -v initdb)"
  return 0
}

have_compiler() { command -v gcc >/dev/null && echo '#include <stdlib.h>' | gcc -E - >/dev/null 2>&1; }
have_chromium() { [ -n "${CHROMIUM:-}" ] || command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null; }
have_postgres() { [ -n "$(postgres_bin)" ]; }

for program in go node npm make git; do
  command -v "$program" >/dev/null || {
    echo "$program is missing. Install Go 1.26, Node.js 20 or newer with npm, make and git first." >&2
    exit 1
  }
done

missing=()
have_compiler || missing+=(gcc libc6-dev)
have_chromium || missing+=(chromium)
have_postgres || missing+=(postgresql)
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "The tests need: ${missing[*]} (names of Debian packages)." >&2
  echo "Install them, or run this as root on Debian: apt-get install ${missing[*]}" >&2
  exit 1
fi

echo "Installing for the tests: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
