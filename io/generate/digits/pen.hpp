#pragma once

#include <cstdint>
#include <vector>

#include "io/generate/digits/digit_glyphs.hpp"
#include "models/base/interval.hpp"

namespace tessera {

/// A sheet of pixels, row by row, that a round pen draws on: 0 where it wasn't, 1 where it was, between them
/// at its edges.
class Sheet {
 public:
  Sheet(std::int64_t height, std::int64_t width);

  /// Along a curve through the points, in pixels, whose first pixel's centre is (0.5, 0.5): the spline of
  /// Catmull and Rom. radius: of the pen, in pixels.
  void draw(const Stroke& points, double radius);
  const std::vector<float>& ink() const { return ink_; }

 private:
  void draw_line(SheetPoint from, SheetPoint to, double radius);

  std::int64_t height_, width_;
  std::vector<float> ink_;
};

}  // namespace tessera
