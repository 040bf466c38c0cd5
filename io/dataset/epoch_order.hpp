#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace tessera {

/// The training samples of one replica in one epoch, in order, batch after batch.
/// The epoch's order of all samples is a permutation by (seed, epoch) alone (Fisher-Yates, unbiased). It is
/// cut into global batches, samples after the last full one are left out, and replica r takes the r-th part
/// of each. Pure. Throws InputError where samples < global_batch or replicas don't divide global_batch.
std::vector<std::int64_t> epoch_order(std::int64_t samples, std::uint64_t seed, int epoch,
                                      std::int64_t global_batch, int replica, int replicas);

/// The same where replicas draw from the samples of their own node alone, node_share() of them: each node's
/// are permuted anew in each epoch, and its replicas divide them as epoch_order() divides all. An epoch has
/// as many batches; on one node it is that of epoch_order(). node_of_replica: where each is at home.
std::vector<std::int64_t> local_epoch_order(std::int64_t samples, std::uint64_t seed, int epoch,
                                            std::int64_t global_batch, int replica,
                                            std::span<const int> node_of_replica);

/// The validation samples of one replica, padded to whole batches; only the first `counted` count.
struct EvaluationOrder {
  std::vector<std::int64_t> samples;
  std::int64_t counted = 0;
};

/// Over all replicas every sample counts exactly once, and all replicas get the same number of batches: they
/// meet in collective operations. Padding repeats the replica's last sample. Pure.
EvaluationOrder evaluation_order(std::int64_t samples, std::int64_t batch_per_replica, int replica,
                                 int replicas);

}  // namespace tessera
