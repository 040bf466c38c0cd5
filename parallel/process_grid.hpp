#pragma once

#include <span>
#include <vector>

#include "parallel/mpi.hpp"
#include "parallel/partition.hpp"

namespace tessera {

/// The processes as replicas x parts. The parts of one sample, which talk most, share a node where one has
/// room for them, however the launcher dealt the ranks; on one node rank = replica * parts + part.
/// To simulate nodes on one machine, TESSERA_NODE in the environment of a rank numbers its node.
class ProcessGrid {
 public:
  /// Borrows world, which must outlive the grid. Collective. Throws UniformError when dims don't multiply
  /// to the world's size, with the numbers that would do.
  ProcessGrid(const Communicator& world, GridDims dims);

  const GridDims& dims() const { return dims_; }
  int replica() const { return position_ / dims_.parts(); }
  int part() const { return position_ % dims_.parts(); }
  int nodes() const { return nodes_; }
  /// Where this process is, of nodes(), counted by their first ranks; and by replica, where its first part
  /// is.
  int node() const { return node_; }
  const std::vector<int>& node_of_replica() const { return node_of_replica_; }
  /// How many samples of a step lie on several nodes, so that their exchanges cross the network.
  int samples_across_nodes() const { return samples_across_nodes_; }

  /// All processes: gradients are summed over them.
  const Communicator& world() const { return *world_; }
  /// The parts of this process's replica, by part: exchanges, global pooling.
  const Communicator& spatial() const { return spatial_; }
  /// The processes of this one's node, by rank. Collective; the caller owns the group.
  Communicator node_group() const { return world_->split(node_, world_->rank()); }
  /// All parts of `replicas` consecutive replicas, which share batch statistics; replicas must divide the
  /// grid's (else UniformError). Collective; the caller owns the group.
  Communicator norm_group(int replicas) const;

 private:
  ProcessGrid(const Communicator& world, GridDims dims, const std::vector<int>& node_of_rank);

  const Communicator* world_;
  GridDims dims_;
  int position_, nodes_, node_, samples_across_nodes_;
  std::vector<int> node_of_replica_;
  Communicator spatial_;
};

/// Throws InputError unless the grid has exactly `ranks` processes.
void check_fits(const GridDims& dims, int ranks);

/// Each rank's position in a grid, replica * parts + part, from the node that each is on. `parts` ranks of
/// one node make a sample while it has so many; those left over, which are a multiple of `parts` together,
/// make the last ones. In order of rank otherwise. Pure.
std::vector<int> grid_positions(std::span<const int> node_of_rank, int parts);
/// The node of each replica's first part. Pure.
std::vector<int> nodes_of_replicas(std::span<const int> node_of_rank, int parts);
/// How many samples then have parts on several nodes. Pure.
int samples_across_nodes(std::span<const int> node_of_rank, int parts);

}  // namespace tessera
