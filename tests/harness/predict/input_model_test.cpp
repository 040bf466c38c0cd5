#include "harness/predict/input_model.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <list>
#include <numeric>
#include <random>
#include <vector>

#include "harness/predict/slowest_of.hpp"

namespace tessera {
namespace {

// Reads of a second epoch and those that follow, of pages that hold so many samples.
double read_by_simulation(int samples, int kept) {
  std::mt19937 random(1);
  std::list<int> pages;  // the last read first
  std::vector<int> order(static_cast<std::size_t>(samples));
  std::iota(order.begin(), order.end(), 0);
  constexpr int kEpochs = 5;
  int reads = 0;
  for (int epoch = 0; epoch <= kEpochs; ++epoch) {
    std::ranges::shuffle(order, random);
    for (const int sample : order) {
      const auto found = std::ranges::find(pages, sample);
      if (found != pages.end())
        pages.erase(found);
      else
        reads += epoch > 0 ? 1 : 0;
      pages.push_front(sample);
      if (static_cast<int>(pages.size()) > kept) pages.pop_back();
    }
  }
  return static_cast<double>(reads) / (kEpochs * samples);
}

TEST(InputModel, OfPagesAgreesWithASimulation) {
  for (const double kept : {0.1, 0.5, 0.9})
    EXPECT_NEAR(share_read(SampleCache::LeastRecentlyUsed, kept),
                read_by_simulation(1000, static_cast<int>(1000 * kept)), 0.01)
        << kept;
}

TEST(InputModel, ReadsNothingThatFitsAndAllThatDoesnt) {
  for (const SampleCache cache : {SampleCache::Fixed, SampleCache::LeastRecentlyUsed}) {
    EXPECT_EQ(share_read(cache, 1), 0);
    EXPECT_EQ(share_read(cache, 3), 0);
    EXPECT_EQ(share_read(cache, 0), 1);
  }
  EXPECT_EQ(share_read(SampleCache::Fixed, 0.75), 0.25);
}

// Means of the largest of so many, by tables (Harter, Biometrika 48, 1961), within Blom's error.
TEST(SlowestOf, IsTheMeanOfTheLargest) {
  EXPECT_NEAR(slowest_of(1), 0, 1e-12);
  EXPECT_NEAR(slowest_of(2), 0.5642, 0.03);
  EXPECT_NEAR(slowest_of(10), 1.5388, 0.01);
  EXPECT_NEAR(slowest_of(100), 2.5076, 0.01);
  std::mt19937 random(1);
  std::normal_distribution<double> normal;
  double sum = 0;
  constexpr int kTries = 200, kValues = 4096;
  for (int i = 0; i < kTries; ++i) {
    double largest = -10;
    for (int v = 0; v < kValues; ++v) largest = std::max(largest, normal(random));
    sum += largest;
  }
  EXPECT_NEAR(slowest_of(kValues), sum / kTries, 0.1);
}

}  // namespace
}  // namespace tessera
