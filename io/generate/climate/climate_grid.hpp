#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <span>
#include <string>
#include <vector>

namespace tessera {

inline constexpr double kKmPerDegree = 111.195;  // of latitude

inline double radians(double degrees) {
  return degrees * (std::numbers::pi / 180);
}

/// How many of each kind of weather system a snapshot has: uniform from `least` to `most`, or Poisson.
struct WeatherCounts {
  struct Range {
    int least, most;
  };
  Range tropical_cyclones, atmospheric_rivers;
  double extratropical_lows, moist_surges, cold_core_lows;  // means; the distractors
};

/// A part of the Earth in equal steps of latitude and longitude, and the weather on it.
struct ClimateRegion {
  std::string name;
  double south, north;  // degrees
  double width;         // degrees of longitude; 360: all around, periodic
  int rows, columns;    // even columns
  WeatherCounts weather;
};

/// basin96x (96 x 144 cells, an ocean basin of 48 x 72 degrees), global192x (192 x 288), global768x (768 x
/// 1152), with distractors as strong as the real thing.
std::span<const ClimateRegion> climate_regions();
/// Throws InputError where there is none of this name.
const ClimateRegion& climate_region_named(const std::string& name);

/// A place on the Earth, degrees.
struct GeoPoint {
  double latitude, longitude;
};

/// Seen from a point on its tangent plane, km.
struct Offset {
  double east, north;
  double distance() const { return std::sqrt(east * east + north * north); }
};

/// The cells of a region, in order of row from the south and of column eastwards, and where they are.
class ClimateGrid {
 public:
  explicit ClimateGrid(const ClimateRegion& region);

  const ClimateRegion& region() const { return region_; }
  int rows() const { return region_.rows; }
  int columns() const { return region_.columns; }
  std::size_t cells() const { return static_cast<std::size_t>(rows()) * columns(); }
  std::size_t cell(int row, int column) const { return static_cast<std::size_t>(row) * columns() + column; }
  bool periodic() const { return region_.width >= 360; }
  bool both_hemispheres() const { return region_.south < 0; }

  /// Of cell centres, degrees.
  double latitude(int row) const {
    return region_.south + (row + 0.5) * (region_.north - region_.south) / rows();
  }
  double longitude(int column) const { return (column + 0.5) * region_.width / columns(); }
  /// Extents of a cell, km. Meridians are taken to meet no closer than at 85.4 degrees.
  double cell_north() const { return (region_.north - region_.south) / rows() * kKmPerDegree; }
  double cell_east(int row) const;
  /// cos(latitude), at least 0.08.
  double cosine(int row) const { return std::max(std::cos(radians(latitude(row))), 0.08); }

  /// Calls visit(cell, offset) for every cell whose centre is within `radius` km of a point.
  template <class Visit>
  void for_each_within(GeoPoint centre, double radius, Visit&& visit) const {
    for (const Strip& strip : strips_within(centre, radius))
      for (int column = strip.begin; column < strip.end; ++column) {
        const Offset offset{(longitude(column) - centre.longitude) * strip.km_per_degree, strip.north};
        if (offset.east * offset.east + offset.north * offset.north <= radius * radius)
          visit(cell(strip.row, wrapped(column)), offset);
      }
  }

 private:
  /// Columns [begin, end) of one row; in a periodic region they may lie outside [0, columns).
  struct Strip {
    int row, begin, end;
    double north, km_per_degree;
  };
  std::vector<Strip> strips_within(GeoPoint centre, double radius) const;
  int wrapped(int column) const { return ((column % columns()) + columns()) % columns(); }

  ClimateRegion region_;
};

/// One number a cell.
using Field = std::vector<double>;

}  // namespace tessera
