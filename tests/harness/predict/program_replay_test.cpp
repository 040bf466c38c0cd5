#include "harness/predict/program_replay.hpp"

#include <gmock/gmock.h>

#include "models/cosmoflow.hpp"
#include "parallel/gradient_reducer.hpp"
#include "parallel/place.hpp"

namespace tessera {
namespace {

using Kind = ProgramStep::Kind;
using ::testing::DoubleEq;

// Two parts and two layers, of which the second reads the other part's rows.
SampleProgram two_layers(int replicas = 1) {
  SampleProgram program;
  program.grid = {replicas, 2, 1, 1};
  program.programs = {{{{Kind::Forward, 1},
                        {Kind::StartGather, 2, 0},
                        {Kind::ForwardInterior, 2},
                        {Kind::FinishGather, 2, 0},
                        {Kind::Forward, 2}},
                       {{Kind::BackwardInputs, 2},
                        {Kind::StartScatterAdd, 2, 0},
                        {Kind::BackwardParameters, 2},
                        {Kind::Ready, 2},
                        {Kind::FinishScatterAdd, 2, 0},
                        {Kind::BackwardParameters, 1},
                        {Kind::Ready, 1}}}};
  program.program_of = {0, 0};
  program.exchanges[{2, 0}] = {{{{1, 100}}, {{1, 200}}, 0}, {{{0, 200}}, {{0, 100}}, 0}};
  program.sums = {{2, {1000}}, {1, {1000}}};
  return program;
}

// On the first part little but the second layer's gradient of inputs, on the second much forward.
const ComputeSeconds kFirst{{3, 0, 1, 0, 2}, {4, 0, 1, 0, 0, 2, 0}, 0, 1};
const ComputeSeconds kSecond{{1, 0, 1, 0, 8}, {1, 0, 1, 0, 0, 2, 0}, 0, 1};
const std::vector<ComputeSeconds> kBoth{kFirst, kSecond};

struct SlowNetwork : CommunicationTimes {
  double handing_over(int, int, std::size_t) const override { return 0.125; }
  double taking(std::size_t) const override { return 0.125; }
  double copy(std::size_t) const override { return 0; }
  double sum_over_replicas(int, std::size_t) const override { return 0; }
  Flight flight(int, int, std::size_t bytes) const override {
    return {0.5, static_cast<double>(bytes) / 100, attended};
  }
  Flight sum_over_world(std::size_t) const override { return {1, 2, sum_attended}; }
  double attended = 0, sum_attended = 0;
};

// By hand. Forward, the first ends at 3 + 1 + 2 = 6; the second is at 2 when it waits until 3 for the first's
// rows, and ends at 11. Backward, the first is at 10 and, with its weights' gradient, at 11, when it waits
// until 12 for the second's; it ends at 14, the second, which waits for nobody, at 11 + 1 + 1 + 2 = 15. The
// sums hold both until 15, and the update ends at 16.
TEST(ProgramReplay, OfAnIdealNetworkWaitsForOthersAlone) {
  const std::vector<RankReplay> ranks = replay(two_layers(), kBoth, IdealNetwork());
  EXPECT_THAT(ranks[0].computing, DoubleEq(14));
  EXPECT_THAT(ranks[0].exchanging, DoubleEq(1));
  EXPECT_THAT(ranks[0].reducing, DoubleEq(1));
  EXPECT_THAT(ranks[1].computing, DoubleEq(15));
  EXPECT_THAT(ranks[1].exchanging, DoubleEq(1));
  EXPECT_THAT(ranks[1].reducing, DoubleEq(0));
  EXPECT_THAT(ideal_step_seconds(two_layers(), kBoth), DoubleEq(16));
}

TEST(ProgramReplay, OfRanksThatNeverWaitIsWhatTheyCompute) {
  EXPECT_THAT(ideal_step_seconds(two_layers(), std::vector{kFirst, kFirst}), DoubleEq(14));
}

// A second replica that is slower holds the first up by the sums alone.
TEST(ProgramReplay, LetsReplicasMeetInTheSumsOfGradients) {
  ComputeSeconds late = kFirst;
  late.loss = 10;
  const std::vector<ComputeSeconds> seconds{kFirst, kFirst, late, late};
  const std::vector<RankReplay> ranks = replay(two_layers(2), seconds, IdealNetwork());
  EXPECT_THAT(ranks[0].exchanging, DoubleEq(0));
  EXPECT_THAT(ranks[0].reducing, DoubleEq(10));
  EXPECT_THAT(step_seconds(ranks), DoubleEq(24));
}

TEST(ProgramReplay, SumsGradientsOnceHoweverManyPassesAStepHas) {
  EXPECT_THAT(ideal_step_seconds(two_layers(), std::vector{kFirst, kFirst}, 3), DoubleEq(3 * 13 + 1));
}

// The first hands over from 3 to 3.125; its 200 bytes leave by 5.125 and are there at 5.625; taking them
// lasts until 5.75, and the second layer until 13.75. The second's 100 bytes are at the first at 1.125 + 1 +
// 0.5, long before it asks for them at 4.125, but its own leave at 5.125: it takes them then and ends
// at 7.25.
TEST(ProgramReplay, SendsMessagesOverALinkBehindWhatIsComputed) {
  SampleProgram forward = two_layers();
  for (Program& program : forward.programs) program.backward.clear();
  const std::vector<ComputeSeconds> seconds{{kFirst.forward, {}, 0, 0}, {kSecond.forward, {}, 0, 0}};
  const std::vector<RankReplay> ranks = replay(forward, seconds, SlowNetwork());
  EXPECT_THAT(ranks[0].end(), DoubleEq(7.25));
  EXPECT_THAT(ranks[1].end(), DoubleEq(13.75));
}

// As above, but that the way of 100 bytes begins only when the first asks, at 4.125, and takes 5.
TEST(ProgramReplay, DoesNotHideWhatGoesOnOnlyWhileARankWaits) {
  SampleProgram forward = two_layers();
  for (Program& program : forward.programs) program.backward.clear();
  const std::vector<ComputeSeconds> seconds{{kFirst.forward, {}, 0, 0}, {kSecond.forward, {}, 0, 0}};
  SlowNetwork network;
  network.attended = 5;
  EXPECT_THAT(replay(forward, seconds, network)[0].end(), DoubleEq(4.125 + 5 + 0.125 + 2));
}

// Forward of both ends at 13.75 for the second (above); the buckets become ready as it goes backward, and
// each sum takes 3 after the one before.
TEST(ProgramReplay, SumsBucketsOneAfterAnother) {
  SampleProgram program = two_layers();
  program.exchanges[{2, 0}] = std::vector<SampleProgram::Messages>(2);
  const std::vector<ComputeSeconds> seconds{kFirst, kFirst};
  // Ready at 11 and 13: the first sum until 14, the second until 17, the update until 18.
  EXPECT_THAT(step_seconds(replay(program, seconds, SlowNetwork())), DoubleEq(18));
  SlowNetwork unattended;
  unattended.sum_attended = 3;  // of each: nothing goes on behind compute
  EXPECT_THAT(step_seconds(replay(program, seconds, unattended)), DoubleEq(13 + 6 + 1));
}

// Batch statistics of both replicas together: all go on when the slowest of all has come.
TEST(ProgramReplay, MeetsOverReplicasWhereALayerSums) {
  SampleProgram program = two_layers(2);
  program.exchanges[{2, 0}] = std::vector<SampleProgram::Messages>(2);
  program.meetings[1] = {2, 0};
  ComputeSeconds slow = kFirst;
  slow.forward[0] = 5;
  const std::vector<ComputeSeconds> seconds{kFirst, kFirst, kFirst, slow};
  const std::vector<RankReplay> ranks = replay(program, seconds, IdealNetwork());
  EXPECT_THAT(ranks[0].exchanging, DoubleEq(2));
  program.meetings[1] = {1, 0};
  EXPECT_THAT(replay(program, seconds, IdealNetwork())[0].exchanging, DoubleEq(0));
  EXPECT_THAT(replay(program, seconds, IdealNetwork())[2].exchanging, DoubleEq(2));
}

// The messages of a real network: what one part sends the other receives, and the flatten layer brings all to
// all.
TEST(SampleProgram, HasForEachMessageItsSenderAndItsReceiver) {
  const Graph graph = cosmoflow({.batch = 2, .space = {16, 16, 16}, .conv_layers = 4, .conv_size = 4});
  const GridDims grid{2, 2, 3, 1};
  const SampleProgram program = sample_program(
      graph, grid, place_all(graph, Partition(grid)),
      {.buckets = gradient_buckets(ParameterStore(graph.parameters(), Element::F32), kGradientBucketBytes)});
  ASSERT_EQ(program.program_of.size(), 6U);
  EXPECT_EQ(program.sums.size(), 1U);
  std::size_t messages = 0;
  for (const auto& [edge, parts] : program.exchanges)
    for (int part = 0; part < 6; ++part)
      for (const SampleProgram::Message& sent : parts[static_cast<std::size_t>(part)].sent) {
        ++messages;
        EXPECT_THAT(parts[static_cast<std::size_t>(sent.peer)].received,
                    ::testing::Contains(SampleProgram::Message{part, sent.bytes}));
      }
  EXPECT_GT(messages, 6U * 5);
  for (const Program& other : program.programs)
    EXPECT_EQ(std::count_if(other.forward.begin(), other.forward.end(),
                            [&](const ProgramStep& step) { return program.joins(step); }),
              std::count_if(program.programs[0].forward.begin(), program.programs[0].forward.end(),
                            [&](const ProgramStep& step) { return program.joins(step); }));
}

}  // namespace
}  // namespace tessera
