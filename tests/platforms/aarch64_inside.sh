#!/usr/bin/env bash
# What aarch64.sh runs in a fresh Debian, as root: unpacks the libraries of aarch64 into /arm64, builds the program for this machine, program
# and tests for aarch64, and holds what the latter generates, trains and judges against the former's; at last the tests of aarch64, all or
# each N-th.
#   aarch64_inside.sh [N]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source harness/prerequisites.sh
sysroot=/arm64
build="build-aarch64"
each=${1:-1}
emulator=(qemu-aarch64 -L "$sysroot")
native=build/tessera
foreign=$build/tessera
published=../shared/mlperf-logs/v0.7/hpc_results_v0.7.tar.xz

say() { echo "== $* (after $SECONDS s)"; }

# Unpacked alone, so that nothing of aarch64 need run for it: the link is what the installation of MPICH would have left.
make_sysroot() {
  local libraries
  libraries=$(printf '%s\n' "${tessera_packages[@]}" "${tessera_test_packages[@]}" | grep -E -e '-dev$|^libjs-' | paste -sd,)
  rm -rf "$sysroot.part"
  mmdebstrap --quiet --variant=extract --architectures=arm64 --include="base-files,$libraries" \
    "$(. /etc/os-release && echo "$VERSION_CODENAME")" "$sysroot.part" /etc/apt/sources.list
  ln -s mpich.pc "$sysroot.part/usr/lib/aarch64-linux-gnu/pkgconfig/mpi-c.pc"
  mv "$sysroot.part" "$sysroot"
}

generate() { "$@" --suite multiscale --size 16 --train 16 --validation 16 --seed 1; }

same_data() {
  local file same=0
  for file in data/native/*/*.hdf5; do
    ! cmp -s "$file" "data/foreign/${file#data/native/}" || same=$((same + 1))
  done
  echo "$same of 32 samples are the same to the byte."
}

# first_steps OUTPUT COMMAND...: an epoch is a step, so that the history holds the losses of each. Of one thread a rank: under the emulator
# several take the longer.
first_steps() {
  local output=$1
  shift
  OMP_NUM_THREADS=1 "$@" --output "$output" --seed 1 --max-epochs 6 --no-progress --set data.data_dir=data/foreign --set data.n_train=16 \
    --set data.n_valid=16 || (($? == 1)) # so few don't reach the target
}

# same_losses RUN RUN: of training and validation
same_losses() {
  paste -d, <(cut -d, -f1,3,4 "$1/history.csv") <(cut -d, -f3,4 "$2/history.csv") | awk -F, '
    function distance(a, b) { return a > 0 && b > 0 ? (a > b ? a - b : b - a) / b : 1 }  # 1 of what is missing, too
    NR > 1 {
      printf "step %d: loss %.9g and %.9g, apart %.1e; of validation %.9g and %.9g, %.1e\n", $1, $2, $4, distance($2, $4), $3, $5,
        distance($3, $5)
      if (distance($2, $4) <= 1e-5 && distance($3, $5) <= 1e-5) ++same
    }
    END { if (same != 6) { print "Not all losses are within 1e-5 of one another."; exit 1 } }'
}

# same_verdicts PATH...: what `check` says, and its exit code
same_verdicts() {
  diff <("$native" check "$@" || echo $?) <("${emulator[@]}" "$foreign" check "$@" || echo $?)
}

# Left out are the tests that a script starts the program in, as it would without the emulator, those of networks at full extent and of the
# program's measurements, which are too slow under it, and four that can't hold there: one limits the memory of its process, two ask when
# their own process began, which the emulator makes up, one holds a computation to its seconds. To be too slow all the same is no failure.
run_tests() {
  local log=$build/tests.log bad left_out
  left_out='^(Program|Schemas|Report|Interrupted|Sites|Staging\.Survives|Study\.program|Generate\.Writes|trainer_tests|training_run_tests|bench_tests)'
  left_out+='|^Bench\.(Step|Reduce|Convolutions)|^(universes|climates|digits)$'
  left_out+='|^(arrows|readmes)$|AtFullExtent|OfTheFullNetwork|OfTheStandardDeepCam|^full_size_tests'
  left_out+='|WhereAnotherCannotBeStarted|WhereItsProcessOfThisHostWasKilled|IsHeldByOneOfManyThatFindItGivenUp|OfThousandsOfPartsTakesSeconds'
  ctest --test-dir "$build" --parallel "$(nproc)" --output-on-failure --exclude-regex "$left_out" --tests-information "1,,$each" \
    >"$log" || true
  sed -n '/tests passed/,$p' "$log"
  grep -q 'tests passed' "$log"
  bad=$(sed -n '/The following tests FAILED/,$p' "$log" | grep -E '^\s+[0-9]+ - ' | grep -v '(Timeout)' || true)
  [[ -z $bad ]] || { echo "Failed, and not for want of time; see $log." && return 1; }
  echo "Left out: $(ctest --test-dir "$build" -N --tests-regex "$left_out" | sed -n 's/^Total Tests: //p') tests, $left_out"
}

say "Packages, and the libraries of aarch64"
require_prerequisites
install_packages g++-aarch64-linux-gnu qemu-user mmdebstrap xz-utils
[[ -e $sysroot ]] || make_sysroot

say "Build for this machine"
bash harness/build.sh

say "Build for aarch64, with all tests"
cmake -S . -B "$build" -G Ninja -DCMAKE_TOOLCHAIN_FILE=tests/platforms/aarch64.cmake -DCMAKE_SYSROOT="$sysroot" >"$build.log"
mapfile -t programs < <(ninja -C "$build" -t targets all | sed -n 's/: CXX_EXECUTABLE_LINKER.*//p')
ninja -C "$build" "${programs[@]}" >>"$build.log" || { grep -A20 FAILED "$build.log" && exit 1; }

say "Generated data"
generate "$native" generate cosmoflow --output data/native
generate "${emulator[@]}" "$foreign" generate cosmoflow --output data/foreign
same_data

say "First steps of training"
config=harness/configs/cosmoflow-tiny.yaml
first_steps runs/native "$native" train "$config"
first_steps runs/foreign "${emulator[@]}" "$foreign" train "$config"
first_steps runs/split mpiexec.mpich -n 2 "${emulator[@]}" "$foreign" train "$config" --split 2x1
same_losses runs/foreign runs/native
same_losses runs/split runs/native

say "Verdicts"
same_verdicts runs/native/result.txt runs/foreign/result.txt
if [[ -e $published ]]; then
  mkdir -p runs/published
  tar -xf "$published" -C runs/published
  same_verdicts runs/published
fi

say "Tests, one in $each"
run_tests
say "ALL IS WELL: aarch64"
