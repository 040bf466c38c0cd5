#!/usr/bin/env bash
# schemas.sh GROUP: what the program prints and writes for other programs holds to the JSON Schemas beside its sources. CMake sets TESSERA,
# LAUNCHER, TESSERA_UNIVERSES, TESSERA_CLIMATES, SAMPLE_FILES, SAMPLE_STUDY and HOLDS_TO_SCHEMA.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$here/../..
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
fixture=$here/fixture.yaml
cases=0
failures=0

fail() {
  echo "FAILED: $1"
  failures=$((failures + 1))
}
# holds SCHEMA DOCUMENT [KEY...]: it does, but for the keys of the objects KEY, which are open.
holds() {
  cases=$((cases + 1))
  "$HOLDS_TO_SCHEMA" "$root/$1" "${@:2}" || fail "$2 doesn't hold to $1"
}
# ends CODE COMMAND...: with its standard output in the file `printed`.
ends() {
  local code=0
  "${@:2}" </dev/null >printed 2>said || code=$?
  [[ $code -eq $1 ]] || { fail "exit code $1 and not $code: ${*:2}"; cat said; }
}
# prints CODE SCHEMA COMMAND...
prints() {
  ends "$1" "${@:3}" --json
  holds "$2" printed "${open[@]}"
}
open=()
on() { "$LAUNCHER" -n "$1" "$TESSERA" "${@:2}"; }

# refused SCHEMA DOCUMENT SED: it doesn't hold any more where sed has done this to it.
refused() {
  cases=$((cases + 1))
  sed "$3" "$2" >changed.json
  ! cmp -s "$2" changed.json || fail "the test isn't testing what it claims to test: $3 does nothing to $2"
  ! "$HOLDS_TO_SCHEMA" "$root/$1" changed.json configuration kernels values >said || fail "$2 would hold to $1 after $3"
}

runs() {
  local run=harness/run/run.schema.json
  local easy=(--set data.n_train=16 --set data.standardize=false --set model.dropout=0.0 --set data.data_dir=good)
  mkdir -p good/train good/validation
  "$SAMPLE_FILES" good good/train/{01..16}.hdf5 good/validation/{01..13}.hdf5
  ends 0 on 2 train "$fixture" "${easy[@]}" --stage-dir copy --output two/run_1
  holds $run two/run_1/run.json configuration kernels
  holds io/dataset/staging.schema.json copy/staging.json
  mkdir -p sys/cray/pm_counters
  echo "345 J 1 us" >sys/cray/pm_counters/energy
  ends 1 on 2 train "$fixture" --max-epochs 1 --energy auto --energy-root sys --output measured
  holds $run measured/run.json configuration kernels
  prints 1 results/score/score.schema.json "$TESSERA" score measured
  ends 1 on 2 train "$fixture" --max-epochs 1 --set lr_schedule.lr=1e30 --output not-finite
  holds $run not-finite/run.json configuration kernels
  ends 1 on 2 train "$here/fixture-deepcam.yaml" --max-epochs 1 --output climates
  holds $run climates/run.json configuration kernels
  ends 1 on 2 train "$fixture" --max-epochs 1 --output half
  ends 1 on 2 train "$fixture" --max-epochs 2 --output half --resume --allow-element-change --split 2x1 --set compute.element=bf16
  holds $run half/run.json configuration kernels
  refused $run two/run_1/run.json 's/"metric": {/"metrics": {/'
  refused $run two/run_1/run.json 's/"steps": [0-9]*/"steps": null/'
  refused $run two/run_1/run.json 's/"status": "success"/"status": "succeeded"/'

  ends 1 "$TESSERA" campaign "$fixture" --runs 2 --models 2 --max-epochs 1 --launcher "$LAUNCHER -n {ranks}" --output campaign
  holds harness/campaign/campaign.schema.json campaign/campaign.json configuration
  local tune=harness/tune/tune.schema.json
  printf '%s\n' 'lr_schedule.lr: {log_uniform: [1e-3, 1]}' 'model.dropout: {uniform: [0, 0.5]}' \
    'model.conv_size: {integer: [4, 8], step: 4}' 'data.augment: {choice: [all, none]}' >space.yaml
  ends 0 "$TESSERA" tune "$fixture" --space space.yaml --max-epochs 2 --eta 2 --models 2 --launcher "$LAUNCHER -n {ranks}" --output tune
  holds $tune tune/tune.json configuration values
  ends 1 "$TESSERA" tune "$fixture" --space space.yaml --max-epochs 1 --random 1 --set data.data_dir=none --launcher "$LAUNCHER -n {ranks}" --output lost
  holds $tune lost/tune.json configuration values
  refused $tune tune/tune.json 's/"trained"/"drained"/'
  echo 'system_name: small' >system.yaml
  ends 0 "$TESSERA" system --user system.yaml
  mv printed system.json
  holds submissions/system_description.schema.json system.json
  prints 1 results/check/check.schema.json "$TESSERA" package two --org Example --system system.json --output packages
  prints 0 results/check/check.schema.json "$TESSERA" check two
  prints 1 results/score/score.schema.json "$TESSERA" score two campaign not-finite

  # Ten runs are a score, and two sizes of a system scale.
  local i results=round/Example/results/two/strong/cosmoflow
  mkdir -p one "$results"
  ends 0 on 1 train "$fixture" "${easy[@]}" --output one/run_1
  for i in {0..9}; do
    sed -E "s/(\"key\": \"seed\", \"value\": )[0-9]+/\1$i/; s/\"value\": \"open\"/\"value\": \"closed\"/" two/run_1/result.txt \
      >"$results/result_$i.txt"
  done
  for i in 2 3; do cp -r one/run_1 one/run_$i && cp -r two/run_1 two/run_$i; done
  prints 0 results/score/score.schema.json "$TESSERA" score round
  prints 0 results/compare/compare.schema.json "$TESSERA" compare one two round
  prints 1 results/compare/compare.schema.json "$TESSERA" compare campaign not-finite
}

