#!/usr/bin/env bash
# program.sh GROUP: one group of tests of the whole program, on 2 ranks: its exit code, that it says what is wrong once and on
# one rank, and what it leaves behind. Prints the cases that failed. CMake sets TESSERA, LAUNCHER, TESSERA_UNIVERSES and
# SAMPLE_FILES.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0
cases=0

fail() {
  echo "FAILED: $1"
  sed 's/^/    /' said 2>/dev/null
  failures=$((failures + 1))
}

# skip WHY: CTest counts this test as skipped.
skip() {
  echo "skipped: $1"
  exit 77
}
needs_small_disk() {
  unshare --user --map-root-user --mount true 2>/dev/null || skip "a user may not mount here, not even in a namespace of their own"
}
needs_small_pages() {
  [[ $(getconf PAGE_SIZE) -eq 4096 ]] || skip "the test counts pages of 4096 bytes, and this machine has others"
}

# ends CODE TEXT COMMAND...: it ends with that exit code and says the text once; what it said is in the file `said`.
ends() {
  cases=$((cases + 1))
  bash "$here/../support/expect_once.sh" "$@" </dev/null >said 2>&1 || fail "exit code $1 and \"$2\" once: ${*:3}"
}
# also TEXT: the last command said this, too.
also() { grep -qF -- "$1" said || fail "nothing says \"$1\""; }

# train CODE TEXT ARGUMENTS...: `ends` of a training; config, output and ranks may be set.
train() {
  ends "$1" "$2" "$LAUNCHER" -n "${ranks:-2}" "$TESSERA" train "${config:-$here/fixture.yaml}" --output "${output:-run}" "${@:3}"
}

# refuses TEXT ARGUMENTS...: a run is refused as bad input, by one message, and leaves no file behind.
refuses() {
  rm -rf run
  train 2 "$1" "${@:2}"
  [[ $(grep -c 'tessera: ' said) -eq 1 ]] || fail "more than one message"
  [[ ! -d run || -z $(ls -A run) ]] || fail "files were left: $(ls -A run)"
}
# aborted CODE TEXT ARGUMENTS...: a run that had begun ends before its target, and its files say so.
aborted() {
  rm -rf run
  train "$@"
  files_say_aborted
}
files_say_aborted() {
  [[ $(grep -c '"run_stop".*"status": "aborted"' run/result.txt) -eq 1 ]] || fail "result.txt has no run_stop, aborted"
  grep -q '"status": "aborted"' run/run.json || fail "run.json doesn't say aborted"
  ! compgen -G 'run/*.partial' >/dev/null || fail "a partial file was left"
}

# with_line KEY LINE: a configuration in which the line of KEY is another one.
with_line() {
  sed "s|^\( *\)$1:.*|\1$2|" "$here/fixture.yaml" >changed.yaml
  config=changed.yaml
  line=$(grep -nF -- "$2" changed.yaml | cut -d: -f1)
}
# universes KIND FILE: a copy of the data set, made of links, in which one sample is bad.
universes() {
  rm -rf data
  cp -rs "$TESSERA_UNIVERSES" data
  "$SAMPLE_FILES" "$1" "data/$2"
}
# nth FOLDER NUMBER: a sample by number, from 1.
nth() { (cd "$TESSERA_UNIVERSES" && find "$1" -name '*.hdf5' | sort | sed -n "$2p"); }

self_check() {
  train 1 "self-check: " --max-epochs 1
  grep -q '"self_check": 0\.[0-9]*[1-9]' run/run.json || fail "run.json doesn't say how long it took"
  rm -rf run
  train 1 "see run" --max-epochs 1 --no-self-check
  ! grep -q self-check: said || fail "there was a self-check"
  grep -q '"self_check": 0.0,' run/run.json || fail "run.json has a time for none"
  rm -rf run
  # Less than the processor has: the library asks for the variable.
  [[ $(uname -m) == x86_64 ]] || return 0
  ONEDNN_MAX_CPU_ISA=AVX2 train 1 "bfloat16 is emulated" --max-epochs 1 --set compute.element=bf16
  also "self-check: "
  rm -rf run
  ONEDNN_MAX_CPU_ISA=SSE41 train 1 "fell back to a generic implementation" --max-epochs 1
  ONEDNN_MAX_CPU_ISA=SSE41 ends 0 "fell back to a generic implementation" "$TESSERA" bench step "$here/fixture.yaml" --repeats 1
  ONEDNN_MAX_CPU_ISA=AVX2 ends 0 "bfloat16 is emulated" "$TESSERA" bench step "$here/fixture.yaml" --repeats 1 --set compute.element=bf16
}

configuration() {
  with_line n_train 'n_trian: 96'
  refuses "unknown key 'data.n_trian'"
  also "did you mean 'n_train'?"
  also "changed.yaml, line $line"
  with_line n_epochs 'n_epochs: many'
  refuses "data.n_epochs is many, expected a whole number"
  also "changed.yaml, line $line"
  with_line dropout 'dropout: 1.5'
  refuses "model.dropout is 1.5, expected a number of at least 0 and below 1"
  also "changed.yaml, line $line"
  with_line data 'data: ['
  refuses "changed.yaml, line"
  config=nowhere.yaml refuses "nowhere.yaml"
  unset config
  refuses "unknown key 'train.target_mea'" --set train.target_mea=0.2
  also "did you mean 'target_mae'?"
}

# is_utf8 FILE...: each is there, and other programs can read it.
is_utf8() {
  local file
  for file; do iconv -f UTF-8 -t UTF-8 "$file" >/dev/null || fail "$file isn't UTF-8"; done
}
# prints CODE WORDS...: what a command prints for other programs is JSON in UTF-8.
prints() {
  cases=$((cases + 1))
  "$TESSERA" "${@:2}" </dev/null >printed 2>said
  [[ $? -eq $1 && -s printed ]] || fail "exit code $1 and JSON: ${*:2}"
  is_utf8 printed
}
# Paths, names and settings may have any bytes that the file system takes.
any_bytes() {
  local name=$'M\xfcll\xe2\x82'
  mkdir "$name" 2>/dev/null || skip "this file system has no names but those in UTF-8"
  local set=$name/set run=$name/run
  ends 0 "training and" "$LAUNCHER" -n 2 "$TESSERA" generate cosmoflow --output "$set" --size 16 --train 96 --validation 16
  local own=(--set "data.data_dir=$set" --set "mlperf.org=$name" --set $'mlperf.platform=\xff\xfex')
  output=$run train 1 "after 1 epoch" --max-epochs 1 "${own[@]}"
  output=$run train 1 "after 2 epochs" --max-epochs 2 --resume "${own[@]}"
  is_utf8 "$run"/{run.json,result.txt,history.csv}
  output=$run train 2 "mlperf.platform: " --max-epochs 3 --resume "${own[@]}" --set mlperf.platform=other
  output=$name/staged train 1 "after 1 epoch" --max-epochs 1 "${own[@]}" --stage-dir "$name/staging"
  is_utf8 "$name"/{staged/run.json,staging/staging.json}
  ends 0 "dump" bash -c '"$@" && echo dump' - "$TESSERA" train "$here/fixture.yaml" "${own[@]}" --dump-step "$name/step.h5"

  mkdir -p "$name"/in/{train,validation}
  cp "$here/../io/fixtures/three.tfrecord.gz" "$name/in/train/$name.gz"
  cp "$here/../io/fixtures/one.tfrecord.gz" "$name/in/validation"
  local out=$name/out
  converts 0 "3 training and 1 validation samples of CosmoFlow TFRecords, 4 converted" "$name/in" "$out"
  is_utf8 "$out/manifest.json"
  cp -r "$out" whole
  converts 0 "there already, all checksums right" "$name/in" "$out"
  rm "$out/train/${name}_000001.hdf5"
  converts 0 ", 3 converted" "$name/in" "$out"
  diff -r whole "$out" >said 2>&1 || fail "what was made again differs"
  ends 0 "all 4 checksums are right" "$TESSERA" inspect "$out"
  mv "$out/train/${name}_000001.hdf5" "$out/train/"$'\xff.hdf5'
  prints 1 inspect "$out" --json
  mv "$out/train/"$'\xff.hdf5' "$out/train/${name}_000001.hdf5"
  prints 0 inspect "$out/train/${name}_000001.hdf5" --json
  stage 0 "5 files copied" "$out" "$name/copy"
  stage 0 "5 files were there already" "$out" "$name/copy"
  is_utf8 "$name/copy/staging.json"
  diff -r -x staging.json -x .staging "$out" "$name/copy" >said 2>&1 || fail "a copy isn't the data set"
  prints 0 stage "$out" "$name/copy" --json
  # One data set isn't taken for another whose name has other bytes there.
  cp -r "$out" "$name/"$'\xfe'
  cp -r "$out" "$name/"$'\xff'
  stage 0 "5 files copied" "$name/"$'\xfe' "$name/other"
  stage 2 "the directory holds a staged copy of" "$name/"$'\xff' "$name/other"
  stage 0 "5 staged files removed" --clean "$name/copy"

  prints 0 plan "$here/fixture.yaml" --ranks 2 "${own[@]}" --json
  prints 1 check "$run" --json
  prints 1 score "$name" --json
  prints 0 system
  ends 1 "no score" "$TESSERA" score "$name" --csv "$name/scores.csv"
  is_utf8 "$name/scores.csv"
  prints 1 compare "$name" --html "$name/report.html" --json
  is_utf8 "$name/report.html"
  "$TESSERA" system --output "$name/system.json" >/dev/null 2>&1
  is_utf8 "$name/system.json"
  sed -i 's/"system_name": ""/"system_name": "s"/' "$name/system.json"
  ends 1 "NOT written" "$TESSERA" package "$run" --org "$name" --system "$name/system.json" --output "$name/packages"
  printf 'system_name: M\xfcll\n' >"$name/system.yaml"
  prints 1 package "$run" --org Example --system "$name/system.yaml" --output "$name/packages" --json
  local some=("$here/fixture.yaml" --runs 1 --max-epochs 1 --output "$name/all" --launcher "$LAUNCHER -n {ranks}" "${own[@]}")
  ends 1 "1 of 10 runs" "$TESSERA" campaign "${some[@]}"
  is_utf8 "$name"/all/{campaign.json,run_1/run.json}
  ends 1 "1 of 1 runs are finished already" "$TESSERA" campaign "${some[@]}"
}

