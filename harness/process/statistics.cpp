#include "harness/process/statistics.hpp"

#include <algorithm>
#include <cassert>
#include <nlohmann/json.hpp>

namespace tessera {

double median(std::vector<double> values) {
  assert(!values.empty());
  std::sort(values.begin(), values.end());
  const std::size_t count = values.size();
  return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

MinMedianMax min_median_max(const std::vector<double>& values) {
  const auto [min, max] = std::minmax_element(values.begin(), values.end());
  return {*min, median(values), *max};
}

nlohmann::json to_json(const MinMedianMax& spread) {
  return {{"min", spread.min}, {"median", spread.median}, {"max", spread.max}};
}

}  // namespace tessera
