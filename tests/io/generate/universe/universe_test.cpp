#include "io/generate/universe/universe.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace tessera {
namespace {

constexpr std::size_t kC = kUniverseChannels;

Cosmology random_cosmology(std::uint64_t universe) {
  const RandomStream stream{11, Purpose::Cosmology, universe, 0};
  std::array<float, 4> unit;
  for (std::size_t i = 0; i < 4; ++i) unit[i] = static_cast<float>(2 * stream.uniform(i) - 1);
  return cosmology_at(unit);
}

/// Moments of log(1 + count) over many universes, and the standard error of the means.
struct Moments {
  std::array<double, kC> mean{}, deviation{}, error{};
};

Moments moments(const UniverseOptions& options, int universes) {
  UniverseMaker maker(options);
  std::vector<std::int16_t> counts(static_cast<std::size_t>(options.size * options.size * options.size) * kC);
  const double cells = static_cast<double>(counts.size()) / kC;
  std::array<double, kC> sum{}, squares{}, squares_of_means{};
  for (int universe = 0; universe < universes; ++universe) {
    maker.make(random_cosmology(universe), 11, universe, counts);
    std::array<double, kC> mean{};
    for (std::size_t i = 0; i < counts.size(); ++i) {
      const double value = std::log1p(static_cast<double>(counts[i]));
      mean[i % kC] += value / cells;
      squares[i % kC] += value * value / cells;
    }
    for (std::size_t c = 0; c < kC; ++c) {
      sum[c] += mean[c];
      squares_of_means[c] += mean[c] * mean[c];
    }
  }
  Moments all;
  for (std::size_t c = 0; c < kC; ++c) {
    all.mean[c] = sum[c] / universes;
    all.deviation[c] = std::sqrt(squares[c] / universes - all.mean[c] * all.mean[c]);
    all.error[c] = std::sqrt((squares_of_means[c] / universes - all.mean[c] * all.mean[c]) / universes);
  }
  return all;
}

void expect_moments(const Moments& found, const std::array<double, kC>& mean,
                    const std::array<double, kC>& deviation) {
  for (std::size_t c = 0; c < kC; ++c) {
    EXPECT_NEAR(found.mean[c], mean[c], 0.001 + 4 * found.error[c]) << "channel " << c;
    EXPECT_NEAR(found.deviation[c] / deviation[c], 1, 0.08) << "channel " << c;
  }
}

// Both tables come from an independent implementation in Python over thousands of universes.
TEST(Universe, MomentsOfFixedUniversesOf16CubedAgreeWithAnIndependentImplementation) {
  expect_moments(moments({.size = 16, .initial_conditions = InitialConditions::Fixed}, 256),
                 {6.238, 5.942, 5.937, 6.110}, {0.0609, 0.802, 0.814, 0.507});
}

TEST(Universe, MomentsOfGaussianUniversesOf32CubedAgreeWithAnIndependentImplementation) {
  expect_moments(moments({.size = 32, .initial_conditions = InitialConditions::Gaussian}, 64),
                 {6.230, 5.706, 5.705, 6.025}, {0.142, 1.131, 1.137, 0.646});
}

// Only waves longer than the smaller box are missing there.
TEST(Universe, CellsAsWideHoldTheSameDensitiesWhateverTheGrid) {
  const auto gaussian = [](int size, double box_scale) {
    return moments({.size = size, .initial_conditions = InitialConditions::Gaussian, .box_scale = box_scale},
                   32);
  };
  const Moments coarse = gaussian(16, 1);
  expect_moments(gaussian(32, 2), coarse.mean, coarse.deviation);
  EXPECT_GT(gaussian(32, 1).deviation[1], 1.2 * coarse.deviation[1]);
}

TEST(Universe, IsTheSameWhateverWasMadeBefore) {
  std::vector<std::int16_t> first(16 * 16 * 16 * kC), again(first.size()), other(first.size());
  UniverseMaker maker({.size = 16}), fresh({.size = 16});
  maker.make(kCentralCosmology, 1, 7, first);
  maker.make(kCentralCosmology, 1, 8, other);
  fresh.make(kCentralCosmology, 1, 7, again);
  EXPECT_EQ(first, again);
  EXPECT_NE(first, other);
}

TEST(Universe, MassIsConservedUpToRounding) {
  std::vector<std::int16_t> counts(20 * 20 * 20 * kC);
  UniverseMaker({.suite = Suite::Redshifts, .size = 20}).make(kCentralCosmology, 1, 0, counts);
  std::array<double, kC> sum{};
  for (std::size_t i = 0; i < counts.size(); ++i) sum[i % kC] += counts[i];
  for (const double total : sum) EXPECT_NEAR(total / (20 * 20 * 20), mass_of_particle(20), 0.05);
}

TEST(Universe, StructureGrowsWithTimeInTheRedshiftsSuite) {
  const Moments found = moments({.suite = Suite::Redshifts, .size = 32}, 2);
  for (std::size_t c = 1; c < kC; ++c) EXPECT_LT(found.deviation[c], found.deviation[c - 1]);
}

}  // namespace
}  // namespace tessera
