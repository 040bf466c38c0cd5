#pragma once

#include <algorithm>
#include <cassert>
#include <nlohmann/json.hpp>
#include <vector>

namespace tessera {

/// The middle of the values, or the mean of the two in the middle; there must be at least one.
inline double median(std::vector<double> values) {
  assert(!values.empty());
  std::sort(values.begin(), values.end());
  const std::size_t count = values.size();
  return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

/// How values are spread over ranks or parts.
struct MinMedianMax {
  double min = 0, median = 0, max = 0;
  friend bool operator==(const MinMedianMax&, const MinMedianMax&) = default;
};

inline MinMedianMax spread_of(const std::vector<double>& values) {
  const auto [min, max] = std::minmax_element(values.begin(), values.end());
  return {*min, median(values), *max};
}

inline nlohmann::json to_json(const MinMedianMax& spread) {
  return {{"min", spread.min}, {"median", spread.median}, {"max", spread.max}};
}

}  // namespace tessera
