# How the tests are run; to be sourced behind common.bash.
# shellcheck shell=bash

# run_tests FOLDER: runs the tests that were built into FOLDER. Those of the real programs, one after the other, mostly wait:
# they run beside the others, and are shown behind them.
run_tests() {
  local tests=("$1/one4all-agentPackageTests.xctest" --testing-library swift-testing) beside output status=0
  output=$(mktemp "${TMPDIR:-/tmp}/one4all-tests.XXXXXX")
  "${tests[@]}" --filter EndToEndTests </dev/null >"$output" 2>&1 &
  beside=$!
  # shellcheck disable=SC2064 # That process, whatever the name stands for later.
  trap "kill $beside 2>/dev/null || true; rm -f '$output'; exit 130" INT TERM
  "${tests[@]}" --skip EndToEndTests || status=$?
  say "the tests of the real programs"
  wait "$beside" || status=$?
  trap - INT TERM
  cat "$output"
  rm -f "$output"
  return "$status"
}
