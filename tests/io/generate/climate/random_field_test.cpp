#include "io/generate/climate/random_field.hpp"

#include <gtest/gtest.h>

#include <numeric>

namespace tessera {
namespace {

const ClimateRegion kRegion{"basin", 4, 52, 72, 32, 48, {}};

TEST(RandomField, HasNoMeanAndUnitVarianceAndDependsOnItsStreamAlone) {
  const ClimateGrid grid(kRegion);
  RandomFields fields(grid);
  const auto amplitudes = fields.amplitudes({1500, 2});
  const Field first = fields.draw(amplitudes, {1, Purpose::Climate, 2, 3});
  const Field other = fields.draw(amplitudes, {1, Purpose::Climate, 2, 4});
  const auto cells = static_cast<double>(grid.cells());
  EXPECT_NEAR(std::accumulate(first.begin(), first.end(), 0.0) / cells, 0, 1e-12);
  EXPECT_NEAR(std::inner_product(first.begin(), first.end(), first.begin(), 0.0) / cells, 1, 1e-12);
  EXPECT_NE(first, other);
  EXPECT_EQ(fields.draw(amplitudes, {1, Purpose::Climate, 2, 3}), first);
}

// The correlation of neighbours n cells apart along an axis follows from the spectrum by a plain sum over its
// waves: sum A^2 cos(k n dx) / sum A^2. That each draw is scaled to unit variance moves the average by about
// a hundredth.
TEST(RandomField, HasTheCorrelationsOfItsSpectrum) {
  const ClimateGrid grid(kRegion);
  RandomFields fields(grid);
  const RedSpectrum spectrum{1500, 2};
  constexpr int kDraws = 300;
  double poleward = 0;
  for (int row = 0; row < grid.rows(); ++row) poleward += grid.latitude(row) / grid.rows();
  const double dx = 1.5 * kKmPerDegree * std::cos(radians(poleward)), dy = grid.cell_north();

  const auto expected = [&](int rows, int columns) {
    double sum = 0, norm = 0;
    for (int h = -15; h <= 16; ++h)
      for (int w = -23; w <= 24; ++w) {
        const double kx = 2 * std::numbers::pi * w / (48 * dx), ky = 2 * std::numbers::pi * h / (32 * dy);
        if (h == 0 && w == 0) continue;
        const double power = std::pow(
            1 + (kx * kx + ky * ky) * std::pow(spectrum.length / (2 * std::numbers::pi), 2), -spectrum.slope);
        sum += power * std::cos(kx * columns * dx + ky * rows * dy);
        norm += power;
      }
    return sum / norm;
  };
  const auto measured = [&](int rows, int columns) {
    double sum = 0;
    for (std::uint64_t draw = 0; draw < kDraws; ++draw) {
      const Field field = fields.draw(fields.amplitudes(spectrum), {7, Purpose::Climate, draw, 0});
      for (int row = 0; row < 32; ++row)
        for (int column = 0; column < 48; ++column)
          sum += field[grid.cell(row, column)] * field[grid.cell((row + rows) % 32, (column + columns) % 48)];
    }
    return sum / (kDraws * 32.0 * 48);
  };
  for (const auto& [rows, columns] : {std::pair{0, 1}, {1, 0}, {4, 0}, {0, 6}, {3, 3}})
    EXPECT_NEAR(measured(rows, columns), expected(rows, columns), 0.02) << rows << ' ' << columns;
}

}  // namespace
}  // namespace tessera
