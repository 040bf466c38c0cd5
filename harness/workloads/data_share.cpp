#include "harness/workloads/data_share.hpp"

#include "parallel/place.hpp"

namespace tessera {
namespace {

// Targets over space lie as the output does; others are no part of a sample's space.
Box with_target(const Graph& network, const Placement& placement) {
  const Box& input = placement.owned[0];
  const bool over_space = network.shape(network.output()).space == network.shape(0).space;
  return over_space ? hull(input, placement.owned[static_cast<std::size_t>(network.output())]) : input;
}

}  // namespace

DataShare data_share(const Graph& network, const ProcessGrid& grid, const DataConfig& data,
                     std::size_t cache_bytes) {
  const GridDims& dims = grid.dims();
  const Placement placement = place(network, Partition(dims), grid.part());
  return {cache_bytes,
          placement.owned[0],
          {dims.depth > 1, dims.height > 1, dims.width > 1},
          with_target(network, placement),
          drawn_samples(data.n_train, data.n_valid, data.shuffle == Shuffle::Local, grid.replica(),
                        grid.node_of_replica())};
}

std::vector<Box> boxes_of_parts(const Graph& network, const GridDims& dims) {
  std::vector<Box> boxes;
  for (const Placement& placement : place_all(network, Partition(dims)))
    boxes.push_back(with_target(network, placement));
  return boxes;
}

}  // namespace tessera
