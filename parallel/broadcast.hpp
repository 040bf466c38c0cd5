#pragma once

#include <cstdint>

#include "models/network/parameters.hpp"
#include "parallel/mpi.hpp"

/// Parameters must be the same on every process, from the first step to the last.
namespace tessera {

/// Every process's parameter values become those of rank 0. Collective.
void broadcast_parameters(const Communicator& comm, ParameterStore& parameters);

/// The checksum (XXH3, 64 bits) of the parameter values, which are the same on every process: after equal
/// first values and equal gradients that holds without messages, and this proves it. Throws a UniformError
/// (machine's fault) naming the first rank whose values differ from rank 0's by a bit. Collective.
std::uint64_t check_same_parameters(const Communicator& comm, ParameterStore& parameters);

}  // namespace tessera
