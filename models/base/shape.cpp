#include "models/base/shape.hpp"

#include <fmt/core.h>

namespace tessera {

std::string to_string(const Shape& shape) {
  return fmt::format("{}x{}x{}x{}x{}", shape.n, shape.c, shape.space.d, shape.space.h, shape.space.w);
}

}  // namespace tessera
