#include "models/network/layer.hpp"

#include <algorithm>

namespace tessera {

std::array<Footprint, 3> Layer::reads(std::size_t, const Shape&) const {
  return {};
}

Spread Layer::spread(std::span<const Spread> inputs) const {
  const bool split = std::any_of(inputs.begin(), inputs.end(), [](Spread s) { return s == Spread::Split; });
  return split ? Spread::Split : Spread::Replicated;
}

}  // namespace tessera
