#pragma once

#include "models/base/tensor.hpp"

namespace tessera {

/// Numbers from 0 to 1, none of them denormal: what benchmarks feed networks with.
inline void fill_with_synthetic_values(TensorView tensor) {
  with_element(tensor.layout.element, [&]<class T>(T) {
    const std::span<T> values = tensor.span<T>();
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = static_cast<T>(static_cast<Wide<T>>(i % 97) / 97);
  });
}

}  // namespace tessera
