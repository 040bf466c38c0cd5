#include "models/kernels/bias.hpp"

#include <algorithm>

#include "models/base/channel_blocks.hpp"

namespace tessera {
namespace {

constexpr std::int64_t kBlock = 16;  // channels of a cache line in float

template <class T>
void add_as(const Wide<T>* bias, T* y, std::int64_t positions, std::int64_t channels) {
#pragma omp parallel for schedule(static)
  for (std::int64_t p = 0; p < positions; ++p) {
    T* const row = y + p * channels;
#pragma omp simd
    for (std::int64_t c = 0; c < channels; ++c) row[c] = static_cast<T>(row[c] + bias[c]);
  }
}

// Threads share out the channels: nothing is left to be added up.
template <class T>
void sum_as(const T* dy, std::int64_t positions, std::int64_t channels, Wide<T>* gradient) {
#pragma omp parallel for schedule(static)
  for (std::int64_t first = 0; first < channels; first += kBlock) {
    const std::int64_t count = std::min(kBlock, channels - first);
    for_each_channel_block<kBlock, 1>(count, [&](auto lanes, std::int64_t c) {
      double sums[lanes] = {};
      const T* row = dy + first + c;
      for (std::int64_t p = 0; p < positions; ++p, row += channels)
        for (int i = 0; i < lanes; ++i) sums[i] += static_cast<Wide<T>>(row[i]);
      for (int i = 0; i < lanes; ++i) gradient[first + c + i] = static_cast<Wide<T>>(sums[i]);
    });
  }
}

}  // namespace

void add_bias(const std::byte* bias, TensorView y) {
  with_element(y.layout.element, [&]<class T>(T) {
    add_as<T>(reinterpret_cast<const Wide<T>*>(bias), y.data<T>(), y.layout.n * y.layout.box.count(),
              y.layout.c);
  });
}

void sum_bias_gradient(ConstTensorView dy, std::byte* gradient) {
  with_element(dy.layout.element, [&]<class T>(T) {
    sum_as<T>(dy.data<T>(), dy.layout.n * dy.layout.box.count(), dy.layout.c,
              reinterpret_cast<Wide<T>*>(gradient));
  });
}

}  // namespace tessera
