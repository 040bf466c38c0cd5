#include "parallel/process_grid.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "models/base/error.hpp"
#include "support/mpi_world.hpp"

namespace tessera {
namespace {

using testing::world;

// World ranks of a group's members, by their rank in it.
std::vector<int> members(const Communicator& group) {
  return group.all_gather(world().rank());
}

TEST(ProcessGrid, PutsThePartsOfASampleSideBySide) {
  const int ranks = world().size();
  for (int parts = 1; parts <= ranks; parts *= 2) {
    const ProcessGrid grid(world(), {ranks / parts, parts, 1, 1});
    EXPECT_EQ(grid.replica() * parts + grid.part(), world().rank());
    std::vector<int> spatial(parts);
    std::iota(spatial.begin(), spatial.end(), grid.replica() * parts);
    EXPECT_EQ(members(grid.spatial()), spatial);
    EXPECT_EQ(grid.spatial().rank(), grid.part());
  }
}

TEST(GridPositions, FollowTheRanksOnOneNode) {
  EXPECT_EQ(grid_positions(std::vector{0, 0, 0, 0}, 2), (std::vector{0, 1, 2, 3}));
}

TEST(GridPositions, PutThePartsOfASampleOnOneNodeHoweverRanksWereDealt) {
  EXPECT_EQ(grid_positions(std::vector{0, 1, 0, 1}, 2), (std::vector{0, 2, 1, 3}));
  EXPECT_EQ(grid_positions(std::vector{0, 1, 2, 0, 1, 2}, 2), (std::vector{0, 2, 4, 1, 3, 5}));
}

TEST(GridPositions, GatherWhatNodesCannotFillIntoTheLastSamples) {
  EXPECT_EQ(grid_positions(std::vector{0, 0, 0, 3, 3, 3}, 2), (std::vector{0, 1, 4, 2, 3, 5}));
  EXPECT_EQ(grid_positions(std::vector{0, 0, 2, 2}, 4), (std::vector{0, 1, 2, 3}));
}

TEST(GridPositions, TellHowManySamplesLieOnSeveralNodes) {
  EXPECT_EQ(samples_across_nodes(std::vector{0, 1, 0, 1}, 2), 0);
  EXPECT_EQ(samples_across_nodes(std::vector{0, 1, 0, 1}, 4), 1) << "larger than a node";
  EXPECT_EQ(samples_across_nodes(std::vector{0, 0, 0, 3, 3, 3}, 2), 1);
}

TEST(ProcessGrid, HasNoSampleAcrossNodesOnOneNode) {
  const ProcessGrid grid(world(), {1, world().size(), 1, 1});
  EXPECT_EQ(grid.nodes(), 1);
  EXPECT_EQ(grid.samples_across_nodes(), 0);
}

TEST(GridPositions, TellWhereEachReplicaIsAtHome) {
  EXPECT_EQ(nodes_of_replicas(std::vector{0, 1, 0, 1}, 2), (std::vector{0, 1}));
  EXPECT_EQ(nodes_of_replicas(std::vector{0, 0, 0, 1, 1, 1}, 2), (std::vector{0, 1, 0}));
}

TEST(ProcessGrid, TakesSimulatedNodesForNodes) {
  const int ranks = world().size();
  setenv("TESSERA_NODE", std::to_string(7 - world().rank() / 2).c_str(), 1);
  const ProcessGrid grid(world(), {ranks, 1, 1, 1});
  unsetenv("TESSERA_NODE");
  EXPECT_EQ(grid.nodes(), (ranks + 1) / 2);
  EXPECT_EQ(grid.node(), world().rank() / 2) << "nodes count by their first ranks";
  for (int replica = 0; replica < ranks; ++replica) EXPECT_EQ(grid.node_of_replica()[replica], replica / 2);
  setenv("TESSERA_NODE", "first", 1);
  EXPECT_THROW(ProcessGrid(world(), {ranks, 1, 1, 1}), Error);
  unsetenv("TESSERA_NODE");
}

TEST(ProcessGrid, GroupsWholeReplicasForBatchStatistics) {
  const int ranks = world().size();
  for (int parts = 1; parts <= ranks; parts *= 2) {
    const ProcessGrid grid(world(), {ranks / parts, 1, parts, 1});
    for (int together = 1; together <= ranks / parts; together *= 2) {
      const Communicator group = grid.norm_group(together);
      EXPECT_EQ(group.size(), together * parts);
      for (const int rank : members(group)) EXPECT_EQ(rank / parts / together, grid.replica() / together);
    }
  }
}

TEST(ProcessGrid, RefusesOnEveryRankWhatDoesNotFit) {
  try {
    const ProcessGrid grid(world(), {world().size() + 1, 1, 1, 1});
    FAIL() << "no exception";
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::Input);
    EXPECT_NE(error.problem().find("were started"), std::string::npos);
  }
  const ProcessGrid grid(world(), {world().size(), 1, 1, 1});
  EXPECT_THROW(grid.norm_group(world().size() + 1), Error);
}

}  // namespace
}  // namespace tessera
