#!/usr/bin/env bash
# Reads the includes and shows which folder uses which: the floors of each top-level folder, bottom first as its CMakeLists.txt has them,
# each with the floors that it names. It fails where
#   - an arrow runs up: a floor uses one that stands after it, or there is a circle of folders;
#   - a foreign interface is included outside its one corner;
#   - a source doesn't include its own header first (so that the header is compiled alone there);
#   - a source names a place of one machine.
#   bash tests/arrows.sh [DIRECTORY]       of another tree than this one
set -euo pipefail
cd "${1:-$(dirname "${BASH_SOURCE[0]}")/..}"
tops=(models parallel io results submissions harness)
problems=0

problem() {
  echo "NOT WELL: $*"
  problems=$((problems + 1))
}

# Lines "including file, included file", of our own headers alone.
includes=$(grep -rE '^ *# *include *"' --include='*.?pp' "${tops[@]}" | sed -E 's/^([^:]+):[^"]*"([^"]+)".*/\1 \2/')
(($(wc -l <<<"$includes") > 500)) || problem "the test isn't testing what it claims to test: few includes in $PWD"

# Lines "folder, folder it uses".
arrows=$(awk '{ a = $1; b = $2; sub("/[^/]*$", "", a); sub("/[^/]*$", "", b); if (a != b) print a, b }' <<<"$includes" | sort -u)

# All floors, bottom first.
floors=$(for top in "${tops[@]}"; do sed -nE 's/^tessera_library\(([^ )]+).*/\1/p' "$top/CMakeLists.txt"; done; echo harness)

awk -v arrows="$arrows" '
  { place[$1] = NR; name[NR] = $1 }
  END {
    n = split(arrows, line, "\n")
    for (i = 1; i <= n; ++i) {
      split(line[i], arrow, " ")
      uses[arrow[1]] = uses[arrow[1]] " " arrow[2]
    }
    for (i = 1; i <= NR; ++i) {
      top = name[i]; sub("/.*", "", top)
      if (top != before) printf "%s\n", top
      before = top
      printf "  %-22s uses%s\n", name[i], name[i] in uses ? uses[name[i]] : " nothing of ours"
    }
    printf "%d arrows between %d folders\n", n, NR
  }' <<<"$floors"

while read -r upper; do problem "an arrow runs up: $upper"; done < <(awk -v floors="$floors" '
  BEGIN { n = split(floors, name, "\n"); for (i = 1; i <= n; ++i) place[name[i]] = i }
  !($1 in place) || !($2 in place) { print $1, "->", $2, "(no floor of a CMakeLists.txt)"; next }
  place[$2] > place[$1] { print $1, "->", $2 }' <<<"$arrows")
circle=$(tsort <<<"$arrows" 2>&1 >/dev/null) || problem "a circle of folders: $circle"

# only HEADER CORNER: the files whose path begins with CORNER, and no other, include it
only() {
  local found
  found=$(grep -rlE "^ *# *include *[<\"]([^>\"]*/)?${1//./\\.}[>\"]" --include='*.?pp' "${tops[@]}" || true)
  grep -q "^$2" <<<"$found" || problem "the test isn't testing what it claims to test: no $2* includes $1"
  while read -r file; do
    [[ -z $file || $file == "$2"* ]] || problem "$file includes $1, which belongs to $2* alone"
  done <<<"$found"
}
only mpi.h parallel/mpi
only hdf5.h io/hdf5/
only png.h io/inspect/png
only crc.h io/convert/crc32c
only pbf_reader.hpp io/convert/tf_example
only dnnl.hpp models/kernels/onednn
only yaml.h harness/config/
only CLI.hpp harness/commands/command_line

while read -r source first; do
  header=${source%.cpp}.hpp
  [[ ! -e $header || $first == "$header" ]] || problem "$source includes $first before its own header"
done < <(awk '$1 ~ /\.cpp$/ && !($1 in seen) { seen[$1]; print }' <<<"$includes")

while read -r found; do problem "an absolute path: $found"; done < <(
  grep -rnE '"/(home|root|tmp|usr|opt|work|mnt|scratch|global)/' --include='*.?pp' "${tops[@]}" || true)

((problems == 0)) || exit 1
echo "ALL IS WELL: no arrow runs up, and there is no circle of folders."
