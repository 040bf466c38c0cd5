#include "io/dataset/endless_order.hpp"

#include "io/dataset/epoch_order.hpp"

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

}  // namespace tessera
