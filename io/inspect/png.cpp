#include "io/inspect/png.hpp"

#include <png.h>

#include "models/base/error.hpp"

namespace tessera {

std::vector<std::byte> png_of(const Image& image) {
  static_assert(sizeof(Rgb) == 3);
  png_image header{};
  header.version = PNG_IMAGE_VERSION;
  header.width = static_cast<png_uint_32>(image.width());
  header.height = static_cast<png_uint_32>(image.height());
  header.format = PNG_FORMAT_RGB;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(header);
  std::vector<std::byte> bytes(size);
  if (png_image_write_to_memory(&header, bytes.data(), &size, 0, image.pixels().data(), 0, nullptr) == 0)
    throw MachineError(fmt::format("a picture of {}x{} pixels can't be encoded: {}", image.width(),
                                   image.height(), header.message),
                       "libpng", "draw a smaller sample, or free memory");
  bytes.resize(size);
  return bytes;
}

}  // namespace tessera
