#!/usr/bin/env bash
# report.sh GROUP: opens pages of `tessera compare --html` and of `tessera tune` in Chromium, without a window, and reads off them what
# they show. CMake sets TESSERA and SAMPLE_STUDY. Ends with 77 where there is no Chromium, or no published round to draw.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || {
  echo "skipped: there is no Chromium"
  exit 77
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

# passes REPORT CHECKS.js WIDTH: a copy of the report ends with the checks, which say what they found wrong.
passes() {
  cp "$1" checked.html
  {
    echo '<script>'
    cat "$here/report_checks.js" "$here/$2"
    echo '</script>'
  } >>checked.html
  timeout 50 "$browser" --headless --no-sandbox --disable-gpu --user-data-dir="$work/profile" --window-size="$3",1000 \
    --virtual-time-budget=2000 --dump-dom "file://$work/checked.html" >dom.html 2>browser.log
  sed -n '/<pre id="wrong">/,/<\/pre>/p' dom.html
  if ! grep -qF '<pre id="wrong">nothing wrong in ' dom.html; then
    echo "FAILED: $1, $2"
    grep -F CONSOLE browser.log
    return 1
  fi
}

# log FILE ORGANISATION MINUTES NODES: the log of a DeepCAM run that converges after three evaluations.
log() {
  local line=':::MLLOG {"namespace": "", "event_type": "POINT_IN_TIME", "metadata": {"epoch_num": %d, "status": "success"}, "key": "%s", "value": %s, "time_ms": %d}\n'
  mkdir -p "$(dirname "$1")"
  {
    # shellcheck disable=SC2059  # the line is the format
    entry() { printf "$line" "$1" "$2" "$3" "$4"; }
    entry 0 submission_benchmark '"deepcam"' 0
    entry 0 submission_org "$2" 0
    entry 0 submission_platform '"cluster"' 0
    entry 0 number_of_nodes "$4" 0
    entry 0 global_batch_size 64 0
    entry 0 run_start null 0
    entry 0 staging_start null 0
    entry 0 staging_stop null 6000
    entry 1 epoch_start null 6000
    entry 1 epoch_stop null 36000
    entry 1 eval_start null 36000
    entry 1 eval_accuracy 0.5 40000
    entry 2 eval_accuracy NaN 42000
    entry 3 eval_accuracy 0.83 45000
    entry 1 eval_stop null 48000
    entry 0 run_stop null $((60000 * $3))
  } >"$1"
}

# Three systems, one of whose logs tries to be markup, to end the script and to break the JSON.
hostile() {
  local i hostile='"</script><script>hacked = 1</script><img src=x onerror=\"hacked = 1\"><!--<script> '\''&quot; \u2028 \u0000 '
  for i in 0 1 2 3 4; do
    log "round/Org/results/fast/deepcam/result_$i.txt" '"Org"' $((10 + i)) 4
    log "round/Org/results/slow/deepcam/result_$i.txt" '"Org"' $((20 + i)) 2
    log "runs/$i/result.txt" "$hostile$(printf 'x%.0s' {1..200})"$'\xff\xc3"' $((30 + i)) 1
  done
  for i in fast slow; do
    mkdir -p round/Org/systems
    echo '{"submitter": "Org", "host_processor_model_name": "A64FX", "number_of_nodes": '$([[ $i == fast ]] && echo 4 || echo 2)'}' \
      >"round/Org/systems/$i.json"
  done
  "$TESSERA" compare round runs --html report.html >table || { cat table; return 1; }
  ! grep -qaE 'https?://[^ "]*\.(js|css|png|woff)' <(grep -av '^ \* https://www.chartjs.org' report.html) || { echo "FAILED: it refers to other files"; return 1; }
  passes report.html report_hostile.js 500
}

published() {
  local archive=$here/../../../shared/mlperf-logs/v0.7/hpc_results_v0.7.tar.xz
  if [[ ! -e $archive ]]; then
    echo "skipped: the published logs (../shared/mlperf-logs) are not beside this source tree"
    exit 77
  fi
  mkdir round
  command -v xz >/dev/null || { echo "skipped: there is no xz to unpack the published round with"; exit 77; }
  tar -xJf "$archive" -C round
  "$TESSERA" compare round --join RIKEN,Fujitsu=Fugaku --html report.html >table || { cat table; return 1; }
  passes report.html report_published.js 1400
}

# The same study of two systems, one of whose names tries to be markup, on a desktop and on a phone.
studies() {
  local width
  mkdir north south
  "$SAMPLE_STUDY" north/study.json North
  "$SAMPLE_STUDY" south/study.json '</script><script>hacked = 1</script><img src=x onerror="hacked = 1"><!--<script> '\''&quot; '
  "$TESSERA" compare north south --html report.html >table || { cat table; return 1; }
  for width in 1280 500; do passes report.html report_studies.js "$width" || return 1; done
}

# A search whose trials are stood in for: by their number N their error is 1 / (N e) after epoch e, but the third, which diverges. A text
# that it chooses from tries to be markup.
search() {
  local width
  cat >space.yaml <<'END'
lr_schedule.lr: {log_uniform: [1e-4, 1e-1]}
model.conv_size: {integer: [8, 32], step: 4}
mlperf.platform: {choice: ['</script><script>hacked = 1</script><img src=x onerror="hacked = 1"><!--<script> &quot; ']}
END
  cat >stand-in <<'END'
#!/bin/sh
while [ "$1" != --output ]; do shift; done
cd "$2"
while [ "$1" != --max-epochs ]; do shift; done
: >result.txt
: >checkpoint.h5
awk -v n="${PWD##*_}" -v budget="$2" 'BEGIN {
  printf "{\"ranks\": 1, \"configuration\": {\"data\": {\"n_epochs\": %d}}, ", budget
  printf "\"end\": \"%s\", \"failure\": \"the loss is not finite\", \"epochs\": [", n == 3 ? "not_finite" : "target_missed"
  for (e = 1; e <= budget && n != 3; ++e)
    printf "%s{\"metric\": %.9f, \"training_seconds\": 1, \"evaluation_seconds\": 0.5}", (e == 1 ? "" : ","), 1 / (n * e)
  print "]}" }' >run.json
END
  chmod +x stand-in
  "$TESSERA" tune "$here/../../harness/configs/cosmoflow-tiny.yaml" --space space.yaml --max-epochs 3 --launcher "$PWD/stand-in" \
    --output search >said || { cat said; return 1; }
  for width in 1280 500; do passes search/tune.html report_search.js "$width" || return 1; done
}

"$1"
