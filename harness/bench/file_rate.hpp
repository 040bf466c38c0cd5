#pragma once

#include <filesystem>
#include <optional>

#include "parallel/mpi.hpp"

namespace tessera {

/// Bytes a second at which this node's first rank reads sample files of a data set from where they lie, with
/// their pages in memory given up before; nullopt where there are none. Collective; the same on all ranks.
std::optional<double> file_rate(const std::filesystem::path& data_dir, const Communicator& world);

}  // namespace tessera
