#include "harness/config/nearest_name.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace tessera {
namespace {

std::string_view without_dashes(std::string_view name) {
  return name.substr(std::min(name.find_first_not_of('-'), name.size()));
}

bool is_part(std::string_view a, std::string_view b) {
  constexpr std::size_t kFewest = 3;
  const auto& [shorter, longer] = std::minmax(a, b, [](auto x, auto y) { return x.size() < y.size(); });
  return shorter.size() >= kFewest && longer.find(shorter) != std::string_view::npos;
}

}  // namespace

int edit_distance(std::string_view from, std::string_view to) {
  // distance[i][j]: from the first i characters to the first j.
  std::vector<std::vector<int>> distance(from.size() + 1, std::vector<int>(to.size() + 1));
  for (std::size_t i = 0; i <= from.size(); ++i) {
    for (std::size_t j = 0; j <= to.size(); ++j) {
      int& here = distance[i][j];
      if (i == 0 || j == 0) {
        here = static_cast<int>(i + j);
        continue;
      }
      here = std::min({distance[i - 1][j] + 1, distance[i][j - 1] + 1,
                       distance[i - 1][j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
        here = std::min(here, distance[i - 2][j - 2] + 1);
    }
  }
  return distance[from.size()][to.size()];
}

std::optional<std::string> nearest_name(std::string_view written, std::span<const std::string> known) {
  const std::string_view meant = without_dashes(written);
  const auto worth = [meant](const std::string& name) {
    return std::pair(!is_part(meant, without_dashes(name)), edit_distance(meant, without_dashes(name)));
  };
  const auto nearest = std::ranges::min_element(known, {}, worth);
  if (nearest == known.end()) return std::nullopt;
  const auto [no_part, distance] = worth(*nearest);
  const auto longer = static_cast<int>(std::max(meant.size(), without_dashes(*nearest).size()));
  return no_part && 3 * distance > longer ? std::nullopt : std::optional(*nearest);
}

}  // namespace tessera
