#!/usr/bin/env bash
# The cases of CTest that need PyTorch: run.sh gradients|weights|sgd|adam|adamw BUILD_DIRECTORY LAUNCHER
# Exit code 77, which CTest counts as skipped, where no python3 has torch, numpy and h5py (Debian: python3-torch, python3-h5py).
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
export OMP_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE=1
files=$(mktemp -d)
trap 'rm -rf "$files"' EXIT

# dump FILE CONFIG SIZE SETTING...: the first step of two samples, on two ranks
dump() {
  local file=$1 config=$2 size=$3 data="$files/data-$3" settings=() setting
  [[ -d $data ]] || "$build/tessera" generate cosmoflow --output "$data" --size "$size" --train 2 --validation 1 --seed 1
  for setting in data.data_dir="$data" data.n_train=2 data.n_valid=1 data.global_batch_size=2 "${@:4}"; do settings+=(--set "$setting"); done
  "$launcher" -n 2 "$build/tessera" train "$here/../../harness/configs/$config" --seed 7 --dump-step "$file" "${settings[@]}"
}

case $case_name in
  gradients)
    dump "$files/double.h5" cosmoflow-small.yaml 32 compute.kernels=reference compute.element=float64
    dump "$files/single.h5" cosmoflow-small.yaml 32
    "$python" "$here/parity.py" "$files/double.h5" "$files/single.h5"
    ;;
  weights)
    dump "$files/there.h5" cosmoflow-tiny.yaml 16
    "$python" "$here/weights.py" "$files/there.h5" "$files/weights.pt"
    "$python" "$here/weights.py" "$files/weights.pt" "$files/back.h5"
    "$python" - "$files/there.h5" "$files/back.h5" <<'END'
import sys
import h5py
there, back = (h5py.File(path)["parameter"] for path in sys.argv[1:])
names = []
there.visititems(lambda name, item: names.append(name) if isinstance(item, h5py.Dataset) else None)
assert len(names) == 14, names
for name in names:
    assert there[name].dtype == back[name].dtype and (there[name][()] == back[name][()]).all(), name
print(len(names), "tensors went to PyTorch and back unchanged")
END
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
