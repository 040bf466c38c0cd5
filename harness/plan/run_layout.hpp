#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "harness/config/config.hpp"
#include "harness/workloads/batch_size.hpp"
#include "harness/workloads/workload.hpp"
#include "parallel/partition.hpp"

namespace tessera {

/// What is trained, and how it lies on the ranks.
struct RunLayout {
  std::unique_ptr<Workload> workload;
  GridDims grid;
  BatchSize batch;
};

/// Of a run on so many ranks. split: see harness/plan/split.hpp. Opens nothing; throws InputError where
/// configuration, split and ranks don't fit each other.
RunLayout lay_out(const Config& config, std::uint64_t seed, const std::string& split, int ranks);

}  // namespace tessera
