#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "parallel/mpi.hpp"

namespace tessera {

/// What `--resume=auto` comes to, so that one command starts a run, goes on with it as often as it is
/// interrupted, and ends well where there is nothing left to do: the name of the checkpoint to go on from; ""
/// where the run is to begin; nothing where it is finished, whether its target was reached or missed, which
/// is said on the rank that writes. Collective.
std::optional<std::string> automatic_resume(const Communicator& world,
                                            const std::filesystem::path& directory);

}  // namespace tessera
