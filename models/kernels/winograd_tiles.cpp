#include "models/kernels/winograd_tiles.hpp"

#include <algorithm>

#include "models/base/lanes.hpp"
#include "models/kernels/window_taps.hpp"
#include "models/kernels/winograd_filter.hpp"

namespace tessera::winograd {
namespace {

using lanes::Floats;

// Of `count` cells that begin somewhere on an axis, so far apart, those that are on it.
Interval on_axis(std::int64_t begin, std::int64_t apart, std::int64_t count, std::int64_t cells) {
  if (begin >= 0 && begin + (count - 1) * apart < cells) return {0, count};
  return outputs_reading({.stride = apart, .pad_lo = -begin}, 0, cells, count);
}

// Some cells of a tensor, channels last, in two of its planes, of which those in `h` and `w` are there, and
// none of a plane that isn't.
struct Patch {
  std::array<const float*, 2> origin;
  std::int64_t row, cell;  // how far apart they are
  std::array<bool, 2> has_plane;
  Interval h, w;

  template <bool whole, int count>
  Floats<count> load(std::size_t plane, int i, int j, std::int64_t channel) const {
    if constexpr (!whole)
      if (!has_plane[plane] || i < h.begin || i >= h.end || j < w.begin || j >= w.end) return Floats<count>{};
    return lanes::load<count>(origin[plane] + i * row + j * cell + channel);
  }
  bool is_whole(int extent) const {
    const Interval all{0, extent};
    return has_plane[0] && has_plane[1] && h == all && w == all;
  }
};

// Cells from one on, along an axis.
struct Spread {
  std::int64_t begin, apart;
};

// Of `extent` cells along H and W.
Patch patch_of(const float* tensor, const Extents& extents, std::int64_t channels, int extent, std::int64_t n,
               const std::array<std::int64_t, 2>& d, Spread h, Spread w) {
  const std::int64_t row = extents.w * channels, plane = extents.h * row;
  const float* const origin = tensor + n * extents.d * plane + h.begin * row + w.begin * channels;
  const auto has = [&extents](std::int64_t depth) { return depth >= 0 && depth < extents.d; };
  return {{origin + d[0] * plane, origin + d[1] * plane},
          h.apart * row,
          w.apart * channels,
          {has(d[0]), has(d[1])},
          on_axis(h.begin, h.apart, extent, extents.h),
          on_axis(w.begin, w.apart, extent, extents.w)};
}

template <int count>
struct Square {
  Floats<count> at[kPoints][kPoints];
};

template <int count>
void store(const Square<count>& square, float* points, std::int64_t matrix) {
  for (int i = 0; i < kPoints; ++i)
    for (int j = 0; j < kPoints; ++j)
      lanes::store<count>(square.at[i][j], points + (i * kPoints + j) * matrix);
}

// Of a pair of planes: the first and `factor` times the second.
template <bool whole, bool pair>
void gather_patch(const Patch& patch, std::int64_t channels, float factor, float* points,
                  std::int64_t matrix) {
  lanes::for_each_block(channels, [&](auto lanes, std::int64_t c) {
    constexpr int count = lanes;
    Square<count> square;
    for (int i = 0; i < kPoints; ++i)
      for (int j = 0; j < kPoints; ++j) {
        square.at[i][j] = patch.load<whole, count>(0, i, j, c);
        if constexpr (pair) square.at[i][j] += factor * patch.load<whole, count>(1, i, j, c);
      }
    for (auto& row : square.at) to_input_points(row[0], row[1], row[2], row[3]);
    for (int j = 0; j < kPoints; ++j)
      to_input_points(square.at[0][j], square.at[1][j], square.at[2][j], square.at[3][j]);
    store<count>(square, points + c, matrix);
  });
}

template <bool whole>
void gather_gradient(const Patch& patch, std::int64_t channels, const std::array<float, kOutputs>& factors,
                     float* points, std::int64_t matrix) {
  lanes::for_each_block(channels, [&](auto lanes, std::int64_t c) {
    constexpr int count = lanes;
    const auto load = [&](int i, int j) {
      return factors[0] * patch.load<whole, count>(0, i, j, c) +
             factors[1] * patch.load<whole, count>(1, i, j, c);
    };
    const std::array rows = {gradient_points_of(load(0, 0), load(0, 1)),
                             gradient_points_of(load(1, 0), load(1, 1))};
    Square<count> square;
    for (std::size_t j = 0; j < kPoints; ++j) {
      const auto column = gradient_points_of(rows[0][j], rows[1][j]);
      for (std::size_t i = 0; i < kPoints; ++i) square.at[i][j] = column[i];
    }
    store<count>(square, points + c, matrix);
  });
}

// Where a slice's part of an output plane goes.
struct OutputPatch {
  float* origin;  // null: nowhere
  std::int64_t row, cell;
  Interval h, w;  // of its cells, those that are there
  float factor;
  bool first;  // of what is added there
};

template <int count>
void add(const OutputPatch& to, const float* bias, std::int64_t channel,
         const Floats<count> (&outputs)[2][2]) {
  if (!to.origin) return;
  Floats<count> begin{};
  if (bias) begin = lanes::load<count>(bias + channel);
  for (std::int64_t i = to.h.begin; i < to.h.end; ++i)
    for (std::int64_t j = to.w.begin; j < to.w.end; ++j) {
      float* const y = to.origin + i * to.row + j * to.cell + channel;
      lanes::store<count>((to.first ? begin : lanes::load<count>(y)) + to.factor * outputs[i][j], y);
    }
}

void scatter_outputs(const float* points, std::int64_t matrix, std::int64_t channels, const float* bias,
                     const std::array<OutputPatch, kOutputs>& planes) {
  lanes::for_each_block(channels, [&](auto lanes, std::int64_t c) {
    constexpr int count = lanes;
    Floats<count> half[2][kPoints], outputs[2][2];
    for (int j = 0; j < kPoints; ++j) {
      const auto load = [&](int i) { return lanes::load<count>(points + (i * kPoints + j) * matrix + c); };
      const auto column = outputs_of(load(0), load(1), load(2), load(3));
      half[0][j] = column[0], half[1][j] = column[1];
    }
    for (int i = 0; i < kOutputs; ++i) {
      const auto row = outputs_of(half[i][0], half[i][1], half[i][2], half[i][3]);
      outputs[i][0] = row[0], outputs[i][1] = row[1];
    }
    for (const OutputPatch& plane : planes) add<count>(plane, bias, c, outputs);
  });
}

void clear_rows(float* points, std::int64_t rows, std::int64_t from, std::int64_t channels) {
  for (int point = 0; point < kSlice; ++point)
    std::fill(points + (point * rows + from) * channels, points + (point + 1) * rows * channels, 0.0F);
}

}  // namespace

struct WinogradTiles::Tile {
  std::int64_t n, d, h, w;  // of its first output
};

WinogradTiles::WinogradTiles(const ConvolutionProblem& problem)
    : x_(problem.x.box.extents()),
      y_(problem.y.box.extents()),
      n_(problem.y.n),
      x_channels_(problem.x.c),
      y_channels_(problem.y.c),
      deep_(problem.window[0].kernel > 1),
      d_(axis_of(problem.window[0], problem.y.box.d)),
      h_(axis_of(problem.window[1], problem.y.box.h)),
      w_(axis_of(problem.window[2], problem.y.box.w)) {}

WinogradTiles::Axis WinogradTiles::axis_of(const LocalWindow& window, Interval outputs) {
  const std::int64_t size = window.kernel > 1 ? kOutputs : 1, dilation = window.dilation;
  Axis axis{{}, dilation, window.pad_lo};
  for (std::int64_t phase = 0; phase < std::min(dilation, outputs.size()); ++phase) {
    const std::int64_t missing = (outputs.begin + phase) / dilation % size;
    for (std::int64_t first = phase - missing * dilation; first < outputs.size(); first += size * dilation)
      axis.first.push_back(first);
  }
  return axis;
}

// Calls visit(tile, its number among these).
template <class Visit>
void WinogradTiles::for_each_tile(Interval tiles, Visit&& visit) const {
  std::int64_t w = tiles.begin % w_.count(), h = tiles.begin / w_.count() % h_.count();
  const std::int64_t plane = tiles.begin / (w_.count() * h_.count());
  std::int64_t d = plane % d_.count(), n = plane / d_.count();
  for (std::int64_t number = 0; number < tiles.size(); ++number) {
    visit(Tile{n, d_.first[static_cast<std::size_t>(d)], h_.first[static_cast<std::size_t>(h)],
               w_.first[static_cast<std::size_t>(w)]},
          number);
    if (++w < w_.count()) continue;
    w = 0;
    if (++h < h_.count()) continue;
    h = 0;
    if (++d < d_.count()) continue;
    d = 0;
    ++n;
  }
}

void WinogradTiles::gather_inputs(const float* x, int slice, Interval tiles, float* points,
                                  std::int64_t rows) const {
  const SlicePoint& depth = kSlicePoints[static_cast<std::size_t>(slice)];
  const std::int64_t matrix = rows * x_channels_;
  for_each_tile(tiles, [&](const Tile& t, std::int64_t number) {
    const std::int64_t d = t.d - d_.pad;
    const Patch patch =
        patch_of(x, x_, x_channels_, kPoints, t.n,
                 {deep_ ? d + depth.first * d_.dilation : d, deep_ ? d + depth.second * d_.dilation : d},
                 {t.h - h_.pad, h_.dilation}, {t.w - w_.pad, w_.dilation});
    float* const to = points + number * x_channels_;
    const bool whole = patch.is_whole(kPoints);
    if (deep_)
      whole ? gather_patch<true, true>(patch, x_channels_, depth.factor, to, matrix)
            : gather_patch<false, true>(patch, x_channels_, depth.factor, to, matrix);
    else
      whole ? gather_patch<true, false>(patch, x_channels_, 0, to, matrix)
            : gather_patch<false, false>(patch, x_channels_, 0, to, matrix);
  });
  clear_rows(points, rows, tiles.size(), x_channels_);
}

void WinogradTiles::gather_gradients(const float* dy, int slice, Interval tiles, float* points,
                                     std::int64_t rows) const {
  constexpr std::array<float, kOutputs> kFlat = {1, 0};
  const auto& factors = deep_ ? kSlicePoints[static_cast<std::size_t>(slice)].outputs : kFlat;
  const std::int64_t matrix = rows * y_channels_;
  for_each_tile(tiles, [&](const Tile& t, std::int64_t number) {
    const Patch patch = patch_of(dy, y_, y_channels_, kOutputs, t.n, {t.d, deep_ ? t.d + d_.dilation : t.d},
                                 {t.h, h_.dilation}, {t.w, w_.dilation});
    float* const to = points + number * y_channels_;
    if (patch.is_whole(kOutputs))
      gather_gradient<true>(patch, y_channels_, factors, to, matrix);
    else
      gather_gradient<false>(patch, y_channels_, factors, to, matrix);
  });
  clear_rows(points, rows, tiles.size(), y_channels_);
}

void WinogradTiles::add_outputs(const float* points, std::int64_t rows, int slice, Interval tiles,
                                const float* bias, float* y) const {
  const auto& factors = kSlicePoints[static_cast<std::size_t>(slice)].outputs;
  const std::int64_t row = y_.w * y_channels_;
  for_each_tile(tiles, [&](const Tile& t, std::int64_t number) {
    const Interval h = on_axis(t.h, h_.dilation, kOutputs, y_.h),
                   w = on_axis(t.w, w_.dilation, kOutputs, y_.w),
                   d = deep_ ? on_axis(t.d, d_.dilation, kOutputs, y_.d) : Interval{0, 1};
    const auto plane = [&](int k) -> OutputPatch {
      const float factor = factors[static_cast<std::size_t>(k)];
      if (!d.contains(k) || factor == 0) return {};
      float* const origin = y + ((t.n * y_.d + t.d + k * d_.dilation) * y_.h + t.h) * row + t.w * y_channels_;
      return {origin, h_.dilation * row, w_.dilation * y_channels_, h, w, factor, slice == k};
    };
    scatter_outputs(points + number * y_channels_, rows * y_channels_, y_channels_, bias,
                    {plane(0), plane(1)});
  });
}

TileBlocks cut_into_blocks(std::int64_t tiles, std::int64_t read, std::int64_t written, int team) {
  // Of the second-level cache: any core of a server has twice as much.
  constexpr std::int64_t kBytes = 256 << 10;
  const std::int64_t in_cache =
      kBytes / (kSlice * (read + written) * static_cast<std::int64_t>(sizeof(float)));
  // Matrices of weights larger than the cache come anew for each block: as many tiles as have as many
  // numbers.
  const std::int64_t against_weights = read * written / (2 * (read + written));
  const std::int64_t wanted = std::max({in_cache, against_weights, std::int64_t{8}});
  TileBlocks blocks;
  blocks.count = divided_up(divided_up(tiles, wanted), team) * team;
  // An odd number: matrices that lie a power of two apart compete for the same lines of a cache.
  blocks.rows = divided_up(tiles, blocks.count) | 1;
  blocks.count = divided_up(tiles, blocks.rows);
  return blocks;
}

bool can_be_winograd(const ConvolutionProblem& problem) {
  if (problem.groups != 1 || problem.x.element != Element::F32 || problem.y.box.count() == 0) return false;
  const auto is = [](const LocalWindow& w, std::int64_t kernel) {
    return w.kernel == kernel && w.stride == 1;
  };
  const auto& [d, h, w] = problem.window;
  const bool is_flat = d == LocalWindow{};
  return is(h, kTaps) && is(w, kTaps) && (is_flat || is(d, kTaps));
}

}  // namespace tessera::winograd
