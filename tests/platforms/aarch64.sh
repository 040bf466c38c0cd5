#!/usr/bin/env bash
# aarch64.sh [DIRECTORY]: the program of aarch64 under qemu-user, cross-compiled in a fresh trixie that debian.sh makes in DIRECTORY, as root:
# see aarch64_inside.sh. By hand: it takes an hour or more on two cores.
set -euo pipefail
export COMMANDS="bash tests/platforms/aarch64_inside.sh"
exec bash "$(dirname "${BASH_SOURCE[0]}")/debian.sh" trixie "$@"
