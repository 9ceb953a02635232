#!/usr/bin/env bash
# Looks for known vulnerabilities in what our code reaches. The database comes
# from VULNDB (an address that govulncheck understands), else from the snapshot
# beside the checkout; without either the check is left out, and says so.
set -euo pipefail
cd "$(dirname "$0")/.."

govulncheck=$1
snapshot=../shared/data/vulndb-osv.tar.xz
database=${VULNDB:-}

if [ -z "$database" ] && [ -f "$snapshot" ]; then
  dir=$(mktemp -d)
  trap 'rm -rf "$dir"' EXIT
  tar -xJf "$snapshot" -C "$dir"
  database=file://$dir/data/osv
fi
if [ -z "$database" ]; then
  echo "left out: no snapshot at $snapshot; VULNDB=https://vuln.go.dev make check-vulnerabilities asks the network"
  exit 0
fi
"$govulncheck" -db "$database" ./...