directories() {
  refuses "there is no such data directory" --set data.data_dir=nowhere
  refuses "nowhere/train" --set data.data_dir=nowhere --set data.standardize=false
  mkdir -p data/train data/validation
  refuses "a data directory holds no *.hdf5 or *.h5 file" --set data.data_dir=data --set data.standardize=false
  also "data/train"
  config=. refuses "this is no regular file"
  ln -s loop loop
  config=loop/file refuses "symbolic links"
  refuses "symbolic links" --set data.data_dir=loop/data
  ends 2 "symbolic links" "$LAUNCHER" -n 2 "$TESSERA" inspect loop/data
  ends 2 "symbolic links" "$LAUNCHER" -n 2 "$TESSERA" generate cosmoflow --output loop/data
}

# What is said of each kind of bad sample.
declare -A says=([truncated]="cannot open an HDF5 file" [other-format]="this is not an HDF5 file"
  [wrong-shape]="'x' is int16 (16,16,8,8) and not int16 (16,16,16,4)"
  [wrong-element]="'x' has elements of type float32"
  [lacks-x]="lacks the data set 'x'" [lacks-y]="lacks the data set 'y'"
  [nan-target]="'y' has a target that is no number" [negative-count]="'x' has a negative count (-7)"
  [damaged-chunk]="a chunk of the data set 'x' is damaged: its Adler-32 checksum is wrong")

# The first sample is looked at before training.
first_sample() {
  local kind first
  first=$(nth train 1)
  for kind in "${!says[@]}"; do
    universes "$kind" "$first"
    refuses "${says[$kind]}" --set data.data_dir=data
    also "data/$first"
  done
}

# Any other is met on the way, by one rank, and all must leave together.
later_sample() {
  local kind later
  later=$(nth train 40)
  for kind in truncated negative-count lacks-y damaged-chunk; do
    universes "$kind" "$later"
    aborted 2 "${says[$kind]}" --set data.data_dir=data
    also "data/$later"
  done
  universes nan-target "$(nth validation 13)"
  aborted 2 "${says[nan-target]}" --set data.data_dir=data
  [[ ! -e run/history.csv ]] || fail "an epoch that wasn't evaluated is in history.csv"
}

batch() {
  refuses "an epoch has 6 samples, fewer than the global batch of 8" --set data.n_train=6
  refuses "97 samples are asked for, 96 are there" --set data.n_train=97
  ranks=3 refuses "a global batch of 8 samples can't be divided among 3 replicas"
  also "set data.global_batch_size to 6 or 9"
}

output() {
  touch file
  output='file' train 2 "the output directory can't be made"
  output=file/run refuses "the output directory can't be made"
  output=/proc/run refuses "the output directory can't be made"
  train 1 "ended before its target was reached" --max-epochs 1 --set train.target_mae=0.001
  cp -r run finished
  train 2 "the output directory holds a finished run"
  diff -r run finished >said || fail "a finished run was touched"
}

# under_way FILE COMMAND...: a command that goes on in the background, when the file is there; its process is in $under_way.
under_way() {
  local begin=$SECONDS
  "${@:2}" </dev/null >under_way.log 2>&1 &
  under_way=$!
  until [[ -e $1 ]] || ((SECONDS > begin + 20)); do sleep 0.01; done
  [[ -e $1 ]] || fail "${*:2}: no $1: $(cat under_way.log)"
}
# What one process writes is refused to a second, which names the first; when that was killed, it is free.
locked() {
  local i process started="in use by process"
  under_way run/result.txt "$LAUNCHER" -n 1 "$TESSERA" train "$here/fixture.yaml" --output run --max-epochs 100000 \
    --set train.target_mae=0.0001
  cp run/result.txt before
  process=$(sed -E 's/.*"process":([0-9]+).*/\1/' run/.tessera-lock)
  train 2 "the output directory is $started $process on $(hostname)"
  train 2 "the output directory is $started $process on $(hostname)" --resume
  cmp -n "$(stat -c %s before)" before run/result.txt >said 2>&1 || fail "the log of the first run was touched"
  kill -KILL "$process"
  wait "$under_way"
  rm -rf run

  # A run that loses its directory ends, and writes nothing more.
  under_way run/history.csv "$LAUNCHER" -n 1 "$TESSERA" train "$here/fixture.yaml" --output run --max-epochs 100000 \
    --set train.target_mae=0.0001
  cases=$((cases + 1))
  sed 's/"host":"[^"]*"/"host":"elsewhere"/; s/"token":"[^"]*"/"token":"of another"/' run/.tessera-lock >lock
  mv lock run/.tessera-lock
  wait "$under_way"
  [[ $? -eq 3 ]] || fail "a run whose directory was taken over has another exit code than 3: $(cat under_way.log)"
  grep -q "the output directory was taken over by process $(sed -E 's/.*"process":([0-9]+).*/\1/' run/.tessera-lock) on elsewhere" \
    under_way.log || fail "nothing says who took the directory over: $(cat under_way.log)"
  [[ ! -e run/run.json ]] || fail "there is a run.json"
  ! grep -q '"run_stop"' run/result.txt || fail "result.txt has a run_stop"

  # A stopped process holds what it holds. The data set is large enough that it is stopped before its end.
  mkdir -p in/train in/validation
  cp "$here/../io/fixtures/one.tfrecord.gz" in/validation
  for i in {100..399}; do cp "$here/../io/fixtures/three.tfrecord.gz" in/train/part$i.gz; done
  under_way out/unfinished.json "$TESSERA" convert in out
  kill -STOP "$under_way"
  converts 2 "the directory to convert to is $started $under_way on $(hostname)" in out
  kill -KILL "$under_way"
  wait "$under_way"
  converts 0 "900 training and 1 validation samples" in out
  [[ ! -e out/.tessera-lock ]] || fail "the lock was left"

  local universes=(generate cosmoflow --output made --size 16 --validation 1)
  under_way made/unfinished.json "$TESSERA" "${universes[@]}" --train 4000
  kill -STOP "$under_way"
  ends 2 "the directory to generate into is $started $under_way on $(hostname)" "$LAUNCHER" -n 2 "$TESSERA" \
    "${universes[@]}" --train 4000
  kill -KILL "$under_way"
  wait "$under_way"
  ends 2 "an unfinished data set of another recipe" "$LAUNCHER" -n 2 "$TESSERA" "${universes[@]}" --train 2
  [[ ! -e made/.tessera-lock ]] || fail "the lock was left"

  under_way copy/.staging/files-0.txt "$TESSERA" stage out copy
  kill -STOP "$under_way"
  if [[ -e copy/.staging/.tessera-lock ]]; then
    stage 2 "the directory to stage to is $started $under_way on $(hostname)" out copy
  else
    fail "the test isn't testing what it claims to test: staging had ended"
  fi
  kill -KILL "$under_way"
  wait "$under_way"
  stage 0 "staged by the plan replicate" out copy

  # A run that loses its directory while it stages, which takes some tens of milliseconds.
  for i in {1..20}; do
    rm -rf run staged
    under_way staged/.staging/files-0.txt "$TESSERA" train "$here/fixture.yaml" --output run --stage-dir staged \
      --set data.data_dir=out --set data.standardize=false --set data.n_train=900 --set data.n_valid=1
    kill -STOP "$under_way"
    (($(find staged/train -name '*.hdf5' | wc -l) < 900)) && break
    kill -KILL "$under_way"
    wait "$under_way"
  done
  cases=$((cases + 1))
  sed 's/"host":"[^"]*"/"host":"elsewhere"/; s/"token":"[^"]*"/"token":"of another"/' run/.tessera-lock >lock
  mv lock run/.tessera-lock
  kill -USR1 "$under_way"
  kill -CONT "$under_way"
  wait "$under_way"
  [[ $? -eq 3 ]] || fail "a run that lost its directory while staging has another exit code than 3: $(cat under_way.log)"
  grep -q "the output directory was taken over by process" under_way.log || fail "nothing says so: $(cat under_way.log)"

  under_way all/run_1/result.txt "$TESSERA" campaign "$here/fixture.yaml" --runs 2 --max-epochs 100000 --output all \
    --launcher "env RANKS={ranks}" --set train.target_mae=0.0001
  ends 2 "the output directory is $started $under_way on $(hostname)" "$TESSERA" campaign "$here/fixture.yaml" --runs 2 \
    --max-epochs 100000 --output all --launcher "env RANKS={ranks}" --set train.target_mae=0.0001
  kill -TERM "$under_way"
  wait "$under_way"
  [[ $? -eq 143 ]] || fail "the campaign has another exit code than 143: $(cat under_way.log)"
  [[ -z $(find all -name .tessera-lock) ]] || fail "locks were left: $(find all -name .tessera-lock)"
  # What it left says that it was stopped; the run that then can't go on was not.
  for i in all/run_1/checkpoint*.h5; do echo damaged >"$i"; done
  ends 2 "FAILED with exit code 2" "$TESSERA" campaign "$here/fixture.yaml" --runs 2 --max-epochs 100000 --output all \
    --launcher "env RANKS={ranks}" --set train.target_mae=0.0001
}

