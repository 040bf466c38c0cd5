#include "harness/data_share.hpp"

#include "parallel/place.hpp"

namespace tessera {

DataShare data_share(const Graph& network, const ProcessGrid& grid, std::size_t cache_bytes) {
  const GridDims& dims = grid.dims();
  return {cache_bytes,
          place(network, Partition(dims), grid.part()).owned[0],
          {dims.depth > 1, dims.height > 1, dims.width > 1}};
}

}  // namespace tessera
