#!/usr/bin/env bash
# The READMEs lead where they say: each link with its heading, and each file of ours that they name, from their own folder or from the root.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
problems=0
seen=0

problem() {
  echo "NOT WELL: $*"
  problems=$((problems + 1))
}
# anchors FILE: its headings as links name them
anchors() { sed -nE 's/^#+ //p' "$1" | tr '[:upper:]' '[:lower:]' | tr -d ':,.' | tr ' ' '-'; }

for readme in README.md */README.md */sites/README.md; do
  folder=$(dirname "$readme")
  while IFS='#' read -r file anchor; do
    seen=$((seen + 1))
    if [[ ! -e $folder/$file ]]; then
      problem "$readme leads to $file, which isn't there"
    elif [[ -n $anchor ]]; then
      anchors "$folder/$file" | grep -qx -- "$anchor" || problem "$readme leads to $file#$anchor, and no heading is called that"
    fi
  done < <(grep -oE '\]\([^)]+\)' "$readme" | tr -d '])(')
  # shellcheck disable=SC2016  # backquotes of Markdown
  while read -r name; do
    seen=$((seen + 1))
    [[ $name == *NAME* || $name == deeplab_xception.py || # the reader's to choose, and the reference's
      -e $folder/$name || -e $name ]] || problem "$readme names $name, which isn't there"
  done < <(grep -oE '`[a-zA-Z0-9_./-]+\.(cpp|hpp|sh|py|schema\.json)`' "$readme" | tr -d '`')
done
((seen > 50)) || problem "the test isn't testing what it claims to test: few links and names"

((problems == 0)) || exit 1
echo "ALL IS WELL: $seen links and names of files lead somewhere."
