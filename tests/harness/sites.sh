#!/usr/bin/env bash
# sites.sh: what the scripts in harness/sites/slurm ask of Slurm, whose programs are stood in for here: srun writes down its words and
# ends with the code that the test says, scontrol writes down its own.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
scripts=$here/../../harness/sites/slurm
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0

# shellcheck disable=SC2016  # for their own shells
printf '#!/bin/sh\necho "$@" >>asked\nexit "$(cat code)"\n' >srun
printf '#!/bin/sh\necho scontrol "$@" >>asked\n' >scontrol
chmod +x srun scontrol
export PATH=$work:$PATH SLURM_CPUS_PER_TASK=3 SLURM_JOB_ID=12

# asks CODE TEXT SCRIPT ARGUMENTS...: where srun ends with that code, so does the script, and what it asked for is the text.
asks() {
  rm -f asked
  echo "$1" >code
  bash "$scripts/$3" "${@:4}"
  local code=$?
  if [[ $code -ne $1 || $(cat asked) != "$2" ]]; then
    echo "FAILED: $3 ended with $code, where srun ends with $1, and asked for"
    sed 's/^/    /' asked
    failures=$((failures + 1))
  fi
}

train='--mpi=pmi2 --cpus-per-task=3 --wait=30 build/tessera train c.yaml --output out --resume=auto --time-limit=job'
asks 0 "$train --split 2x1" train.sbatch c.yaml out --split 2x1
for code in 1 2 3 137 143; do asks $code "$train" train.sbatch c.yaml out; done
asks 75 "$train
scontrol requeue 12" train.sbatch c.yaml out
TESSERA=/opt/tessera TESSERA_SRUN_MPI=pmix asks 0 "--mpi=pmix --cpus-per-task=3 --wait=30 /opt/tessera train c.yaml --output out --resume=auto --time-limit=job" \
  train.sbatch c.yaml out
stage='--mpi=pmi2 --cpus-per-task=3 --wait=30 build/tessera stage /scratch/set'
asks 0 "$stage
$train --set data.data_dir=/scratch/set --stage-dir --seed 3" stage.sbatch c.yaml out /scratch/set --seed 3
asks 3 "$stage" stage.sbatch c.yaml out /scratch/set

# A campaign is on the node of the script, which hands it the warning; so is a search.
cp srun program
export TESSERA=$work/program
campaign='campaign c.yaml --output out --runs 10 --ranks 16 --launcher slurm --models 2'
asks 0 "$campaign" campaign.sbatch c.yaml out 10 16 --models 2
asks 75 "$campaign
scontrol requeue 12" campaign.sbatch c.yaml out 10 16 --models 2
search='tune c.yaml --space s.yaml --output out --ranks 16 --launcher slurm --models 2'
asks 1 "$search" tune.sbatch c.yaml s.yaml out 16 --models 2
asks 75 "$search
scontrol requeue 12" tune.sbatch c.yaml s.yaml out 16 --models 2
# shellcheck disable=SC2016  # for its own shell
printf '#!/bin/bash\ntrap "echo warned >>asked; exit 75" USR1\ntouch begun\nwhile :; do sleep 0.1; done\n' >program
for script in campaign tune; do
  rm -f asked begun
  bash "$scripts/$script.sbatch" c.yaml out 10 16 &
  until [[ -e begun ]]; do sleep 0.05; done
  kill -s USR1 $!
  wait $!
  if [[ $? -ne 75 || $(cat asked) != "warned
scontrol requeue 12" ]]; then
    echo "FAILED: $script.sbatch doesn't hand on a warning"
    failures=$((failures + 1))
  fi
done

# Each asks for a warning of the ranks, and to be put into the queue again and go on with its file.
for script in "$scripts"/*.sbatch; do
  for line in '#SBATCH --requeue' '#SBATCH --open-mode=append' '#SBATCH --signal='; do
    grep -qF -- "$line" "$script" || { echo "FAILED: $script has no $line"; failures=$((failures + 1)); }
  done
done

# Recipes in Python are programs at least, where there is a Python to say so.
if command -v python3 >/dev/null; then
  while read -r recipe; do
    python3 -c 'import ast, sys; ast.parse(open(sys.argv[1]).read())' "$recipe" || { echo "FAILED: $recipe is no Python"; failures=$((failures + 1)); }
  done < <(find "$scripts/.." -name '*.py')
else
  echo "no python3: the recipes in Python aren't looked at"
fi
((failures == 0))
