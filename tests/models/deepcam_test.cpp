#include "models/deepcam.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "models/base/error.hpp"

namespace tessera {
namespace {

std::int64_t trained(const Graph& graph) {
  std::int64_t count = 0;
  for (const ParameterSpec& spec : graph.parameters()) count += spec.trained ? spec.count() : 0;
  return count;
}

// The number that the reference's authors give, and PyTorch counts in the reference's module.
TEST(DeepCam, HasTheReferencesParameters) {
  EXPECT_EQ(trained(deepcam({})), 56454720);
}

TEST(DeepCam, AnswersWithLogitsForEveryPixel) {
  const Graph graph =
      deepcam({.batch = 2, .height = 96, .width = 144, .width_factor = 0.125, .middle_blocks = 4});
  EXPECT_EQ(graph.shape(graph.output()), (Shape{2, 3, {1, 96, 144}}));
}

TEST(DeepCam, RoundsNarrowedChannelsToMultiplesOfEight) {
  const Graph graph = deepcam({.height = 96, .width = 144, .width_factor = 0.125, .middle_blocks = 4});
  const std::int64_t classes = graph.shape(graph.output()).c;
  for (NodeId id = 1; graph.shape(id).c != classes; ++id)
    EXPECT_EQ(graph.shape(id).c % 8, 0) << graph.node(id).name;
}

TEST(DeepCam, NamesItsParametersAsTheReferencesStateDictionary) {
  std::set<std::string> names;
  for (const ParameterSpec& spec : deepcam({}).parameters()) names.insert(spec.name);
  for (const char* name :
       {"xception_features.conv1.weight", "xception_features.bn1.bn.running_var",
        "xception_features.block1.rep.0.conv1.weight", "xception_features.block1.rep.3.pointwise.weight",
        "xception_features.block1.rep.5.pointwise.weight", "xception_features.block3.skipbn.bn.bias",
        "xception_features.block19.rep.7.bn.weight", "xception_features.block20.rep.5.conv1.weight",
        "bottleneck.aspp4.atrous_convolution.weight",
        "bottleneck.global_avg_pool.global_average_pool.2.weights", "upsample.deconv1.3.weight",
        "upsample.conv1.6.bias", "upsample.last_deconv.0.weight", "bn2.bn.weight"})
    EXPECT_TRUE(names.contains(name)) << name;
}

TEST(DeepCam, RefusesSizesThatCantBeHalvedFourTimes) {
  EXPECT_THROW(deepcam({.height = 90, .width = 144}), InputError);
}

}  // namespace
}  // namespace tessera
