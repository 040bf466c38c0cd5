#!/usr/bin/env bash
# aarch64.sh [DIRECTORY [N]]: the program of aarch64 under qemu-user, cross-compiled in a fresh trixie that debian.sh makes in DIRECTORY, as
# root: see aarch64_inside.sh. With N, each N-th test alone: under the emulator, all of them take hours on two cores, and what comes before
# them half an hour.
set -euo pipefail
export COMMANDS="bash tests/platforms/aarch64_inside.sh ${2:-1}"
exec bash "$(dirname "${BASH_SOURCE[0]}")/debian.sh" trixie "${@:1:1}"
