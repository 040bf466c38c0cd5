#include "harness/workloads/closed_division.hpp"

#include <fmt/core.h>

namespace tessera {

std::optional<std::string> why_data_are_open(const Benchmark& benchmark, bool generated,
                                             const WorkloadData& data) {
  if (generated) return "the data set is generated";
  const auto [train, validation] = benchmark.closed_samples;
  if (data.training().size() != train || data.validation().size() != validation)
    return fmt::format("{} + {} samples, where the closed division has {} + {}", data.training().size(),
                       data.validation().size(), train, validation);
  return std::nullopt;
}

}  // namespace tessera
