#include "io/cosmoflow/count_transform.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstdlib>
#include <cstring>

namespace tessera {
namespace {

// A run of voxels converted at once, and the edge of a tile of the transposing walk: 16 voxels of four
// channels are two cache lines of counts, so that every line fetched is used whole before it is evicted,
// however unlucky the strides.
constexpr std::int64_t kRun = 64, kTile = 16;

// Copies `voxels` voxels that lie `step` counts apart, to places `out_step` counts apart.
template <int C>
void gather(const std::int16_t* from, std::int64_t step, std::int64_t voxels, int channels, std::int16_t* to,
            std::int64_t out_step) {
  const std::size_t bytes = static_cast<std::size_t>(C > 0 ? C : channels) * sizeof(std::int16_t);
  for (std::int64_t i = 0; i < voxels; ++i) std::memcpy(to + i * out_step, from + i * step, bytes);
}

void gather_voxels(const std::int16_t* from, std::int64_t step, std::int64_t voxels, int channels,
                   std::int16_t* to, std::int64_t out_step) {
  if (channels == 4)
    gather<4>(from, step, voxels, channels, to, out_step);
  else
    gather<0>(from, step, voxels, channels, to, out_step);
}

}  // namespace

/// Where the transformed box's first voxel comes from, and how far apart, in counts, the neighbours along its
/// axes lie there.
struct CountTransform::Walk {
  const std::int16_t* first;
  std::array<std::int64_t, 3> step;
};

CountTransform::CountTransform(int channels, const ChannelStatistics& statistics)
    : channels_(channels), table_(32768) {
  assert(channels <= kMostChannels);
  for (std::size_t count = 0; count < table_.size(); ++count)
    table_[count] = static_cast<float>(std::log1p(static_cast<double>(count)));
  for (std::size_t c = 0; c < static_cast<std::size_t>(channels); ++c) {
    const bool given = !statistics.mean.empty();
    scale_.push_back(given ? 1.0 / statistics.deviation.at(c) : 1.0);
    shift_.push_back(given ? -statistics.mean.at(c) * scale_[c] : 0.0);
  }
  for (std::int64_t voxel = 0; voxel < kRun; ++voxel) {
    scale_row_.insert(scale_row_.end(), scale_.begin(), scale_.end());
    shift_row_.insert(shift_row_.end(), shift_.begin(), shift_.end());
  }
}

void CountTransform::apply(CountsView source, const CubeSymmetry& symmetry, Extents space,
                           TensorView into) const {
  const Box wanted = into.layout.box;
  assert(into.layout.n == 1 && into.layout.c == channels_);
  assert(source.box.contains(source_box(symmetry, wanted, space)));
  if (wanted.empty()) return;
  const Extents held = source.box.extents();
  const std::array<std::int64_t, 3> stride{held.h * held.w * channels_, held.w * channels_, channels_};
  Walk walk{source.counts, {}};
  for (int a = 0; a < 3; ++a) {
    const int from = symmetry.axis[a];
    const std::int64_t begin = wanted.axes()[a].begin;
    const std::int64_t index = symmetry.flip[a] ? space.axes()[from] - 1 - begin : begin;
    walk.first += (index - source.box.axes()[from].begin) * stride[from];
    walk.step[a] = symmetry.flip[a] ? -stride[from] : stride[from];
  }
  with_element(into.layout.element, [&]<class T>(T) { apply_as(walk, wanted.extents(), into.data<T>()); });
}

// Both walks are right for any steps; which one is taken decides speed alone.
template <class T>
void CountTransform::apply_as(const Walk& walk, Extents extents, T* out) const {
  if (std::abs(walk.step[0]) == channels_)
    tiles(walk, extents, 0, out);
  else if (std::abs(walk.step[1]) == channels_)
    tiles(walk, extents, 1, out);
  else
    rows(walk, extents, out);
}

// The source's contiguous axis is the destination's: row by row, forwards or backwards.
template <class T>
void CountTransform::rows(const Walk& walk, Extents extents, T* out) const {
  std::array<std::int16_t, kRun * kMostChannels> reversed;
  for (std::int64_t d = 0; d < extents.d; ++d)
    for (std::int64_t h = 0; h < extents.h; ++h)
      for (std::int64_t w = 0; w < extents.w; w += kRun) {
        const std::int64_t run = std::min(kRun, extents.w - w);
        const std::int16_t* from = walk.first + d * walk.step[0] + h * walk.step[1] + w * walk.step[2];
        if (walk.step[2] != channels_) {
          gather_voxels(from, walk.step[2], run, channels_, reversed.data(), channels_);
          from = reversed.data();
        }
        convert(from, run, out);
        out += run * channels_;
      }
}

// The source's contiguous axis is the destination's D or H (`row_axis`): tiles over that axis and W are
// transposed through a small buffer.
template <class T>
void CountTransform::tiles(const Walk& walk, Extents extents, int row_axis, T* out) const {
  std::array<std::int16_t, kTile * kTile * kMostChannels> tile;
  const int other = 1 - row_axis;
  const std::array<std::int64_t, 2> out_step{extents.h * extents.w * channels_, extents.w * channels_};
  const std::int64_t rows = extents.axes()[row_axis], tile_row = kTile * channels_;
  for (std::int64_t o = 0; o < extents.axes()[other]; ++o)
    for (std::int64_t r = 0; r < rows; r += kTile)
      for (std::int64_t w = 0; w < extents.w; w += kTile) {
        const std::int64_t tall = std::min(kTile, rows - r), wide = std::min(kTile, extents.w - w);
        const std::int16_t* from =
            walk.first + o * walk.step[other] + r * walk.step[row_axis] + w * walk.step[2];
        for (std::int64_t i = 0; i < wide; ++i)
          gather_voxels(from + i * walk.step[2], walk.step[row_axis], tall, channels_,
                        tile.data() + i * channels_, tile_row);
        T* to = out + o * out_step[other] + r * out_step[row_axis] + w * channels_;
        for (std::int64_t i = 0; i < tall; ++i)
          convert(tile.data() + i * tile_row, wide, to + i * out_step[row_axis]);
      }
}

template <class T>
void CountTransform::convert(const std::int16_t* counts, std::int64_t voxels, T* out) const {
  const float *table = table_.data(), *scale = scale_row_.data(), *shift = shift_row_.data();
  for (std::int64_t i = 0; i < voxels * channels_; ++i)
    out[i] = static_cast<T>(table[counts[i]] * scale[i] + shift[i]);
}

template <>
void CountTransform::convert(const std::int16_t* counts, std::int64_t voxels, double* out) const {
  for (std::int64_t i = 0; i < voxels * channels_; ++i) {
    const auto c = static_cast<std::size_t>(i % channels_);
    out[i] = std::log1p(static_cast<double>(counts[i])) * scale_[c] + shift_[c];
  }
}

}  // namespace tessera
