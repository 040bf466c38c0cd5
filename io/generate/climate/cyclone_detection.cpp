#include "io/generate/climate/cyclone_detection.hpp"

namespace tessera {
namespace {

constexpr double kCyclonesNearestEquator = 5, kCyclonesFarthestEquator = 35;  // degrees
constexpr double kSearchRadius = 300;                                         // of minimum and wind, km
constexpr double kRingInner = 500, kRingOuter = 900;                          // the surroundings, km
constexpr double kCoreRadius = 150;                                           // km
constexpr double kLeastDepth = 800;                                           // Pa
constexpr double kLeastWind = 17.5;                                           // m/s
constexpr double kLeastWarmth = 0.6;                                          // K
constexpr double kMaskRadius = 500;                                           // km
constexpr double kMaskWind = 15;                                              // m/s

/// No lower pressure within half the search radius in either direction.
class MinimumSearch {
 public:
  MinimumSearch(const ClimateGrid& grid, const Field& pressure) : grid_(grid), pressure_(pressure) {
    const int middle = grid.rows() / 2;
    std::vector<double> widths;
    for (int row = 0; row < grid.rows(); ++row) widths.push_back(grid.cell_east(row));
    std::sort(widths.begin(), widths.end());
    const double median =
        (widths[static_cast<std::size_t>(middle)] + widths[static_cast<std::size_t>((grid.rows() - 1) / 2)]) /
        2;
    rows_ = cells_in(kSearchRadius / 2, grid.cell_north());
    columns_ = cells_in(kSearchRadius / 2, median);
  }

  bool is_minimum(int row, int column) const {
    const double here = pressure_[grid_.cell(row, column)];
    for (int r = std::max(row - rows_, 0); r <= std::min(row + rows_, grid_.rows() - 1); ++r)
      for (int c = column - columns_; c <= column + columns_; ++c)
        if (pressure_at(r, c) < here) return false;
    return true;
  }

 private:
  static int cells_in(double distance, double cell) {
    return std::max(1, static_cast<int>(std::nearbyint(distance / cell)));
  }
  /// Beyond an edge, that of the edge.
  double pressure_at(int row, int column) const {
    const int columns = grid_.columns();
    return pressure_[grid_.cell(
        row, grid_.periodic() ? (column % columns + columns) % columns : std::clamp(column, 0, columns - 1))];
  }

  const ClimateGrid& grid_;
  const Field& pressure_;
  int rows_, columns_;
};

/// The mean of what it was shown.
struct Mean {
  double sum = 0;
  int count = 0;
  void take(double value) { sum += value, ++count; }
  double value() const { return sum / count; }
};

/// What is around a minimum of pressure.
struct Surroundings {
  Mean ring_pressure, ring_t500, core_t500;
  double strongest_wind = 0;
};

Surroundings look_around(const ClimateGrid& grid, GeoPoint centre, const Field& pressure, const Field& wind,
                         const Field& t500) {
  const double core = std::max(kCoreRadius, 1.2 * grid.cell_north());  // a few cells on any grid
  Surroundings around;
  grid.for_each_within(centre, kRingOuter, [&](std::size_t cell, Offset offset) {
    const double distance = offset.distance();
    if (distance < core) around.core_t500.take(t500[cell]);
    if (distance < kSearchRadius) around.strongest_wind = std::max(around.strongest_wind, wind[cell]);
    if (distance > kRingInner && distance < kRingOuter) {
      around.ring_pressure.take(pressure[cell]);
      around.ring_t500.take(t500[cell]);
    }
  });
  return around;
}

/// Depth, wind and warmth of a tropical cyclone.
bool is_tropical_cyclone(const Surroundings& around, double pressure) {
  return around.ring_pressure.count > 0 && around.ring_pressure.value() - pressure >= kLeastDepth &&
         around.strongest_wind >= kLeastWind &&
         around.core_t500.value() - around.ring_t500.value() >= kLeastWarmth;
}

}  // namespace

CellMask find_tropical_cyclones(const ClimateGrid& grid, const Field& pressure, const Field& wind,
                                const Field& t500) {
  const MinimumSearch search(grid, pressure);
  CellMask found(grid.cells()), candidates(grid.cells());
  const auto mark = [&](GeoPoint centre, std::size_t eye, double calm_pressure) {
    std::fill(candidates.begin(), candidates.end(), std::uint8_t{0});
    grid.for_each_within(centre, kMaskRadius, [&](std::size_t cell, Offset offset) {
      if (offset.distance() < kMaskRadius)
        candidates[cell] = wind[cell] >= kMaskWind || calm_pressure - pressure[cell] >= kLeastDepth ? 1 : 0;
    });
    for (const std::size_t cell : take_connected_region(grid, eye, candidates)) found[cell] = 1;
  };
  for (int row = 0; row < grid.rows(); ++row) {
    const double poleward = std::abs(grid.latitude(row));
    if (poleward < kCyclonesNearestEquator || poleward > kCyclonesFarthestEquator) continue;
    for (int column = 0; column < grid.columns(); ++column) {
      if (!search.is_minimum(row, column)) continue;
      const GeoPoint centre{grid.latitude(row), grid.longitude(column)};
      const std::size_t eye = grid.cell(row, column);
      const Surroundings around = look_around(grid, centre, pressure, wind, t500);
      if (is_tropical_cyclone(around, pressure[eye])) mark(centre, eye, around.ring_pressure.value());
    }
  }
  return found;
}

}  // namespace tessera
