#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "parallel/mpi.hpp"

namespace tessera {

struct CacheClear {
  bool complete = false;  // the pages of all files were dropped, on all nodes
  std::string done;       // what was done, in words, for the log: nothing is claimed that failed
};

/// Drops the pages of these files from the page cache of every node, and the system's caches where that is
/// permitted, before any rank goes on. Reads no file; what can't be dropped is counted, not thrown.
/// Collective; the same on every rank.
CacheClear clear_caches(const Communicator& world, const std::vector<std::filesystem::path>& files);

}  // namespace tessera
