#pragma once

#include <cstdint>
#include <vector>

#include "io/cosmoflow/cube_symmetry.hpp"
#include "models/base/tensor.hpp"

namespace tessera {

/// Mean and standard deviation of log(1 + count), a value a channel.
struct ChannelStatistics {
  std::vector<double> mean, deviation;
  friend bool operator==(const ChannelStatistics&, const ChannelStatistics&) = default;
};

/// Counts of one sample over a box, dense D H W C. Borrowed. All counts are >= 0.
struct CountsView {
  const std::int16_t* counts = nullptr;
  Box box;
};

/// Turns counts of particles into what the network sees: log(1 + x), then per channel
/// (v - mean) / deviation where statistics are given. Float values come from a table of all 32768 counts,
/// rounded once from double, and one multiply-add.
class CountTransform {
 public:
  static constexpr int kMostChannels = 16;

  /// An empty `statistics` leaves the values as they are.
  CountTransform(int channels, const ChannelStatistics& statistics);

  /// Fills `into` (n = 1) with the sample seen through a symmetry. `space`: extents of the whole sample;
  /// `source` holds at least source_box(symmetry, into.layout.box, space).
  void apply(CountsView source, const CubeSymmetry& symmetry, Extents space, TensorView into) const;

 private:
  struct Walk;
  template <class T>
  void apply_as(const Walk& walk, Extents extents, T* out) const;
  template <class T>
  void rows(const Walk& walk, Extents extents, T* out) const;
  template <class T>
  void tiles(const Walk& walk, Extents extents, int row_axis, T* out) const;
  template <class T>
  void convert(const std::int16_t* counts, std::int64_t voxels, T* out) const;

  int channels_;
  std::vector<float> table_;                  // by count
  std::vector<double> scale_, shift_;         // by channel
  std::vector<float> scale_row_, shift_row_;  // the same for the elements of a run of voxels
};

}  // namespace tessera
