#include "harness/machine/threads.hpp"

#include <fmt/core.h>
#include <omp.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <vector>

#include "harness/machine/topology.hpp"
#include "models/base/error.hpp"
#include "parallel/partition.hpp"

namespace tessera {
namespace {

std::string text_of(const CpuSet& set) {
  char* text = nullptr;
  if (hwloc_bitmap_asprintf(&text, set.get()) < 0) return "";
  const std::unique_ptr<char, decltype(&std::free)> owned(text, &std::free);
  return text;
}

// This process's place among the ranks of its node that have the same mask.
struct Sharers {
  int rank = 0, count = 0;
};
Sharers sharers_of(const Communicator& world, const CpuSet& mask) {
  const Communicator node = world.node_local();
  const std::vector<std::size_t> masks = node.all_gather(std::hash<std::string>()(text_of(mask)));
  Sharers sharers;
  for (int rank = 0; rank < node.size(); ++rank) {
    if (masks[rank] != masks[node.rank()]) continue;
    if (rank < node.rank()) ++sharers.rank;
    ++sharers.count;
  }
  return sharers;
}

bool bind(hwloc_topology_t topology, const std::vector<CpuSet>& cores, const CoreShare& share) {
  const CpuSet set(hwloc_bitmap_alloc());
  for (int i = share.first; i < share.first + share.cores; ++i) {
    hwloc_bitmap_or(set.get(), set.get(), cores[i].get());
  }
  return hwloc_set_cpubind(topology, set.get(), HWLOC_CPUBIND_PROCESS) == 0;
}

}  // namespace

std::string to_string(const ThreadChoice& choice) {
  return fmt::format("{} thread{} a rank, {}: {}", choice.threads, choice.threads == 1 ? "" : "s",
                     choice.bound ? "bound" : "not bound", choice.reason);
}

CoreShare share_of_cores(int cores, int rank, int ranks) {
  if (ranks > cores) return {rank % std::max(1, cores), 1, 1};
  const Interval mine = owned_interval(cores, rank, ranks);
  return {static_cast<int>(mine.begin), static_cast<int>(mine.size()), cores / ranks};
}

ThreadChoice set_up_threads(const Communicator& world, std::optional<int> configured) {
  if (configured && *configured < 1) {
    throw InputError(fmt::format("{} threads a rank", *configured), "threads", "give at least 1");
  }
  const Topology topology = load_topology();
  const CpuSet mask = affinity_mask(topology.get());
  const std::vector<CpuSet> cores = cores_of(topology.get(), mask);
  const Sharers sharers = sharers_of(world, mask);
  const int available = static_cast<int>(cores.size());
  const CoreShare share = share_of_cores(available, sharers.rank, sharers.count);

  ThreadChoice choice{share.threads, share.cores, false, ""};
  choice.reason = sharers.count == 1
                      ? fmt::format("{} core{} of its own", available, available == 1 ? "" : "s")
                      : fmt::format("{} core{} shared by {} ranks of this node", available,
                                    available == 1 ? "" : "s", sharers.count);
  if (configured) {
    choice.threads = *configured;
    choice.reason += ", number of threads configured";
  } else if (std::getenv("OMP_NUM_THREADS")) {
    choice.threads = omp_get_max_threads();  // OpenMP has read it
    choice.reason += ", number of threads from OMP_NUM_THREADS";
  }
  choice.threads = std::min(choice.threads, omp_get_thread_limit());
  omp_set_dynamic(0);  // kernels count on the team that was set up
  omp_set_num_threads(choice.threads);
  const bool fits = sharers.count <= available && choice.threads <= share.cores;
  if (!fits && choice.threads > 1) choice.reason += ", too many: set OMP_WAIT_POLICY=passive";
  if (fits && !std::getenv("OMP_PROC_BIND")) choice.bound = bind(topology.get(), cores, share);
  return choice;
}

}  // namespace tessera
