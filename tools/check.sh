#!/usr/bin/env bash
# make check: everything about the code that needs no running program. Each
# step is a target of the Makefile, so that a failing one can be run alone.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
. tools/steps.sh

for target in check-vet check-house check-generated check-api check-tidy lint check-vulnerabilities; do
  step "$target" "${MAKE:-make}" --no-print-directory "$target"
done

printf '\ncheck: %d passed, %d failed%s\n' "$passed" "$failed" "${broken:+ (${broken[*]})}"
[ "$failed" -eq 0 ]
