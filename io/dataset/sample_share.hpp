#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/base/interval.hpp"

/// Which samples of a set the replicas of a run, or those of one of its nodes, have for themselves. Pure.
namespace tessera {

/// Of `samples`, in equal parts to within one. Over all replicas every sample is there exactly once.
Interval replica_share(std::int64_t samples, int replica, int replicas);

/// The shares of all replicas at home on `node`, ascending, with neighbours joined.
/// node_of_replica: where each replica is at home; one whose parts are on several nodes, where its first is.
std::vector<Interval> node_share(std::int64_t samples, std::span<const int> node_of_replica, int node);

/// The samples that the replicas at home on one node draw from together, and which of these replicas is
/// meant.
struct NodePool {
  std::vector<std::int64_t> samples;  // ascending
  int replica = 0, replicas = 1;
};
NodePool pool_of(std::int64_t samples, int replica, std::span<const int> node_of_replica);

/// All in one: ascending, disjoint, with neighbours joined.
std::vector<Interval> join(std::vector<Interval> intervals);

std::int64_t count(std::span<const Interval> intervals);

/// Whether every number in `part` is in `whole`, both as join() makes them.
bool contains(std::span<const Interval> whole, std::span<const Interval> part);

}  // namespace tessera
