#include "harness/split.hpp"

#include <fmt/core.h>

#include <charconv>
#include <optional>

#include "models/error.hpp"

namespace tessera {
namespace {

std::optional<GridDims> numbers_of(const std::string& split) {
  GridDims dims;
  const char *at = split.data(), *const end = at + split.size();
  for (int* const parts : {&dims.depth, &dims.height, &dims.width}) {
    const auto [stop, error] = std::from_chars(at, end, *parts);
    if (error != std::errc{} || *parts < 1) return std::nullopt;
    if (stop == end) return dims;
    if (*stop != 'x') return std::nullopt;
    at = stop + 1;
  }
  return std::nullopt;
}

std::int64_t parts_of(const GridDims& dims) {
  return std::int64_t{dims.depth} * dims.height * dims.width;  // GridDims::parts() would overflow
}

// The first of those that fit, fewest cuts of inner axes first.
std::string possible_splits(std::int64_t ranks, const Extents& space) {
  constexpr int kMost = 16;
  std::string list;
  int count = 0;
  const auto divides = [ranks](std::int64_t parts) { return ranks % parts == 0; };
  for (std::int64_t w = 1; w <= space.w && w <= ranks; ++w)
    for (std::int64_t h = 1; h <= space.h && w * h <= ranks; ++h)
      for (std::int64_t d = 1; d <= space.d && w * h * d <= ranks; ++d) {
        if (!divides(w * h * d)) continue;
        if (++count > kMost) return list + ", ...";
        list += fmt::format("{}{}x{}{}", list.empty() ? "" : ", ", d, h, w > 1 ? fmt::format("x{}", w) : "");
      }
  return list;
}

}  // namespace

GridDims parse_split(const std::string& split, std::int64_t ranks, const Extents& space) {
  const auto refuse = [&](const std::string& problem) {
    throw InputError(problem, "--split " + split,
                     fmt::format("on {} ranks these are possible: {}", ranks, possible_splits(ranks, space)));
  };
  const std::optional<GridDims> parsed = numbers_of(split);
  if (!parsed) refuse("a split is D, DxH or DxHxW: a number of parts, at least 1, for each axis");
  GridDims dims = *parsed;
  if (dims.depth > space.d || dims.height > space.h || dims.width > space.w)
    refuse(fmt::format("{}x{}x{} elements can't be cut into {}x{}x{} parts", space.d, space.h, space.w,
                       dims.depth, dims.height, dims.width));
  if (ranks % parts_of(dims) != 0)
    refuse(fmt::format("{} parts a sample don't divide {} ranks", parts_of(dims), ranks));
  dims.replicas = static_cast<int>(ranks / parts_of(dims));
  return dims;
}

}  // namespace tessera
