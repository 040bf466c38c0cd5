#include "harness/predict/all_reduce_model.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>

namespace tessera {
namespace {

constexpr std::array kAlgorithms = {AllReduce::RecursiveDoubling, AllReduce::Rabenseifner, AllReduce::Ring,
                                    AllReduce::Hierarchical};

double rounds(std::int64_t members) {
  return std::bit_width(static_cast<std::uint64_t>(members - 1));
}
double share_of_others(std::int64_t members) {
  return 1 - 1 / static_cast<double>(members);
}
double carry(double bytes, double bandwidth) {
  return bytes == 0 ? 0 : bytes / bandwidth;
}

// All data in each round; between the nodes, all ranks of a node at once.
double recursive_doubling(double bytes, const AllReduceRanks& r) {
  const double inside = rounds(r.ranks_a_node), between = rounds(r.nodes);
  return inside * r.inside.latency + between * r.between.latency + carry(inside * bytes, r.inside.bandwidth) +
         carry(between * bytes * static_cast<double>(r.ranks_a_node), r.between.bandwidth) +
         (inside + between) * carry(bytes, r.adds);
}

// Reduces and scatters by halving, gathers by doubling; nearest first, so that the most stays inside.
double rabenseifner(double bytes, const AllReduceRanks& r) {
  const double inside = share_of_others(r.ranks_a_node), between = share_of_others(r.nodes);
  return 2 * (rounds(r.ranks_a_node) * r.inside.latency + rounds(r.nodes) * r.between.latency) +
         carry(2 * bytes * inside, r.inside.bandwidth) + carry(2 * bytes * between, r.between.bandwidth) +
         carry(bytes * share_of_others(r.nodes * r.ranks_a_node), r.adds);
}

// A piece goes round twice, over one link between nodes for each node; all links carry pieces at once.
double ring(double bytes, const AllReduceRanks& r) {
  const auto ranks = static_cast<double>(r.nodes * r.ranks_a_node);
  const double between = r.nodes > 1 ? 2 * static_cast<double>(r.nodes) : 0;
  const double inside = std::max(0.0, 2 * (ranks - 1) - between);
  const double piece = bytes / ranks, slowest = std::max(inside > 0 ? carry(piece, r.inside.bandwidth) : 0,
                                                         between > 0 ? carry(piece, r.between.bandwidth) : 0);
  return inside * r.inside.latency + std::min(between, 2 * (ranks - 1)) * r.between.latency +
         2 * (ranks - 1) * slowest + carry(bytes * share_of_others(r.nodes * r.ranks_a_node), r.adds);
}

double hierarchical(double bytes, const AllReduceRanks& r) {
  const auto mates = static_cast<double>(r.ranks_a_node - 1);
  const double own = bytes / static_cast<double>(r.ranks_a_node);  // of each rank, between the nodes
  AllReduceRanks others{r.nodes, 1, {}, r.between, r.adds};
  others.between.bandwidth /= static_cast<double>(r.ranks_a_node);
  return 2 * mates * (r.inside.latency + carry(own, r.inside.bandwidth)) + carry(own * mates, r.adds) +
         std::min(recursive_doubling(own, others), rabenseifner(own, others));
}

}  // namespace

std::string_view name_of(AllReduce algorithm) {
  switch (algorithm) {
    case AllReduce::Best:
      return "best";
    case AllReduce::RecursiveDoubling:
      return "recursive_doubling";
    case AllReduce::Rabenseifner:
      return "rabenseifner";
    case AllReduce::Ring:
      return "ring";
    case AllReduce::Hierarchical:
      return "hierarchical";
  }
  return "";
}

double all_reduce_seconds(AllReduce algorithm, std::size_t bytes, const AllReduceRanks& ranks) {
  const auto all = static_cast<double>(bytes);
  if (ranks.nodes * ranks.ranks_a_node <= 1) return 0;
  switch (algorithm) {
    case AllReduce::Best:
      return all_reduce_seconds(best_all_reduce(bytes, ranks), bytes, ranks);
    case AllReduce::RecursiveDoubling:
      return recursive_doubling(all, ranks);
    case AllReduce::Rabenseifner:
      return rabenseifner(all, ranks);
    case AllReduce::Ring:
      return ring(all, ranks);
    case AllReduce::Hierarchical:
      return hierarchical(all, ranks);
  }
  return 0;
}

AllReduce best_all_reduce(std::size_t bytes, const AllReduceRanks& ranks) {
  return *std::ranges::min_element(
      kAlgorithms, {}, [&](AllReduce algorithm) { return all_reduce_seconds(algorithm, bytes, ranks); });
}

}  // namespace tessera
