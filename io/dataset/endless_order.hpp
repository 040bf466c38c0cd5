#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace tessera {

/// The samples of one replica in so many steps over a data set of any size: epoch follows epoch, each
/// permuted as epoch_order() does and none of its samples left out, cut into global batches, of which the
/// replica takes its part. A set that has fewer samples than a batch is gone through several times in it.
/// Pure. replicas divide global_batch.
std::vector<std::int64_t> endless_order(std::int64_t samples, std::uint64_t seed, std::int64_t steps,
                                        std::int64_t global_batch, int replica, int replicas);

/// The same where replicas draw from the samples of their own node alone, node_share() of them. Throws
/// InputError where it has none.
std::vector<std::int64_t> local_endless_order(std::int64_t samples, std::uint64_t seed, std::int64_t steps,
                                              std::int64_t global_batch, int replica,
                                              std::span<const int> node_of_replica);

}  // namespace tessera
