#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

/// What a sum over all ranks of a machine takes, by the published costs of its algorithms.
namespace tessera {

/// Recursive doubling, Rabenseifner's (halving and doubling) and the ring are as in Thakur, Rabenseifner and
/// Gropp, "Optimization of collective communication operations in MPICH", IJHPCA 19(1), 2005. Hierarchical:
/// the ranks of a node sum and gather in a ring, each its part of the data with the others of its kind
/// between the nodes. Best: whichever takes least.
enum class AllReduce : std::uint8_t { Best, RecursiveDoubling, Rabenseifner, Ring, Hierarchical };

/// "best", "recursive_doubling", "rabenseifner", "ring", "hierarchical".
std::string_view name_of(AllReduce algorithm);

/// A way between two ranks. Seconds, and bytes a second.
struct Way {
  double latency = 0;
  double bandwidth = 0;
};

/// Who sums over what: nodes of so many ranks each. A node's ranks share its way to the others.
struct AllReduceRanks {
  std::int64_t nodes = 1, ranks_a_node = 1;
  Way inside, between;
  double adds = 0;  // bytes that a rank adds a second
};

/// Seconds; 0 of one rank. Numbers that are no powers of two are counted as the next one.
double all_reduce_seconds(AllReduce algorithm, std::size_t bytes, const AllReduceRanks& ranks);
/// Which one Best is.
AllReduce best_all_reduce(std::size_t bytes, const AllReduceRanks& ranks);

}  // namespace tessera
