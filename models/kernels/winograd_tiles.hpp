#pragma once

#include <cstdint>
#include <vector>

#include "models/base/box.hpp"
#include "models/kernels/kernels.hpp"

namespace tessera::winograd {

/// Of a slice: the points along H and W.
constexpr int kSlice = 16;

/// The outputs of a convolution by tiles of two along H and W, and along D where its window reaches there,
/// and what brings tiles to their points and back. The points of a depth are taken one after another, as
/// slices of 16, so that less of them has to stay in the cache. Points are 16 matrices of `rows` (tiles) ×
/// channels. With a dilation the two outputs lie as far apart as their taps: every so many cells make a
/// tensor of their own. There tiles begin at even cells of the whole, so that an output is the same number
/// whatever part of it a process has, as far as rows of the library's products don't depend on those beside
/// them (brgemm's don't); those at the ends of an axis may stick out: what isn't there counts as zero, and
/// isn't written.
class WinogradTiles {
 public:
  /// problem: see can_be_winograd(); float32.
  explicit WinogradTiles(const ConvolutionProblem& problem);

  /// Of all samples.
  std::int64_t count() const { return n_ * d_.count() * h_.count() * w_.count(); }
  int slices() const { return deep_ ? 4 : 1; }

  /// The points of some tiles' inputs. Rows behind those tiles become zeros.
  void gather_inputs(const float* x, int slice, Interval tiles, float* points, std::int64_t rows) const;
  /// The points of their outputs' gradients, likewise.
  void gather_gradients(const float* dy, int slice, Interval tiles, float* points, std::int64_t rows) const;
  /// Adds what a slice of products gives of their outputs; a cell's first slice writes it, with the bias
  /// where that isn't null. Slices come in their order.
  void add_outputs(const float* points, std::int64_t rows, int slice, Interval tiles, const float* bias,
                   float* y) const;

 private:
  struct Tile;
  /// The tiles along an axis.
  struct Axis {
    std::vector<std::int64_t> first;     // output of each; may be one that isn't there
    std::int64_t dilation = 1, pad = 0;  // the latter at the low end

    std::int64_t count() const { return static_cast<std::int64_t>(first.size()); }
  };
  static Axis axis_of(const LocalWindow& window, Interval outputs);
  template <class Visit>
  void for_each_tile(Interval tiles, Visit&& visit) const;

  Extents x_, y_;
  std::int64_t n_, x_channels_, y_channels_;
  bool deep_;
  Axis d_, h_, w_;
};

/// Tiles as a thread takes them at a time, consecutive ones.
struct TileBlocks {
  std::int64_t rows = 0, count = 0;  // tiles of a block but the last, and blocks
  Interval tiles(std::int64_t block, std::int64_t all) const {
    return intersect(Interval{block * rows, (block + 1) * rows}, Interval{0, all});
  }
};
/// read, written: the channels of points that a block has beside each other.
TileBlocks cut_into_blocks(std::int64_t tiles, std::int64_t read, std::int64_t written, int team);

/// Whether the algorithm computes a convolution: one group, a window of 3 × 3 or 3 × 3 × 3 without strides,
/// float32.
bool can_be_winograd(const ConvolutionProblem& problem);

}  // namespace tessera::winograd
