#pragma once

#include <filesystem>

#include "harness/workloads/workload_data.hpp"
#include "parallel/process_grid.hpp"

namespace tessera {

/// list_data() of a directory, done by one rank of each node: a file system is asked once a node, and copies
/// that were staged to nodes differ. Collective; throws what it throws on all ranks.
DataListing broadcast_listing(const ProcessGrid& grid, const std::filesystem::path& directory);
/// The same for what a workload reads from there; nothing for one whose data are no files.
DataListing broadcast_listing(const ProcessGrid& grid, const WorkloadData& data,
                              const std::filesystem::path& directory);

}  // namespace tessera
