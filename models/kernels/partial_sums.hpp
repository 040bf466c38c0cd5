#pragma once

#include <cstddef>
#include <cstdint>

#include "models/base/lanes.hpp"

/// Sums that threads, or slabs one after another, make of their parts, and add up.
namespace tessera {

/// What a gradient's sums of all threads may come to: of larger ones there is one for several threads, or
/// another way.
inline constexpr std::size_t kMostSumBytes = std::size_t{64} << 20;

/// Adds to sums what each column of a matrix of float or Bfloat16, stored row by row, comes to. Called block
/// by block of many rows, it adds few numbers to a large sum.
template <class T>
void add_columns(const T* matrix, std::int64_t rows, std::int64_t columns, float* sums) {
  lanes::for_each_block(columns, [&](auto lanes, std::int64_t c) {
    constexpr int count = lanes;
    lanes::Floats<count> sum{};
    for (std::int64_t row = 0; row < rows; ++row) sum += lanes::load<count>(matrix + row * columns + c);
    lanes::store<count>(lanes::load<count>(sums + c) + sum, sums + c);
  });
}

/// sums + part, by the OpenMP team.
inline void add_part(const float* part, std::int64_t count, float* sums) {
#pragma omp parallel for simd schedule(static)
  for (std::int64_t i = 0; i < count; ++i) sums[i] += part[i];
}

}  // namespace tessera
