#include "models/base/box.hpp"

#include <fmt/core.h>

namespace tessera {

Box intersect(const Box& a, const Box& b) {
  return {intersect(a.d, b.d), intersect(a.h, b.h), intersect(a.w, b.w)};
}

Box hull(const Box& a, const Box& b) {
  if (a.empty()) return b;
  return b.empty() ? a : Box{hull(a.d, b.d), hull(a.h, b.h), hull(a.w, b.w)};
}

Box within(const Box& box, const Box& part) {
  const auto from = [](Interval origin, Interval axis) {
    return Interval{axis.begin - origin.begin, axis.end - origin.begin};
  };
  return {from(box.d, part.d), from(box.h, part.h), from(box.w, part.w)};
}

std::string to_string(const Box& box) {
  return fmt::format("[{},{})x[{},{})x[{},{})", box.d.begin, box.d.end, box.h.begin, box.h.end, box.w.begin,
                     box.w.end);
}

}  // namespace tessera
