#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "models/base/interval.hpp"

namespace tessera {

/// Sizes along the three spatial axes, outermost first. A 2-D tensor has d = 1.
struct Extents {
  std::int64_t d = 1, h = 1, w = 1;

  std::int64_t count() const { return d * h * w; }
  std::array<std::int64_t, 3> axes() const { return {d, h, w}; }
  friend bool operator==(const Extents&, const Extents&) = default;
};

/// A block of a tensor's space in global indices: one interval an axis.
struct Box {
  Interval d, h, w;

  static Box whole(Extents space) { return {{0, space.d}, {0, space.h}, {0, space.w}}; }
  static Box of(const std::array<Interval, 3>& axes) { return {axes[0], axes[1], axes[2]}; }
  std::array<Interval, 3> axes() const { return {d, h, w}; }
  Extents extents() const { return {d.size(), h.size(), w.size()}; }
  std::int64_t count() const { return extents().count(); }
  bool empty() const { return d.empty() || h.empty() || w.empty(); }
  bool contains(const Box& other) const {
    return other.empty() || (d.contains(other.d) && h.contains(other.h) && w.contains(other.w));
  }
  friend bool operator==(const Box&, const Box&) = default;
};

Box intersect(const Box& a, const Box& b);

/// The smallest box that holds both; an empty one adds nothing.
Box hull(const Box& a, const Box& b);

/// `part` in indices that begin where `box` does.
Box within(const Box& box, const Box& part);

/// "[0,4)x[0,16)x[0,16)", for messages.
std::string to_string(const Box& box);

}  // namespace tessera
