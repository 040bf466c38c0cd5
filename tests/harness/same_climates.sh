#!/usr/bin/env bash
# same_climates.sh TESSERA LAUNCHER: a DeepCAM data set generated on 1, 2 and 4 ranks is the same, byte by byte, and inspect finds
# its checksums right.
set -euo pipefail
tessera=$1 launcher=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for ranks in 1 2 4; do
  "$launcher" -n "$ranks" "$tessera" generate deepcam --output "$work/$ranks" --grid basin96x --train 7 --validation 3 --seed 5
  diff -r "$work/1" "$work/$ranks"
done
"$tessera" inspect "$work/4" >"$work/said"
grep -qF "all 11 checksums are right" "$work/said"
[[ $(find "$work/4" -type f | wc -l) -eq 12 ]]