plans() {
  local split=(--split 2x1 --set data.augment=none)
  prints 0 harness/plan/plan.schema.json "$TESSERA" plan "$fixture" --ranks 4 "${split[@]}"
  prints 0 harness/plan/plan.schema.json "$TESSERA" plan "$here/fixture-deepcam.yaml" --ranks 6 --split 3x1
  prints 0 harness/bench/step_bench.schema.json on 2 bench step "$fixture" --repeats 1 "${split[@]}"
  prints 0 harness/bench/step_bench.schema.json on 1 bench step "$fixture" --repeats 1 --set compute.kernels=reference
  prints 0 harness/bench/step_bench.schema.json on 1 bench step "$fixture" --repeats 1 --set compute.element=bf16
  prints 0 results/study/study.schema.json on 2 bench training "$fixture" --steps 1 --repeats 2 --verify "${split[@]}"
  prints 0 results/study/study.schema.json on 1 bench training "$fixture" --steps 1 --repeats 1 --synthetic --set compute.kernels=reference
  local predict=harness/predict/prediction.schema.json
  prints 0 $predict "$TESSERA" predict "$fixture" --machine grace --ranks 4 --split 2x1 --epochs 3
  prints 0 $predict "$TESSERA" predict "$fixture" --machine fugaku --ranks 8 --best
  refused $predict printed 's/"efficiency"/"efficiencies"/'
  ends 0 on 2 bench machine "$fixture" --size 2 --repeats 2 --output here.yaml
  prints 0 $predict "$TESSERA" predict "$fixture" --machine ./here.yaml --ranks 2 "${split[@]}"
  prints 0 harness/bench/step_bench.schema.json on 2 bench step "$fixture" --repeats 1 "${split[@]}" --compute simulated --machine ./here.yaml
  ends 2 on 2 bench step "$fixture" --repeats 1 --compute simulated
  prints 0 harness/bench/exchange_bench.schema.json on 2 bench exchange "$fixture" --repeats 1 "${split[@]}"
  prints 0 harness/bench/io_bench.schema.json on 2 bench io "$fixture" --repeats 1 --samples 8 --stage-dir staged
  prints 0 harness/bench/reduce_bench.schema.json on 2 bench reduce "$fixture" --repeats 1

  mkdir north south
  "$SAMPLE_STUDY" north/study.json North
  "$SAMPLE_STUDY" south/study.json South
  holds results/study/study.schema.json north/study.json
  refused results/study/study.schema.json north/study.json 's/"steps": 20/"steps": null/'
  prints 0 results/study/study_comparison.schema.json "$TESSERA" compare north south/study.json
}

data() {
  local inspect=io/inspect/inspect.schema.json stage=harness/datasets/stage.schema.json staging=io/dataset/staging.schema.json
  local open=(recipe channels)
  prints 0 $inspect "$TESSERA" inspect "$TESSERA_UNIVERSES"
  prints 0 $inspect "$TESSERA" inspect "$TESSERA_CLIMATES"
  prints 0 $inspect "$TESSERA" inspect "$TESSERA_CLIMATES/stats.h5"
  ends 0 on 2 convert "$here/../io/fixtures/three.tfrecord" converted --into train
  prints 0 $inspect "$TESSERA" inspect converted
  open=()
  prints 0 $stage on 2 stage "$TESSERA_UNIVERSES" copy
  truncate -s 100 copy/train/universe_000017.hdf5
  prints 0 $stage on 2 stage "$TESSERA_UNIVERSES" copy
  grep -q '"train/universe_000017.hdf5"' printed || fail "a damaged file isn't named"
  holds $staging copy/staging.json
  # Two nodes, each with its part of the samples.
  # shellcheck disable=SC2016  # for the inner shell
  ends 0 "$LAUNCHER" -n 2 bash -c 'TESSERA_NODE=$PMI_RANK exec "$0" stage "$TESSERA_UNIVERSES" "slab-$PMI_RANK" "$@"' "$TESSERA" \
    --plan slab --config "$fixture" --split 2x1 --set data.augment=none
  holds $staging slab-1/staging.json
}

scaling() {
  local study=results/study/study.schema.json
  ends 0 "$TESSERA" study "$fixture" --ranks 1,2 --mode strong,weak --splits whole --steps 1 --repeats 2 --output study
  holds $study study/study.json
  ends 0 "$TESSERA" study "$fixture" --ranks 2 --to-target --splits whole --set data.n_epochs=1 --output target
  holds $study target/study.json
  grep -q '"reached": false' target/study.json || fail "a point that trained doesn't say how it ended"
  ends 0 env SLURM_MPI_TYPE=pmi2 "$TESSERA" study "$fixture" --ranks 2 --steps 1 --submit slurm --ranks-per-node 2 --output jobs
  holds $study jobs/study.json
}

# Every schema of the tree is used here.
all() {
  local schema schemas
  schemas=$(cd "$root" && find harness io models parallel results submissions -name '*.schema.json')
  [[ $(wc -l <<<"$schemas") -ge 14 ]] || fail "the test isn't testing what it claims to test: few schemas"
  for schema in $schemas; do
    cases=$((cases + 1))
    grep -qF "$schema" "$here/schemas.sh" || fail "nothing is held to $schema"
  done
}

"$1"
echo "$cases cases, $failures failures"
((failures == 0))
