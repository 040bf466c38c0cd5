#include "io/generate/climate/climate_labels.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "io/generate/climate/climate.hpp"
#include "io/generate/climate/deepcam_channels.hpp"
#include "io/generate/climate/river_detection.hpp"

// The labels recomputed from their definition by looking at all pairs of cells, with nothing of the
// implementation but the grid's geometry.
namespace tessera {
namespace {

struct Snapshot {
  explicit Snapshot(const ClimateGrid& grid)
      : channels(grid.cells() * kDeepcamChannels), labels(grid.cells()) {}
  double value(DeepcamChannel channel, std::size_t cell) const {
    return channels[cell * kDeepcamChannels + static_cast<std::size_t>(channel)];
  }
  double wind(std::size_t cell) const {
    return std::hypot(value(DeepcamChannel::U850, cell), value(DeepcamChannel::V850, cell));
  }
  std::vector<float> channels;
  std::vector<std::uint8_t> labels;
};

double distance(const ClimateGrid& grid, std::size_t a, std::size_t b) {
  const auto columns = static_cast<std::size_t>(grid.columns());
  const auto latitude = [&](std::size_t cell) { return grid.latitude(static_cast<int>(cell / columns)); };
  const auto longitude = [&](std::size_t cell) { return grid.longitude(static_cast<int>(cell % columns)); };
  double east = longitude(a) - longitude(b);
  if (grid.periodic()) east = std::remainder(east, 360);
  return kKmPerDegree *
         std::hypot(latitude(a) - latitude(b), east * std::cos(radians((latitude(a) + latitude(b)) / 2)));
}

bool touch(const ClimateGrid& grid, std::size_t a, std::size_t b) {
  const auto columns = static_cast<std::int64_t>(grid.columns());
  const auto ia = static_cast<std::int64_t>(a), ib = static_cast<std::int64_t>(b);
  std::int64_t east = std::abs(ia % columns - ib % columns);
  if (grid.periodic()) east = std::min(east, columns - east);
  return std::abs(ia / columns - ib / columns) <= 1 && east <= 1;
}

/// Cells by the smallest number of a cell they hang together with: numbers spread until nothing changes.
std::vector<std::size_t> components(const ClimateGrid& grid, const std::vector<std::size_t>& members) {
  std::vector<std::size_t> name = members;
  for (bool changed = true; changed;) {
    changed = false;
    for (std::size_t i = 0; i < members.size(); ++i)
      for (std::size_t j = 0; j < members.size(); ++j)
        if (name[j] < name[i] && touch(grid, members[i], members[j])) name[i] = name[j], changed = true;
  }
  return name;
}

using Cells = std::vector<std::size_t>;

double mean(const Cells& cells, const std::function<double(std::size_t)>& value) {
  double sum = 0;
  for (const std::size_t cell : cells) sum += value(cell) / static_cast<double>(cells.size());
  return sum;
}

/// rows_around, columns_around: half the window in which a minimum is one, in cells.
bool is_lowest(const ClimateGrid& grid, const Snapshot& snapshot, std::size_t eye, int rows_around,
               int columns_around) {
  const int columns = grid.columns(), row = static_cast<int>(eye) / columns,
            column = static_cast<int>(eye) % columns;
  for (std::size_t cell = 0; cell < grid.cells(); ++cell) {
    const int r = static_cast<int>(cell) / columns, c = static_cast<int>(cell) % columns;
    int east = std::abs(c - column);
    if (grid.periodic()) east = std::min(east, columns - east);
    if (std::abs(r - row) <= rows_around && east <= columns_around &&
        snapshot.value(DeepcamChannel::PSL, cell) < snapshot.value(DeepcamChannel::PSL, eye))
      return false;
  }
  return true;
}

void mark_cyclone(const ClimateGrid& grid, const Snapshot& snapshot, std::size_t eye,
                  std::vector<int>& labels) {
  const auto pressure = [&](std::size_t cell) { return snapshot.value(DeepcamChannel::PSL, cell); };
  const auto t500 = [&](std::size_t cell) { return snapshot.value(DeepcamChannel::T500, cell); };
  Cells ring, core;
  double wind = 0;
  for (std::size_t cell = 0; cell < grid.cells(); ++cell) {
    const double away = distance(grid, cell, eye);
    if (away > 500 && away < 900) ring.push_back(cell);
    if (away < std::max(150.0, 1.2 * grid.cell_north())) core.push_back(cell);
    if (away < 300) wind = std::max(wind, snapshot.wind(cell));
  }
  const double surroundings = mean(ring, pressure);
  if (surroundings - pressure(eye) < 800 || wind < 17.5 || mean(core, t500) - mean(ring, t500) < 0.6) return;
  Cells strong;
  for (std::size_t cell = 0; cell < grid.cells(); ++cell)
    if (distance(grid, cell, eye) < 500 &&
        (snapshot.wind(cell) >= 15 || surroundings - pressure(cell) >= 800))
      strong.push_back(cell);
  const auto name = components(grid, strong);
  const std::size_t own =
      name[static_cast<std::size_t>(std::find(strong.begin(), strong.end(), eye) - strong.begin())];
  for (std::size_t i = 0; i < strong.size(); ++i)
    if (name[i] == own) labels[strong[i]] = 1;
}

double climatology_of_transport(double latitude) {
  const auto bell = [](double x) { return std::exp(-x * x); };
  const double a = std::abs(latitude), sine = std::sin(radians(a));
  const double humidity = 0.78 - 0.16 * bell((a - 24) / 9) + 0.08 * bell(a / 10);
  const double tmq = 56 * humidity * std::exp(0.062 * (301 - 42 * sine * sine - 300));
  const double u = -6 * bell((a - 8) / 11) + 9 * bell((a - 45) / 13);
  return tmq * std::hypot(u, 2.5 + 5.5 / (1 + std::exp(-(a - 27) / 5)));
}

/// Length and area by the largest eigenvalue found by turning an axis through half a circle.
bool is_long(const ClimateGrid& grid, const Cells& region) {
  double area = 0, variance = 0;
  std::vector<std::pair<double, double>> points;
  const double origin = grid.longitude(static_cast<int>(region.front()) % grid.columns());
  for (const std::size_t cell : region) {
    const int row = static_cast<int>(cell) / grid.columns();
    const double latitude = grid.latitude(row),
                 longitude = grid.longitude(static_cast<int>(cell) % grid.columns());
    const double east = grid.periodic() ? std::remainder(longitude - origin, 360) : longitude;
    points.emplace_back(east * kKmPerDegree * std::cos(radians(latitude)), latitude * kKmPerDegree);
    area +=
        grid.cell_north() * kKmPerDegree * grid.region().width / grid.columns() * std::cos(radians(latitude));
  }
  for (double turn = 0; turn < std::numbers::pi; turn += 1e-3) {
    double sum = 0, squares = 0;
    for (const auto& [x, y] : points) {
      const double along = x * std::cos(turn) + y * std::sin(turn);
      sum += along, squares += along * along;
    }
    const auto n = static_cast<double>(points.size());
    variance = std::max(variance, (squares - sum * sum / n) / (n - 1));
  }
  const double length = std::sqrt(12 * variance);
  return area >= 2e5 && length >= 1500 && length >= 2 * area / length;
}

std::vector<int> labels_by_brute_force(const ClimateGrid& grid, const Snapshot& snapshot, int rows_around,
                                       int columns_around) {
  std::vector<int> labels(grid.cells());
  const auto poleward = [&](std::size_t cell) {
    return std::abs(grid.latitude(static_cast<int>(cell) / grid.columns()));
  };
  for (std::size_t cell = 0; cell < grid.cells(); ++cell)
    if (poleward(cell) >= 5 && poleward(cell) <= 35 &&
        is_lowest(grid, snapshot, cell, rows_around, columns_around))
      mark_cyclone(grid, snapshot, cell, labels);
  Cells strong;
  for (std::size_t cell = 0; cell < grid.cells(); ++cell)
    if (labels[cell] == 0 && poleward(cell) >= 20 && poleward(cell) <= 66 &&
        snapshot.value(DeepcamChannel::TMQ, cell) * snapshot.wind(cell) -
                climatology_of_transport(poleward(cell)) >=
            350)
      strong.push_back(cell);
  const auto name = components(grid, strong);
  for (const std::size_t first : strong) {
    Cells region;
    for (std::size_t i = 0; i < strong.size(); ++i)
      if (name[i] == first) region.push_back(strong[i]);
    if (region.size() < 4 || !is_long(grid, region)) continue;
    for (const std::size_t cell : region) labels[cell] = 2;
  }
  return labels;
}

// Rows are 111 and 278 km apart (1 and 2.5 degrees), and a cell's width at the median latitude
// (28 and 45 degrees) is 98 and 197 km: half the search radius of 300 km is then 1 or 2 cells.
TEST(ClimateLabels, AreThoseOfTheirDefinitionByBruteForce) {
  const WeatherCounts busy{{2, 4}, {2, 3}, 1, 2, 2};
  const ClimateRegion basin{"basin", 4, 52, 72, 48, 72, busy},
      globe{"globe", -90, 90, 360, 72, 144, {{4, 6}, {6, 9}, 3, 4, 3}};
  for (const auto& [region, rows_around, columns_around] : {std::tuple{basin, 1, 2}, {globe, 1, 1}}) {
    ClimateMaker maker(region);
    Snapshot snapshot(maker.grid());
    std::array<int, kDeepcamClasses> pixels{};
    for (std::uint64_t number = 0; number < 4; ++number) {
      maker.make(5, number, snapshot.channels, snapshot.labels);
      const auto expected = labels_by_brute_force(maker.grid(), snapshot, rows_around, columns_around);
      int wrong = 0;
      for (std::size_t cell = 0; cell < expected.size(); ++cell) {
        wrong += expected[cell] != snapshot.labels[cell] ? 1 : 0;
        ++pixels[static_cast<std::size_t>(expected[cell])];
      }
      EXPECT_EQ(wrong, 0) << region.name << ' ' << number;
    }
    EXPECT_GT(pixels[1], 30) << "too few cyclones for a test";
    EXPECT_GT(pixels[2], 100) << "too few rivers for a test";
  }
}

TEST(RiverForm, IsThatOfARodOfEqualSecondMoment) {
  // 40 x 4 cells at the equator: 40 cells long and 4 wide, as many cells count as their centres' moments do.
  const ClimateGrid grid({"equator", -10, 10, 60, 80, 240, {}});
  std::vector<std::size_t> rod;
  for (int row = 38; row < 42; ++row)
    for (int column = 100; column < 140; ++column) rod.push_back(grid.cell(row, column));
  const RegionForm form = form_of(grid, rod);
  const double cell = 0.25 * kKmPerDegree;
  EXPECT_NEAR(form.area, 160 * cell * cell, 1e-3 * form.area);
  EXPECT_NEAR(form.length, 40 * cell, 0.01 * form.length);
  EXPECT_NEAR(form.width(), 4 * cell, 0.01 * form.width());
}

}  // namespace
}  // namespace tessera
