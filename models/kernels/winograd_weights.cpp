#include "models/kernels/winograd_weights.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "models/base/lanes.hpp"
#include "models/kernels/winograd_filter.hpp"
#include "models/kernels/winograd_tiles.hpp"

namespace tessera::winograd {
namespace {

constexpr int kTapsOfSlice = kTaps * kTaps;

template <int count>
using TapLanes = std::array<lanes::Floats<count>, kTapsOfSlice>;

template <int count>
lanes::Floats<count> gather(const float* from, std::int64_t stride) {
  if (stride == 1) return lanes::load<count>(from);
  float numbers[count];
  for (int i = 0; i < count; ++i) numbers[i] = from[i * stride];
  return lanes::load<count>(numbers);
}

template <int count>
void scatter(lanes::Floats<count> numbers, float* to, std::int64_t stride) {
  if (stride == 1) return lanes::store<count>(numbers, to);
  float buffer[count];
  lanes::store<count>(numbers, buffer);
  for (int i = 0; i < count; ++i) to[i * stride] = buffer[i];
}

template <int count>
void store_points(const TapLanes<count>& taps, float* points, std::int64_t matrix) {
  std::array<std::array<lanes::Floats<count>, kPoints>, kTaps> rows;
  for (std::size_t i = 0; i < kTaps; ++i)
    rows[i] = weight_points_of(taps[i * kTaps], taps[i * kTaps + 1], taps[i * kTaps + 2]);
  for (std::size_t j = 0; j < kPoints; ++j) {
    const auto column = weight_points_of(rows[0][j], rows[1][j], rows[2][j]);
    for (std::size_t i = 0; i < kPoints; ++i)
      lanes::store<count>(column[i], points + static_cast<std::int64_t>(i * kPoints + j) * matrix);
  }
}

// Of the sum of parts, so many numbers apart.
template <int count>
TapLanes<count> load_taps(const float* points, std::int64_t matrix, int parts, std::int64_t part) {
  std::array<std::array<lanes::Floats<count>, kPoints>, kTaps> rows;
  for (std::size_t j = 0; j < kPoints; ++j) {
    const auto load = [&](std::size_t i) {
      const float* const point = points + static_cast<std::int64_t>(i * kPoints + j) * matrix;
      lanes::Floats<count> sum = lanes::load<count>(point);
      for (int k = 1; k < parts; ++k) sum += lanes::load<count>(point + k * part);
      return sum;
    };
    const auto column = taps_of(load(0), load(1), load(2), load(3));
    for (std::size_t i = 0; i < kTaps; ++i) rows[i][j] = column[i];
  }
  TapLanes<count> taps;
  for (std::size_t i = 0; i < kTaps; ++i)
    std::ranges::copy(taps_of(rows[i][0], rows[i][1], rows[i][2], rows[i][3]), taps.begin() + i * kTaps);
  return taps;
}

}  // namespace

WinogradWeights::WinogradWeights(const ConvolutionProblem& problem, Of of)
    : rows_(problem.x.c), columns_(problem.y.c), depths_(static_cast<int>(problem.window[0].kernel)) {
  const bool keras = problem.order == WeightOrder::SpatialInOut;
  const std::int64_t taps = problem.taps();
  first_ = 0;
  tap_ = keras ? rows_ * columns_ : 1;
  row_ = keras ? columns_ : taps;
  column_ = keras ? 1 : rows_ * taps;
  if (of == Of::Convolution) return;
  std::swap(rows_, columns_);
  std::swap(row_, column_);
  first_ = (taps - 1) * tap_;
  tap_ = -tap_;
}

std::int64_t WinogradWeights::slice_count() const {
  return kSlice * rows_ * columns_;
}
std::int64_t WinogradWeights::count() const {
  return (depths_ > 1 ? kPoints : 1) * slice_count();
}

// Some rows of a few columns at a time: where rows are next to each other in memory, they share cache lines.
template <class Visit>
void WinogradWeights::for_each_block(Visit&& visit) const {
  constexpr std::int64_t kRows = 16;
  const std::int64_t chunks = divided_up(rows_, kRows);
#pragma omp parallel for schedule(static)
  for (std::int64_t chunk = 0; chunk < chunks; ++chunk)
    lanes::for_each_block(columns_, [&](auto lanes, std::int64_t column) {
      for (std::int64_t row = chunk * kRows; row < std::min((chunk + 1) * kRows, rows_); ++row)
        visit(lanes, row, column);
    });
}

void WinogradWeights::to_points(const float* weights, float* points) const {
  for_each_block([&](auto lanes, std::int64_t row, std::int64_t column) {
    block_to_points<lanes>(weights + first_ + row * row_ + column * column_, row, column, points);
  });
}

template <int count>
void WinogradWeights::block_to_points(const float* weights, std::int64_t row, std::int64_t column,
                                      float* points) const {
  const std::int64_t matrix = rows_ * columns_;
  float* const to = points + row * columns_ + column;
  const auto tap = [&](int depth, int k) {
    return gather<count>(weights + (depth * kTapsOfSlice + k) * tap_, column_);
  };
  std::array<TapLanes<count>, kPoints> slices;
  for (int k = 0; k < kTapsOfSlice; ++k) {
    if (depths_ == 1) {
      slices[0][k] = tap(0, k);
      continue;
    }
    const auto points_of_depth = weight_points_of(tap(0, k), tap(1, k), tap(2, k));
    for (int slice = 0; slice < kPoints; ++slice) slices[slice][k] = points_of_depth[slice];
  }
  for (int slice = 0; slice < (depths_ > 1 ? kPoints : 1); ++slice)
    store_points<count>(slices[slice], to + slice * kSlice * matrix, matrix);
}

void WinogradWeights::from_points(const float* points, int parts, float* gradient) const {
  for_each_block([&](auto lanes, std::int64_t row, std::int64_t column) {
    block_from_points<lanes>(points, parts, row, column, gradient + first_ + row * row_ + column * column_);
  });
}

template <int count>
void WinogradWeights::block_from_points(const float* points, int parts, std::int64_t row, std::int64_t column,
                                        float* gradient) const {
  const std::int64_t matrix = rows_ * columns_;
  const auto slice = [&](int s) {
    return load_taps<count>(points + s * kSlice * matrix + row * columns_ + column, matrix, parts,
                            this->count());
  };
  const auto put = [&](int depth, int k, const lanes::Floats<count>& numbers) {
    scatter<count>(numbers, gradient + (depth * kTapsOfSlice + k) * tap_, column_);
  };
  if (depths_ == 1) {
    const TapLanes<count> taps = slice(0);
    for (int k = 0; k < kTapsOfSlice; ++k) put(0, k, taps[k]);
    return;
  }
  const std::array slices = {slice(0), slice(1), slice(2), slice(3)};
  for (int k = 0; k < kTapsOfSlice; ++k) {
    const auto taps = taps_of(slices[0][k], slices[1][k], slices[2][k], slices[3][k]);
    for (int depth = 0; depth < kTaps; ++depth) put(depth, k, taps[depth]);
  }
}

}  // namespace tessera::winograd
