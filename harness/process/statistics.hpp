#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

namespace tessera {

/// The middle of the values, or the mean of the two in the middle; there must be at least one.
double median(std::vector<double> values);

/// How values are spread over ranks or parts.
struct MinMedianMax {
  double min = 0, median = 0, max = 0;
  friend bool operator==(const MinMedianMax&, const MinMedianMax&) = default;
};

/// There must be at least one value.
MinMedianMax min_median_max(const std::vector<double>& values);

nlohmann::json to_json(const MinMedianMax& spread);

}  // namespace tessera