# A disk of a few pages of 4096 bytes, mounted where none but this test sees it.
disk_full() {
  if [[ ${1:-} != mounted ]]; then
    needs_small_pages
    needs_small_disk
    unshare --user --map-root-user --mount bash "$here/program.sh" disk_full mounted
    exit
  fi
  mkdir disk
  mount -t tmpfs -o size=32k none disk
  head -c 32k /dev/zero >disk/filler
  output=disk/run train 3 "cannot write the file of a lock: No space left on device"
  [[ -z $(ls -A disk/run) ]] || fail "files were left: $(ls -A disk/run)"
  truncate -s 28k disk/filler  # a page for the lock
  output=disk/run train 3 "the result log can't be written"
  [[ -z $(ls -A disk/run) ]] || fail "files were left: $(ls -A disk/run)"

  # Three pages more hold the log and one history.csv, but no checkpoint.
  truncate -s 16k disk/filler
  output=disk/run train 3 "cannot write a file: No space left on device"
  also "where: disk/run/checkpoint.h5"
  [[ $(cd disk/run && echo *) == "history.csv result.txt" ]] || fail "left: $(ls -A disk/run)"
  [[ $(grep -c 'tessera: ' said) -eq 1 ]] || fail "more than one message"
  grep -q '"run_stop".*"status": "aborted"' disk/run/result.txt || fail "result.txt has no run_stop, aborted"
  [[ $(wc -l <disk/run/history.csv) -eq 2 ]] || fail "history.csv isn't that of the first epoch"

  # A checkpoint of 2.6 MB, but not the next beside it: the run can go on from the first.
  mount -o remount,size=4m disk
  output=disk/saved train 3 "cannot write a file: No space left on device"
  also "where: disk/saved/checkpoint.h5"
  [[ -z $(find disk -name '*.partial') ]] || fail "left: $(find disk)"
  mount -o remount,size=16m disk
  output=disk/saved train 1 "goes on after epoch 1" --resume
  rm -r disk/saved
  mount -o remount,size=32k disk

  ends 3 "No space left on device" "$LAUNCHER" -n 2 "$TESSERA" generate cosmoflow --output disk/universes --size 16 \
    --train 8 --validation 4
  [[ -z $(find disk -name '*.partial' -o -name manifest.json) ]] || fail "left: $(find disk)"
}

target() {
  mkdir -p data/train data/validation
  "$SAMPLE_FILES" good data/train/{01..16}.hdf5 data/validation/{01..13}.hdf5
  train 0 "target reached" --set data.data_dir=data --set data.n_train=16 --set data.standardize=false \
    --set model.dropout=0.0
  local round division
  for round in 1.0 2.0 3.0; do
    for division in open closed; do
      ends 0 "compliant      run/result.txt" "$TESSERA" check run --round "$round" --division "$division"
    done
  done
  # A target of one's own is no benchmark's.
  rm -rf run
  train 0 "target reached" --set train.target_mae=0.6
  ends 1 "target-missed" "$TESSERA" check run
}

logs() {
  echo "no log at all" >text
  ends 2 "this file isn't a result log" "$LAUNCHER" -n 2 "$TESSERA" check text
  ends 2 '"rule": "no-entries"' "$TESSERA" check text --json
  ends 2 "this file isn't a result log" "$TESSERA" check text --json
  ends 2 "nowhere" "$LAUNCHER" -n 2 "$TESSERA" check nowhere
  mkdir empty
  ends 2 "this directory holds no result log" "$LAUNCHER" -n 2 "$TESSERA" check empty
  ends 2 "--round" "$LAUNCHER" -n 2 "$TESSERA" check --round 9 text
  ends 2 "excludes --own" "$LAUNCHER" -n 2 "$TESSERA" check --own --division open text
  ends 2 "there is no such directory" "$LAUNCHER" -n 2 "$TESSERA" score text
  ends 2 "this directory holds no result log" "$LAUNCHER" -n 2 "$TESSERA" score empty
  ends 2 "--json is printed there" "$LAUNCHER" -n 2 "$TESSERA" score empty --json --csv -
  mkdir -p round/run_1
  grep -v '^$' text >round/run_1/result.txt
  ends 1 "own: failed    round/run_1/result.txt" "$LAUNCHER" -n 2 "$TESSERA" check --own round
  ends 1 "no score: no log names its benchmark" "$LAUNCHER" -n 2 "$TESSERA" score round --csv scores.csv
  [[ $(wc -l <scores.csv) -eq 2 ]] || fail "scores.csv: $(cat scores.csv)"
  ends 1 '"why_no_score": "no log names its benchmark"' "$LAUNCHER" -n 2 "$TESSERA" score round --json
  ends 2 "nowhere" "$LAUNCHER" -n 2 "$TESSERA" score round --csv nowhere/scores.csv
  ends 2 "there is no such directory" "$LAUNCHER" -n 2 "$TESSERA" compare text
  ends 2 "no organisation is called 'other'" "$LAUNCHER" -n 2 "$TESSERA" compare round --join that,other=one
  ends 2 "no system is called 'that'" "$LAUNCHER" -n 2 "$TESSERA" compare round --base that
  ends 2 "nowhere" "$LAUNCHER" -n 2 "$TESSERA" compare round --html nowhere/report.html
  ends 1 "no log names its benchmark" "$LAUNCHER" -n 2 "$TESSERA" compare round --html report.html
  tail -1 report.html | grep -q '</html>' || fail "report.html isn't whole"
  echo "{" >round/run_1/run.json
  ends 2 "this file holds no JSON object" "$LAUNCHER" -n 2 "$TESSERA" compare round
  mkdir study
  echo "{" >study/study.json
  ends 2 "this study is no JSON" "$LAUNCHER" -n 2 "$TESSERA" compare study
  echo "{}" >study/study.json
  ends 2 "'schema_version'" "$LAUNCHER" -n 2 "$TESSERA" compare study/study.json
  "$SAMPLE_STUDY" study/study.json
  ends 2 "no study.json is there" "$LAUNCHER" -n 2 "$TESSERA" compare study round
  ends 2 "no study is called 'that'" "$LAUNCHER" -n 2 "$TESSERA" compare study --base that
  ends 2 "studies have no organisations" "$LAUNCHER" -n 2 "$TESSERA" compare study --join that,other=one
}

# What can't be printed is said by one rank, with the exit code of a full disk.
stdout_full() {
  local arguments
  [[ -c /dev/full ]] || skip "there is no /dev/full here"
  cp -rL "$TESSERA_UNIVERSES" data
  mkdir one
  cp "$here/../io/fixtures/one.tfrecord" one
  while read -ra arguments; do
    # shellcheck disable=SC2016  # for the inner shell
    ends 3 "where: standard output" "$LAUNCHER" -n 2 bash -c 'exec "$@" >/dev/full' shell "$TESSERA" "${arguments[@]}"
    [[ $(grep -c 'tessera: ' said) -eq 1 ]] || fail "${arguments[*]}: more than one message"
  done <<END
inspect data/train/universe_000000.hdf5
inspect data --json
plan $here/fixture.yaml
plan $here/fixture.yaml --json
bench reduce $here/fixture.yaml --repeats 1
bench reduce $here/fixture.yaml --repeats 1 --json
stage data copy
stage data copy --json
stage --clean copy
generate cosmoflow --output made --size 16 --train 1 --validation 1
generate cosmoflow --output made --size 16 --train 1 --validation 1
convert one out --into train
system
END
}

not_finite() {
  aborted 1 "the loss is not finite in epoch 1, step" --set lr_schedule.lr=1e30
  grep -q '"failure": "the loss is not finite in epoch 1, step' run/run.json || fail "run.json doesn't say why"
  ends 1 "missing-key eval_error" "$TESSERA" check run

  aborted 1 "the loss is not finite in epoch 2, step" --set lr_schedule.schedule=steps \
    --set 'lr_schedule.decay_epochs={1: 1e32}'
  ends 1 "target-missed" "$TESSERA" check run
}

# refuses_to_resume TEXT ARGUMENTS...: a run isn't gone on with, and what is there stays as it is.
refuses_to_resume() {
  rm -rf before
  cp -a run before
  train 2 "$1" "${@:2}"
  diff -r run before >differences 2>&1 || fail "the output directory was touched: $(cat differences)"
}
resume() {
  train 2 "there is no checkpoint to go on from" --resume
  train 75 "stopped at the time limit of 0.001 s" --time-limit 0.001
  also "give the same command with --resume"
  files_say_aborted
  refuses_to_resume "model.dropout: 0.5 then, 0.1 now" --resume --set model.dropout=0.1 --set train.seed=3
  also "train.seed: 0 then, 3 now"
  refuses_to_resume "data.n_train: 96 then, 88 now" --resume --set data.n_train=88
  refuses_to_resume "global batch: 8 samples then, 4 now" --resume --set data.global_batch_size=4
  refuses_to_resume 'compute.element: "float32" then, "bf16" now' --resume --set compute.element=bf16
  also "to go on in bf16 from what was trained in float32, give --allow-element-change"
  refuses_to_resume "--allow-element-change is given without --resume" --allow-element-change
  refuses_to_resume 'compute.element: "float32" then, "float64" now' --resume --allow-element-change \
    --set compute.element=float64 --set compute.kernels=reference
  refuses_to_resume "there is no checkpoint to go on from" --resume=checkpoint-previous.h5
  refuses_to_resume "the output directory holds the checkpoint of an interrupted run"
  mv run/result.txt log
  refuses_to_resume "run/result.txt" --resume
  mv log run/result.txt

  ranks=1 train 1 "the last bits of the results may change: ranks 2 then, 1 now" --resume
  [[ $(wc -l <run/history.csv) -eq 3 ]] || fail "history.csv hasn't two epochs"
  refuses_to_resume "the run has ended, after 2 epochs" --resume
  train 1 "after 3 epochs" --resume --max-epochs 3
  grep -q '"interruptions": 2' run/run.json || fail "run.json doesn't say how often it was interrupted"

  cp run/checkpoint.h5 sound
  head -c 100000 sound >run/checkpoint.h5
  refuses_to_resume "run/checkpoint.h5" --resume --max-epochs 4
  also "--resume=checkpoint-previous.h5"
  train 1 "after 4 epochs" --resume=checkpoint-previous.h5 --max-epochs 4
  train 2 "is no time" --time-limit soon
  train 2 "Slurm doesn't say how long this job may go on" --time-limit job
}

