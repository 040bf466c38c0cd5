#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tessera {

/// 8 bits a channel, sRGB.
struct Rgb {
  std::uint8_t r = 0, g = 0, b = 0;
  friend bool operator==(const Rgb&, const Rgb&) = default;
};

/// `share` of the one, the rest of the other.
Rgb mix(const Rgb& one, const Rgb& other, double share);

/// A picture, row by row from the top.
class Image {
 public:
  /// All pixels are of the colour.
  Image(std::int64_t height, std::int64_t width, const Rgb& colour = {})
      : height_(height), width_(width), pixels_(static_cast<std::size_t>(height * width), colour) {}

  std::int64_t height() const { return height_; }
  std::int64_t width() const { return width_; }
  Rgb& at(std::int64_t row, std::int64_t column) {
    return pixels_[static_cast<std::size_t>(row * width_ + column)];
  }
  const Rgb& at(std::int64_t row, std::int64_t column) const {
    return pixels_[static_cast<std::size_t>(row * width_ + column)];
  }
  std::span<const Rgb> pixels() const { return pixels_; }

 private:
  std::int64_t height_, width_;
  std::vector<Rgb> pixels_;
};

/// The whole factor by which a picture of so many cells is enlarged to be well seen: the least that makes its
/// shorter side 512 pixels, as far as the longer one stays within 4096.
std::int64_t enlargement(std::int64_t rows, std::int64_t columns);

}  // namespace tessera
