#pragma once

#include <array>
#include <cstdint>

/// Counter-based random numbers: a pure function of key and counter, so the same on any number of processes.
/// Philox4x32-10 (Salmon et al., SC11; doi:10.1145/2063384.2063405) from the Random123 library.
namespace tessera {

/// What a stream of random numbers is for. Two purposes never share a number.
enum class Purpose : std::uint32_t {
  Weights = 1,
  Dropout,
  EpochOrder,
  Augmentation,
  Cosmology,
  WhiteNoise,
  Synthetic,
  Climate,
  Digits,
  Spectra,
  Images,
