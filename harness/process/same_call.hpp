#pragma once

#include <string>
#include <vector>

#include "parallel/mpi.hpp"

namespace tessera {

/// The variables of this process's environment, as NAME=VALUE and sorted, that change what a run computes and
/// must therefore be the same on all ranks: those of oneDNN, and our own but for what tells simulated nodes
/// apart. Thread counts and bindings are a rank's own matter.
std::vector<std::string> environment_that_matters(char** environment);

/// Whether all ranks were called alike: throws the same UniformError (the input's fault) on every rank where
/// the lines of one differ from those of rank 0, naming the first such rank and line. Collective.
void check_same_call(const Communicator& world, const std::vector<std::string>& lines);

}  // namespace tessera
