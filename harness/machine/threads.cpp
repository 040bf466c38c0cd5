#include "harness/machine/threads.hpp"

#include <fmt/core.h>
#include <hwloc/glibc-sched.h>
#include <omp.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <latch>
#include <system_error>
#include <thread>
#include <vector>

#include "harness/machine/core_shares.hpp"
#include "harness/machine/cpu_quota.hpp"
#include "harness/machine/job_cpus.hpp"
#include "harness/machine/launch_facts.hpp"
#include "harness/machine/openmp_start.hpp"
#include "harness/machine/topology.hpp"
#include "models/base/error.hpp"
#include "parallel/uniform.hpp"

namespace tessera {
namespace {

// Teams of more are mistakes, of which each thread costs memory and time.
constexpr long kMostThreadsACpu = 16;

int count_of(const std::vector<CpuSet>& cores) {
  return std::max(1, static_cast<int>(cores.size()));
}

cpu_set_t cpus_in(hwloc_topology_t topology, const CpuSet& set) {
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  hwloc_cpuset_to_glibc_sched_affinity(topology, set.get(), &cpus, sizeof cpus);
  return cpus;
}

// The cores that Slurm says the job has on this node; 0 where it says nothing.
int cores_by_slurm(hwloc_topology_t topology, const JobCpus& job) {
  if (!job.on_node) return 0;
  const CpuSet allowed(hwloc_bitmap_dup(hwloc_topology_get_allowed_cpuset(topology)));
  const int cpus_a_core =
      std::max(1, hwloc_bitmap_weight(allowed.get()) / count_of(cores_of(topology, allowed)));
  return std::max(1, *job.on_node / cpus_a_core);
}

// The cores that the job seems to have on this node: those that whoever started this rank may use, and might
// have given it, of which Slurm may say that fewer are the job's.
int cores_of_job(hwloc_topology_t topology, int by_slurm, int cores_of_rank) {
  const CpuSet allowed(hwloc_bitmap_dup(hwloc_topology_get_allowed_cpuset(topology)));
  const CpuSet parents(hwloc_bitmap_alloc());
  int cores = cores_of_rank;
  if (hwloc_get_proc_cpubind(topology, getppid(), parents.get(), 0) == 0) {
    hwloc_bitmap_and(parents.get(), parents.get(), allowed.get());
    cores = std::max(cores, count_of(cores_of(topology, parents)));
  }
  return by_slurm > 0 ? std::min(by_slurm, cores) : cores;
}

// By the configuration, else by OMP_NUM_THREADS, whose first number is that of the outermost team; 0 where
// neither says.
int threads_asked(std::optional<int> configured) {
  const char* variable = std::getenv("OMP_NUM_THREADS");
  if (!configured && (variable == nullptr || *variable == '\0')) return 0;
  const long threads = configured ? *configured : std::strtol(variable, nullptr, 10);
  const long cpus = sysconf(_SC_NPROCESSORS_ONLN);
  const char* where = configured ? "threads" : "OMP_NUM_THREADS in the environment";
  if (threads < 1)
    throw InputError(configured ? fmt::format("{} threads a rank", threads)
                                : fmt::format("'{}' is no number of threads", variable),
                     where, "give at least 1");
  if (threads > kMostThreadsACpu * cpus)
    throw InputError(fmt::format("{} threads a rank are more than {} for each of the host's {} CPUs", threads,
                                 kMostThreadsACpu, cpus),
                     where, "leave their number unset: each rank then takes its share of the cores");
  return std::min(static_cast<int>(threads), omp_get_thread_limit());
}

// OpenMP ends the program where it can't start a thread.
void check_that_threads_start(int threads) {
  std::vector<std::thread> started;
  std::latch end(1);
  std::error_code refusal;
  try {
    for (int i = 1; i < threads; ++i) started.emplace_back([&] { end.wait(); });
  } catch (const std::system_error& error) {
    refusal = error.code();
  }
  end.count_down();
  for (std::thread& thread : started) thread.join();
  if (refusal)
    throw MachineError(fmt::format("of {} threads a rank only {} can be started: {}", threads,
                                   started.size() + 1, refusal.message()),
                       "threads", "raise the limit of processes (ulimit -u, pids.max), or use fewer threads");
}

bool bind_to(hwloc_topology_t topology, const std::vector<CpuSet>& cores, const CoreShare& share) {
  const CpuSet set(hwloc_bitmap_alloc());
  for (int i = share.first; i < share.first + share.cores; ++i) {
    hwloc_bitmap_or(set.get(), set.get(), cores[i].get());
  }
  return hwloc_set_cpubind(topology, set.get(), HWLOC_CPUBIND_PROCESS) == 0;
}

std::string reason_of(const CoreGrant& grant, const RankCores& node, bool configured) {
  const char* s = grant.cores == 1 ? "" : "s";
  std::string reason = node.sharers == 1 ? fmt::format("{} core{} of its own", grant.cores, s)
                                         : fmt::format("{} core{} shared by {} ranks of this node",
                                                       grant.cores, s, node.sharers);
  if (node.job_limits) reason += fmt::format(", of which the job has {}", grant.job_limit);
  if (node.quota_limits)
    reason += fmt::format(", a quota of {:g} CPU{}{}", grant.quota, grant.quota == 1 ? "" : "s",
                          node.quota_sharers == 1 ? "" : fmt::format(" for {} ranks", node.quota_sharers));
  if (grant.threads_asked > 0)
    reason += configured ? ", number of threads configured" : ", number of threads from OMP_NUM_THREADS";
  if (node.overbooked) reason += ", more threads than that";
  return reason;
}

LaunchFacts facts_of(const Communicator& node, const std::vector<CoreGrant>& grants, const RankCores& share,
                     const JobCpus& job) {
  const CoreGrant& mine = grants[static_cast<std::size_t>(node.rank())];
  return {.first_of_node = node.rank() == 0,
          .ranks_of_node = node.size(),
          .unused_cores = unused_cores(grants),
          .threads = share.threads,
          .threads_asked = mine.threads_asked > 0,
          .cpus = CPU_COUNT(&mine.mask) / share.sharers,
          .cpus_asked = job.per_task.value_or(0)};
}

}  // namespace

ThreadChoice set_up_threads(const Communicator& world, std::optional<int> configured) {
  Topology topology;
  std::vector<CpuSet> cores;
  CoreGrant mine;
  const JobCpus job = job_cpus(&std::getenv);
  all_or_none(world, [&] {
    topology = load_topology();
    const CpuSet mask = affinity_mask(topology.get());
    cores = cores_of(topology.get(), mask);
    const std::optional<CpuQuota> quota = cpu_quota();
    const int by_slurm = cores_by_slurm(topology.get(), job);
    mine = {.mask = cpus_in(topology.get(), mask),
            .cores = static_cast<int>(cores.size()),
            .job_cores = cores_of_job(topology.get(), by_slurm, static_cast<int>(cores.size())),
            .job_limit = by_slurm,
            .quota = quota ? quota->cpus : 0,
            .quota_group = quota ? quota->group : 0,
            .threads_asked = threads_asked(configured)};
  });
  const Communicator node = world.node_local();
  const std::vector<CoreGrant> grants = node.all_gather(mine);
  const RankCores share = share_of_node(grants, node.rank());
  const std::vector<LaunchFacts> launch = world.all_gather(facts_of(node, grants, share, job));

  ThreadChoice choice{.threads = share.threads,
                      .cores = share.share.cores,
                      .spins = waiting_threads_spin(&std::getenv),
                      .reason = reason_of(mine, share, configured.has_value()),
                      .launch = launch_text(launch),
                      .warnings = launch_warnings(launch)};
  all_or_none(world, [&] { check_that_threads_start(choice.threads); });
  omp_set_dynamic(0);  // kernels count on the team that was set up
  omp_set_num_threads(choice.threads);
  const bool room = share.sharers <= mine.cores && choice.threads <= share.share.cores;
  if (room && !std::getenv("OMP_PROC_BIND")) choice.bound = bind_to(topology.get(), cores, share.share);
  return choice;
}

}  // namespace tessera
