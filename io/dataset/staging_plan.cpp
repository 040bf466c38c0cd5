#include "io/dataset/staging_plan.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "io/dataset/sample_share.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

constexpr std::array kNames{std::pair{StagingPlan::Replicate, "replicate"},
                            std::pair{StagingPlan::Shard, "shard"}, std::pair{StagingPlan::Slab, "slab"}};

// The replica's share; where there are fewer samples than replicas, the one before it stands in.
Interval evaluated(std::int64_t samples, int replica, int replicas) {
  const Interval share = replica_share(samples, replica, replicas);
  if (!share.empty()) return share;
  const std::int64_t padding = std::max<std::int64_t>(0, share.end - 1);
  return {padding, padding + 1};
}

void add(std::vector<Interval>& to, const std::vector<Interval>& more) {
  to.insert(to.end(), more.begin(), more.end());
  to = join(std::move(to));
}

}  // namespace

std::string to_string(StagingPlan plan) {
  return std::ranges::find(kNames, plan, [](const auto& entry) { return entry.first; })->second;
}

StagingPlan staging_plan_named(const std::string& name) {
  for (const auto& [plan, known] : kNames)
    if (name == known) return plan;
  throw InputError(fmt::format("there is no plan '{}' to stage by", name), "the staging plan",
                   "choose replicate, shard or slab");
}

std::vector<int> homes_of_replicas(std::span<const RankPosition> ranks) {
  std::vector<int> homes;
  for (const RankPosition& rank : ranks) {
    if (rank.part != 0) continue;
    homes.resize(std::max(homes.size(), static_cast<std::size_t>(rank.replica) + 1));
    homes[static_cast<std::size_t>(rank.replica)] = rank.node;
  }
  return homes;
}

DrawnSamples drawn_samples(std::int64_t train, std::int64_t validation, bool locally, int replica,
                           std::span<const int> node_of_replica) {
  const auto replicas = static_cast<int>(node_of_replica.size());
  const int home = node_of_replica[static_cast<std::size_t>(replica)];
  const std::vector<Interval> all{{0, train}};
  return {locally ? node_share(train, node_of_replica, home) : all,
          {evaluated(validation, replica, replicas)}};
}

std::vector<SamplesToStage> plan_staging(StagingPlan plan, const StagedRun& run) {
  const std::vector<int> homes = homes_of_replicas(run.ranks);
  const int nodes = 1 + std::ranges::max(run.ranks, {}, &RankPosition::node).node;
  const bool locally = run.draws_locally || plan == StagingPlan::Shard;
  std::vector<SamplesToStage> staged(static_cast<std::size_t>(nodes));
  for (const RankPosition& rank : run.ranks) {
    auto& [samples, box] = staged[static_cast<std::size_t>(rank.node)];
    const DrawnSamples drawn = plan == StagingPlan::Replicate
                                   ? DrawnSamples{{{0, run.train}}, {{0, run.validation}}}
                                   : drawn_samples(run.train, run.validation, locally, rank.replica, homes);
    add(samples.train, drawn.train);
    add(samples.validation, drawn.validation);
    box = plan == StagingPlan::Slab ? hull(box, run.box_of_part[static_cast<std::size_t>(rank.part)])
                                    : Box::whole(run.space);
  }
  return staged;
}

}  // namespace tessera
