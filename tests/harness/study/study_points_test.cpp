#include "harness/study/study_points.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "models/base/error.hpp"

namespace tessera {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

LayoutVerdict anything(const StudyLayout&) {
  return {};
}

StudyRequest cubes() {
  return {.ranks = {1, 2, 4}, .threads = {1}, .global_batch = 8, .extents = {16, 16, 16}};
}

std::vector<std::string> names(const StudyPoints& points) {
  std::vector<std::string> all;
  for (const StudyLayout& layout : points.layouts) all.push_back(point_name(layout));
  return all;
}

TEST(StudyPoints, OfStrongScalingKeepTheGlobalBatchAndTakeWholeSamplesAndTheBestSplits) {
  // Blocks plan better than slabs here.
  const auto judge = [](const StudyLayout& layout) {
    return LayoutVerdict{"", layout.height > 1 ? 0.9 : 0.8};
  };
  EXPECT_THAT(names(study_points(cubes(), judge)),
              UnorderedElementsAre("strong_r1_t1_whole_b8", "strong_r2_t1_whole_b8", "strong_r2_t1_2x1_b8",
                                   "strong_r4_t1_whole_b8", "strong_r4_t1_2x1_b8", "strong_r4_t1_2x2_b8"));
}

TEST(StudyPoints, OfWeakScalingKeepWhatARankOrAReplicaHas) {
  StudyRequest request = cubes();
  request.splits = {"whole", "2x1"};
  request.modes = {StudyMode::WeakRank};
  EXPECT_THAT(
      names(study_points(request, anything)),
      UnorderedElementsAre("weak_rank_r1_t1_whole_b8", "weak_rank_r2_t1_whole_b16", "weak_rank_r2_t1_2x1_b16",
                           "weak_rank_r4_t1_whole_b32", "weak_rank_r4_t1_2x1_b32"));
  request.modes = {StudyMode::WeakReplica};
  EXPECT_THAT(names(study_points(request, anything)),
              UnorderedElementsAre("weak_replica_r1_t1_whole_b8", "weak_replica_r2_t1_whole_b16",
                                   "weak_replica_r2_t1_2x1_b8", "weak_replica_r4_t1_whole_b32",
                                   "weak_replica_r4_t1_2x1_b16"));
}

TEST(StudyPoints, OfWeakScalingInVolumeGrowTheSampleAlongTheAxesThatAreSplit) {
  StudyRequest request = cubes();
  request.modes = {StudyMode::WeakVolume};
  const auto slabs_alone = [](const StudyLayout& layout) {
    return LayoutVerdict{layout.height > 1 ? "no blocks" : "", 1};
  };
  const StudyPoints points = study_points(request, slabs_alone);
  EXPECT_THAT(names(points),
              UnorderedElementsAre("weak_volume_r1_t1_whole_b8_16x16x16", "weak_volume_r2_t1_2x1_b8_32x16x16",
                                   "weak_volume_r4_t1_4x1_b8_64x16x16"));
  for (const StudyLayout& layout : points.layouts)
    EXPECT_EQ(layout.extents[0] * layout.extents[1] * layout.extents[2] * layout.global_batch,
              16 * 16 * 16 * 8 * layout.ranks);
}

TEST(StudyPoints, OfImagesAreSplitInHeightFirst) {
  StudyRequest request = cubes();
  request.extents = {96, 144};
  request.ranks = {2};
  EXPECT_THAT(names(study_points(request, anything)),
              UnorderedElementsAre("strong_r2_t1_whole_b8", "strong_r2_t1_2x1_b8"));
  EXPECT_EQ(study_points(request, anything).layouts.size(), 2U);
}

TEST(StudyPoints, ThatCannotBeRunOrMakeNoSenseAreLeftOutWithTheReason) {
  StudyRequest request = cubes();
  const auto judge = [](const StudyLayout& layout) {
    if (layout.parts() == 4) return LayoutVerdict{"too many parts", 0};
    return LayoutVerdict{"", layout.parts() == 2 ? 0.25 : 1};
  };
  const StudyPoints points = study_points(request, judge);
  EXPECT_THAT(names(points), UnorderedElementsAre("strong_r1_t1_whole_b8", "strong_r2_t1_whole_b8",
                                                  "strong_r4_t1_whole_b8"));
  EXPECT_THAT(points.left_out, ElementsAre(HasSubstr("strong, 2 ranks, 2x1: at most 25 % efficient"),
                                           HasSubstr("strong, 4 ranks, 2x1: at most 25 %"),
                                           HasSubstr("strong, 4 ranks, 4 parts: too many parts")));
  request.splits = {"3x1", "whole"};
  EXPECT_THAT(study_points(request, anything).left_out,
              Contains(HasSubstr("strong, 4 ranks, 3x1: 3 parts don't divide them")));
}

TEST(StudyPoints, OfAStudyWithoutAnyAreAnErrorThatSaysWhy) {
  StudyRequest request = cubes();
  request.splits = {"3x1"};
  try {
    study_points(request, anything);
    ADD_FAILURE() << "nothing was thrown";
  } catch (const InputError& error) {
    EXPECT_THAT(error.problem(), HasSubstr("3 parts don't divide them"));
  }
  request.splits = {"2xx1"};
  EXPECT_THROW(study_points(request, anything), InputError);
  request.splits = {"2x1x1x1"};
  EXPECT_THROW(study_points(request, anything), InputError);
}

TEST(StudyPoints, AreBounded) {
  StudyRequest request = cubes();
  request.threads.clear();
  for (int threads = 1; threads <= 100; ++threads) request.threads.push_back(threads);
  EXPECT_THROW(study_points(request, anything), InputError);
  request.threads = {1};
  request.ranks = {16384};
  request.global_batch = 16384;
  const StudyPoints points = study_points(request, anything);
  EXPECT_LE(points.layouts.size(), 7U);
  EXPECT_THAT(points.left_out, ElementsAre());
}

TEST(StudyPoints, OfWeakScalingNeedASampleForEachRankOfTheSmallestSize) {
  StudyRequest request = cubes();
  request.ranks = {16, 32};
  request.modes = {StudyMode::WeakRank};
  EXPECT_THROW(study_points(request, anything), InputError);
}

TEST(StudyPoints, OfWeakScalingRefuseABatchThatTheSmallestSizeCannotShare) {
  StudyRequest request = cubes();
  request.ranks = {2, 4};
  request.global_batch = 3;
  EXPECT_NO_THROW(study_points(request, anything)) << "strong scaling leaves out what can't be run";
  request.modes = {StudyMode::Strong, StudyMode::WeakReplica};
  try {
    study_points(request, anything);
    ADD_FAILURE() << "nothing was thrown";
  } catch (const InputError& error) {
    EXPECT_THAT(error.problem(), HasSubstr("a global batch of 3 can't be divided among 2 ranks"));
  }
}

TEST(StudyPoints, DontFollowEachOtherInOrderOfSize) {
  StudyRequest request = cubes();
  request.ranks = {1, 2, 4, 8, 16, 32, 64, 128};
  request.global_batch = 128;
  request.splits = {"whole"};
  const StudyPoints points = study_points(request, anything);
  ASSERT_EQ(points.layouts.size(), 8U);
  const auto rises = [&](auto compare) {
    int count = 0;
    for (std::size_t i = 1; i < points.layouts.size(); ++i)
      count += compare(points.layouts[i].ranks, points.layouts[i - 1].ranks) ? 1 : 0;
    return count;
  };
  EXPECT_GE(rises(std::greater<>()), 2);
  EXPECT_GE(rises(std::less<>()), 2);
  EXPECT_EQ(names(points), names(study_points(request, anything))) << "the same each time";
}

TEST(StudyPoints, HaveNamesOfTheirOwn) {
  StudyRequest request = cubes();
  request.threads = {1, 2};
  request.modes = {StudyMode::Strong, StudyMode::WeakReplica, StudyMode::WeakRank, StudyMode::WeakVolume};
  const std::vector<std::string> all = names(study_points(request, anything));
  EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), all.size());
}

}  // namespace
}  // namespace tessera
