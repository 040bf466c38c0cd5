#include <gtest/gtest.h>

#include "harness/workloads/data_share.hpp"
#include "models/cosmoflow.hpp"
#include "models/deepcam.hpp"
#include "parallel/partition.hpp"

// How much more than a sample its slabs hold at full size.
namespace tessera {
namespace {

double slabs_over_sample(const Graph& network, const GridDims& dims) {
  double cells = 0;
  for (const Box& box : boxes_of_parts(network, dims)) cells += static_cast<double>(box.count());
  return cells / static_cast<double>(network.shape(0).space.count());
}

TEST(Slabs, OfFourNodesHoldLittleMoreThanTheSample) {
  EXPECT_LE(slabs_over_sample(cosmoflow({}), {.depth = 4}), 1.08);
  EXPECT_LE(slabs_over_sample(deepcam({}), {.height = 4}), 1.08);
}

TEST(Slabs, HoldTheLabelsOfTheOutputThatTheirRanksOwn) {
  DeepcamArchitecture config;
  config.height = 96;
  config.width = 144;
  const Graph network = deepcam(config);
  for (const int parts : {2, 3, 5}) {
    const GridDims dims{.height = parts};
    const std::vector<Box> boxes = boxes_of_parts(network, dims);
    for (int part = 0; part < parts; ++part)
      EXPECT_TRUE(boxes[static_cast<std::size_t>(part)].contains(Partition(dims).owned({1, 96, 144}, part)));
  }
}

}  // namespace
}  // namespace tessera