# One command starts a run, goes on with it, and ends well where it is finished.
resume_auto() {
  local again=(--resume=auto --set train.target_mae=0.6)
  mkdir run
  train 75 "stopped at the time limit" "${again[@]}" --time-limit 0.001
  train 75 "goes on after epoch" "${again[@]}" --time-limit 0.001
  local half=(--allow-element-change --set compute.element=bf16)
  train 75 "compute.element changes from float32 to bf16" "${again[@]}" "${half[@]}" --time-limit 0.001
  grep -q '"run_resumed".*"element_change": "float32 to bf16"' run/result.txt || fail "the log doesn't say that the element changed"
  train 75 "goes on after epoch" "${again[@]}" --set compute.element=bf16 --time-limit 0.001
  train 75 "compute.element changes from bf16 to float32" "${again[@]}" --allow-element-change --time-limit 0.001
  mv run/checkpoint.h5 run/checkpoint-previous.h5  # killed while it put the new one in its place
  train 75 "goes on after epoch" "${again[@]}" --time-limit 0.001
  cp run/checkpoint-previous.h5 run/checkpoint.h5
  truncate -s -100 run/checkpoint.h5
  train 0 "run/checkpoint.h5: damaged; the run goes on from checkpoint-previous.h5" "${again[@]}"
  also "target reached"
  [[ $(grep -c '"key": "run_start"' run/result.txt) -eq 1 ]] || fail "another run was begun"
  cp run/result.txt finished
  train 0 "run: the run is finished, target reached" "${again[@]}"
  train 0 "run: the run is finished, target reached" "${again[@]}" --max-epochs 50
  cmp -s run/result.txt finished || fail "the log of a finished run was touched"
  rm -rf run
  TESSERA_FAULT=step=2,rank=1 train 3 "a fault was injected" "${again[@]}"
  [[ -e run/result.txt && ! -e run/checkpoint.h5 ]] || fail "the fault came at another time"
  train 0 "target reached" "${again[@]}"
  [[ $(grep -c '"key": "run_start"' run/result.txt) -eq 1 ]] || fail "the log has two runs"
  rm -rf run
  mkdir run
  head -1 finished >run/result.txt  # killed before its first checkpoint
  train 0 "target reached" "${again[@]}"
  rm run/result.txt
  train 2 "the output directory holds the checkpoint" "${again[@]}"
}

# A run that reaches its target after it was interrupted has a log that passes the rules.
resume_to_target() {
  train 75 "stopped at the time limit" --set train.target_mae=0.6 --time-limit 0.001
  train 0 "target reached" --set train.target_mae=0.6 --resume
  refuses_to_resume "the run has reached its target" --set train.target_mae=0.6 --resume
  rm -rf run
  mkdir -p data/train data/validation
  "$SAMPLE_FILES" good data/train/{01..16}.hdf5 data/validation/{01..13}.hdf5
  local easy=(--set data.data_dir=data --set data.n_train=16 --set data.standardize=false --set model.dropout=0.0)
  train 75 "stopped at the time limit" "${easy[@]}" --time-limit 0.001
  train 0 "target reached" "${easy[@]}" --resume --max-epochs 20
  ends 0 "compliant      run/result.txt" "$TESSERA" check run --round 3.0
  ends 0 "compliant      run/result.txt" "$TESSERA" check run --round 3.0 --division closed
}

signals() {
  interrupt TERM 143 rank
  interrupt INT 130 rank
  interrupt HUP 129 rank
  interrupt USR1 75 rank
  interrupt XCPU 75 rank
  interrupt TERM 143 rank "$LAUNCHER" -n 2
  interrupt USR1 75 rank "$LAUNCHER" -n 2
  interrupt USR2 75 rank "$LAUNCHER" -n 2
  interrupt USR1 75 ranks "$LAUNCHER" -n 2
  interrupt INT 130 rank "$LAUNCHER" -n 2
  interrupt TERM 143 launcher "$LAUNCHER" -n 2
}
# interrupt SIGNAL CODE rank|ranks|launcher [LAUNCHER...]: a signal to one rank, to all, or to the launcher, ends a long run soon,
# with that exit code and a checkpoint. The exit codes looked at are those of the ranks, since MPICH's launcher doesn't always hand
# them on; a shell around each rank, which outlives the signal, writes them down.
interrupt() {
  cases=$((cases + 1))
  rm -rf run ranks codes
  # shellcheck disable=SC2016  # for the inner shell
  "${@:4}" bash -c 'trap : TERM INT HUP USR1 USR2 XCPU
    "$@" & rank=$!
    echo $rank >>ranks
    wait $rank; code=$?
    while kill -0 $rank 2>/dev/null; do wait $rank; code=$?; done
    echo $code >>codes' shell "$TESSERA" train "$here/fixture.yaml" --output run --max-epochs 100000 \
    --set train.target_mae=0.0001 </dev/null >said 2>&1 &
  local targets=$! begin=$SECONDS
  until [[ -e run/history.csv ]] || ((SECONDS > begin + 20)); do sleep 0.05; done
  [[ $3 == rank ]] && targets=$(head -1 ranks)
  [[ $3 == ranks ]] && targets=$(cat ranks)
  begin=$SECONDS
  # shellcheck disable=SC2086  # they are several
  kill -s "$1" $targets
  until [[ -e codes && $(wc -l <ranks) -eq $(wc -l <codes) ]] || ((SECONDS > begin + 10)); do sleep 0.05; done
  wait
  ((SECONDS - begin <= 5)) || fail "$*: took $((SECONDS - begin)) seconds to end"
  [[ $(sort -u codes) == "$2" ]] || fail "$*: exit codes $(tr '\n' ' ' <codes)"
  files_say_aborted
  [[ -e run/checkpoint.h5 ]] || fail "$*: there is no checkpoint"
  grep -q "stopped by SIG$1" said || fail "$*: nothing says why it ended"
}

# Several programs of one rank where the launcher started several ranks, ranks that were called in different ways, and what needs
# no MPI where there is none.
launches() {
  local here_alone=(env SLURM_STEP_NUM_TASKS=2 SLURM_PROCID=0 "$TESSERA") other=(env SLURM_STEP_NUM_TASKS=2 SLURM_PROCID=1 "$TESSERA")
  local command
  for command in "train $here/fixture.yaml --output run" "generate cosmoflow --output run" "stage data run" "check run" "bench step $here/fixture.yaml"; do
    # shellcheck disable=SC2086  # a command and its arguments
    ends 2 "the launcher started 2 ranks, and MPI finds 1" "${here_alone[@]}" $command
    also "srun --mpi=list"
    # shellcheck disable=SC2086
    "${other[@]}" $command >said 2>&1
    [[ $? -eq 2 && ! -s said ]] || fail "$command: the second program says something, too"
    [[ ! -e run ]] || fail "$command: something was written"
  done
  ends 2 "the launcher started 3 ranks, and MPI finds 1" env OMPI_COMM_WORLD_SIZE=3 OMPI_COMM_WORLD_RANK=0 "$TESSERA" train "$here/fixture.yaml" --output run
  differs "rank 0 ($(hostname)) with '--seed 0', rank 1 ($(hostname)) with '--seed 1'" "\"$TESSERA\" train $here/fixture.yaml --output run --seed \$PMI_RANK"
  differs "with nothing there" "[[ \$PMI_RANK == 0 ]] && more=--resume; \"$TESSERA\" train $here/fixture.yaml --output run \$more"
  differs "with 'check', rank 1" "[[ \$PMI_RANK == 0 ]] && exec \"$TESSERA\" check run; \"$TESSERA\" train $here/fixture.yaml --output run"
  differs "with 'ONEDNN_MAX_CPU_ISA=0'" "ONEDNN_MAX_CPU_ISA=\$PMI_RANK \"$TESSERA\" generate cosmoflow --output run"
  ends 0 "all is well" "$LAUNCHER" -n 2 bash -c "OMP_NUM_THREADS=\$((PMI_RANK + 1)) \"$TESSERA\" train $here/fixture.yaml --output run --max-epochs 1 \
    --set train.target_mae=100 --stage-dir stage\$PMI_RANK && [[ \$PMI_RANK != 0 ]] || echo all is well"
  # MPI's own memory between processes doesn't fit here.
  unshare --user --map-root-user --mount mount -t tmpfs -o size=64k tmpfs /dev/shm 2>/dev/null || return 0
  for command in --version --help "plan $here/fixture.yaml" "check run" "compare --help" system "inspect run/checkpoint.h5"; do
    cases=$((cases + 1))
    # shellcheck disable=SC2016  # for the inner shell
    timeout 30 unshare --user --map-root-user --mount bash -c 'mount -t tmpfs -o size=64k tmpfs /dev/shm && exec "$@"' shell \
      "$TESSERA" $command >said 2>&1
    (($? <= 1)) || fail "$command: needs MPI"  # 1: the run missed its target
  done
}
# differs TEXT SHELL: two ranks that were called by such a line are refused, and nothing is written.
differs() {
  if [[ $("$LAUNCHER" -n 1 env) != *PMI_RANK=* ]]; then return; fi  # another launcher has other names
  rm -rf run
  ends 2 "$1" "$LAUNCHER" -n 2 bash -c "$2"
  [[ ! -e run ]] || fail "$2: something was written"
}

# What a sample can't be split into is refused before anything is looked at; replicas are what is left of the ranks.
split() {
  local nowhere=(--set data.data_dir=nowhere)
  refuses "'2y1' is no split" --split 2y1 "${nowhere[@]}"
  also "samples can be split as 2x1, 1x2, 1x1x2, 1x1"
  refuses "splits 4 axes" --split 2x1x1x1 "${nowhere[@]}"
  refuses "'2x0' has no part along height" --split 2x0 "${nowhere[@]}"
  refuses "makes 17 parts along depth, where the largest layer has 8 elements" --split 17 "${nowhere[@]}"
  ranks=3 refuses "makes 2 parts of a sample, which don't divide 3 ranks" --split 2x1 "${nowhere[@]}"
  also "3x1, 1x3, 1x1x3"
  refuses "'x' is no split" --split x --dump-step run/step.h5 "${nowhere[@]}"
  ranks=4 refuses "a global batch of 9 samples can't be divided among 2 replicas" --split 2x1 --set data.global_batch_size=9
  also "set data.global_batch_size to 8 or 10"
  TESSERA_FAULT=soon refuses "'soon' is no fault to inject"
  refuses "fast not in {auto,on,off}" --overlap fast
  ranks=4 train 1 "each sample split 2x1 over 2 ranks, batch 8 (4 a replica)" --split 2x1 --max-epochs 1
  grep -q '"replicas": 2' run/run.json || fail "run.json has other replicas"
  universes truncated "$(nth train 40)"
  aborted 2 "${says[truncated]}" --set data.data_dir=data --split 2x1
}

