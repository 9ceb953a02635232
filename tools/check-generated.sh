#!/usr/bin/env bash
# Runs the generators and fails when a committed file was not what they make.
# It compares contents, not git's index: it works in the middle of a change.
# What they made is left in place, to look at and to commit.
set -euo pipefail
cd "$(dirname "$0")/.."

sums() {
  git ls-files -z --cached --others --exclude-standard -- '*_templ.go' '*.gen.go' |
    sort -zu | xargs -0r sha256sum 2>/dev/null || true
}

before=$(sums)
"${MAKE:-make}" --no-print-directory -s generate
if ! diff <(printf '%s\n' "$before") <(sums) >/dev/null; then
  echo "generated code was not fresh; it is now, look at the difference and commit it:"
  diff <(printf '%s\n' "$before") <(sums) | sed -n 's/^> [0-9a-f]*  /  /p;s/^< [0-9a-f]*  /  /p' | sort -u
  exit 1
fi
