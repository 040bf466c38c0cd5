#include "io/generate/climate/climate_grid.hpp"

#include <array>

#include "models/base/error.hpp"

namespace tessera {
namespace {

constexpr WeatherCounts kBasinWeather{{1, 3}, {1, 2}, 1.0, 3.0, 1.5};
constexpr WeatherCounts kGlobalWeather{{2, 5}, {6, 11}, 6.0, 12.0, 4.0};

}  // namespace

std::span<const ClimateRegion> climate_regions() {
  static const std::array<ClimateRegion, 3> regions{
      ClimateRegion{"basin96x", 4, 52, 72, 96, 144, kBasinWeather},
      ClimateRegion{"global192x", -90, 90, 360, 192, 288, kGlobalWeather},
      ClimateRegion{"global768x", -90, 90, 360, 768, 1152, kGlobalWeather}};
  return regions;
}

const ClimateRegion& climate_region_named(const std::string& name) {
  std::string known;
  for (const ClimateRegion& region : climate_regions()) {
    if (region.name == name) return region;
    known += (known.empty() ? "" : ", ") + region.name;
  }
  throw InputError(fmt::format("there is no grid '{}'", name), "the grid of a DeepCAM data set",
                   "choose one of " + known);
}

ClimateGrid::ClimateGrid(const ClimateRegion& region) : region_(region) {}

double ClimateGrid::cell_east(int row) const {
  return region_.width / columns() * kKmPerDegree * cosine(row);
}

std::vector<ClimateGrid::Strip> ClimateGrid::strips_within(GeoPoint centre, double radius) const {
  const double degrees_north = (region_.north - region_.south) / rows(),
               degrees_east = region_.width / columns();
  const auto row_at = [&](double latitude) { return (latitude - region_.south) / degrees_north - 0.5; };
  const int first = std::max(0, static_cast<int>(std::ceil(row_at(centre.latitude - radius / kKmPerDegree))));
  const int last =
      std::min(rows() - 1, static_cast<int>(std::floor(row_at(centre.latitude + radius / kKmPerDegree))));
  std::vector<Strip> strips;
  for (int row = first; row <= last; ++row) {
    // A degree of longitude is as long as half way between the two latitudes.
    const double km = kKmPerDegree * std::cos(radians(0.5 * (latitude(row) + centre.latitude)));
    const double reach = std::min(radius / km, 180.0);  // degrees of longitude
    int begin = static_cast<int>(std::ceil((centre.longitude - reach) / degrees_east - 0.5));
    int end = static_cast<int>(std::floor((centre.longitude + reach) / degrees_east - 0.5)) + 1;
    if (periodic()) {
      end = std::min(end, begin + columns());  // no cell twice
    } else {
      begin = std::max(begin, 0);
      end = std::min(end, columns());
    }
    strips.push_back({row, begin, end, (latitude(row) - centre.latitude) * kKmPerDegree, km});
  }
  return strips;
}

}  // namespace tessera
