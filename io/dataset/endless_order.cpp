#include "io/dataset/endless_order.hpp"

#include <fmt/format.h>

#include "io/dataset/epoch_order.hpp"
#include "io/dataset/sample_share.hpp"
#include "models/base/error.hpp"

namespace tessera {

std::vector<std::int64_t> endless_order(std::int64_t samples, std::uint64_t seed, std::int64_t steps,
                                        std::int64_t global_batch, int replica, int replicas) {
  const std::int64_t part = global_batch / replicas;
  std::vector<std::int64_t> mine, order;
  mine.reserve(static_cast<std::size_t>(steps * part));
  std::int64_t epoch = -1;
  for (std::int64_t step = 0; step < steps; ++step)
    for (std::int64_t i = 0; i < part; ++i) {
      const std::int64_t at = step * global_batch + replica * part + i;
      if (at / samples != epoch) {
        epoch = at / samples;
        order = epoch_order(samples, seed, static_cast<int>(epoch), samples, 0, 1);
      }
      mine.push_back(order[static_cast<std::size_t>(at % samples)]);
    }
  return mine;
}

std::vector<std::int64_t> local_endless_order(std::int64_t samples, std::uint64_t seed, std::int64_t steps,
                                              std::int64_t global_batch, int replica,
                                              std::span<const int> node_of_replica) {
  const NodePool pool = pool_of(samples, replica, node_of_replica);
  if (pool.samples.empty())
    throw InputError(fmt::format("{} training samples are too few for each node to have some", samples),
                     "the training set", "use more samples or fewer nodes, or set data.shuffle to global");
  const std::int64_t part = global_batch / static_cast<std::int64_t>(node_of_replica.size());
  std::vector<std::int64_t> order = endless_order(static_cast<std::int64_t>(pool.samples.size()), seed, steps,
                                                  part * pool.replicas, pool.replica, pool.replicas);
  for (std::int64_t& sample : order) sample = pool.samples[static_cast<std::size_t>(sample)];
  return order;
}

}  // namespace tessera