# A rank that fails by itself in the middle of a step, or is killed, ends all of them soon.
thrown_fault() {
  thrown 0 2 2x1
  thrown 1 4 2x1
}
killed_rank() {
  killed 2 2x1
  killed 4 1x2
}
# thrown RANK RANKS SPLIT
thrown() {
  rm -rf run
  local begin=$SECONDS
  TESSERA_FAULT="step=3,rank=$1" ranks=$2 train 3 "a fault was injected in step 3" --split "$3"
  ((SECONDS - begin <= 10)) || fail "took $((SECONDS - begin)) seconds to end"
  [[ $(grep -c 'tessera: ' said) -eq 1 ]] || fail "more than one message"
  can_be_run_again --split "$3"
}
# killed RANKS SPLIT: its second rank is. What the launcher ends with then is its own affair: some of MPICH's end with 0.
killed() {
  cases=$((cases + 1))
  rm -rf run ranks
  # shellcheck disable=SC2016  # for the inner shell
  "$LAUNCHER" -n "$1" bash -c 'echo $$ >>ranks; exec "$@"' shell "$TESSERA" train "$here/fixture.yaml" --output run \
    --split "$2" --max-epochs 100000 --set train.target_mae=0.0001 </dev/null >said 2>&1 &
  local launcher=$! begin=$SECONDS rank
  until [[ -e run/history.csv ]] || ((SECONDS > begin + 20)); do sleep 0.05; done
  begin=$SECONDS
  kill -s KILL "$(sed -n 2p ranks)"
  wait "$launcher"
  ((SECONDS - begin <= 10)) || fail "killed $*: took $((SECONDS - begin)) seconds to end"
  while read -r rank; do
    kill -0 "$rank" 2>/dev/null && fail "killed $*: process $rank outlived the launcher"
  done <ranks
  can_be_run_again --split "$2"
}
# A rank that neither goes on nor dies, as on a host that is cut off.
stopped_part() {
  lost STOP 2 "" train "$here/fixture.yaml" --output run --split 2x1 --max-epochs 100000 --set train.target_mae=0.0001
  can_be_run_again --split 2x1
}
stopped_replica() {
  lost STOP 4 "" train "$here/fixture.yaml" --output run --max-epochs 100000 --set train.target_mae=0.0001
  can_be_run_again
}
stopped_generating() {
  lost STOP 2 generating generate cosmoflow --output run --size 16 --train 900000 --validation 16
}
# One that dies unseen by the launcher.
unseen_death() {
  # UCX aborts by itself where it copies out of a process's memory (cma) that isn't there any more.
  UCX_TLS=^cma lost KILL 2 "" train "$here/fixture.yaml" --output run --split 2x1 --max-epochs 100000 --set train.target_mae=0.0001
  can_be_run_again --split 2x1
}
# lost SIGNAL RANKS TEXT ARGUMENTS...: one rank gets the signal once the command has written; another says that it waits for that one, and
# in what, and all that are left end. The launcher sees shells, which don't die with their ranks; but of a stopped one, the rank.
lost() {
  cases=$((cases + 1))
  rm -rf run ranks
  # shellcheck disable=SC2016  # for the inner shell
  local start='echo $$ >>ranks; exec "$@"'
  # shellcheck disable=SC2016
  [[ $1 == STOP ]] || start='"$@" & echo $! >>ranks; wait $!; code=$?; ((code == 137)) && exec sleep 60; exit $code'
  "$LAUNCHER" -n "$2" bash -c "$start" shell "$TESSERA" "${@:4}" --step-timeout 2 </dev/null >said 2>&1 &
  local launcher=$! begin=$SECONDS rank code=0
  until [[ -e run/history.csv || -e run/train ]] || ((SECONDS > begin + 20)); do sleep 0.05; done
  sleep 0.2
  kill -s "$1" "$(sed -n 2p ranks)"
  wait "$launcher" || code=$?
  [[ $code -eq 3 ]] || fail "lost $*: the launcher ended with exit code $code"
  [[ $(grep -c "no step for .*; waiting for rank . (host .*) in .*$3" said) -eq 1 ]] || fail "lost $*: it isn't said, or not once"
  begin=$SECONDS
  while read -r rank; do
    while kill -0 "$rank" 2>/dev/null && ((SECONDS - begin < 15)); do sleep 0.1; done
    ! kill -9 "$rank" 2>/dev/null || fail "lost $*: process $rank outlived the launcher"
  done <ranks
}
# can_be_run_again ARGUMENTS...: what is left isn't taken for a finished run.
can_be_run_again() {
  [[ ! -e run/run.json ]] || fail "there is a run.json"
  ! grep -q '"run_stop"' run/result.txt || fail "result.txt has a run_stop"
  ends 1 "missing-key run_stop" "$TESSERA" check run
  local again=()
  [[ ! -e run/checkpoint.h5 ]] || again=(--resume)
  train 75 "stopped at the time limit" --time-limit 0.001 --max-epochs 100000 --set train.target_mae=0.0001 "${again[@]}" "$@"
}

# climates KIND FILE: a copy of the climates, made of links, in which one file is bad.
climates() {
  rm -rf data
  cp -rs "$TESSERA_CLIMATES" data
  "$SAMPLE_FILES" "$1" "data/$2"
}
# What DeepCAM's data can be wrong about: labels, fields, ranges.
climate_data() {
  config=$here/fixture-deepcam.yaml
  climates climate-label train/climate_000000.hdf5
  refuses "'climate/labels_0' is 3 at row 1, column 0" --set data.data_dir=data
  also "data/train/climate_000000.hdf5"
  climates climate-nan train/climate_000000.hdf5
  refuses "'climate/data' is no number (nan)" --set data.data_dir=data
  climates climate-label train/climate_000013.hdf5
  aborted 2 "'climate/labels_0' is 3 at row 1, column 0" --set data.data_dir=data
  aborted 2 "'climate/labels_0' is 3 at row 1, column 0" --set data.data_dir=data --split 2x1
  climates climate-nan validation/climate_000003.hdf5
  aborted 2 "'climate/data' is no number (nan)" --set data.data_dir=data --split 2x1
  climates zero-range stats.h5
  refuses "stats.h5 has no range for channel 7 (PSL): from 1 to 1" --set data.data_dir=data
  rm data/stats.h5
  refuses "stats.h5" --set data.data_dir=data
}
# Settings that contradict data, network or ranks; a run that goes on.
climate_runs() {
  config=$here/fixture-deepcam.yaml
  refuses "data.sample_shape is [90, 144, 16]" --set 'data.sample_shape=[90, 144, 16]'
  refuses "data.channels is [0, 16]" --set 'data.channels=[0, 16]'
  refuses "'climate/data' is float32 (96,144,16)" --set 'data.sample_shape=[96, 128, 16]'
  ranks=4 refuses "model.batchnorm_group_size is 3, which doesn't divide 4 replicas" --set model.batchnorm_group_size=3
  refuses "splits 3 axes, where samples have height and width" --split 1x2x1
  refuses "a dump holds one" --set train.gradient_accumulation_frequency=2 --dump-step run/step.h5
  train 75 "stopped at the time limit" --time-limit 0.001 --set model.batchnorm_group_size=1
  ranks=1 refuses_to_resume "samples over which batch statistics are taken: 4 then, 8 now" --resume --set model.batchnorm_group_size=1
  train 1 "after 2 epochs" --resume --set model.batchnorm_group_size=1
  output=passes train 1 "batch 8 (2 a replica, in 2 passes)" --max-epochs 1 --set train.gradient_accumulation_frequency=2
}

# The same seed gives the same bytes on any number of ranks.
same_bytes() {
  local n
  for n in 1 2 4; do
    ends 0 'training and' "$LAUNCHER" -n $n "$TESSERA" generate cosmoflow --output set$n --size 16 --train 25 --validation 7 --seed 3
    diff -r set1 set$n >said 2>&1 || fail "$n ranks write other bytes than one"
  done
}

# The same of packs, which are inspected, drawn, and made of IDX; of damaged files nothing is made.
packs() {
  local n set
  for set in digits "spectra --bands 8" "images --size 16"; do
    rm -rf set?
    for n in 1 2 4; do
      # shellcheck disable=SC2086  # words
      ends 0 '25 training and 7 validation' "$LAUNCHER" -n $n "$TESSERA" generate $set --output set$n --train 25 --validation 7 --samples-per-file 10
      diff -r set1 set$n >said 2>&1 || fail "$n ranks write other bytes than one"
    done
    # shellcheck disable=SC2086  # words
    ends 0 "there already" "$TESSERA" generate $set --output set2 --train 25 --validation 7 --samples-per-file 10
    ends 0 "all 4 checksums are right" "$TESSERA" inspect set4
    also "train: 25 samples"
  done
  # A pack is staged as a whole, and read where it was staged to.
  ends 0 '25 training and 7 validation' "$TESSERA" generate digits --output digits --train 25 --validation 7 --samples-per-file 10
  for n in 1 2; do
    ends 1 "after 1 epoch" "$LAUNCHER" -n $n "$TESSERA" train "$here/fixture-sequential.yaml" --max-epochs 1 --output staged$n \
      --stage-dir copy$n --set data.data_dir=digits --set data.n_train=24 --set data.n_valid=7
    ends 1 "after 1 epoch" "$LAUNCHER" -n $n "$TESSERA" train "$here/fixture-sequential.yaml" --max-epochs 1 --output there$n \
      --set data.data_dir=digits --set data.n_train=24 --set data.n_valid=7
    cmp <(cut -d , -f 1-4 staged$n/history.csv) <(cut -d , -f 1-4 there$n/history.csv) >said 2>&1 || fail "$n ranks train on other samples where they were staged"
  done
  ends 0 "the first 5 of 5 samples, row by row" "$TESSERA" inspect set1/train/images_000002.hdf5 --png sheet.png
  ends 2 "another recipe" "$TESSERA" generate digits --output set1 --train 25 --validation 7
  ends 2 "bands: a number of 7" "$LAUNCHER" -n 2 "$TESSERA" generate spectra --bands 7 --output none
  [[ ! -e none ]] || fail "left: none"

  mkdir in
  for set in train t10k; do
    printf '\0\0\10\3\0\0\0\3\0\0\0\2\0\0\0\2abcdefghijkl' >in/$set-images-idx3-ubyte
    printf '\0\0\10\1\0\0\0\3\1\0\2' >in/$set-labels-idx1-ubyte
  done
  for n in 1 2; do
    ends 0 "1 training and 1 validation packs, of up to 10000 samples, of IDX images" "$LAUNCHER" -n $n "$TESSERA" convert in idx$n --packed
  done
  diff -r idx1 idx2 >said 2>&1 || fail "2 ranks write other bytes than one"
  ends 0 "all 2 checksums are right" "$TESSERA" inspect idx1
  also "x: uint8 (3,2,2), from 97 to 108"
  ends 2 "other sources or options" "$TESSERA" convert in idx1
  printf '\0\0\10\3\0\0\0\3\0\0\0\2\0\0\0\2abcdefghijk' >in/train-images-idx3-ubyte
  ends 2 "cut short within item 2 of 3" "$LAUNCHER" -n 2 "$TESSERA" convert in damaged --packed
  [[ ! -e damaged ]] || fail "left: damaged"
}

