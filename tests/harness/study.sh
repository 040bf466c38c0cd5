#!/usr/bin/env bash
# study.sh: scaling studies by the whole program: run, interrupted and gone on with, with a point that fails, and refused. CMake sets TESSERA,
# LAUNCHER and TESSERA_UNIVERSES.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
fixture=$here/fixture.yaml
failures=0

fail() {
  echo "FAILED: $1"
  failures=$((failures + 1))
}
# ends CODE TEXT COMMAND...: it ends so, and says TEXT; what it says is in the file `said`.
ends() {
  local code=0
  "${@:3}" </dev/null >said 2>&1 || code=$?
  [[ $code -eq $1 ]] || { fail "exit code $1 and not $code: ${*:3}"; cat said; }
  grep -qF -- "$2" said || { fail "'$2' is said by ${*:3}"; cat said; }
}
# refuses TEXT ARGUMENTS...: by one message, and nothing is left behind.
refuses() {
  rm -rf none
  ends 2 "$1" "$TESSERA" study "${@:2}"
  [[ $(grep -c 'tessera: ' said) -eq 1 ]] || fail "more than one message: ${*:2}"
  [[ ! -e none ]] || fail "something was left by ${*:2}"
}
study=("$TESSERA" study "$fixture" --ranks 1,2 --splits whole,2x1 --set data.augment=none --output study)

# A launcher that is killed in the middle of the second point, and one that fails there.
cat >launcher.sh <<'LAUNCHER'
#!/usr/bin/env bash
[[ ! -e fails || $1 != 2 ]] || { echo "the machine is out of order"; exit 3; }
[[ ! -e hangs || $1 != 2 ]] || { touch hanging; trap 'exit 143' TERM; while :; do sleep 0.05; done; }
exec "$LAUNCHER" -n "$@"
LAUNCHER
chmod +x launcher.sh
study+=(--steps 1 --repeats 2 --launcher "./launcher.sh {ranks}")

touch hangs
"${study[@]}" </dev/null >said 2>&1 &
pid=$!
for ((i = 0; i < 600; ++i)); do [[ ! -e hanging ]] || break; sleep 0.1; done
kill -s INT $pid
code=0
wait $pid || code=$?
[[ $code -eq 130 ]] || fail "exit code 130 and not $code"
grep -q "the same command goes on" said || fail "nobody says how to go on"
rm hangs
touch fails
ends 1 "the machine is out of order" "${study[@]}"
grep -q "strong_r1_t1_whole_b8: begins" said && fail "a point that was done is run again"
rm fails
ends 0 "FOM samples_per_second@strong_r2_t1_2x1_b8 = " "$TESSERA" study study
[[ $(grep -c ": begins" said) -eq 2 ]] || fail "the two that failed are run, and no other"
[[ $(grep -c '"failure": ""' study/study.json) -eq 3 ]] || fail "a failure stays in study.json"
grep -q "share of the peak" study/tessera.out || fail "tessera.out has no figures"
for file in study.csv study.html; do [[ -s study/$file ]] || fail "there is no $file"; done
compgen -G 'study/extra_p/*.json' >/dev/null || fail "there is nothing for Extra-P"
ends 0 "FOM" "${study[@]}"
! grep -q ": begins" said || fail "a study that is done runs something"
grep -q '"predicted_step_seconds": null' study/study.json || fail "something is predicted without a machine"
cat >machine.yaml <<'MACHINE'
name: Here
node: {cores: 1, memory_bytes: 1000000000, memory_bytes_per_second: 1.0e+10, float32_flop_per_second: 1.0e+10}
inside_node: {latency_seconds: 1.0e-6, bytes_per_second: 1.0e+10}
between_nodes: {latency_seconds: 1.0e-6, bytes_per_second: 1.0e+10}
MACHINE
ends 0 "by the machine file of Here" "${study[@]}" --machine "$work/machine.yaml"
grep -q "FOM share_of_peak@strong_r2_t1_2x1_b8" said || fail "no share of the machine's peak"
! grep -q '"predicted_step_seconds": null' study/study.json || fail "a point isn't predicted"
ends 2 "as it was begun: --machine can't be given" "$TESSERA" study study --machine "$work/machine.yaml"
ends 2 "as it was begun: --time-limit can't be given" "$TESSERA" study study --time-limit 2:00:00
ends 2 "another study: it differs in configuration" "${study[@]}" --set model.dropout=0.25

refuses "no number from 1" "$fixture" --ranks 0,1 --output none
refuses "there is no mode 'sideways'" "$fixture" --ranks 1 --mode sideways --output none
refuses "no point of the study can be run" "$fixture" --ranks 1,2 --splits 3x1 --output none
refuses "is no split" "$fixture" --ranks 1,2 --splits 2x --output none
refuses "other files" "$fixture" --ranks 1 --output "$here"
refuses "there is no such data directory" "$fixture" --ranks 1 --set data.data_dir=nowhere --output none
refuses "isn't told how many ranks" "$fixture" --ranks 1,2 --launcher "$LAUNCHER -n 2" --output none
refuses "there is no program" "$fixture" --ranks 1,2 --launcher "no-launcher {ranks}" --output none
refuses "there is no job" "$fixture" --ranks 1,2 --launcher slurm --output none
refuses "can't be divided among 2 ranks" "$fixture" --ranks 2,4 --mode weak --set data.global_batch_size=3 --output none
refuses "holds no study" .
refuses "needs --ranks and --output" "$fixture"

((failures == 0)) && echo "ALL IS WELL"
((failures == 0))
