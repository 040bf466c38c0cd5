#!/usr/bin/env bash
# interrupted.sh TERM|KILL RANKS TIMES [SEED]: a run that a signal ends at a random time, as often as it says, each time goes on
# and ends as the run that nothing interrupted: same parameters, momentum and history. CMake sets TESSERA, LAUNCHER,
# TESSERA_UNIVERSES and SAME_TRAINING.
set -uo pipefail
signal=$1 ranks=$2 times=$3
RANDOM=${4:-1}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0 resumed=0 anew=0

fail() {
  echo "FAILED: $1"
  tail -20 said
  failures=$((failures + 1))
}

# train OUTPUT [ARGUMENTS...]: the process ids of the ranks are in the file `ranks`.
train() {
  # shellcheck disable=SC2016  # for the inner shell
  "$LAUNCHER" -n "$ranks" bash -c 'echo $$ >>ranks; exec "$@"' shell "$TESSERA" train "$here/fixture.yaml" --output "$1" \
    --max-epochs 4 --set train.target_mae=0.001 --no-progress "${@:2}" </dev/null >>said 2>&1
}
# Times are in milliseconds.
now() { date +%s%3N; }
lines() { if [[ -e $1 ]]; then wc -l <"$1"; else echo 0; fi; }
sleep_ms() { sleep "$(printf '%d.%03d' $(($1 / 1000)) $(($1 % 1000)))"; }

train whole
[[ -e whole/checkpoint.h5 ]] || fail "the uninterrupted run left no checkpoint"
start=$(now)
train again
span=$(($(now) - start))
"$SAME_TRAINING" whole/checkpoint.h5 again/checkpoint.h5 || fail "two uninterrupted runs differ"

# A run that has ended before the signal came doesn't count.
for ((i = 1; resumed + anew < times && i <= 10 * times; ++i)); do
  rm -rf run ranks
  : >said
  train run &
  launcher=$!
  # Some time after a random epoch's end, or the start, so that a machine's load doesn't decide which.
  epoch=$((RANDOM % 4))
  until (($(lines ranks) == ranks && (epoch == 0 || $(lines run/history.csv) > epoch))); do
    kill -0 "$launcher" 2>/dev/null || break
    sleep 0.01
  done
  sleep_ms $((RANDOM % (span / 10)))
  if [[ $signal == KILL ]]; then
    # shellcheck disable=SC2046
    kill -s KILL $(cat ranks) 2>/dev/null
  else
    kill -s TERM "$(sort -R --random-source=<(yes "$i") ranks | head -1)" 2>/dev/null
  fi
  wait "$launcher"
  went_on=true
  if [[ ! -e run/checkpoint.h5 ]]; then
    anew=$((anew + 1))
    train run
  elif ! grep -q '"run_stop"' run/result.txt || [[ $(lines run/history.csv) -lt 5 ]]; then
    resumed=$((resumed + 1))
    train run --resume
    [[ $(grep -c '"run_resumed"' run/result.txt) -eq 1 ]] || fail "$i: the log doesn't say that it went on"
    [[ $signal == KILL || $(grep -c '"run_interrupted"' run/result.txt) -eq 1 ]] ||
      fail "$i: the log doesn't say that it was interrupted"
  else
    went_on=false  # killed after its last step, amid run.json
  fi
  "$SAME_TRAINING" whole/checkpoint.h5 run/checkpoint.h5 >>said 2>&1 || fail "$i: the training differs"
  cmp <(cut -d, -f1-5 whole/history.csv) <(cut -d, -f1-5 run/history.csv) >>said 2>&1 || fail "$i: history.csv differs"
  [[ $(grep -c '"run_start"' run/result.txt) -eq 1 && $(grep -c '"run_stop"' run/result.txt) -eq 1 ]] ||
    fail "$i: not one run_start and one run_stop"
  ! $went_on || ! compgen -G 'run/*.partial' >/dev/null || fail "$i: a partial file was left"
done
echo "$((resumed + anew)) runs interrupted by SIG$signal on $ranks ranks: $resumed went on, $anew had no checkpoint yet;" \
  "$failures failures"
((failures == 0 && resumed + anew == times))
