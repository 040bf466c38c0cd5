#!/usr/bin/env bash
# Sees that the libraries and tools of a build are there. Sourced by the other scripts; run alone it does the same:
#   bash harness/prerequisites.sh [tests]
# On Debian and Ubuntu, missing packages are installed where that is allowed; elsewhere it says what is needed and goes on,
# since modules or hand-built libraries may provide it: CMake has the last word.
set -euo pipefail

# ocl-icd-opencl-dev: Debian's oneDNN is built with OpenCL, whose files its CMake package asks for without depending on them.
tessera_packages=(g++ cmake ninja-build pkg-config mpich libmpich-dev libhdf5-dev libdnnl-dev ocl-icd-opencl-dev nlohmann-json3-dev
  libfmt-dev libyaml-cpp-dev libcli11-dev libfftw3-dev libhwloc-dev librandom123-dev libxxhash-dev libisal-dev libprotozero-dev libpng-dev zlib1g-dev libboost-math-dev
  libjs-chart.js)
tessera_test_packages=(libgtest-dev libgmock-dev rapidjson-dev chromium)

is_installed() {
  [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

# install_packages PACKAGE...: with fresh lists where the present ones don't lead to the files
install_packages() {
  local apt=(apt-get install --yes --no-install-recommends --quiet)
  export DEBIAN_FRONTEND=noninteractive
  "${apt[@]}" "$@" >/dev/null 2>&1 || { apt-get update --quiet >/dev/null && "${apt[@]}" "$@" >/dev/null; }
}

# require_prerequisites [tests]
require_prerequisites() {
  local wanted=("${tessera_packages[@]}") missing=() package
  if [[ ${1:-} == tests ]]; then wanted+=("${tessera_test_packages[@]}"); fi
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo "Not Debian or Ubuntu: load or install a C++20 compiler, CMake 3.22, Ninja or make, an MPI-3 library, HDF5 (C), oneDNN 2.6,"
    echo "nlohmann-json, fmt, yaml-cpp, CLI11, FFTW 3, hwloc, Random123, xxHash, ISA-L, protozero, libpng, Boost.Math and Chart.js 3${1:+, GoogleTest, GoogleMock, RapidJSON and Chromium}. Going on with what CMake finds."
    return 0
  fi
  for package in "${wanted[@]}"; do
    is_installed "$package" || missing+=("$package")
  done
  if ((${#missing[@]} == 0)); then
    echo "All needed packages are installed."
  elif ((EUID != 0)); then
    echo "Missing packages; as root: apt-get install ${missing[*]}"
    echo "Going on with what CMake finds."
  else
    echo "Installing ${missing[*]} ..."
    install_packages "${missing[@]}" || echo "Not all could be installed. Going on with what CMake finds."
  fi
}

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then require_prerequisites "$@"; fi
