#pragma once

#include <string>
#include <vector>

#include "harness/config/config.hpp"
#include "parallel/mpi.hpp"

namespace tessera {

/// The configuration of a file, the same on every rank: one rank reads it, each parses what it read.
/// Collective; throws what all throw.
Config broadcast_config(const Communicator& world, const std::string& path,
                        const std::vector<std::string>& overrides);

}  // namespace tessera
