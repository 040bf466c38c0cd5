#include "models/network/layer.hpp"

#include <algorithm>

#include "models/base/error.hpp"

namespace tessera {

std::array<Footprint, 3> Layer::reads(std::size_t, const Shape&) const {
  return {};
}

Spread Layer::spread(std::span<const Spread> inputs) const {
  const bool split = std::any_of(inputs.begin(), inputs.end(), [](Spread s) { return s == Spread::Split; });
  return split ? Spread::Split : Spread::Replicated;
}

void require_wide(Precision input, const char* layer) {
  if (input != Precision::Wide)
    throw InputError("this layer computes in the wide type, and its input is not in it", layer,
                     "flatten the input first, take its mean over all positions, or widen it");
}

Precision Layer::precision(std::span<const Precision> inputs) const {
  for (const Precision input : inputs)
    if (input != inputs[0])
      throw InputError("one input is in the wide type, and another isn't", "inputs", "widen the other, too");
  return inputs[0];
}

}  // namespace tessera
