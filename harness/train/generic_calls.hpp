#pragma once

#include <string>
#include <vector>

#include "models/kernels/direction.hpp"
#include "models/network/network.hpp"

namespace tessera {

/// A call for which oneDNN has no implementation of its own on this machine, and falls back to plain loops
/// or, for a convolution, to a matrix product beside a copy of its input.
struct GenericCall {
  std::string node;
  Direction call = Direction::Forward;
  std::string implementation;
};

/// Of the network on one process.
std::vector<GenericCall> generic_calls(const Graph& graph, const Network& network);

/// "2 calls of oneDNN fell back to a generic implementation: conv3d_3 backward_parameters (x64:gemm:jit),
/// ..."; of many, the first.
std::string to_string(const std::vector<GenericCall>& calls);

/// By its name, as the library has it. `product`: of a matrix product, which may well be a gemm.
bool is_generic(const std::string& implementation, bool product);

}  // namespace tessera