# Two small runs, one after another and then nothing more to do; what a package wants; what is refused.
campaign() {
  local fixture=$here/fixture.yaml some=(--runs 2 --ranks 2 --max-epochs 1 --launcher "$LAUNCHER -n {ranks}")
  ends 1 "run 2 of 2 (seed 6): ended before its target was reached" "$TESSERA" campaign "$fixture" "${some[@]}" --seed 5 --output all
  also "2 of 10 runs"
  grep -q '"key": "seed", "value": 6' all/run_2/result.txt || fail "the second run has another seed"
  ends 1 "2 of 2 runs are finished already" "$TESSERA" campaign "$fixture" "${some[@]}" --seed 5 --output all
  ends 2 "it differs in first_seed" "$TESSERA" campaign "$fixture" "${some[@]}" --output all
  ends 2 "starts its runs under a launcher by itself" "$LAUNCHER" -n 2 "$TESSERA" campaign "$fixture" --runs 2 --output other
  ends 2 "don't divide 2 ranks" "$TESSERA" campaign "$fixture" "${some[@]}" --split 3x1 --output other
  also "FAILED with exit code 2"

  printf 'system_name: small\ncooling: air\n' >system.yaml
  ends 0 "a description of this system" "$LAUNCHER" -n 2 "$TESSERA" system --user system.yaml --output small.json
  grep -q '"cooling": "air"' small.json || fail "small.json doesn't say what the user said"
  echo 'coolin: air' >>system.yaml
  ends 2 "did you mean 'cooling'?" "$LAUNCHER" -n 2 "$TESSERA" system --user system.yaml
  also "system.yaml, line 3"
  ends 1 "NOT written" "$TESSERA" package all --org Example --system small.json --output packages
  also "wrong-run-count"
  [[ -z $(ls -A packages) ]] || fail "a package was left that doesn't pass"
  ends 2 "there is no such system description" "$TESSERA" package all --org Example --system none.json --output packages
  ends 2 "there is no result log" "$TESSERA" package none --org Example --system small.json --output packages
}

# A search in which a trial diverges, and then nothing more to do; a promoted trial is trained as one that never stopped; the best
# configuration goes on from its trial; what is refused.
tune() {
  local fixture=$here/fixture.yaml few=(--set data.n_train=32) promoted rate ranks=1
  local some=(--space space.yaml --max-epochs 2 --eta 2 "${few[@]}" --launcher "$LAUNCHER -n {ranks}" --output search)
  sum() { grep '"parameters_checksum"' "$1/run.json"; }
  echo 'lr_schedule.lr: {choice: [0.02, 0.05, 1e30]}' >space.yaml
  ends 0 "best by trial" "$TESSERA" tune "$fixture" "${some[@]}" --seed 7
  also "aborted: the loss is not finite"
  grep -q '"state": "diverged"' search/tune.json || fail "the record has no trial that diverged"
  promoted=$(sed -n 's/^trial \([0-9]*\) to epoch 2: goes on$/\1/p' said)
  rate=$(sed -n "s/^trial $promoted: lr_schedule.lr //p" said)
  output=whole train 1 "after 2 epochs" --max-epochs 2 --seed 7 "${few[@]}" --set "lr_schedule.lr=$rate"
  [[ $(sum whole) == "$(sum "search/trial_$promoted")" ]] || fail "a promoted trial is another one than if it had not stopped"
  ends 0 "best by trial" "$TESSERA" tune "$fixture" "${some[@]}" --seed 7
  ! grep -qE ': (begins|goes on)$' said || fail "a finished search goes on"
  config=search/best.yaml output=search/trial_$(sed -n 's/^best by trial \([0-9]*\):.*/\1/p' said) train 1 "after 3 epochs" --max-epochs 3 --resume

  ends 2 "it differs in seed" "$TESSERA" tune "$fixture" "${some[@]}"
  ends 2 "starts its trials under a launcher by itself" "$LAUNCHER" -n 2 "$TESSERA" tune "$fixture" --space space.yaml --output other
  ends 2 "eta is 1" "$TESSERA" tune "$fixture" --space space.yaml --eta 1 --output other
  ends 2 "'soon' is no time" "$TESSERA" tune "$fixture" --space space.yaml --time-budget soon --output other
  ends 2 "don't divide 2 ranks" "$TESSERA" tune "$fixture" --space space.yaml --ranks 2 --split 3x1 --output other
  ends 2 "none.yaml" "$TESSERA" tune "$fixture" --space none.yaml --output other
  refuses_space() {
    echo "$2" >bad.yaml
    ends 2 "$1" "$TESSERA" tune "$fixture" --space bad.yaml --output other
    also "bad.yaml, line 1"
  }
  refuses_space "write it as 'lr_schedule.lr'" 'optimizer.lr: {log_uniform: [1e-4, 1e-1]}'
  refuses_space "the empty range [0.5, 0.1]" 'model.dropout: {uniform: [0.5, 0.1]}'
  refuses_space "which has no logarithm" 'lr_schedule.lr: {log_uniform: [0, 1]}'
  refuses_space "could be large, expected a whole number" 'data.global_batch_size: {choice: [8, large]}'
  [[ ! -e other ]] || fail "a search that was refused left an output directory"
}

# The first line of a run says what its ranks were given, whatever OpenMP made of its variables before main; what can't be is refused.
threads() {
  local plain variable
  OMP_NUM_THREADS=100000 refuses "100000 threads a rank are more than"
  also "OMP_NUM_THREADS in the environment"
  OMP_NUM_THREADS=many refuses "'many' is no number of threads"
  unset OMP_NUM_THREADS
  rm -rf run
  train 1 "left unused (" --max-epochs 1
  plain=$(head -1 said)
  [[ $plain == "1 node x 2 ranks x "*" left unused ("* ]] || fail "the first line isn't about the launch"
  for variable in OMP_PROC_BIND=true OMP_PLACES=cores GOMP_CPU_AFFINITY=0-$(($(nproc --all) - 1)) OMP_WAIT_POLICY=passive; do
    rm -rf run
    cases=$((cases + 1))
    env "$variable" "$LAUNCHER" -n 2 "$TESSERA" train "$here/fixture.yaml" --output run --max-epochs 1 >said 2>&1
    [[ $(head -1 said) == "$plain" ]] || fail "with $variable the first line is another one than: $plain"
  done
}

# converts CODE TEXT SOURCE DESTINATION ARGUMENTS...: `ends` of a conversion, on 2 ranks or as many as are set.
converts() {
  ends "$1" "$2" "$LAUNCHER" -n "${ranks:-2}" "$TESSERA" convert "${@:3}"
}
# A published data set is converted to the same bytes on any number of ranks, goes on where it was left, and can be trained on.
convert() {
  local n flat=$here/../io/fixtures
  mkdir -p in/train in/validation
  for n in 1 2 3; do
    cp "$flat/three.tfrecord.gz" in/train/part$n.tfrecord.gz
    cp "$flat/one.tfrecord" in/validation/part$n
  done
  for n in 1 2 4; do
    ranks=$n converts 0 "9 training and 3 validation samples of CosmoFlow TFRecords, 12 converted" in out$n
    diff -r out1 out$n >said 2>&1 || fail "$n ranks write other bytes than one"
  done
  converts 0 "there already, all checksums right" in out2
  diff -r out1 out2 >said 2>&1 || fail "a complete conversion was touched"
  ends 0 "all 12 checksums are right" "$LAUNCHER" -n 2 "$TESSERA" inspect out2

  # What is missing or damaged is made again, and what is added is added.
  rm out2/train/part2_000001.hdf5
  printf x | dd of=out2/validation/part3.hdf5 bs=1 seek=2500 conv=notrunc status=none
  ends 1 "differ from the manifest: train/part2_000001.hdf5, validation/part3.hdf5" "$LAUNCHER" -n 2 "$TESSERA" inspect out2
  converts 0 ", 4 converted" in out2
  diff -r out1 out2 >said 2>&1 || fail "what was made again differs"
  cp "$flat/one.tfrecord.gz" in/validation/part4.tfrecord.gz
  converts 0 "9 training and 4 validation samples of CosmoFlow TFRecords, 1 converted" in out2
  rm in/train/part1.tfrecord.gz
  converts 0 "9 training and 4 validation samples of CosmoFlow TFRecords, there already" in out2
  rm out2/train/part1_000002.hdf5
  converts 2 "its source is not there any more" in out2
  touch in/train/part2.tfrecord.gz
  converts 2 "was made of another train/part2.tfrecord.gz than is there now" in out1
  converts 2 "other sources or options" in out1 --compression fast
  converts 2 "holds other files" in in
  converts 2 "no such source" nowhere out3
  ends 0 "written" bash -c '"$TESSERA" generate cosmoflow --output made --size 16 --train 1 --validation 1 >/dev/null && echo written'
  converts 2 "that was not converted" in made
  mkdir -p again/train
  cp "$flat/one.tfrecord" again/train/part2.tfrecord
  converts 2 "which was converted before" again out1
  mv out1/manifest.json out1/unfinished.json
  refuses "the data set is unfinished" --set data.data_dir=out1 --set data.standardize=false

  # Universes of the generator, joined as simulations left them, cut, and trained on.
  rm -rf in
  converts 0 "96 training and 16 validation samples of CosmoFlow HDF5 samples" "$TESSERA_UNIVERSES" copy --compression fast
  rm -rf run
  train 1 "after 1 epoch" --max-epochs 1 --set data.data_dir=copy --set data.standardize=false --set mlperf.division=closed
  grep -q "the data set is generated" said || fail "what was converted of a generated set isn't taken for generated"
  refuses "has no statistics to standardise with" --set data.data_dir=copy
  converts 0 "24 training and 5 validation samples of DeepCAM HDF5 samples" "$TESSERA_CLIMATES" climates --compression gzip
  config=$here/fixture-deepcam.yaml output=climate train 1 "after 1 epoch" --max-epochs 1 --set data.data_dir=climates
  ends 0 "all 30 checksums are right" "$TESSERA" inspect climates
}

