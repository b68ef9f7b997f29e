# How the tests are run; to be sourced behind common.bash.
# shellcheck shell=bash

# run_tests FOLDER [OPTION...]: runs the tests that were built into FOLDER, with options such as --filter or --skip.
# Those of the real programs, one after the other, mostly wait: they run beside the others, and are shown behind them,
# unless a --filter says what is to be run.
run_tests() {
  local tests=$1/one4all-agentPackageTests.xctest beside output status=0
  shift
  if [[ " $* " == *" --filter "* ]]; then
    "$tests" --testing-library swift-testing "$@"
    return
  fi
  output=$(mktemp "${TMPDIR:-/tmp}/one4all-tests.XXXXXX")
  "$tests" --testing-library swift-testing "$@" --filter EndToEndTests </dev/null >"$output" 2>&1 &
  beside=$!
  # shellcheck disable=SC2064 # That process, whatever the name stands for later.
  trap "kill $beside 2>/dev/null || true; exit 130" INT TERM
  "$tests" --testing-library swift-testing "$@" --skip EndToEndTests || status=$?
  say "the tests of the real programs"
  wait "$beside" || status=$?
  trap - INT TERM
  cat "$output"
  rm -f "$output"
  return "$status"
}
