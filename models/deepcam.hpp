#pragma once

#include <cstdint>

#include "models/network/graph.hpp"

namespace tessera {

/// The DeepCAM network as the MLPerf HPC reference has it: DeepLabv3+ (Chen et al. 2018, arXiv:1802.02611)
/// with the modified aligned Xception encoder at output stride 16, atrous spatial pyramid pooling at rates 1,
/// 6, 12 and 18 with a global-average branch, and an upsampler of transposed convolutions that joins the
/// rectified features of the encoder's first block (Kurth et al., SC18; arXiv:1810.01993). 56,454,720 trained
/// parameters.
struct DeepcamArchitecture {
  std::int64_t batch = 1;      // samples a replica
  std::int64_t channels = 16;  // of the input: fields
  std::int64_t height = 768, width = 1152;
  std::int64_t classes = 3;
  /// Small settings: factor on all numbers of channels, which are rounded to multiples of 8, at least 8; and
  /// repetitions of the encoder's middle block.
  double width_factor = 1;
  int middle_blocks = 16;  // at most, as the blocks after them have the names of those that would follow
};

/// (N, channels, 1, height, width) -> logits (N, classes, 1, height, width). Nodes that hold parameters have
/// the names of PyTorch's state dictionary. Throws InputError unless height and width are multiples of 16
/// and there are 0 to 16 middle blocks.
Graph deepcam(const DeepcamArchitecture& config);

}  // namespace tessera
