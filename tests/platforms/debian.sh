#!/usr/bin/env bash
# debian.sh RELEASE [DIRECTORY]: the program on a fresh Debian of that release (bookworm, trixie, forky), as root: makes one in DIRECTORY
# (by default a temporary one, removed afterwards), copies what is committed here into it, and runs there, as the README says, the
# quickstart and all tests. Needs debootstrap and a mirror, and some 10 GB. By hand: it takes as long as both commands take.
set -euo pipefail
[[ $# -ge 1 && $EUID -eq 0 ]] || { echo "usage, as root: debian.sh RELEASE [DIRECTORY]" >&2; exit 2; }
command -v debootstrap >/dev/null || { echo "debootstrap is missing: apt-get install debootstrap" >&2; exit 2; }
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
release=$1
if [[ $# -ge 2 ]]; then
  root=$2/$release
else
  scratch=$(mktemp -d)
  trap 'rm -rf --one-file-system "$scratch"' EXIT
  root=$scratch/$release
fi
if [[ ! -e $root/etc/debian_version ]]; then
  script=/usr/share/debootstrap/scripts/$release
  [[ -e $script ]] || script=${script%/*}/sid  # a release younger than this debootstrap
  debootstrap --variant=minbase --include=ca-certificates "$release" "$root" "" "$script"
fi
rm -rf "$root/tessera"
mkdir -p "$root/tessera"
git -C "$source" archive HEAD | tar -x -C "$root/tessera"

# In namespaces of its own, so that nothing stays mounted and no process outlives it.
unshare --mount --pid --fork --mount-proc bash -euo pipefail -s "$root" "${COMMANDS:-bash harness/quickstart.sh && bash tests/run.sh}" \
  "$source/../shared" <<'INSIDE'
root=$1
for part in dev sys; do mount --rbind "/$part" "$root/$part"; done
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/tmp"
mount -t tmpfs tmpfs "$root/dev/shm"
if [[ -d $3 ]]; then  # published logs, which some tests read
  mkdir -p "$root/shared"
  mount --bind --options ro "$3" "$root/shared"
fi
cp /etc/resolv.conf "$root/etc/resolv.conf"
exec chroot "$root" env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb LANG=C.UTF-8 \
  bash -euo pipefail -c "cd /tessera; . /etc/os-release; echo \"\$PRETTY_NAME\"; time { $2; }" </dev/null
INSIDE
