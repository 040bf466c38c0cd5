#!/usr/bin/env bash
# aarch64.sh [DIRECTORY]: the program of aarch64 under qemu-user, cross-compiled in a fresh trixie that debian.sh makes in DIRECTORY, as root:
# see aarch64_inside.sh. By hand: on two cores it takes an hour, of which the tests have half.
set -euo pipefail
export COMMANDS="bash tests/platforms/aarch64_inside.sh"
exec bash "$(dirname "${BASH_SOURCE[0]}")/debian.sh" trixie "$@"
