#include "harness/predict/machine_network.hpp"

#include <algorithm>

#include "harness/predict/kernel_times.hpp"

namespace tessera {

MachineNetwork::MachineNetwork(const MachineDescription& machine, const GridDims& grid)
    : machine_(machine), grid_(grid) {}

std::int64_t MachineNetwork::nodes() const {
  return (grid_.processes() + machine_.node.ranks - 1) / machine_.node.ranks;
}

bool MachineNetwork::together(int rank, int other) const {
  return rank / machine_.node.ranks == other / machine_.node.ranks;
}

// Along an axis: all other coordinates of their parts agree.
bool MachineNetwork::in_line(int rank, int other) const {
  const int a = rank % grid_.parts(), b = other % grid_.parts();
  const int plane = grid_.height * grid_.width;
  return (a / plane != b / plane) + (a % plane / grid_.width != b % plane / grid_.width) +
             (a % grid_.width != b % grid_.width) ==
         1;
}

double MachineNetwork::handing_over(int from, int to, std::size_t bytes) const {
  const double rate = (together(from, to) ? machine_.inside : machine_.between).message_rate;
  const double framework =
      !machine_.framework.name.empty() && in_line(from, to) ? machine_.framework.message_seconds : 0;
  return 1 / rate + copy(bytes) + framework;
}

double MachineNetwork::taking(std::size_t bytes) const {
  return copy(bytes);
}

double MachineNetwork::copy(std::size_t bytes) const {
  return 2 * static_cast<double>(bytes) * static_cast<double>(machine_.node.ranks) /
         machine_.node.memory_bandwidth;
}

CommunicationTimes::Flight MachineNetwork::flight(int from, int to, std::size_t bytes) const {
  const bool inside = together(from, to);
  const LinkDescription& link = inside ? machine_.inside : machine_.between;
  const auto sharing = static_cast<double>(inside ? 1 : machine_.node.ranks);
  const double transfer = static_cast<double>(bytes) * sharing / link.way.bandwidth;
  return {link.way.latency, transfer, (1 - link.overlap) * (link.way.latency + transfer)};
}

AllReduceRanks MachineNetwork::members(std::int64_t ranks) const {
  const std::int64_t on_node = std::min(ranks, machine_.node.ranks);
  // Adding reads two numbers and writes one.
  return {(ranks + on_node - 1) / on_node, on_node, machine_.inside.way, machine_.between.way,
          machine_.node.memory_bandwidth / static_cast<double>(3 * machine_.node.ranks)};
}

const std::map<std::string, double>* MachineNetwork::measured(std::int64_t ranks) const {
  const auto found = machine_.all_reduce.measured.find(std::to_string(ranks));
  return found == machine_.all_reduce.measured.end() || found->second.empty() ? nullptr : &found->second;
}

std::string MachineNetwork::algorithm(std::size_t bytes) const {
  const std::int64_t ranks = grid_.processes();
  if (ranks == 1) return "none";
  if (measured(ranks) != nullptr) return "measured";
  const AllReduce named = machine_.all_reduce.algorithm;
  return std::string(name_of(named == AllReduce::Best ? best_all_reduce(bytes, members(ranks)) : named));
}

double MachineNetwork::sum_seconds(std::int64_t ranks, std::size_t bytes) const {
  if (ranks == 1) return 0;
  if (const auto* const times = measured(ranks)) return interpolated(*times, static_cast<double>(bytes));
  return all_reduce_seconds(machine_.all_reduce.algorithm, bytes, members(ranks));
}

CommunicationTimes::Flight MachineNetwork::sum_over_world(std::size_t bytes) const {
  const double seconds = sum_seconds(grid_.processes(), bytes);
  return {0, seconds, (1 - machine_.all_reduce.overlap) * seconds};
}

double MachineNetwork::sum_over_replicas(int replicas, std::size_t bytes) const {
  return sum_seconds(std::int64_t{replicas} * grid_.parts(), bytes);
}

}  // namespace tessera
