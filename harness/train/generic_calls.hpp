#pragma once

#include <string>
#include <vector>

#include "models/kernels/direction.hpp"
#include "models/network/network.hpp"
#include "parallel/mpi.hpp"

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

/// Each as "conv3d_3 backward_parameters (x64:gemm:jit)".
std::vector<std::string> texts_of(const std::vector<GenericCall>& calls);

/// The texts of all processes, each once; parts of a sample have other extents, and may get other kernels. On
/// rank 0, elsewhere none. Collective.
std::vector<std::string> gathered(const std::vector<std::string>& calls, const Communicator& world);

/// "2 calls of oneDNN fell back to a generic implementation: ..., ..."; of many texts, the first.
std::string summary_of(const std::vector<std::string>& calls);

/// By its name, as the library has it. `product`: of a matrix product, which may well be a gemm.
bool is_generic(const std::string& implementation, bool product);

}  // namespace tessera
