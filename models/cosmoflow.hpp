#pragma once

#include <cstdint>

#include "models/network/graph.hpp"

namespace tessera {

/// The CosmoFlow network as the MLPerf HPC reference has it (Mathuriya et al., SC18; arXiv:1808.04728):
/// blocks of [convolution 'same' -> LeakyReLU 0.3 -> max-pool 2], channels doubling from one to the next;
/// flatten; two dense layers with LeakyReLU and dropout; a dense layer with 1.2 tanh.
struct CosmoflowArchitecture {
  std::int64_t batch = 1;     // samples a replica
  std::int64_t channels = 4;  // of the input: redshifts or boxes
  Extents space{128, 128, 128};
  int conv_layers = 5;
  std::int64_t kernel = 3;
  std::int64_t conv_size = 32;  // filters of the first block
  std::int64_t fc1 = 128, fc2 = 64, targets = 4;
  double dropout = 0.5;
};

/// Nodes that hold parameters have Keras' names: conv3d, conv3d_1, ..., dense, dense_1, dense_2.
/// Throws InputError when the input is too small for the number of blocks, or the kernel is even.
Graph cosmoflow(const CosmoflowArchitecture& config);

}  // namespace tessera
