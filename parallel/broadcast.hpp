#pragma once

#include "models/network/parameters.hpp"
#include "parallel/mpi.hpp"

/// Parameters must be the same on every process, from the first step to the last.
namespace tessera {

/// Every process's parameter values become those of rank 0. Collective.
void broadcast_parameters(const Communicator& comm, ParameterStore& parameters);

/// Throws a UniformError (machine's fault) naming the first rank whose parameter values differ from rank 0's
/// by a bit. Collective. After equal first values and equal gradients it holds without messages; this proves
/// it.
void check_same_parameters(const Communicator& comm, ParameterStore& parameters);

}  // namespace tessera
