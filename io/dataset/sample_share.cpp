#include "io/dataset/sample_share.hpp"

#include <algorithm>

namespace tessera {

Interval replica_share(std::int64_t samples, int replica, int replicas) {
  return part_of(samples, replica, replicas);
}

std::vector<Interval> node_share(std::int64_t samples, std::span<const int> node_of_replica, int node) {
  const auto replicas = static_cast<int>(node_of_replica.size());
  std::vector<Interval> shares;
  for (int replica = 0; replica < replicas; ++replica)
    if (node_of_replica[static_cast<std::size_t>(replica)] == node)
      shares.push_back(replica_share(samples, replica, replicas));
  return join(std::move(shares));
}

NodePool pool_of(std::int64_t samples, int replica, std::span<const int> node_of_replica) {
  const int node = node_of_replica[static_cast<std::size_t>(replica)];
  const auto before = node_of_replica.first(static_cast<std::size_t>(replica));
  NodePool pool{.samples = {},
                .replica = static_cast<int>(std::ranges::count(before, node)),
                .replicas = static_cast<int>(std::ranges::count(node_of_replica, node))};
  for (const Interval share : node_share(samples, node_of_replica, node))
    for (std::int64_t sample = share.begin; sample < share.end; ++sample) pool.samples.push_back(sample);
  return pool;
}

std::vector<Interval> join(std::vector<Interval> intervals) {
  std::erase_if(intervals, [](Interval interval) { return interval.empty(); });
  std::ranges::sort(intervals, {}, &Interval::begin);
  std::vector<Interval> joined;
  for (const Interval interval : intervals)
    if (!joined.empty() && interval.begin <= joined.back().end)
      joined.back().end = std::max(joined.back().end, interval.end);
    else
      joined.push_back(interval);
  return joined;
}

std::int64_t count(std::span<const Interval> intervals) {
  std::int64_t sum = 0;
  for (const Interval interval : intervals) sum += interval.size();
  return sum;
}

bool contains(std::span<const Interval> whole, std::span<const Interval> part) {
  return std::ranges::all_of(part, [&](Interval wanted) {
    return std::ranges::any_of(whole, [&](Interval held) { return held.contains(wanted); });
  });
}

}  // namespace tessera
