#!/usr/bin/env bash
# The cases of CTest that need PyTorch: run.sh gradients|deepcam|deepcam-double|sequential|resnet50|weights|sgd|adam|adamw BUILD_DIRECTORY LAUNCHER
# Exit code 77, which CTest counts as skipped, where no python3 has torch, numpy and h5py (Debian: python3-torch, python3-h5py); deepcam and
# deepcam-double also where TESSERA_DEEPCAM_REFERENCE names no directory with the reference's network, deeplab_xception.py.
set -euo pipefail
case_name=$1 build=$2 launcher=$3
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

for python in python3 /usr/bin/python3 none; do
  if "$python" -c 'from importlib.util import find_spec; assert all(map(find_spec, ("torch", "numpy", "h5py")))' 2>/dev/null; then break; fi
done
if [[ $python == none ]]; then
  echo "skipped: no python3 has torch, numpy and h5py"
  exit 77
fi
export OMP_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$here
files=$(mktemp -d)
trap 'rm -rf "$files"' EXIT

# dump FILE CONFIG SIZE SETTING...: the first step of two samples, on two ranks
dump() {
  local file=$1 config=$2 size=$3 data="$files/data-$3" settings=() setting
  [[ -d $data ]] || "$build/tessera" generate cosmoflow --output "$data" --size "$size" --train 2 --validation 1 --seed 1
  for setting in data.data_dir="$data" data.n_train=2 data.n_valid=1 data.global_batch_size=2 "${@:4}"; do settings+=(--set "$setting"); done
  "$launcher" -n 2 "$build/tessera" train "$here/../../harness/configs/$config" --seed 7 --dump-step "$file" "${settings[@]}"
}

# dump_deepcam CONFIG OPTION...: the first step of two samples of 96x144 cells, on two ranks, into deepcam.h5
dump_deepcam() {
  "$build/tessera" generate deepcam --output "$files/climates" --grid basin96x --train 2 --validation 1 --seed 1
  "$launcher" -n 2 "$build/tessera" train "$here/../../harness/configs/$1" --seed 7 --dump-step "$files/deepcam.h5" \
    --set data.data_dir="$files/climates" --set data.n_train=2 --set data.n_valid=1 --set data.sample_shape='[96, 144, 16]' "${@:2}"
}

# deepcam_parity OPTION...: holds that of the standard network against PyTorch in the reference's
deepcam_parity() {
  if [[ ! -r ${TESSERA_DEEPCAM_REFERENCE:-}/deeplab_xception.py ]]; then
    echo "skipped: set TESSERA_DEEPCAM_REFERENCE to the directory of deeplab_xception.py (mlcommons/hpc, deepcam/src/deepCam/architecture)"
    exit 77
  fi
  dump_deepcam deepcam-full.yaml "$@"
  "$python" "$here/parity.py" "$files/deepcam.h5"
}

case $case_name in
  gradients)
    dump "$files/double.h5" cosmoflow-small.yaml 32 compute.kernels=reference compute.element=float64
    dump "$files/single.h5" cosmoflow-small.yaml 32
    dump "$files/narrow.h5" cosmoflow-small.yaml 32 compute.element=bf16
    "$python" "$here/parity.py" "$files/double.h5" "$files/single.h5"
    "$python" "$here/parity.py" --bf16 "$files/narrow.h5"
    ;;
  deepcam)  # two replicas, which share the batch statistics
    deepcam_parity
    ;;
  deepcam-double)  # both samples split; no case of CTest, as it takes a minute and 5 GB
    deepcam_parity --split 2x1 --set compute.kernels=reference --set compute.element=float64
    ;;
  weights)
    dump "$files/cosmoflow.h5" cosmoflow-tiny.yaml 16
    dump_deepcam deepcam-tiny.yaml --set data.global_batch_size=2
    for there in "$files"/{cosmoflow,deepcam}.h5; do
      "$python" "$here/weights.py" "$there" "$files/weights.pt"
      "$python" "$here/weights.py" "$files/weights.pt" "$files/back.h5"
      "$python" - "$there" "$files/back.h5" <<'END'
import sys
import h5py
from weights import read_group
there, back = (read_group(h5py.File(path)["parameter"]) for path in sys.argv[1:])
assert there.keys() == back.keys() and len(there) >= 14, len(there)
for name in there:
    assert there[name].dtype == back[name].dtype and (there[name] == back[name]).all(), name
print(len(there), "tensors went to PyTorch and back unchanged")
END
    done
    ;;
  sequential | resnet50)  # whole; split, one part owning less than the other; and as two replicas, which share the batch statistics
    "$python" "$here/$case_name.py" --data "$files/data"
    dumps=()
    for way in "1 1x1" "2 2x1" "3 1x3" "2 1x1"; do
      read -r ranks split <<<"$way"
      dumps+=("$files/$ranks-$split.h5")
      "$launcher" -n "$ranks" "$build/tessera" train "$here/$case_name.yaml" --seed 7 --split "$split" --dump-step "${dumps[-1]}" \
        --set data.data_dir="$files/data" --set compute.kernels=reference --set compute.element=float64
    done
    "$python" "$here/$case_name.py" "${dumps[@]}"
    ;;
  sgd | adam | adamw)
    for element in float64 float32; do
      for decay in 0 0.01; do
        "$build/tests/pytorch/optimizer_trajectory" "$files/$case_name-$element-$decay.h5" "$case_name" "$element" "$decay"
      done
    done
    "$python" "$here/optimizer_parity.py" "$case_name" "$files/$case_name"-*.h5
    ;;
esac
