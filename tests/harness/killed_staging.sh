#!/usr/bin/env bash
# killed_staging.sh RANKS TIMES [SEED]: staging that is killed at a random time, as often as it says. What it leaves is never
# taken for a whole copy, and a second call makes it one. CMake sets TESSERA, LAUNCHER and TESSERA_UNIVERSES.
set -uo pipefail
ranks=$1 times=$2
RANDOM=${3:-1}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0 early=0 amid=0 late=0

fail() {
  echo "FAILED: $1"
  tail -20 said
  failures=$((failures + 1))
}
# Enough files that a kill meets some.
mkdir -p data/validation
for i in {1..12}; do cp -r "$TESSERA_UNIVERSES/train" "data/train$i"; done
mkdir data/train
for i in {1..12}; do for file in data/train"$i"/*; do mv "$file" "data/train/$i-${file##*/}"; done; rmdir "data/train$i"; done
cp "$TESSERA_UNIVERSES"/validation/* data/validation

stage() {
  # shellcheck disable=SC2016  # for the inner shell
  "$LAUNCHER" -n "$ranks" bash -c 'echo $$ >>ranks; exec "$@"' shell "$TESSERA" stage data copy </dev/null >said 2>&1
}
now() { date +%s%3N; }
sleep_ms() { sleep "$(printf '%d.%03d' $(($1 / 1000)) $(($1 % 1000)))"; }
is_whole() { diff -rq -x staging.json -x .staging data copy >/dev/null 2>&1; }
says_whole() { grep -q '"complete": true' copy/staging.json 2>/dev/null; }

rm -f ranks
stage || fail "staging undisturbed"
is_whole && says_whole || fail "the copy isn't whole"
for ((i = 1; i <= times; ++i)); do
  rm -rf copy ranks
  stage &
  launcher=$!
  begin=$(now)
  # Kills are spread over the time in which files appear, the moments before and after included.
  until [[ -d copy/.staging ]] || (($(now) > begin + 20000)); do sleep 0.002; done
  begin=$(now)
  case $((i % 5)) in
    0) ;;
    4) until says_whole || (($(now) > begin + 20000)); do sleep 0.002; done ;;
    *)
      wanted=$((RANDOM % 1000))
      until (($(find copy/train -name '*.hdf5' 2>/dev/null | wc -l) >= wanted || $(now) > begin + 20000)); do sleep 0.002; done
      ;;
  esac
  sleep_ms $((RANDOM % 5))
  # shellcheck disable=SC2046
  kill -s KILL $(cat ranks) 2>/dev/null
  wait "$launcher"
  files=$(find copy/train -name '*.hdf5' 2>/dev/null | wc -l)
  if says_whole; then late=$((late + 1)); elif ((files > 0)); then amid=$((amid + 1)); else early=$((early + 1)); fi
  ! says_whole || is_whole || fail "$i: a copy of $files files says that it is whole"
  stage || fail "$i: a second call fails"
  is_whole && says_whole || fail "$i: the second call's copy isn't whole"
  [[ -z $(find copy -name '*.partial') ]] || fail "$i: unfinished files were left"
done
echo "$times kills on $ranks ranks: $early before a file stood, $amid amid files, $late after the last; $failures failures"
((failures == 0))
