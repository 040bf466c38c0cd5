#include "results/study/layout_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace tessera {

std::string split_text(const StudyLayout& layout) {
  if (layout.parts() == 1) return "whole";
  if (layout.extents.size() == 2) return fmt::format("{}x{}", layout.height, layout.width);
  if (layout.width == 1) return fmt::format("{}x{}", layout.depth, layout.height);
  return fmt::format("{}x{}x{}", layout.depth, layout.height, layout.width);
}

std::string size_text(const StudyLayout& layout) {
  return fmt::format("{}x{}", layout.ranks, layout.threads);
}

std::string extents_text(const StudyLayout& layout) {
  return fmt::format("{}", fmt::join(layout.extents, "x"));
}

}  // namespace tessera
