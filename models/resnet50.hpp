#pragma once

#include <cstdint>

#include "models/network/graph.hpp"

namespace tessera {

/// ResNet-50 (He et al. 2016, arXiv:1512.03385), version 1.5: where a stage halves the extents, its first
/// block's 3x3 convolution has the stride. 25,557,032 trained parameters with 1000 classes.
struct Resnet50Architecture {
  std::int64_t batch = 1;  // samples a replica
  std::int64_t channels = 3;
  std::int64_t height = 224, width = 224;
  std::int64_t classes = 1000;
  std::int64_t filters = 64;  // of the first convolution; the stages end in 4, 8, 16 and 32 times so many
};

/// (N, channels, 1, height, width) -> logits (N, classes, 1, 1, 1), of images of any size. Parameters have
/// the names and dims of torchvision's state dictionary, and its initial values: convolutions Kaiming-normal
/// by their fan out, the last layer as PyTorch's own. The input is "x".
Graph resnet50(const Resnet50Architecture& config);

}  // namespace tessera
