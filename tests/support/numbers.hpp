#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "models/base/random.hpp"
#include "models/base/tensor.hpp"

namespace tessera::test {

/// ||a - b|| / ||b||, in double precision.
template <class A, class B>
double relative_distance(std::span<const A> a, std::span<const B> b) {
  double difference = 0, norm = 0;
  for (std::size_t i = 0; i < b.size(); ++i) {
    difference += std::pow(static_cast<double>(a[i]) - static_cast<double>(b[i]), 2);
    norm += std::pow(static_cast<double>(b[i]), 2);
  }
  return std::sqrt(difference / (norm > 0 ? norm : 1));
}

/// Numbers in (-1, 1), the same for float and double up to rounding.
template <class T>
void fill_random(std::span<T> values, std::uint64_t stream) {
  const RandomStream random{2024, Purpose::Synthetic, stream, 0};
  for (std::size_t first = 0; first < values.size(); first += 4) {
    const auto four = random.uniform4(first / 4);
    for (std::size_t i = first; i < std::min(first + 4, values.size()); ++i)
      values[i] = static_cast<T>(2 * four[i - first] - 1);
  }
}

template <class T>
Tensor random_tensor(std::int64_t n, std::int64_t c, Extents space, std::uint64_t stream) {
  Tensor tensor(Layout{n, c, Box::whole(space), element_of<T>()});
  fill_random(tensor.view().span<T>(), stream);
  return tensor;
}

template <class T>
double dot(std::span<const T> a, std::span<const T> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return sum;
}

}  // namespace tessera::test
