#pragma once

#include <map>
#include <string>

#include "harness/predict/machine_description.hpp"
#include "harness/predict/program_replay.hpp"
#include "parallel/partition.hpp"

namespace tessera {

/// Communication of a run on a machine, whose nodes take ranks in their order. Ranks of a node share its
/// memory and its way to other nodes equally. A sum over all ranks takes what was measured for as many, else
/// what its algorithm costs.
///
/// A framework's seconds for a message are counted as frameworks send them, axis by axis: of the parts that a
/// rank exchanges with, for those in line with it. (Mesh TensorFlow's halo_exchange shifts a margin each way
/// along each split axis, one axis after another; Shazeer et al., NeurIPS 2018, arXiv:1811.02084.)
class MachineNetwork final : public CommunicationTimes {
 public:
  /// Borrows the machine.
  MachineNetwork(const MachineDescription& machine, const GridDims& grid);

  double handing_over(int from, int to, std::size_t bytes) const override;
  double taking(std::size_t bytes) const override;
  double copy(std::size_t bytes) const override;
  Flight flight(int from, int to, std::size_t bytes) const override;
  Flight sum_over_world(std::size_t bytes) const override;
  double sum_over_replicas(int replicas, std::size_t bytes) const override;

  std::int64_t nodes() const;
  /// By which a sum over all ranks is counted: an algorithm's name, "measured", or "none" of one rank.
  std::string algorithm(std::size_t bytes) const;

 private:
  const std::map<std::string, double>* measured(std::int64_t ranks) const;
  bool together(int rank, int other) const;
  bool in_line(int rank, int other) const;
  AllReduceRanks members(std::int64_t ranks) const;
  double sum_seconds(std::int64_t ranks, std::size_t bytes) const;

  const MachineDescription& machine_;
  GridDims grid_;
};

}  // namespace tessera
