#include "harness/workloads/sample_order.hpp"

#include "io/dataset/epoch_order.hpp"

namespace tessera {

std::vector<std::int64_t> training_order(const ProcessGrid& grid, Shuffle shuffle, std::int64_t samples,
                                         std::uint64_t seed, int epoch, std::int64_t global_batch) {
  if (shuffle == Shuffle::Local)
    return local_epoch_order(samples, seed, epoch, global_batch, grid.replica(), grid.node_of_replica());
  return epoch_order(samples, seed, epoch, global_batch, grid.replica(), grid.dims().replicas);
}

}  // namespace tessera
