#include "io/generate/climate/climate_grid.hpp"

#include <gmock/gmock.h>

#include <map>

#include "support/errors.hpp"

namespace tessera {
namespace {

/// Cells within a radius by looking at every one, with its offset; longitudes the short way around.
std::map<std::size_t, Offset> cells_within(const ClimateGrid& grid, GeoPoint centre, double radius) {
  std::map<std::size_t, Offset> cells;
  for (int row = 0; row < grid.rows(); ++row)
    for (int column = 0; column < grid.columns(); ++column) {
      double east = grid.longitude(column) - centre.longitude;
      if (grid.periodic()) east = std::remainder(east, 360);
      const double latitude = grid.latitude(row);
      const Offset offset{east * kKmPerDegree * std::cos(radians((latitude + centre.latitude) / 2)),
                          (latitude - centre.latitude) * kKmPerDegree};
      if (offset.distance() <= radius) cells[grid.cell(row, column)] = offset;
    }
  return cells;
}

TEST(ClimateGrid, VisitsEachCellWithinARadiusOnceWithItsOffset) {
  const ClimateRegion basin{"basin", 4, 52, 72, 48, 72, {}}, globe{"globe", -90, 90, 360, 36, 72, {}};
  for (const ClimateRegion& region : {basin, globe})
    for (const GeoPoint centre : {GeoPoint{20, 30}, GeoPoint{6, 1}, GeoPoint{48, 70}, GeoPoint{30, 359.5},
                                  GeoPoint{55, -17}, GeoPoint{-62, 391}})
      for (const double radius : {150.0, 900.0, 6000.0}) {
        const ClimateGrid grid(region);
        const auto expected = cells_within(grid, centre, radius);
        std::map<std::size_t, Offset> visited;
        grid.for_each_within(centre, radius, [&](std::size_t cell, Offset offset) {
          EXPECT_TRUE(visited.emplace(cell, offset).second) << "twice";
        });
        ASSERT_EQ(visited.size(), expected.size()) << region.name << ' ' << centre.longitude << ' ' << radius;
        for (const auto& [cell, offset] : expected) {
          EXPECT_NEAR(visited.at(cell).east, offset.east, 1e-6);
          EXPECT_NEAR(visited.at(cell).north, offset.north, 1e-6);
        }
      }
}

TEST(ClimateGrid, KnowsItsRegionsByName) {
  EXPECT_EQ(climate_region_named("basin96x").columns, 144);
  EXPECT_EQ(climate_region_named("global768x").rows, 768);
  EXPECT_THAT(message_of<InputError>([] { climate_region_named("basin97"); }),
              testing::HasSubstr("basin96x, global192x, global768x"));
}

}  // namespace
}  // namespace tessera
