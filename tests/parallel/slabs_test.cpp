#include "models/network/slabs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/layers/layers.hpp"
#include "models/network/network.hpp"
#include "parallel/place.hpp"

namespace tessera {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// input -> conv, 3 x 3 x 3 -> pool -> conv of kernel 3 along each axis longer than 1.
Graph two_convolutions(std::int64_t batch, const Extents& space) {
  Graph graph;
  Windows same;
  for (int axis = 0; axis < 3; ++axis)
    if (space.axes()[axis] > 1) same[axis] = {.kernel = 3, .pad = 1};
  const NodeId x = graph.input("input", {batch, 2, space});
  const NodeId first = graph.add("first", convolution({.out = 2, .window = same}), {x});
  const NodeId pool = graph.add("pool", max_pool({.window = same}), {first});
  graph.add("second", convolution({.out = 2, .window = same}), {pool});
  return graph;
}

std::vector<Box> slabs_of(const Graph& graph, const char* node, const GridDims& dims, int part,
                          Overlap overlap) {
  const Placement placement = place(graph, Partition(dims), part, overlap);
  for (NodeId id = 0; id < graph.count(); ++id)
    if (graph.node(id).name == node) return placement.slabs[id];
  return {};
}

TEST(Slabs, CutTheInteriorFromTheShellsThatReadHalos) {
  const Graph graph = two_convolutions(1, {16, 4, 4});
  const Interval all{0, 4};
  EXPECT_THAT(slabs_of(graph, "second", {1, 2, 1, 1}, 0, Overlap::Auto),
              ElementsAre(Box{{0, 7}, all, all}, Box{{7, 8}, all, all}));
  EXPECT_THAT(slabs_of(graph, "second", {1, 2, 1, 1}, 1, Overlap::Auto),
              ElementsAre(Box{{9, 16}, all, all}, Box{{8, 9}, all, all}));
  EXPECT_THAT(slabs_of(graph, "second", {1, 4, 1, 1}, 1, Overlap::On),
              ElementsAre(Box{{5, 7}, all, all}, Box{{4, 5}, all, all}, Box{{7, 8}, all, all}));
}

TEST(Slabs, AreCutAlongTheHeightOfAPlane) {
  const Graph graph = two_convolutions(1, {1, 16, 4});
  EXPECT_THAT(slabs_of(graph, "second", {1, 1, 2, 1}, 0, Overlap::Auto),
              ElementsAre(Box{{0, 1}, {0, 7}, {0, 4}}, Box{{0, 1}, {7, 8}, {0, 4}}));
}

TEST(Slabs, AreCutOnlyWhereTheInteriorIsThreeMarginsWideUnlessForced) {
  const Graph graph = two_convolutions(1, {16, 4, 4});
  EXPECT_THAT(slabs_of(graph, "second", {1, 4, 1, 1}, 1, Overlap::Auto), IsEmpty());
  EXPECT_THAT(slabs_of(graph, "second", {1, 2, 1, 1}, 0, Overlap::Off), IsEmpty());
  EXPECT_THAT(slabs_of(graph, "second", {1, 8, 1, 1}, 1, Overlap::On), IsEmpty()) << "all planes read halos";
}

TEST(Slabs, AreNotCutWhereThereIsNothingToHide) {
  const Graph graph = two_convolutions(1, {16, 4, 4});
  EXPECT_THAT(slabs_of(graph, "first", {1, 2, 1, 1}, 0, Overlap::On), IsEmpty()) << "the file has the halo";
  EXPECT_THAT(slabs_of(graph, "pool", {1, 2, 1, 1}, 0, Overlap::On), IsEmpty()) << "little arithmetic";
  EXPECT_THAT(slabs_of(graph, "second", {}, 0, Overlap::On), IsEmpty()) << "one process";
}

TEST(Slabs, AreNotCutWhereTheyAreNoRunsOfMemory) {
  EXPECT_THAT(slabs_of(two_convolutions(2, {16, 4, 4}), "second", {1, 2, 1, 1}, 0, Overlap::On), IsEmpty());
  EXPECT_THAT(slabs_of(two_convolutions(1, {16, 16, 4}), "second", {1, 1, 2, 1}, 0, Overlap::On), IsEmpty());
}

TEST(Slabs, LetTheHaloTravelWhileTheInteriorIsComputed) {
  const Graph graph = two_convolutions(1, {16, 4, 4});
  const Placement placement = place(graph, Partition({1, 2, 1, 1}), 0);
  const std::string program = to_string(compile(graph, placement), graph);
  EXPECT_THAT(program, testing::HasSubstr("Forward pool\n"
                                          "StartGather second <- pool\n"
                                          "ForwardInterior second\n"
                                          "FinishGather second <- pool\n"
                                          "Forward second\n"));
}

}  // namespace
}  // namespace tessera
