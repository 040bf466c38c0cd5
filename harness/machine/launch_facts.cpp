#include "harness/machine/launch_facts.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tessera {
namespace {

std::string counted(int count, const char* what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string ranks_on_nodes(std::span<const LaunchFacts> ranks) {
  const auto nodes = static_cast<int>(std::ranges::count_if(ranks, &LaunchFacts::first_of_node));
  const bool equal = std::ranges::all_of(
      ranks, [&](const LaunchFacts& rank) { return rank.ranks_of_node == ranks[0].ranks_of_node; });
  if (equal) return fmt::format("{} x {}", counted(nodes, "node"), counted(ranks[0].ranks_of_node, "rank"));
  return fmt::format("{} on {}", counted(static_cast<int>(ranks.size()), "rank"), counted(nodes, "node"));
}

int all_unused_cores(std::span<const LaunchFacts> ranks) {
  int unused = 0;
  for (const LaunchFacts& rank : ranks)
    if (rank.first_of_node) unused += rank.unused_cores;
  return unused;
}

bool was_given_less(const LaunchFacts& rank) {
  return rank.cpus < rank.cpus_asked;
}

// Each rank of the node could have one more.
bool leaves_idle(const LaunchFacts& rank) {
  return !rank.threads_asked && rank.unused_cores >= rank.ranks_of_node;
}

}  // namespace

std::string launch_text(std::span<const LaunchFacts> ranks) {
  const auto [fewest, most] = std::ranges::minmax(ranks, {}, &LaunchFacts::threads);
  const std::string threads = fewest.threads == most.threads
                                  ? counted(most.threads, "thread")
                                  : fmt::format("{} to {} threads", fewest.threads, most.threads);
  const int unused = all_unused_cores(ranks);
  return fmt::format("{} x {}, {} left unused", ranks_on_nodes(ranks), threads,
                     unused == 0 ? "no core" : counted(unused, "core"));
}

std::vector<std::string> launch_warnings(std::span<const LaunchFacts> ranks) {
  if (const auto rank = std::ranges::find_if(ranks, was_given_less); rank != ranks.end())
    return {fmt::format(
        "warning: SLURM_CPUS_PER_TASK asks for {}, and {} got fewer (rank {} has {}): srun doesn't take it "
        "from the job; give srun -c {}, or export SRUN_CPUS_PER_TASK={}",
        counted(rank->cpus_asked, "CPU"),
        counted(static_cast<int>(std::ranges::count_if(ranks, was_given_less)), "rank"), rank - ranks.begin(),
        rank->cpus, rank->cpus_asked, rank->cpus_asked)};
  if (const auto rank = std::ranges::find_if(ranks, leaves_idle); rank != ranks.end())
    return {
        fmt::format("warning: {} of the job {} left unused: its ranks were bound to fewer; give each its "
                    "share (srun -c N, "
                    "mpiexec -bind-to none)",
                    counted(all_unused_cores(ranks), "core"), all_unused_cores(ranks) == 1 ? "is" : "are")};
  return {};
}

}  // namespace tessera
