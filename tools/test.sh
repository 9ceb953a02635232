#!/usr/bin/env bash
# make test: every test there is. Expects TEST_POSTGRES (tools/with-postgres.sh
# sets it) and gotestsum's path as its argument. Goes on after a failing suite,
# and ends with the counts of each and of all.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
. tools/steps.sh

gotestsum=$1
[ -n "${TEST_POSTGRES:-}" ] || { echo "TEST_POSTGRES is not set; run this through tools/with-postgres.sh" >&2; exit 1; }
out=.cache/test
rm -rf "$out"
mkdir -p "$out"

total_passed=0
total_failed=0
summary=()

# count NAME PASSED FAILED SKIPPED STATUS notes the figures of a suite. A suite
# that broke before it could count a failure counts as one.
count() {
  local name=$1 p=$2 f=$3 s=$4 status=$5
  [ "$status" -eq 0 ] || [ "$f" -gt 0 ] || f=1
  total_passed=$((total_passed + p))
  total_failed=$((total_failed + f))
  summary+=("$(printf '%s: %d passed, %d failed, %d skipped' "$name" "$p" "$f" "$s")")
  [ "$f" -eq 0 ]
}

# verdicts FILE WORD counts the tests in test2json lines that ended so.
verdicts() {
  local n
  n=$(grep -c "\"Action\":\"$2\".*\"Test\":" "$1" 2>/dev/null)
  echo "${n:-0}"
}

# The race detector needs cgo; nothing else is built with it. It leaves out
# SQLite, which is C made into Go: what it shares it guards in ways of its own
# that the detector cannot see, and watching it doubles what every test costs.
# Results are not taken from the cache: it does not see what a test's child
# process has read.
go_suite() {
  local name=$1 dir=$2 log=$PWD/$out/${1//[^a-z0-9]/-} status=0
  (cd "$dir" && CGO_ENABLED=1 "$gotestsum" --format pkgname --format-hide-empty-pkg \
    --jsonfile "$log.json" --junitfile "$log.xml" -- -race -gcflags=modernc.org/...=-race=false -count=1 -shuffle=on -timeout 15m ./...) || status=$?
  count "$name" "$(verdicts "$log.json" pass)" "$(verdicts "$log.json" fail)" "$(verdicts "$log.json" skip)" "$status"
}

# The browser tests run the programs as they are shipped.
browser_suite() {
  local log=$PWD/$out/browser.log status=0
  (cd e2e/browser && npm ci --no-audit --no-fund --loglevel=error && node --test) 2>&1 | tee "$log" || status=$?
  figure() { sed -nE "s/^(#|ℹ) $1 ([0-9]+)$/\2/p" "$log" | tail -n 1; }
  local p f s
  p=$(figure pass) f=$(figure fail) s=$(figure skipped)
  count browser "${p:-0}" "${f:-0}" "${s:-0}" "$status"
}

# What the browser tests start.
build_suite() {
  local status=0
  "${MAKE:-make}" --no-print-directory build || status=$?
  count build $((status == 0)) 0 0 "$status"
}

# What the scripts of the binary log in at.
provider_suite() {
  local status=0
  (cd e2e/oidc-provider && npm ci --no-audit --no-fund --loglevel=error) || status=$?
  count "certified provider" $((status == 0)) 0 0 "$status"
}

export CHROMIUM=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome)}
step "build" build_suite
step "certified provider" provider_suite
# What is too much for the race detector, which takes a quarter of it.
whole_suite() {
  local log=$PWD/$out/whole status=0
  CGO_ENABLED=0 "$gotestsum" --format pkgname --jsonfile "$log.json" -- -count=1 -timeout 15m -run 'TestHostile|TestAPIMatrix|TestMatrix' ./handlers || status=$?
  count "whole lists and matrix" "$(verdicts "$log.json" pass)" "$(verdicts "$log.json" fail)" "$(verdicts "$log.json" skip)" "$status"
}

step "whole lists of hostile inputs, whole matrix" whole_suite
step "go test -race ./... (SQLite and PostgreSQL)" go_suite go .
for dir in $(nested); do
  step "go test -race in $dir" go_suite "$dir" "$dir"
done
[ ! -f e2e/browser/package.json ] || step "browser" browser_suite

printf '\n'
printf '%s\n' "${summary[@]}"
printf 'total: %d passed, %d failed\n' "$total_passed" "$total_failed"
[ "$failed" -eq 0 ] && [ "$total_failed" -eq 0 ]
