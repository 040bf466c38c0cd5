#pragma once

#include <cstddef>
#include <vector>

#include "io/picture/image.hpp"

namespace tessera {

/// The bytes of a PNG file, the same for the same picture. Throws MachineError where libpng fails.
std::vector<std::byte> png_of(const Image& image);

}  // namespace tessera
