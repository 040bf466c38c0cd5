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
