#include "harness/data_share.hpp"

#include "parallel/place.hpp"

namespace tessera {

DataShare data_share(const Graph& network, const ProcessGrid& grid, std::size_t cache_bytes) {
  const GridDims& dims = grid.dims();
  NodeId input = 0;
  while (network.node(input).layer) ++input;
  return {cache_bytes,
          place(network, Partition(dims), grid.part()).owned[input],
          {dims.depth > 1, dims.height > 1, dims.width > 1}};
}

}  // namespace tessera
