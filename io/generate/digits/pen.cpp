#include "io/generate/digits/pen.hpp"

#include <algorithm>
#include <cmath>

namespace tessera {
namespace {

/// Of the spline that passes b for t = 0 and c for t = 1.
SheetPoint on_spline(SheetPoint a, SheetPoint b, SheetPoint c, SheetPoint d, double t) {
  const auto along = [t](double p, double q, double r, double s) {
    return 0.5 * (2 * q + t * (r - p + t * (2 * p - 5 * q + 4 * r - s + t * (3 * (q - r) + s - p))));
  };
  return {along(a.x, b.x, c.x, d.x), along(a.y, b.y, c.y, d.y)};
}

double distance(SheetPoint p, SheetPoint from, SheetPoint to) {
  const double dx = to.x - from.x, dy = to.y - from.y, length = dx * dx + dy * dy;
  const double along =
      length == 0 ? 0 : std::clamp(((p.x - from.x) * dx + (p.y - from.y) * dy) / length, 0.0, 1.0);
  return std::hypot(p.x - from.x - along * dx, p.y - from.y - along * dy);
}

/// The pixels whose centres lie between, within an axis.
Interval pixels_between(double low, double high, std::int64_t extent) {
  return {std::max<std::int64_t>(0, static_cast<std::int64_t>(std::ceil(low - 0.5))),
          std::min(extent, static_cast<std::int64_t>(std::floor(high - 0.5)) + 1)};
}

}  // namespace

Sheet::Sheet(std::int64_t height, std::int64_t width)
    : height_(height), width_(width), ink_(static_cast<std::size_t>(height * width)) {}

void Sheet::draw(const Stroke& points, double radius) {
  constexpr int kPieces = 8;  // straight ones between two points
  const auto last = static_cast<std::int64_t>(points.size()) - 1;
  const auto at = [&](std::int64_t i) {
    return points[static_cast<std::size_t>(std::clamp<std::int64_t>(i, 0, last))];
  };
  for (std::int64_t i = 0; i < last; ++i) {
    SheetPoint from = at(i);
    for (int piece = 1; piece <= kPieces; ++piece) {
      const SheetPoint to =
          on_spline(at(i - 1), at(i), at(i + 1), at(i + 2), static_cast<double>(piece) / kPieces);
      draw_line(from, to, radius);
      from = to;
    }
  }
}

void Sheet::draw_line(SheetPoint from, SheetPoint to, double radius) {
  const double reach = radius + 0.5;  // beyond which there is no ink
  const Interval rows =
                     pixels_between(std::min(from.y, to.y) - reach, std::max(from.y, to.y) + reach, height_),
                 columns =
                     pixels_between(std::min(from.x, to.x) - reach, std::max(from.x, to.x) + reach, width_);
  for (std::int64_t y = rows.begin; y < rows.end; ++y)
    for (std::int64_t x = columns.begin; x < columns.end; ++x) {
      const SheetPoint centre{static_cast<double>(x) + 0.5, static_cast<double>(y) + 0.5};
      const double ink = std::clamp(reach - distance(centre, from, to), 0.0, 1.0);
      float& pixel = ink_[static_cast<std::size_t>(y * width_ + x)];
      pixel = std::max(pixel, static_cast<float>(ink));
    }
}

}  // namespace tessera
