#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "harness/predict/performance_model.hpp"

namespace tessera {

/// What `predict` prints: of one layout, or of several, the best first.
struct PredictionReport {
  std::string machine, configuration, framework;
  std::vector<Prediction> layouts;
  std::optional<double> epochs;
  std::vector<double> solution_seconds;  // by layout, where epochs were given
};

/// Documented in prediction.schema.json and the README.md of harness.
nlohmann::json to_json(const PredictionReport& report);
/// For people: the first in all its parts, then the others, a line each.
std::string to_string(const PredictionReport& report);

}  // namespace tessera
