#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "harness/config/benchmark_table.hpp"
#include "harness/workloads/workload.hpp"
#include "models/base/registry.hpp"
#include "results/check/benchmark.hpp"

namespace tessera {

/// A benchmark that can be run: ties what the floors below know of it, all under one name.
struct WorkloadDescriptor {
  std::string_view name;
  const BenchmarkTable& table;
  const Benchmark* benchmark;  // null where a run's own log says what it must reach
  /// seed: of augmentation. Throws InputError where the network doesn't fit the input.
  std::unique_ptr<Workload> (*make)(const Config& config, std::uint64_t seed);
};

Registry<WorkloadDescriptor>& workloads();

/// Adds a benchmark to this registry and to those of its table and its rules, by which it is configured, run,
/// checked and scored as the built-in ones are: for the start of a main(), see models/base/registry.hpp.
void register_workload(const WorkloadDescriptor& workload);

}  // namespace tessera
