#include "io/generate/climate/climate_filament.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace tessera {
namespace {

constexpr int kVertices = 48;
constexpr int kSegments = kVertices - 1;

/// The bowed line from one end to the other.
std::array<GeoPoint, kVertices> axis_of(const MoistFilament& filament) {
  const GeoPoint from = filament.from, extent = filament.extent;
  const double hemisphere = from.latitude > 0 ? 1 : -1;
  const double cosine = std::cos(radians(from.latitude + extent.latitude / 2));
  const double east = extent.longitude * cosine, north = extent.latitude;  // degrees of latitude
  const double length = std::hypot(east, north);
  std::array<GeoPoint, kVertices> axis;
  for (int i = 0; i < kVertices; ++i) {
    const double t = static_cast<double>(i) / kSegments;
    const double aside = filament.bow / kKmPerDegree * hemisphere *
                         (std::sin(std::numbers::pi * t) + 0.25 * std::sin(2 * std::numbers::pi * t + 1));
    axis[static_cast<std::size_t>(i)] = {
        from.latitude + extent.latitude * t + aside * east / length,
        from.longitude + extent.longitude * t - aside * north / length / cosine};
  }
  return axis;
}

/// Where a cell lies to an axis: how far from its nearest point, how far along that is, which way it leads.
struct Nearest {
  double squared_distance = std::numeric_limits<double>::infinity();  // km2
  double along = 0;                                                   // 0 to 1
  Offset direction{};                                                 // of unit length
};

/// For each cell within `reach` km of a vertex of the axis; the others are infinitely far.
std::vector<Nearest> nearest_on(const ClimateGrid& grid, const std::array<GeoPoint, kVertices>& axis,
                                double reach) {
  std::vector<Nearest> nearest(grid.cells());
  for (int i = 0; i < kSegments; ++i) {
    const GeoPoint begin = axis[static_cast<std::size_t>(i)], end = axis[static_cast<std::size_t>(i) + 1];
    const Offset segment{(end.longitude - begin.longitude) * kKmPerDegree * std::cos(radians(begin.latitude)),
                         (end.latitude - begin.latitude) * kKmPerDegree};
    const double length = segment.distance();
    const Offset direction{segment.east / length, segment.north / length};
    grid.for_each_within(begin, reach, [&](std::size_t cell, Offset offset) {
      const double along =
          std::clamp(offset.east * direction.east + offset.north * direction.north, 0.0, length);
      const Offset from_axis{offset.east - along * direction.east, offset.north - along * direction.north};
      const double squared = from_axis.east * from_axis.east + from_axis.north * from_axis.north;
      if (squared < nearest[cell].squared_distance)
        nearest[cell] = {squared, (i + along / length) / kSegments, direction};
    });
  }
  return nearest;
}

}  // namespace

void add_filament(const ClimateGrid& grid, const MoistFilament& filament, Weather& weather) {
  // The reach counts from vertices, which are less than 150 km apart.
  const auto nearest = nearest_on(grid, axis_of(filament), 4.5 * filament.width + 150);
  const double variance = filament.width * filament.width;
  for (std::size_t cell = 0; cell < nearest.size(); ++cell) {
    const auto& [squared_distance, along, direction] = nearest[cell];
    if (squared_distance == std::numeric_limits<double>::infinity()) continue;
    const double across = std::exp(-squared_distance / (2 * variance));
    const double ends = logistic(along, filament.fade, 0.04) * logistic(1 - along, filament.fade, 0.04);
    // The jet is narrower than the moisture, by a tenth.
    const double jet = filament.jet * ends * std::exp(-squared_distance / (2 * 0.81 * variance));
    weather.moisture[cell] += filament.moisture * (1 - 0.4 * along) * across * (0.35 + 0.65 * ends);
    weather.east[cell] += jet * direction.east;
    weather.north[cell] += jet * direction.north;
    weather.rain[cell] += 1.2e-7 * (filament.jet / 20) * across * ends;
    weather.surface[cell] += 1.5 * across * ends;
  }
}

}  // namespace tessera
