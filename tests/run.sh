#!/usr/bin/env bash
# Installs what is missing, builds everything and runs every test. The last line but one is the count, alone on its line; before it
# stands what was skipped, and why.
#   bash tests/run.sh [ctest arguments]       for instance: bash tests/run.sh -R Config
# In CI (CI=true) a warning fails the build.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source harness/prerequisites.sh

require_prerequisites tests
if ! bash harness/build.sh tests; then
  echo "NOT WELL: the build failed."
  exit 1
fi

# Tests on several ranks ask for all cores (PROCESSORS or RUN_SERIAL in CMake), so ctest runs them alone.
log=build/tests.log
status=0
ctest --test-dir build --output-on-failure --parallel "$(nproc)" --no-tests=error "$@" 2>&1 | tee "$log" |
  grep -vE '^ *[0-9]+/[0-9]+ Test .* Passed|^ +Start +[0-9]+:' || status=$?
read -r failed total < <(sed -nE 's/.*tests passed, ([0-9]+) tests? failed out of ([0-9]+).*/\1 \2/p' "$log") || true
if [[ -z ${total:-} ]]; then
  echo "NOT WELL: no tests were run; see $log."
  exit 1
fi

# CTest counts skipped tests among the passed ones. Why is in what they said: scripts in a line "skipped: ...", GoogleTest in the line
# after "FILE:LINE: Skipped". A program that CTest knows as one test may skip some of its cases: these are named, but not counted.
skipped=$(sed -nE 's/^[[:space:]]*[0-9]+ - (.*) \(Skipped\).*/\1/p' "$log")
awk -v skipped="$skipped" '
  BEGIN { n = split(skipped, name, "\n"); for (i = 1; i <= n; ++i) whole[name[i]] = 1 }
  function say(what) { print "skipped: " what ": " (why == "" ? "it does not say why" : why); why = "" }
  sub(/^[0-9]+\/[0-9]+ Test: /, "") { test = $0; why = "" }
  sub(/^skipped: /, "") { why = $0 }
  told { why = $0; told = 0 }
  /: Skipped$/ { told = 1 }
  /^\[  SKIPPED \].* ms\)$/ && !(test in whole) { say(test ", in part: " $4) }
  /^<end of output>$/ && test in whole { say(test) }
' build/Testing/Temporary/LastTest.log
skips=$(grep -c . <<<"$skipped" || true)
echo "$((total - failed - skips)) passed, $failed failed, $skips skipped"
if ((status != 0 || failed != 0)); then
  echo "NOT WELL: $failed tests failed; see above."
  exit 1
fi
echo "ALL IS WELL: every test that was not skipped passed."
