#pragma once

#include <string>

#include "models/base/box.hpp"

namespace tessera {

/// Global shape of a tensor, spelled N C D H W whatever the order in memory.
struct Shape {
  std::int64_t n = 1, c = 1;
  Extents space;

  std::int64_t count() const { return n * c * space.count(); }
  friend bool operator==(const Shape&, const Shape&) = default;
};

/// "8x16x4x4x4", for messages.
std::string to_string(const Shape& shape);

}  // namespace tessera
