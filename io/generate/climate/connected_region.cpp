#include "io/generate/climate/connected_region.hpp"

namespace tessera {

std::vector<std::size_t> take_connected_region(const ClimateGrid& grid, std::size_t start, CellMask& mask) {
  std::vector<std::size_t> region;
  const auto take = [&](std::size_t cell) {
    if (mask[cell] == 0) return;
    mask[cell] = 0;
    region.push_back(cell);
  };
  take(start);
  for (std::size_t next = 0; next < region.size(); ++next) {
    const int row = static_cast<int>(region[next]) / grid.columns();
    const int column = static_cast<int>(region[next]) % grid.columns();
    for (int r = std::max(row - 1, 0); r <= std::min(row + 1, grid.rows() - 1); ++r)
      for (int c = column - 1; c <= column + 1; ++c) {
        if (grid.periodic())
          take(grid.cell(r, (c + grid.columns()) % grid.columns()));
        else if (c >= 0 && c < grid.columns())
          take(grid.cell(r, c));
      }
  }
  return region;
}

}  // namespace tessera