# Of bad sources one rank says what is wrong, and nothing half-written is left.
refuses_to_convert() {
  rm -rf out
  converts 2 "$@" out --into train
  [[ $(grep -c 'tessera: ' said) -eq 1 ]] || fail "more than one message"
  [[ ! -d out || -z $(find out -name '*.partial' -o -name manifest.json) ]] || fail "left: $(find out)"
}
convert_bad() {
  local good=$here/../io/fixtures/three.tfrecord universe kind
  mkdir in
  for universe in a b c d; do cp "$good" in/$universe.tfrecord; done
  head -c 1000 "$good" >in/c.tfrecord
  refuses_to_convert "in/c.tfrecord, record 1" in
  also "a TFRecord is cut short"
  cp "$good" in/c.tfrecord
  printf x | dd of=in/c.tfrecord bs=1 seek=1500 conv=notrunc status=none
  refuses_to_convert "in/c.tfrecord, record 2" in
  gzip -c "$good" | head -c 1200 >in/c.tfrecord
  refuses_to_convert "a gzip file is cut short" in
  : >in/c.tfrecord
  refuses_to_convert "a TFRecord file is empty" in
  rm in/c.tfrecord
  ln -s nowhere in/c.tfrecord
  refuses_to_convert "a link leads to 'in/nowhere', which is missing" in
  rm in/c.tfrecord
  cp in/a.tfrecord in/a
  refuses_to_convert "two sources would make samples of one name" in
  rm -r in
  mkdir in
  for kind in "${!says[@]}"; do
    "$SAMPLE_FILES" good in/a.hdf5 in/c.hdf5
    "$SAMPLE_FILES" "$kind" in/b.hdf5
    case $kind in
      nan-target | negative-count) continue ;;  # samples that are copied aren't looked into
    esac
    refuses_to_convert "in/b.hdf5" in
    if [[ $kind == damaged-chunk ]]; then also "cannot read the data set 'x'"; else also "${says[$kind]%% and not*}"; fi
  done
}

# What is said of each kind of sample whose elements aren't there, by whatever reads it.
declare -A says_missing=([missing-virtual]="the virtual data set 'x' takes 'full' from 'gone.h5', which is missing"
  [missing-external]="the data set 'x' has its elements in 'gone.bin', which is missing"
  [missing-link]="the link 'x' leads to '/full' in 'gone.h5', which is missing"
  [missing-filter]="the data set 'x' is compressed by the filter 32015 (Zstandard), which this HDF5 library lacks"
  [missing-chunks]="the data set 'x' is unfinished: 2 of its 2 chunks were never written"
  [missing-all]="the data set 'x' was never written")
missing_data() {
  local kind sample ranks=1
  sample=$(nth train 1)
  for kind in "${!says_missing[@]}"; do
    universes "$kind" "$sample"
    refuses "${says_missing[$kind]}" --set data.data_dir=data --set data.standardize=false
    also "data/$sample"
    ends 2 "${says_missing[$kind]}" "$TESSERA" stage data copy
    also "data/$sample"
    [[ -z $(find copy -name '*.hdf5') ]] || fail "left: $(find copy)"
    ends 2 "${says_missing[$kind]}" "$TESSERA" convert data out
    also "data/$sample"
    [[ -z $(find out -name '*.hdf5' 2>/dev/null) ]] || fail "left: $(find out)"
    ends 2 "${says_missing[$kind]}" "$TESSERA" inspect data
    also "data/$sample"
    rm -rf copy out
  done
}

# convert_killed TIMES: killed at any time, a conversion goes on to the bytes of one that was not.
convert_killed() {
  local i under_way=0 times=${1:-10} all="300 training and 0 validation samples"
  mkdir -p in/train
  for i in {100..199}; do cp "$here/../io/fixtures/three.tfrecord.gz" in/train/part$i.gz; done
  converts 0 "$all" in whole
  for ((i = 0; i < times; ++i)); do
    rm -rf out
    # shellcheck disable=SC2016  # for the inner shell
    "$LAUNCHER" -n 2 bash -c 'echo $$ >>pids; exec "$@"' shell "$TESSERA" convert in out </dev/null >said 2>&1 &
    until [[ -e out/unfinished.json || -e out/manifest.json ]]; do sleep 0.01; done
    sleep "0.$((RANDOM % 3))$((RANDOM % 10))"
    # shellcheck disable=SC2046
    kill -KILL $(cat pids) 2>/dev/null
    wait
    rm -f pids
    [[ -e out/manifest.json ]] || under_way=$((under_way + 1))
    converts 0 "$all" in out
    diff -r whole out >said 2>&1 || fail "killed and gone on with, a conversion differs"
  done
  echo "$under_way of $times were killed under way"
  ((under_way > 0)) || fail "the test isn't testing what it claims to test: none was killed under way"
}

# A full disk ends a conversion; when there is room it goes on.
convert_disk_full() {
  if [[ ${1:-} != mounted ]]; then
    needs_small_pages
    needs_small_disk
    unshare --user --map-root-user --mount bash "$here/program.sh" convert_disk_full mounted
    exit
  fi
  local compression
  mkdir -p disk
  mount -t tmpfs -o size=400k none disk
  for compression in none fast; do
    mount -o remount,size=400k disk
    converts 3 "No space left on device" "$TESSERA_UNIVERSES" disk/out --compression $compression
    [[ -z $(find disk -name '*.partial' -o -name manifest.json) ]] || fail "left: $(find disk)"
    mount -o remount,size=64m disk
    converts 0 "96 training and 16 validation samples" "$TESSERA_UNIVERSES" disk/out --compression $compression
    converts 0 "112 converted" "$TESSERA_UNIVERSES" whole --compression $compression
    diff -r disk/out whole >said 2>&1 || fail "gone on with, a conversion differs"
    rm -rf disk/out whole
  done
  umount disk
}

# inspects CODE TEXT ARGUMENTS...: what is drawn, if anything, is a.png.
inspects() {
  rm -f a.png
  ends "$1" "$2" "$LAUNCHER" -n 2 "$TESSERA" inspect "${@:3}" --png "${png:-a.png}"
  [[ $1 -eq 0 || ! -e a.png ]] || fail "a picture was left"
}
pictures() {
  local universe=$TESSERA_UNIVERSES/train/universe_000000.hdf5 climate=$TESSERA_CLIMATES/validation/climate_000000.hdf5 predicted
  inspects 0 "2072x512 pixels" "$universe"
  inspects 0 "864x576 pixels" "$climate"
  mv a.png labelled.png
  inspects 2 "a picture is of one sample" "$TESSERA_UNIVERSES"
  inspects 2 "this is not an HDF5 file" "$TESSERA_UNIVERSES/manifest.json"
  inspects 2 "the file is no sample" "$TESSERA_CLIMATES/stats.h5"
  png=none/a.png inspects 2 "none/a.png" "$universe"
  cp "$climate" sample.hdf5
  png=sample.hdf5 inspects 2 "a picture's name ends in .png" "$universe"
  cmp "$climate" sample.hdf5 || fail "a sample was drawn over"
  ends 2 "--checkpoint requires --png" "$LAUNCHER" -n 2 "$TESSERA" inspect "$climate" --checkpoint run/checkpoint.h5

  # What is drawn is what validation saw.
  config=$here/fixture-deepcam.yaml train 1 "after 1 epoch" --max-epochs 1 --set data.n_valid=1 --set lr_schedule.start_lr=0.006
  predicted=$(printf 'filled as predicted, IoU %.4f' "$(tail -1 run/history.csv | cut -d, -f5)")
  inspects 0 "$predicted" "$climate" --checkpoint run/checkpoint.h5
  ! cmp -s a.png labelled.png || fail "the picture doesn't show the prediction"
  mv a.png predicted.png
  inspects 0 "$predicted" "$climate" --checkpoint run/checkpoint.h5
  cmp a.png predicted.png || fail "drawn again, it is another picture"

  output=half config=$here/fixture-deepcam.yaml train 1 "after 1 epoch" --max-epochs 1 --set data.n_valid=1 \
    --set lr_schedule.start_lr=0.006 --set compute.element=bf16
  predicted=$(printf 'filled as predicted, IoU %.4f' "$(tail -1 half/history.csv | cut -d, -f5)")
  inspects 0 "$predicted" "$climate" --checkpoint half/checkpoint.h5

  inspects 2 "a prediction is drawn over a sample of DeepCAM alone" "$universe" --checkpoint run/checkpoint.h5
  inspects 2 "the data set has no stats.h5" sample.hdf5 --checkpoint run/checkpoint.h5
  inspects 2 "none.h5" "$climate" --checkpoint none.h5
  inspects 2 "is no checkpoint" "$climate" --checkpoint "$climate"
  output=universes train 1 "after 1 epoch" --max-epochs 1
  inspects 2 "the checkpoint is of a run of 'cosmoflow', and not of 'deepcam'" "$climate" --checkpoint universes/checkpoint.h5
}

