#include "harness/run/cache_clear.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>

namespace tessera {
namespace {

/// Of one rank, or of several together.
struct Counts {
  std::int64_t nodes = 0, nodes_cleared = 0;  // cleared: the system's caches
  std::int64_t dropped = 0, kept = 0;         // files, on each node anew
};

bool drop_pages(const std::filesystem::path& file) {
  const int descriptor = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  fdatasync(descriptor);  // pages that are still to be written can't be dropped
  const bool dropped = posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED) == 0;
  close(descriptor);
  return dropped;
}

Counts clear_on_this_node(const std::vector<std::filesystem::path>& files) {
  Counts counts{.nodes = 1};
  for (const std::filesystem::path& file : files) ++(drop_pages(file) ? counts.dropped : counts.kept);
  std::ofstream system("/proc/sys/vm/drop_caches");
  if (system.is_open() && (system << "3" << std::flush).good()) counts.nodes_cleared = 1;
  return counts;
}

}  // namespace

CacheClear clear_caches(const Communicator& world, const std::vector<std::filesystem::path>& files) {
  const Communicator node = world.node_local();
  Counts mine, all;
  if (node.rank() == 0) mine = clear_on_this_node(files);
  for (const Counts& one : world.all_gather(mine)) {
    all.nodes += one.nodes;
    all.nodes_cleared += one.nodes_cleared;
    all.dropped += one.dropped;
    all.kept += one.kept;
  }
  return {all.kept == 0,
          fmt::format("on {} node{}: pages of {} data files dropped, of {} not; the system's caches dropped "
                      "on {} (it takes privileges)",
                      all.nodes, all.nodes == 1 ? "" : "s", all.dropped, all.kept, all.nodes_cleared)};
}

}  // namespace tessera
