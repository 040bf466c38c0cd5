#include "harness/third/brightness_config.hpp"

#include "models/base/error.hpp"

namespace tessera {
namespace {

Rule<std::vector<std::int64_t>> height_and_width() {
  return {"H, W, each of at least 4", [](const std::vector<std::int64_t>& shape) {
            return shape.size() == 2 && shape[0] >= 4 && shape[1] >= 4;
          }};
}

std::vector<Section> sections(Config& config) {
  auto& own = std::any_cast<BrightnessConfig&>(config.of_benchmark);
  return {{"data", {required(field("sample_shape", config.data.sample_shape, height_and_width()))}},
          {"model", {field("filters", own.filters, from(1, 64))}},
          {"optimizer", {required(fixed("name", std::string("SGD"), "it is the benchmark's optimizer"))}},
          {"lr_schedule", {required(field("lr", own.lr, positive()))}},
          {"train", {field("target_mae", own.target_mae, positive())}}};
}

void settle_brightness(Config& config) {
  if (config.train.gradient_accumulation_frequency > 1)
    throw InputError("Brightness has no use for accumulation",
                     config.where("train.gradient_accumulation_frequency"), "leave it out");
}

constexpr BenchmarkTable kTable{.name = "brightness",
                                .defaults = [] { return std::any(BrightnessConfig()); },
                                .sections = sections,
                                .settle = settle_brightness};

}  // namespace

const BenchmarkTable& brightness_table() {
  return kTable;
}

const BrightnessConfig& brightness_of(const Config& config) {
  return std::any_cast<const BrightnessConfig&>(config.of_benchmark);
}

}  // namespace tessera
