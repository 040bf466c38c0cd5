#include "models/resnet50.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace tessera {
namespace {

using Dims = std::vector<std::int64_t>;

// As torchvision counts them, and the multiply-adds of an image of 224x224 that are published for its
// resnet50: those of version 1.5.
TEST(Resnet50, HasTheParametersAndTheWorkOfTorchvisions) {
  const Graph graph = resnet50({});
  std::int64_t trained = 0;
  for (const ParameterSpec& spec : graph.parameters()) trained += spec.trained ? spec.count() : 0;
  EXPECT_EQ(trained, 25'557'032);
  EXPECT_EQ(graph.forward_flop(), 2.0 * 4'089'184'256);
  EXPECT_EQ(graph.shape(graph.output()), (Shape{1, 1000, {}}));
}

TEST(Resnet50, NamesItsParametersAsTorchvisionsStateDictionary) {
  std::map<std::string, Dims> dims;
  for (const ParameterSpec& spec : resnet50({}).parameters()) dims[spec.name] = spec.dims;
  EXPECT_EQ(dims.size(), 161U + 2 * 53) << "weights and biases, and two running statistics of each norm";
  for (const auto& [name, expected] :
       std::map<std::string, Dims>{{"conv1.weight", {64, 3, 7, 7}},
                                   {"bn1.running_mean", {64}},
                                   {"layer1.0.conv1.weight", {64, 64, 1, 1}},
                                   {"layer1.0.downsample.0.weight", {256, 64, 1, 1}},
                                   {"layer1.0.downsample.1.running_var", {256}},
                                   {"layer2.3.conv2.weight", {128, 128, 3, 3}},
                                   {"layer3.5.conv3.weight", {1024, 256, 1, 1}},
                                   {"layer4.2.bn3.bias", {2048}},
                                   {"fc.weight", {1000, 2048}},
                                   {"fc.bias", {1000}}})
    EXPECT_EQ(dims[name], expected) << name;
}

TEST(Resnet50, TakesImagesOfAnySize) {
  for (const auto& [height, width] : {std::pair(1, 1), {33, 70}, {224, 160}}) {
    const Graph graph =
        resnet50({.batch = 2, .channels = 1, .height = height, .width = width, .classes = 7, .filters = 4});
    EXPECT_EQ(graph.shape(graph.output()), (Shape{2, 7, {}}));
  }
}

}  // namespace
}  // namespace tessera
