#include "harness/plan/split.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <tuple>
#include <vector>

#include "models/base/error.hpp"

namespace tessera {
namespace {

constexpr std::size_t kNamed = 6;  // splits that an error names

// The most parts that own something along each axis: elements of the largest layer there.
Extents most_parts(const Graph& graph) {
  Extents most;
  for (NodeId id = 0; id < graph.count(); ++id) {
    if (!graph.node(id).layer || graph.node(id).spread != Spread::Split) continue;
    const Extents space = graph.shape(id).space;
    most = {std::max(most.d, space.d), std::max(most.h, space.h), std::max(most.w, space.w)};
  }
  return most;
}

std::vector<int> divisors_up_to(int number, std::int64_t most) {
  std::vector<int> divisors;
  for (int d = 1; d <= number && d <= most; ++d)
    if (number % d == 0) divisors.push_back(d);
  return divisors;
}

std::vector<GridDims> grids_up_to(int ranks, const Extents& most) {
  std::vector<GridDims> grids;
  for (const int d : divisors_up_to(ranks, most.d))
    for (const int h : divisors_up_to(ranks / d, most.h))
      for (const int w : divisors_up_to(ranks / d / h, most.w)) grids.push_back({ranks / d / h / w, d, h, w});
  return grids;
}

// Those with about as many parts as were asked for, slabs before blocks.
std::string name_possible(int ranks, const Extents& most, int axes, std::int64_t parts) {
  std::vector<GridDims> grids = grids_up_to(ranks, most);
  const auto worth = [&](const GridDims& g) {
    return std::tuple(std::abs(g.parts() - parts), g.height * g.width, g.width);
  };
  std::ranges::sort(grids, {}, worth);
  std::string names;
  for (std::size_t i = 0; i < std::min(grids.size(), kNamed); ++i)
    names += (i == 0 ? "" : ", ") + split_text(grids[i], axes);
  return fmt::format("on {} rank{}, samples can be split as {}{}", ranks, ranks == 1 ? "" : "s", names,
                     grids.size() > kNamed ? ", and otherwise" : "");
}

// The numbers of "4x2x1"; none where the text is anything else.
std::vector<std::int64_t> numbers_of(const std::string& text) {
  std::vector<std::int64_t> numbers;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (true) {
    std::int64_t number = 0;
    const auto [after, error] = std::from_chars(at, end, number);
    if (error != std::errc() || number < 0) return {};
    numbers.push_back(number);
    if (after == end) return numbers;
    if (*after != 'x') return {};
    at = after + 1;
  }
}

constexpr std::array kAxes{"depth", "height", "width"};

// Why these can't be the parts of a sample along its axes, the last of the three; nothing where they can.
std::optional<std::string> problem_of(const std::string& text, const std::vector<std::int64_t>& parts,
                                      const Extents& most, std::size_t axes) {
  if (parts.empty()) return fmt::format("'{}' is no split", text);
  const std::size_t first = kAxes.size() - axes;
  if (parts.size() > axes)
    return fmt::format("'{}' splits {} axes, where samples have {}", text, parts.size(),
                       axes == 3 ? "depth, height and width" : "height and width");
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i] == 0) return fmt::format("'{}' has no part along {}", text, kAxes[first + i]);
    if (parts[i] > most.axes()[first + i])
      return fmt::format("'{}' makes {} parts along {}, where the largest layer has {} elements", text,
                         parts[i], kAxes[first + i], most.axes()[first + i]);
  }
  return std::nullopt;
}

}  // namespace

std::optional<GridDims> parts_in(const std::string& text, int axes) {
  if (text == "whole") return GridDims{};
  std::vector<std::int64_t> parts = numbers_of(text);
  constexpr std::int64_t kMostParts = 1 << 20;  // along an axis: three of them multiply without overflow
  const auto impossible = [](std::int64_t n) { return n < 1 || n > kMostParts; };
  if (parts.empty() || std::ssize(parts) > axes || std::ranges::any_of(parts, impossible))
    return std::nullopt;
  parts.resize(static_cast<std::size_t>(axes), 1);
  if (axes == 2) parts.insert(parts.begin(), 1);
  return GridDims{1, static_cast<int>(parts[0]), static_cast<int>(parts[1]), static_cast<int>(parts[2])};
}

int spatial_axes(const Graph& graph) {
  return graph.shape(0).space.d == 1 ? 2 : 3;  // an input comes first
}

GridDims grid_of(const std::string& text, int ranks, const Graph& graph) {
  if (text.empty()) return {.replicas = ranks};
  const Extents most = most_parts(graph);
  const int axes = spatial_axes(graph);
  std::vector<std::int64_t> parts = numbers_of(text);
  if (const auto problem = problem_of(text, parts, most, static_cast<std::size_t>(axes)))
    throw InputError(*problem, "--split", name_possible(ranks, most, axes, ranks));
  parts.resize(static_cast<std::size_t>(axes), 1);
  if (axes == 2) parts.insert(parts.begin(), 1);
  const std::int64_t product = parts[0] * parts[1] * parts[2];  // of extents, so it fits
  if (ranks % product != 0)
    throw InputError(
        fmt::format("split '{}' makes {} parts of a sample, which don't divide {} rank{}", text, product,
                    ranks, ranks == 1 ? "" : "s"),
        "--split",
        fmt::format("start a multiple of {} ranks; {}", product, name_possible(ranks, most, axes, product)));
  return {static_cast<int>(ranks / product), static_cast<int>(parts[0]), static_cast<int>(parts[1]),
          static_cast<int>(parts[2])};
}

std::vector<GridDims> possible_grids(int ranks, const Graph& graph) {
  return grids_up_to(ranks, most_parts(graph));
}

std::string split_text(const GridDims& dims, int axes) {
  if (axes == 2) return fmt::format("{}x{}", dims.height, dims.width);
  const std::string slab = fmt::format("{}x{}", dims.depth, dims.height);
  return dims.width == 1 ? slab : fmt::format("{}x{}", slab, dims.width);
}

}  // namespace tessera
