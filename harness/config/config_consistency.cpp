#include <fmt/format.h>

#include <string>
#include <vector>

#include "harness/config/benchmark_table.hpp"
#include "harness/config/config_schema.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

void check_batch(const Config& config) {
  if (!config.data.batch_size && !config.data.global_batch_size)
    throw InputError("data.batch_size is missing", config.source,
                     "add batch_size (samples a replica) or global_batch_size to the section data");
}

void check_element(const Config& config) {
  if (config.compute.element == Element::F64 && config.compute.kernels != KernelChoice::Reference)
    throw InputError("compute.element is float64, which only the reference kernels compute in",
                     config.where("compute.element"),
                     "set compute.kernels to reference (slow), or compute.element to float32 or bf16");
}

}  // namespace

void require_key(const Config& config, const std::string& chooser, const std::string& key,
                 const std::string& reason) {
  if (!config.given(key))
    throw InputError(fmt::format("{} is missing: {}", key, reason), config.where(chooser),
                     fmt::format("add {}", key));
}

void forbid_keys(const Config& config, const std::string& chooser, const std::vector<std::string>& keys,
                 const std::string& reason) {
  for (const std::string& key : keys)
    if (config.given(key))
      throw InputError(fmt::format("{} has no meaning here: {}", key, reason), config.where(key),
                       fmt::format("remove it, or choose the {} it belongs to", chooser));
}

void settle(Config& config) {
  check_batch(config);
  check_element(config);
  if (config.mlperf.logged_as.empty()) config.mlperf.logged_as = config.mlperf.benchmark;
  table_of(config).settle(config);
}

}  // namespace tessera
