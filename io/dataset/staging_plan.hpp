#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "models/base/box.hpp"
#include "models/base/interval.hpp"

/// What each node of a run keeps of a data set. Pure.
namespace tessera {

/// Replicate: every node all of it. Shard: each node the samples that its replicas draw. Slab: of each sample
/// that its replicas draw, the box that its ranks read, margins included.
enum class StagingPlan : std::uint8_t { Replicate, Shard, Slab };

std::string to_string(StagingPlan plan);                  // "replicate", "shard", "slab"
StagingPlan staging_plan_named(const std::string& name);  // throws InputError

/// Where a rank stands in a run.
struct RankPosition {
  int node = 0, replica = 0, part = 0;
};

/// Of all ranks: node_of_replica[r] is where replica r is at home, which is where its first part is.
std::vector<int> homes_of_replicas(std::span<const RankPosition> ranks);

struct DrawnSamples {
  std::vector<Interval> train, validation;  // by number: ascending, disjoint
  friend bool operator==(const DrawnSamples&, const DrawnSamples&) = default;
};

/// What a replica reads in the course of a run: of the training set all, or where it draws `locally` the
/// samples of its home; of the validation set its share, and where that is empty the sample that pads it.
DrawnSamples drawn_samples(std::int64_t train, std::int64_t validation, bool locally, int replica,
                           std::span<const int> node_of_replica);

struct SamplesToStage {
  DrawnSamples samples;
  Box box;  // of each sample
  friend bool operator==(const SamplesToStage&, const SamplesToStage&) = default;
};

/// What the run is whose ranks will read the copies.
struct StagedRun {
  std::int64_t train = 0, validation = 0;  // samples of the data set
  bool draws_locally = false;              // data.shuffle: local
  std::vector<RankPosition> ranks;         // at least one
  std::vector<Box> box_of_part;            // that each part of a sample reads, all parts, for the plan Slab
  Extents space;                           // of a sample
};

/// By node. The plan Shard implies draws_locally.
std::vector<SamplesToStage> plan_staging(StagingPlan plan, const StagedRun& run);

}  // namespace tessera
