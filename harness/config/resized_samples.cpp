#include "harness/config/resized_samples.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

namespace tessera {

std::vector<std::int64_t> sample_extents(const nlohmann::json& configuration) {
  auto shape = configuration.at("data").at("sample_shape").get<std::vector<std::int64_t>>();
  if (shape.size() > 2) shape.pop_back();  // channels
  return shape;
}

std::vector<std::string> overrides_for_extents(const nlohmann::json& configuration,
                                               const std::vector<std::int64_t>& extents) {
  std::vector<std::int64_t> shape = extents;
  if (const auto& given = configuration.at("data").at("sample_shape"); given.size() > extents.size())
    shape.push_back(given.back().get<std::int64_t>());
  const std::string text = fmt::format("[{}]", fmt::join(shape, ", "));
  std::vector<std::string> overrides{"data.sample_shape=" + text};
  if (configuration.at("model").contains("input_shape")) overrides.push_back("model.input_shape=" + text);
  return overrides;
}

}  // namespace tessera
