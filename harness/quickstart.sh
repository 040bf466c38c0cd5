#!/usr/bin/env bash
# From a fresh machine to a checked result: installs what is missing, builds, generates a small universe, trains CosmoFlow to its
# target on 2 ranks, and checks the log. Run it again as often as you like: the build and the data set are used again, and the run
# before is kept as runs/quickstart-1, -2, ...
#   bash harness/quickstart.sh [SEED]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source harness/prerequisites.sh

seed=${1:-1}
data=data/cosmoflow-tiny
output=runs/quickstart
tessera=build/tessera

say_if_not_well() {
  local status=$?
  ((status == 0)) || echo "NOT WELL: the quickstart ended with status $status; see above."
}
trap say_if_not_well EXIT

# on_two_ranks COMMAND...: with the launcher that belongs to the MPI library of the build
on_two_ranks() {
  local launcher
  launcher=$(sed -n 's/^TESSERA_LAUNCHER:[A-Z]*=//p' build/CMakeCache.txt)
  "$launcher" -n 2 "$@"
}

# One value out of the log: the first or last entry of a key, and of that the number behind a name.
entry() { grep "\"key\": *\"$1\"" "$output/result.txt"; }
number() { sed -E "s/.*\"$1\": *\"?(-?[0-9.eE+-]+).*/\1/"; }

keep_the_run_before() {
  local n=1
  [[ -e $output ]] || return 0
  while [[ -e $output-$n ]]; do n=$((n + 1)); done
  mv "$output" "$output-$n"
  echo "The run before is kept in $output-$n."
}

echo "== 1. What the build needs"
require_prerequisites

echo "== 2. Build"
started=$SECONDS
bash harness/build.sh
build_seconds=$((SECONDS - started))

echo "== 3. A small universe: 2048 + 512 samples of 16³ cells"
started=$SECONDS
on_two_ranks "$tessera" generate cosmoflow --output "$data" --suite multiscale --size 16 --train 2048 --validation 512 --seed 1
generation_seconds=$((SECONDS - started))

echo "== 4. Training on 2 ranks, to a mean absolute error of 0.124"
keep_the_run_before
started=$SECONDS
on_two_ranks "$tessera" train harness/configs/cosmoflow-tiny.yaml --seed "$seed" --output "$output" --set "data.data_dir=$data"
training_seconds=$((SECONDS - started))

echo "== 5. The log under the rules of round 3.0"
"$tessera" check "$output/result.txt" --round 3.0
echo "And under those of the closed division, which generated data can't be in:"
"$tessera" check "$output/result.txt" --round 3.0 --division closed

start=$(entry run_start | head -1 | number time_ms)
stop=$(entry run_stop | head -1 | number time_ms)
last=$(entry eval_error | tail -1)
echo "== Result"
echo "seconds: build $build_seconds, generation $generation_seconds, training $training_seconds (start to end of the program)"
awk -v ms=$((stop - start)) -v epochs="$(number epoch_num <<<"$last")" -v mae="$(number value <<<"$last")" 'BEGIN {
  printf "run: %.2f minutes, %d epochs, validation MAE %.4f\n", ms / 60000, epochs, mae }'
echo "1 of 10 runs: no score yet"
echo "ALL IS WELL: trained to the target, and the log passes the rules of round 3.0 (open division)."
