#pragma once

#include <array>
#include <cstdint>
#include <span>

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
  SearchSpace,
};

/// A stream of random numbers, told apart from every other by seed, purpose, a and b (for instance layer and
/// step, or step and sample); each index gives one block of numbers, independent of all the others.
struct RandomStream {
  std::uint64_t seed = 0;
  Purpose purpose = Purpose::Synthetic;
  std::uint64_t a = 0, b = 0;

  /// Four independent 32-bit words.
  std::array<std::uint32_t, 4> bits(std::uint64_t index) const;
  /// Four uniform numbers in [0, 1), with 24 bits each.
  std::array<float, 4> uniform4(std::uint64_t index) const;
  /// The same of index `first`, then of `first` + 1, ...: as many as fill `values`, the last ones in part.
  /// Many at once take a tenth of the time.
  void uniform(std::uint64_t first, std::span<float> values) const;
  /// One uniform number in (0, 1) with 52 bits.
  double uniform(std::uint64_t index) const;
  /// Two independent standard normal numbers (Box-Muller, in double precision).
  std::array<double, 2> normal2(std::uint64_t index) const;
};

}  // namespace tessera
