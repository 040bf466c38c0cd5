#include "io/dataset/epoch_order.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "io/dataset/sample_share.hpp"
#include "io/dataset/uniform_below.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

// Pools have no sample in common, so their first ones tell their random numbers apart.
void permute(std::vector<std::int64_t>& pool, std::uint64_t seed, int epoch) {
  const RandomStream stream{seed, Purpose::EpochOrder, static_cast<std::uint64_t>(epoch),
                            static_cast<std::uint64_t>(pool.front())};
  for (std::uint64_t last = pool.size(); last > 1; --last)
    std::swap(pool[last - 1], pool[uniform_below(stream, last, last)]);
}

void check(std::int64_t samples, std::int64_t global_batch, int replicas) {
  if (global_batch < 1 || global_batch % replicas != 0)
    throw InputError(
        fmt::format("a global batch of {} can't be divided among {} replicas", global_batch, replicas),
        "the global batch size", "make it a multiple of the replicas");
  if (samples < global_batch)
    throw InputError(
        fmt::format("{} training samples are fewer than a global batch of {}", samples, global_batch),
        "the training set", "use more samples, a smaller batch or fewer replicas");
}

// Of each of `batches`, which the pool's replicas fill together, the replica's part.
std::vector<std::int64_t> draw(NodePool pool, std::uint64_t seed, int epoch, std::int64_t batches,
                               std::int64_t part) {
  permute(pool.samples, seed, epoch);
  std::vector<std::int64_t> mine;
  mine.reserve(static_cast<std::size_t>(batches * part));
  for (std::int64_t batch = 0; batch < batches; ++batch) {
    const auto first = pool.samples.begin() + (batch * pool.replicas + pool.replica) * part;
    mine.insert(mine.end(), first, first + part);
  }
  return mine;
}

}  // namespace

std::vector<std::int64_t> epoch_order(std::int64_t samples, std::uint64_t seed, int epoch,
                                      std::int64_t global_batch, int replica, int replicas) {
  const std::vector<int> one_node(static_cast<std::size_t>(replicas), 0);
  return local_epoch_order(samples, seed, epoch, global_batch, replica, one_node);
}

// A node's samples suffice: each of its replicas brings at least samples / replicas of them, rounded down.
std::vector<std::int64_t> local_epoch_order(std::int64_t samples, std::uint64_t seed, int epoch,
                                            std::int64_t global_batch, int replica,
                                            std::span<const int> node_of_replica) {
  const auto replicas = static_cast<int>(node_of_replica.size());
  check(samples, global_batch, replicas);
  return draw(pool_of(samples, replica, node_of_replica), seed, epoch, samples / global_batch,
              global_batch / replicas);
}

EvaluationOrder evaluation_order(std::int64_t samples, std::int64_t batch_per_replica, int replica,
                                 int replicas) {
  const auto [begin, end] = replica_share(samples, replica, replicas);
  const std::int64_t most = (samples + replicas - 1) / replicas;
  const std::int64_t batches = (most + batch_per_replica - 1) / batch_per_replica;
  EvaluationOrder order{{}, end - begin};
  order.samples.assign(static_cast<std::size_t>(batches * batch_per_replica),
                       std::max<std::int64_t>(0, end - 1));
  std::iota(order.samples.begin(), order.samples.begin() + order.counted, begin);
  return order;
}

}  // namespace tessera
