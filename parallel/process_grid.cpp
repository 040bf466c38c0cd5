#include "parallel/process_grid.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <map>
#include <set>

#include "models/base/error.hpp"
#include "parallel/uniform.hpp"

namespace tessera {
namespace {

GridDims checked(const Communicator& world, const GridDims& dims) {
  all_or_none(world, [&] { check_fits(dims, world.size()); });
  return dims;
}

// What tells simulated nodes of one machine apart; throws InputError on all ranks alike.
int simulated_node(const Communicator& world) {
  const char* text = std::getenv("TESSERA_NODE");
  int node = -1;
  all_or_none(world, [&] {
    if (text == nullptr) return;
    const char* end = text + std::strlen(text);
    if (const auto [rest, error] = std::from_chars(text, end, node);
        error != std::errc() || rest != end || node < 0)
      throw InputError(fmt::format("'{}' is no number of a node", text), "TESSERA_NODE in the environment",
                       "unset it, or set it to a number from 0 on");
  });
  return node;
}

// By rank: its node, numbered by their first ranks.
std::vector<int> nodes_of_ranks(const Communicator& world) {
  const Communicator machine = world.node_local();
  using Key = std::array<int, 2>;
  const Key mine{static_cast<int>(machine.min(world.rank())), simulated_node(world)};
  const std::vector<Key> all = world.all_gather(mine);
  std::vector<Key> nodes;
  std::vector<int> node_of_rank;
  for (const Key& key : all) {
    const auto found = std::ranges::find(nodes, key);
    node_of_rank.push_back(static_cast<int>(found - nodes.begin()));
    if (found == nodes.end()) nodes.push_back(key);
  }
  return node_of_rank;
}

}  // namespace

void check_fits(const GridDims& dims, int ranks) {
  if (std::min({dims.replicas, dims.depth, dims.height, dims.width}) < 1) {
    throw InputError(fmt::format("a grid of {} replicas x {}x{}x{} parts has no process", dims.replicas,
                                 dims.depth, dims.height, dims.width),
                     "partition", "give positive numbers");
  }
  if (dims.processes() == ranks) return;
  const int parts = dims.parts();
  std::string fix = fmt::format("start {} processes", dims.processes());
  if (ranks % parts == 0) {
    fix += fmt::format(", or ask for {} replicas", ranks / parts);
  } else {
    fix += fmt::format(", or another multiple of {}, or split samples into a number of parts that divides {}",
                       parts, ranks);
  }
  throw InputError(fmt::format("{} replicas x {}x{}x{} parts need {} processes, {} were started",
                               dims.replicas, dims.depth, dims.height, dims.width, dims.processes(), ranks),
                   "partition", fix);
}

std::vector<int> grid_positions(std::span<const int> node_of_rank, int parts) {
  std::map<int, std::vector<int>> ranks_of_node;
  for (std::size_t rank = 0; rank < node_of_rank.size(); ++rank)
    ranks_of_node[node_of_rank[rank]].push_back(static_cast<int>(rank));
  std::vector<int> order, left;
  for (const auto& [node, ranks] : ranks_of_node) {
    const auto whole = ranks.end() - static_cast<std::ptrdiff_t>(ranks.size()) % parts;
    order.insert(order.end(), ranks.begin(), whole);
    left.insert(left.end(), whole, ranks.end());
  }
  order.insert(order.end(), left.begin(), left.end());
  std::vector<int> positions(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) positions[order[i]] = static_cast<int>(i);
  return positions;
}

std::vector<int> nodes_of_replicas(std::span<const int> node_of_rank, int parts) {
  const std::vector<int> positions = grid_positions(node_of_rank, parts);
  std::vector<int> nodes(positions.size() / static_cast<std::size_t>(parts));
  for (std::size_t rank = 0; rank < positions.size(); ++rank)
    if (positions[rank] % parts == 0) nodes[positions[rank] / parts] = node_of_rank[rank];
  return nodes;
}

int samples_across_nodes(std::span<const int> node_of_rank, int parts) {
  const std::vector<int> positions = grid_positions(node_of_rank, parts);
  std::map<int, std::set<int>> nodes;  // by sample
  for (std::size_t rank = 0; rank < positions.size(); ++rank)
    nodes[positions[rank] / parts].insert(node_of_rank[rank]);
  return static_cast<int>(std::ranges::count_if(nodes, [](const auto& n) { return n.second.size() > 1; }));
}

ProcessGrid::ProcessGrid(const Communicator& world, GridDims dims)
    : ProcessGrid{world, checked(world, dims), nodes_of_ranks(world)} {}  // collective, in this order

ProcessGrid::ProcessGrid(const Communicator& world, GridDims dims, const std::vector<int>& node_of_rank)
    : world_(&world),
      dims_(dims),
      position_(grid_positions(node_of_rank, dims.parts())[world.rank()]),
      nodes_(1 + std::ranges::max(node_of_rank)),
      node_(node_of_rank[world.rank()]),
      samples_across_nodes_(tessera::samples_across_nodes(node_of_rank, dims.parts())),
      node_of_replica_(nodes_of_replicas(node_of_rank, dims.parts())),
      spatial_(world.split(replica(), part())) {}

Communicator ProcessGrid::norm_group(int replicas) const {
  all_or_none(*world_, [&] {
    if (replicas >= 1 && dims_.replicas % replicas == 0) return;
    throw InputError(fmt::format("{} replicas can't be put into groups of {}", dims_.replicas, replicas),
                     "batch statistics", fmt::format("choose a number that divides {}", dims_.replicas));
  });
  return world_->split(replica() / replicas, position_);
}

}  // namespace tessera
