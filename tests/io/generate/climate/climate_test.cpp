#include "io/generate/climate/climate.hpp"

#include <gtest/gtest.h>

#include "io/generate/climate/deepcam_channels.hpp"

namespace tessera {
namespace {

struct Snapshot {
  std::vector<float> channels;
  std::vector<std::uint8_t> labels;
  double at(DeepcamChannel channel, std::size_t cell) const {
    return channels[cell * kDeepcamChannels + static_cast<std::size_t>(channel)];
  }
};

Snapshot make(ClimateMaker& maker, std::uint64_t seed, std::uint64_t number) {
  Snapshot snapshot{std::vector<float>(maker.grid().cells() * kDeepcamChannels),
                    std::vector<std::uint8_t>(maker.grid().cells())};
  maker.make(seed, number, snapshot.channels, snapshot.labels);
  return snapshot;
}

/// Over the cells of one snapshot.
struct Moments {
  double mean, deviation;
};
Moments moments(const Snapshot& snapshot, std::size_t channel) {
  const auto cells = static_cast<double>(snapshot.labels.size());
  double sum = 0, squares = 0;
  for (std::size_t i = channel; i < snapshot.channels.size(); i += kDeepcamChannels) {
    const double value = snapshot.channels[i];
    sum += value, squares += value * value;
  }
  return {sum / cells, std::sqrt(std::max(0.0, squares / cells - sum / cells * sum / cells))};
}

// What the generator's prototype gives, the independent implementation in Python (numpy 1.24, scipy 1.10)
// with which the recipe was found: mean and standard deviation over the cells of a snapshot, averaged over
// snapshots, each with a tolerance. Channels without influence of land: 240 snapshots of its planet 0 (seeds
// 5000 to 5239); with it: planets 1 to 60, a snapshot each (seeds 6000 to 6059). The tolerances are four
// standard errors of the difference to 96 snapshots of one planet, from the spread over its snapshots and
// planets.
struct Expected {
  double mean, mean_tolerance, deviation, deviation_tolerance;
};
constexpr int kSnapshots = 96;
constexpr std::array<Expected, kDeepcamChannels> kPrototype{{
    {27.728, 0.29, 13.399, 0.33},                 // TMQ
    {2.88711, 0.25, 9.8378, 0.63},                // U850
    {1.03443, 0.18, 8.0944, 0.56},                // V850
    {1.82887, 0.27, 6.9234, 0.58},                // UBOT
    {1.41337, 0.62, 6.5972, 1.5},                 // VBOT
    {0.00951361, 0.00026, 0.0044143, 0.00028},    // QREFHT
    {99545.2, 5.5e+02, 4292, 1.4e+03},            // PS
    {101345, 22, 638, 53},                        // PSL
    {217.3, 0.009, 1.2327, 0.071},                // T200
    {261.295, 0.11, 5.7449, 0.15},                // T500
    {6.60241e-08, 3.2e-09, 1.0585e-07, 6.5e-09},  // PRECT
    {290.146, 0.42, 8.7079, 1.7},                 // TS
    {289.348, 0.43, 8.6878, 1.7},                 // TREFHT
    {112.432, 1.8, 53.209, 4.4},                  // Z1000
    {12077.3, 5.1, 268.3, 9.3},                   // Z200
    {218.853, 47, 374.18, 1.3e+02},               // ZBOT
}};

// Its classes, over 600 snapshots (seeds 1000 to 1599): frequency and its standard error, and how many
// snapshots have none. The deviation of one snapshot's frequency is sqrt(600) times that error.
struct ExpectedClass {
  double frequency, error, absent;
};
constexpr ExpectedClass kCyclones{0.01399, 0.00031, 0.0033}, kRivers{0.05048, 0.00128, 0.1167};

TEST(Climate, HasTheMomentsAndTheClassFrequenciesOfThePrototype) {
  ClimateMaker maker(climate_region_named("basin96x"));
  std::array<Moments, kDeepcamChannels> average{};
  std::array<double, kDeepcamClasses> frequency{}, absent{};
  for (std::uint64_t number = 0; number < kSnapshots; ++number) {
    const Snapshot snapshot = make(maker, 1, number);
    for (std::size_t c = 0; c < kDeepcamChannels; ++c) {
      const auto [mean, deviation] = moments(snapshot, c);
      average[c].mean += mean / kSnapshots;
      average[c].deviation += deviation / kSnapshots;
    }
    for (std::size_t k = 0; k < kDeepcamClasses; ++k) {
      const auto pixels = std::count(snapshot.labels.begin(), snapshot.labels.end(), k);
      frequency[k] += static_cast<double>(pixels) / static_cast<double>(snapshot.labels.size()) / kSnapshots;
      absent[k] += pixels == 0 ? 1.0 / kSnapshots : 0;
    }
  }
  for (std::size_t c = 0; c < kDeepcamChannels; ++c) {
    EXPECT_NEAR(average[c].mean, kPrototype[c].mean, kPrototype[c].mean_tolerance) << kDeepcamChannelNames[c];
    EXPECT_NEAR(average[c].deviation, kPrototype[c].deviation, kPrototype[c].deviation_tolerance)
        << kDeepcamChannelNames[c];
  }
  const double errors = 3 * std::sqrt(1 + 600.0 / kSnapshots);  // of the difference of the two means
  EXPECT_NEAR(frequency[1], kCyclones.frequency, errors * kCyclones.error);
  EXPECT_NEAR(frequency[2], kRivers.frequency, errors * kRivers.error);
  EXPECT_NEAR(absent[1], kCyclones.absent, 0.02);
  EXPECT_NEAR(absent[2], kRivers.absent, 0.1);
  // What it scores to predict background everywhere: the recipe has 0.36.
  EXPECT_NEAR((frequency[0] + absent[1] + absent[2]) / 3, 0.36, 0.035);
}

TEST(Climate, IsAPureFunctionOfSeedAndNumber) {
  const ClimateRegion small{"small", 4, 52, 72, 32, 48, climate_region_named("basin96x").weather};
  ClimateMaker first(small), second(small);
  const Snapshot one = make(first, 3, 8);
  make(second, 3, 9);
  EXPECT_EQ(make(second, 3, 8).channels, one.channels);
  EXPECT_EQ(make(second, 3, 8).labels, one.labels);
  EXPECT_NE(make(second, 3, 9).channels, one.channels);
  EXPECT_NE(make(second, 4, 8).channels, one.channels);
}

TEST(Climate, KeepsSurfacePressureAndHeightsInHydrostaticBalanceOnOnePlanet) {
  ClimateMaker maker(climate_region_named("basin96x"));
  const Snapshot first = make(maker, 1, 0), second = make(maker, 2, 5);
  double highest = 0;
  for (std::size_t cell = 0; cell < maker.grid().cells(); ++cell) {
    const auto elevation = [&](const Snapshot& snapshot) {
      return snapshot.at(DeepcamChannel::ZBOT, cell) - 62 * snapshot.at(DeepcamChannel::TREFHT, cell) / 288;
    };
    const double height = elevation(first);
    highest = std::max(highest, height);
    ASSERT_NEAR(elevation(second), height, 1e-3) << "mountains move";
    // Barometric formula with g = 9.80665 m/s2 and R = 287.04 J/(kg K).
    ASSERT_NEAR(first.at(DeepcamChannel::PS, cell),
                first.at(DeepcamChannel::PSL, cell) *
                    std::exp(-9.80665 * height / (287.04 * first.at(DeepcamChannel::TREFHT, cell))),
                0.1);
    ASSERT_NEAR(first.at(DeepcamChannel::PSL, cell),
                1e5 * std::exp(9.80665 * first.at(DeepcamChannel::Z1000, cell) / (287.04 * 288)), 0.1);
  }
  EXPECT_GT(highest, 1000) << "no mountains to test with";
}

}  // namespace
}  // namespace tessera
