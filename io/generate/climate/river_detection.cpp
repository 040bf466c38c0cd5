#include "io/generate/climate/river_detection.hpp"

#include "io/generate/climate/climatology.hpp"

namespace tessera {
namespace {

constexpr double kRiversNearestEquator = 20, kRiversFarthestEquator = 66;  // degrees
constexpr double kLeastTransport = 350;                                    // above the climatology, kg/(m s)
constexpr std::size_t kLeastCells = 4;
constexpr double kLeastArea = 2e5;     // km2
constexpr double kLeastLength = 1500;  // km
constexpr double kLeastSlenderness = 2;

/// Of TMQ times wind at 850 hPa, kg/(m s): the zonal mean of the one, and of the other with the northward
/// wind that is usual.
double usual_transport(const ZonalMean& zonal) {
  return zonal.moisture * std::hypot(zonal.wind, 2.5 + 5.5 * zonal.midlatitude);
}

bool is_river(const ClimateGrid& grid, const std::vector<std::size_t>& region) {
  if (region.size() < kLeastCells) return false;
  const RegionForm form = form_of(grid, region);
  return form.area >= kLeastArea && form.length >= kLeastLength &&
         form.length >= kLeastSlenderness * form.width();
}

/// Second moments of points in a plane about their mean, over n - 1.
struct Covariance {
  double xx = 0, xy = 0, yy = 0;
  double largest_eigenvalue() const {
    const double half_difference = (xx - yy) / 2;
    return (xx + yy) / 2 + std::sqrt(half_difference * half_difference + xy * xy);
  }
};

Covariance covariance(const std::vector<Offset>& points) {
  Offset mean{};
  const auto n = static_cast<double>(points.size());
  for (const Offset& point : points) mean.east += point.east / n, mean.north += point.north / n;
  Covariance sum;
  for (const Offset& point : points) {
    const double x = point.east - mean.east, y = point.north - mean.north;
    sum.xx += x * x / (n - 1);
    sum.xy += x * y / (n - 1);
    sum.yy += y * y / (n - 1);
  }
  return sum;
}

}  // namespace

RegionForm form_of(const ClimateGrid& grid, const std::vector<std::size_t>& region) {
  const auto row_of = [&](std::size_t cell) { return static_cast<int>(cell) / grid.columns(); };
  const auto column_of = [&](std::size_t cell) { return static_cast<int>(cell) % grid.columns(); };
  // A sinusoidal projection, about the western edge or, where there is none, about the first cell.
  const double meridian = grid.periodic() ? grid.longitude(column_of(region.front())) : 0;
  double area = 0;
  std::vector<Offset> points;
  for (const std::size_t cell : region) {
    const int row = row_of(cell);
    area += grid.cell_north() * grid.cell_east(row);
    double east = grid.longitude(column_of(cell)) - meridian;
    if (grid.periodic()) east -= 360 * std::floor((east + 180) / 360);  // the short way around
    const double latitude = grid.latitude(row);
    points.push_back({east * kKmPerDegree * std::cos(radians(latitude)), latitude * kKmPerDegree});
  }
  return {area, std::sqrt(12 * covariance(points).largest_eigenvalue())};
}

CellMask find_atmospheric_rivers(const ClimateGrid& grid, const Field& moisture, const Field& wind,
                                 const CellMask& excluded) {
  CellMask strong(grid.cells()), found(grid.cells());
  for (int row = 0; row < grid.rows(); ++row) {
    const ZonalMean zonal = zonal_mean(grid.latitude(row));
    const double poleward = std::abs(grid.latitude(row));
    if (poleward < kRiversNearestEquator || poleward > kRiversFarthestEquator) continue;
    const double least = usual_transport(zonal) + kLeastTransport;
    for (std::size_t cell = grid.cell(row, 0); cell < grid.cell(row + 1, 0); ++cell)
      strong[cell] = excluded[cell] == 0 && moisture[cell] * wind[cell] >= least ? 1 : 0;
  }
  for (std::size_t cell = 0; cell < strong.size(); ++cell) {
    const auto region = take_connected_region(grid, cell, strong);
    if (!is_river(grid, region)) continue;
    for (const std::size_t member : region) found[member] = 1;
  }
  return found;
}

}  // namespace tessera
