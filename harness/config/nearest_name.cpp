#include "harness/config/nearest_name.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace tessera {

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

std::string nearest_name(std::string_view written, std::span<const std::string> known) {
  return *std::ranges::min_element(known, {}, [written](const std::string& name) {
    return std::pair(name.find(written) == std::string::npos, edit_distance(written, name));
  });
}

}  // namespace tessera