# stage CODE TEXT ARGUMENTS...: `ends` of staging.
stage() { ends "$1" "$2" "$LAUNCHER" -n "${ranks:-2}" "$TESSERA" stage "${@:3}"; }
# same_files COPY: it is the data set.
same_files() { diff -r -x staging.json -x .staging "$TESSERA_UNIVERSES" "$1" >said 2>&1 || fail "$1 isn't the data set"; }
# flip FILE OFFSET: one bit of it, with its time of modification.
flip() {
  local byte
  touch -r "$1" time
  byte=$(od -An -tu1 -j"$2" -N1 "$1")
  printf "\\x$(printf %x $((byte ^ 1)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
  touch -r time "$1"
}
staging() {
  stage 2 "there is no such data set to stage" nowhere copy
  stage 2 "a data set can't be staged to itself" "$TESSERA_UNIVERSES" "$TESSERA_UNIVERSES"
  cp -rL "$TESSERA_UNIVERSES" data
  stage 2 "lie within each other" data data/copy
  [[ ! -e data/copy && ! -e copy ]] || fail "something was made"
  touch file
  stage 2 "the place to stage to is no directory" data file
  SLURM_TMPDIR='' TMPDIR='' stage 2 "neither SLURM_TMPDIR nor TMPDIR is set" data
  stage 2 "there is no plan 'all'" data copy --plan all
  stage 2 "the plan slab needs the network" data copy --plan slab
  stage 2 "the plan slab stages one box" data copy --plan slab --config "$here/fixture.yaml" --split 2x1
  stage 2 "nothing is staged here" --clean data

  stage 0 "113 files copied" data copy
  same_files copy
  stage 0 "113 files were there already" data copy
  flip copy/train/universe_000017.hdf5 20000
  stage 0 "not as it was staged, so copied again: train/universe_000017.hdf5" data copy
  also "112 files were there already"
  same_files copy
  mkdir other
  cp -r data/train data/validation other
  stage 2 "holds a staged copy of" other copy
  also "tessera stage --clean copy"
  stage 2 "staged by the plan replicate" data copy --plan shard
  stage 2 "is a staged copy itself" copy again
  stage 2 "holds files that staging didn't write" data other
  touch copy/train/mine
  stage 0 "113 staged files removed" --clean copy
  [[ $(find copy -type f) == copy/train/mine ]] || fail "left: $(find copy)"
  TMPDIR=$work/local stage 0 "local/data: staged" data

  flip data/train/universe_000030.hdf5 20000
  stage 2 "a file of the data set is damaged" data copy2
  also "data/train/universe_000030.hdf5"
  train 2 "the copy staged here is not complete" --set data.data_dir=copy2 --set data.standardize=false
  ln -sf nowhere data/validation/universe_000003.hdf5
  stage 2 "validation/universe_000003.hdf5" data copy3
  "$SAMPLE_FILES" wrong-shape other/train/universe_000040.hdf5
  stage 2 "a sample differs in form from the first: it holds 'x' int16 (16,16,8,8)" other copy4
  also "other/train/universe_000040.hdf5"
  if [[ $(id -u) -ne 0 ]]; then
    chmod a-r other/train/universe_000041.hdf5
    stage 2 "other/train/universe_000041.hdf5" other copy5
  fi
}

# same_run RUN OTHER: they trained to the same bits.
same_run() {
  "$SAME_TRAINING" "$1/checkpoint.h5" "$2/checkpoint.h5" >said 2>&1 || fail "$1 and $2 ended with other bits"
  cmp <(cut -d, -f1-5 "$1/history.csv") <(cut -d, -f1-5 "$2/history.csv") >said 2>&1 || fail "$1 and $2 have other histories"
}
# node_run CODE TEXT OUTPUT ARGUMENTS...: `ends` of a training of one epoch on two ranks as two nodes, each with a directory of its own, OUTPUT-0 and OUTPUT-1.
node_run() {
  # shellcheck disable=SC2016  # for the inner shell
  ends "$1" "$2" "$LAUNCHER" -n 2 bash -c 'TESSERA_NODE=$PMI_RANK exec "$@" --stage-dir "$0-$PMI_RANK"' "$3" "$TESSERA" train \
    "$here/fixture.yaml" --output "$3" --max-epochs 1 "${@:4}"
}
# A run that is warned while its data is staged leaves no log, and the same command goes on.
staging_stopped() {
  cases=$((cases + 1))
  train 75 "while data was staged; the same command goes on" --stage-dir staged --time-limit 0.001
  [[ ! -e run/result.txt ]] || fail "a run that had not begun has a log"
  train 0 "target reached" --stage-dir staged --set train.target_mae=100 --max-epochs 1
}
staged_training() {
  local easy=(--set data.n_train=16 --set data.standardize=false --set model.dropout=0.0 --set data.data_dir=good)
  mkdir -p good/train good/validation
  "$SAMPLE_FILES" good good/train/{01..16}.hdf5 good/validation/{01..13}.hdf5
  train 0 "staged by the plan replicate on 1 node: 29 files copied" "${easy[@]}" --stage-dir good-copy
  ends 0 "compliant      run/result.txt" "$TESSERA" check run --round 3.0
  [[ $(grep -oE '"(staging_st[a-z]*|init_start|run_start)"' run/result.txt | tr -d '"' | tr '\n' ' ') == \
    "staging_start staging_stop init_start run_start " ]] || fail "staging isn't logged before the run"
  grep -q '"files_copied": 29' run/run.json || fail "run.json doesn't say what was staged"

  output=source train 1 "after 1 epoch" --max-epochs 1
  output=staged train 1 "after 1 epoch" --max-epochs 1 --stage-dir copy
  same_run source staged
  output=again train 1 "files were there already" --max-epochs 1 --stage-dir copy
  same_run source again

  local none=(--split 2x1 --set data.augment=none)
  output=split train 1 "after 1 epoch" --max-epochs 1 "${none[@]}"
  node_run 1 "staged by the plan slab on 2 nodes" slab "${none[@]}" --stage-plan slab
  same_run split slab
  [[ $(stat -c %s slab-0/train/universe_000000.hdf5) -lt $(stat -c %s "$TESSERA_UNIVERSES/train/universe_000000.hdf5") ]] ||
    fail "a slab is no smaller than its sample"
  output=refused train 2 "holds the box [0,9)x[0,16)x[0,16) of each sample" --max-epochs 1 --set data.augment=none \
    --set data.data_dir=slab-0

  local sharded=(--set data.shuffle=local)
  node_run 1 "staged by the plan shard on 2 nodes" shard "${sharded[@]}"
  grep -q '"data_shuffle".*"local"' shard/result.txt || fail "the log doesn't say that nodes shuffle their own samples"
  [[ $(find shard-0/train shard-1/train -name '*.hdf5' | wc -l) -eq 96 ]] || fail "the shards aren't the training set"
  node_run 2 "is global" refused --stage-plan shard
  output=refused train 2 "holds the training samples 0 to 47, and 0 to 95 are drawn" --set data.data_dir=shard-0
  # On one node a shard is all of it, and the order that of all samples.
  output=local train 1 "staged by the plan shard on 1 node" --max-epochs 1 "${sharded[@]}" --stage-dir local-copy
  same_run source local
  output=shard train 2 "nodes of the replicas, each of which draws from its node's samples: 0,1 then, 0,0 now" \
    "${sharded[@]}" --resume
}

# Power logs and run.json tell what a simulated /sys or a command said, and without a meter the run goes on.
energy() {
  local zone=sys/class/powercap/intel-rapl:0
  mkdir -p $zone
  echo package-0 >$zone/name
  echo 1000 >$zone/energy_uj
  train 1 "energy: measured by RAPL, of processor packages alone" --max-epochs 1 --energy auto --energy-root sys
  grep -q '"covers": "processor packages"' run/run.json || fail "run.json doesn't say what was measured"
  [[ $(grep -c '"power_measurement_st[a-z]*".*"covers": "processor packages"' run/power/result/node_0.txt) -eq 2 ]] ||
    fail "there is no power log"
  ends 1 "no score: partial, it covers processor packages alone" "$TESSERA" score run

  rm -rf run
  train 1 "energy isn't measured: there are neither" --max-epochs 1 --energy auto --energy-root nowhere
  ! grep -q '"energy"' run/run.json || fail "run.json has an energy"
  [[ ! -e run/power ]] || fail "there are power logs"

  rm -rf run
  train 1 "energy: measured by command" --max-epochs 2 --energy 'while sleep 0.01; do echo $(date +%s.%N) 150; done'
  grep -qE '"mean_watts": (149\.99|150\.0)' run/run.json || fail "another power"
  grep -q '"covers": null' run/run.json || fail "a command covers a part"
  rm -rf run
  train 1 "as \"hello\"" --max-epochs 1 --energy 'echo hello; sleep 100'
}

# A small disk, mounted where none but this test sees it.
staging_disk_full() {
  if [[ ${1:-} != mounted ]]; then
    needs_small_disk
    unshare --user --map-root-user --mount bash "$here/program.sh" staging_disk_full mounted
    exit
  fi
  mkdir disk
  mount -t tmpfs -o size=2m none disk
  stage 3 "bytes are to be staged, and there is room for" "$TESSERA_UNIVERSES" disk/copy
  [[ -z $(find disk/copy -name '*.hdf5' -o -name '*.partial') ]] || fail "left: $(find disk)"
  # Room for the bytes, but not for the pages that they take: it is full while files are written.
  mount -o remount,size=3900k disk
  stage 3 "No space left on device" "$TESSERA_UNIVERSES" disk/copy
  [[ -z $(find disk -name '*.partial') ]] || fail "left: $(find disk)"
  grep -q '"complete": false' disk/copy/staging.json || fail "the copy is taken for complete"
  mount -o remount,size=8m disk
  stage 0 "were there already" "$TESSERA_UNIVERSES" disk/copy
  same_files disk/copy
  ranks=1 train 1 "warning: the data is staged to memory (a tmpfs)" --max-epochs 1 --stage-dir disk/copy
  umount disk
}

group=$1
shift
"$group" "$@" || exit
echo "$cases cases, $failures failures"
((failures == 0))
