#include "harness/machine/core_shares.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "models/base/interval.hpp"

namespace tessera {
namespace {

// Threads that a quota has time for: part of a CPU would have a thread wait for the next period of the quota,
// and all others for it.
int threads_in(double cpus) {
  constexpr double kRounding = 1e-6;
  return std::max(1, static_cast<int>(std::floor(cpus + kRounding)));
}

}  // namespace

CoreShare share_of_cores(int cores, int rank, int ranks) {
  if (ranks > cores) return {rank % std::max(1, cores), 1, 1};
  const Interval mine = part_of(cores, rank, ranks);
  return {static_cast<int>(mine.begin), static_cast<int>(mine.size()), cores / ranks};
}

RankCores share_of_node(std::span<const CoreGrant> grants, int rank) {
  const CoreGrant& mine = grants[static_cast<std::size_t>(rank)];
  const auto ranks = static_cast<int>(grants.size());
  int before = 0;
  RankCores node;
  node.sharers = 0;
  for (int other = 0; other < ranks; ++other) {
    const CoreGrant& grant = grants[static_cast<std::size_t>(other)];
    if (mine.quota > 0 && grant.quota > 0 && grant.quota_group == mine.quota_group) ++node.quota_sharers;
    if (!CPU_EQUAL(&grant.mask, &mine.mask)) continue;
    if (other < rank) ++before;
    ++node.sharers;
  }
  node.share = share_of_cores(mine.cores, before, node.sharers);
  node.threads = node.share.threads;
  const auto limit = [&](int most) {
    return std::exchange(node.threads, std::min(node.threads, most)) > most;
  };
  if (mine.job_limit > 0) node.job_limits = limit(std::max(1, mine.job_limit / ranks));
  if (node.quota_sharers > 0) limit(threads_in(mine.quota / node.quota_sharers));
  node.quota_limits = node.quota_sharers > 0 && mine.quota < mine.cores;
  if (mine.threads_asked > 0) node.threads = mine.threads_asked;
  node.overbooked = node.sharers > mine.cores || node.threads > node.share.cores ||
                    (node.quota_sharers > 0 && node.threads * node.quota_sharers > std::max(1.0, mine.quota));
  return node;
}

int unused_cores(std::span<const CoreGrant> grants) {
  int cores = 0, used = 0;
  bool all_rationed = true;
  std::map<std::uint64_t, double> quotas;
  for (std::size_t rank = 0; rank < grants.size(); ++rank) {
    const RankCores node = share_of_node(grants, static_cast<int>(rank));
    used += std::min(node.threads, node.share.cores);
    cores = std::max(cores, grants[rank].job_cores);
    if (grants[rank].quota > 0)
      quotas[grants[rank].quota_group] = grants[rank].quota;
    else
      all_rationed = false;
  }
  double rationed = 0;
  for (const auto& [group, cpus] : quotas) rationed += cpus;
  if (all_rationed) cores = std::min(cores, threads_in(rationed));
  return std::max(0, cores - used);
}

}  // namespace tessera
