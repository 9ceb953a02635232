# Sourced by check.sh and test.sh: runs named steps one after the other, goes on
# after a failure so that one run tells everything, and remembers both counts.
passed=0
failed=0
broken=()

# step NAME COMMAND… runs one step and times it.
step() {
  local name=$1 start=$SECONDS
  shift
  printf '\n== %s\n' "$name"
  if "$@"; then
    passed=$((passed + 1))
    printf '== %s: ok (%d s)\n' "$name" $((SECONDS - start))
  else
    failed=$((failed + 1))
    broken+=("$name")
    printf '== %s: FAILED (%d s)\n' "$name" $((SECONDS - start))
  fi
}

# nested lists the folders of modules of their own, but for tools itself.
nested() {
  find . -name go.mod -not -path ./go.mod -not -path ./tools/go.mod \
    -not -path '*/node_modules/*' -not -path './.*/*' -printf '%h\n' | sort
}
