#include "harness/run/cache_clear.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <utility>

#include "io/dataset/sample_share.hpp"
#include "io/files/in_parallel.hpp"

namespace tessera {
namespace {

constexpr int kThreads = 8;  // of a rank: opening a file on a parallel file system is waiting

/// Of one rank, or of several together.
struct Counts {
  std::int64_t nodes_cleared = 0;      // of all that was cached
  std::int64_t dropped = 0, kept = 0;  // files elsewhere
};

// Pages that are still to be written can't be dropped. The file system writes all of its own at once, since a
// wait for each of many files would take minutes.
bool write_pages(const std::filesystem::path& folder) {
  const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool written = syncfs(descriptor) == 0;
  close(descriptor);
  return written;
}

// Nothing is to be written of samples that are in no file.
bool write_pages(const Dataset& set) {
  const std::filesystem::path first = set.file(0);
  return first.empty() || write_pages(first.parent_path());
}

bool drop_all_pages() {
  std::ofstream system("/proc/sys/vm/drop_caches");
  return system.is_open() && (system << "3" << std::flush).good();
}

bool drop_pages(const std::filesystem::path& file) {
  const int descriptor = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool dropped = posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED) == 0;
  close(descriptor);
  return dropped;
}

void drop_pages(const Dataset& set, const std::vector<std::int64_t>& samples, Counts& counts) {
  std::vector<std::filesystem::path> files;
  for (const std::int64_t sample : samples)
    if (std::filesystem::path file = set.file(sample); !file.empty()) files.push_back(std::move(file));
  std::ranges::sort(files);  // those of a pack are one
  files.erase(std::unique(files.begin(), files.end()), files.end());
  std::atomic<std::int64_t> dropped = 0, kept = 0;
  in_parallel(files.size(), kThreads, [&](std::size_t i) { ++(drop_pages(files[i]) ? dropped : kept); });
  counts.dropped += dropped;
  counts.kept += kept;
}

}  // namespace

SamplesToClear samples_read_first(const ProcessGrid& grid, const std::vector<std::int64_t>& training,
                                  std::int64_t validation_samples) {
  const Communicator node = grid.node_group();
  const std::vector<int> replicas = node.all_gather(grid.replica());
  const auto parts = std::ranges::count(replicas, grid.replica());
  const auto part = std::count(replicas.begin(), replicas.begin() + node.rank(), grid.replica());
  const auto divide = [&](const std::vector<std::int64_t>& samples) {
    std::vector<std::int64_t> mine;
    for (std::size_t i = static_cast<std::size_t>(part); i < samples.size();
         i += static_cast<std::size_t>(parts))
      mine.push_back(samples[i]);
    return mine;
  };
  std::vector<std::int64_t> validation;
  const Interval evaluated = replica_share(validation_samples, grid.replica(), grid.dims().replicas);
  for (std::int64_t sample = evaluated.begin; sample < evaluated.end; ++sample) validation.push_back(sample);
  return {divide(training), divide(validation)};
}

CacheClear clear_caches(const ProcessGrid& grid, const Dataset& training, const Dataset& validation,
                        const SamplesToClear& mine) {
  const Communicator node = grid.node_group();
  Counts counts, all;
  bool written = false;
  if (node.rank() == 0) {
    written = write_pages(training) && write_pages(validation);
    counts.nodes_cleared = written && drop_all_pages() ? 1 : 0;
  }
  written = node.max(written ? 1 : 0) == 1;
  if (node.max(counts.nodes_cleared) == 0) {
    drop_pages(training, mine.training, counts);
    drop_pages(validation, mine.validation, counts);
  }
  if (!written) counts.kept += std::exchange(counts.dropped, 0);
  for (const Counts& one : grid.world().all_gather(counts)) {
    all.nodes_cleared += one.nodes_cleared;
    all.dropped += one.dropped;
    all.kept += one.kept;
  }
  const int nodes = grid.nodes();
  std::string done = fmt::format("on {} node{}: the system's caches dropped on {} (it takes privileges)",
                                 nodes, nodes == 1 ? "" : "s", all.nodes_cleared);
  if (all.nodes_cleared < nodes)
    done +=
        fmt::format("; elsewhere, of the data files that are read first, the pages of {} dropped, of {} not",
                    all.dropped, all.kept);
  return {all.kept == 0, std::move(done)};
}

}  // namespace tessera
