#include "models/train/intersection_over_union.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <set>
#include <vector>

#include "models/base/random.hpp"

namespace tessera {
namespace {

using Map = std::vector<int>;  // a class a pixel

// Logits whose largest is the class wanted, labels as they are; one row of pixels a sample.
template <class T>
struct Batch {
  Batch(const std::vector<Map>& predicted, const std::vector<Map>& labelled, Interval columns)
      : logits({static_cast<std::int64_t>(predicted.size()), 3, {{0, 1}, {0, 1}, columns}, element_of<T>()}),
        labels({logits.layout().n, 1, logits.layout().box, element_of<T>()}) {
    T* logit = logits.view().template data<T>();
    T* label = labels.view().template data<T>();
    for (std::size_t n = 0; n < predicted.size(); ++n)
      for (auto i = static_cast<std::size_t>(columns.begin); i < static_cast<std::size_t>(columns.end); ++i) {
        for (int c = 0; c < 3; ++c) *logit++ = static_cast<T>(c == predicted[n][i] ? 0.1 : -0.1 * c - 1);
        *label++ = static_cast<T>(labelled[n][i]);
      }
  }
  Tensor logits, labels;
};

template <class T>
double score(const std::vector<Map>& predicted, const std::vector<Map>& labelled) {
  const Batch<T> batch(predicted, labelled, {0, static_cast<std::int64_t>(predicted[0].size())});
  IntersectionOverUnion iou(3);
  NoGroupSum alone;
  iou.add(batch.logits.view(), batch.labels.view(), batch.logits.layout().n, alone);
  return iou.value();
}

// Of one sample, with the sets of pixels themselves.
double by_sets(const Map& predicted, const Map& labelled) {
  double sum = 0;
  for (int c = 0; c < 3; ++c) {
    std::set<std::size_t> ours, theirs, both, either;
    for (std::size_t i = 0; i < predicted.size(); ++i) {
      if (predicted[i] == c) ours.insert(i);
      if (labelled[i] == c) theirs.insert(i);
    }
    std::set_intersection(ours.begin(), ours.end(), theirs.begin(), theirs.end(),
                          std::inserter(both, both.end()));
    std::set_union(ours.begin(), ours.end(), theirs.begin(), theirs.end(),
                   std::inserter(either, either.end()));
    sum += either.empty() ? 1 : static_cast<double>(both.size()) / static_cast<double>(either.size());
  }
  return sum / 3;
}

// Samples in which every set of classes occurs, also a single one.
std::vector<Map> random_maps(int samples, std::uint64_t seed) {
  std::vector<Map> maps;
  for (int n = 0; n < samples; ++n) {
    Map map(40);
    for (std::size_t i = 0; i < map.size(); ++i) {
      const int drawn = static_cast<int>(
          3 * RandomStream{seed, Purpose::Synthetic, static_cast<std::uint64_t>(n), 0}.uniform(i));
      map[i] = n % 7 < 4 ? std::min(drawn, n % 7 % 3) : drawn;
    }
    maps.push_back(map);
  }
  return maps;
}

template <class T>
class IntersectionOverUnionOf : public testing::Test {};
using Elements = testing::Types<float, double>;
TYPED_TEST_SUITE(IntersectionOverUnionOf, Elements);

// Class 0: 2 of 4; class 1: 1 of 2; class 2: 1 of 2.
TYPED_TEST(IntersectionOverUnionOf, OneSampleIsWhatOneCountsByHand) {
  EXPECT_DOUBLE_EQ(score<TypeParam>({{0, 0, 0, 1, 2, 0}}, {{0, 0, 1, 1, 2, 2}}), (0.5 + 0.5 + 0.5) / 3);
  EXPECT_DOUBLE_EQ(score<TypeParam>({{0, 1, 2}}, {{1, 2, 0}}), 0);
}

TYPED_TEST(IntersectionOverUnionOf, AClassAbsentFromBothCountsAsOne) {
  EXPECT_DOUBLE_EQ(score<TypeParam>({{0, 0, 0, 0}}, {{0, 0, 0, 0}}), 1);
  EXPECT_DOUBLE_EQ(score<TypeParam>({{0, 0, 0, 0}}, {{0, 0, 0, 2}}), (0.75 + 1 + 0) / 3);
  EXPECT_DOUBLE_EQ(score<TypeParam>({{1, 0, 0, 0}}, {{0, 0, 0, 0}}), (0.75 + 0 + 1) / 3);
}

TYPED_TEST(IntersectionOverUnionOf, IsTakenOfEachSampleBeforeTheMeanOverSamples) {
  const std::vector<Map> predicted = random_maps(21, 1), labelled = random_maps(21, 2);
  double expected = 0;
  for (std::size_t n = 0; n < 21; ++n) expected += by_sets(predicted[n], labelled[n]) / 21;
  EXPECT_NEAR(score<TypeParam>(predicted, labelled), expected, 1e-14);
}

TEST(IntersectionOverUnion, AddsBatchesAndLeavesOutPaddedSamples) {
  const std::vector<Map> predicted = random_maps(4, 1), labelled = random_maps(4, 2);
  const Batch<float> batch(predicted, labelled, {0, 40});
  IntersectionOverUnion iou(3);
  NoGroupSum alone;
  EXPECT_TRUE(std::isnan(iou.value()));
  iou.add(batch.logits.view(), batch.labels.view(), 3, alone);
  iou.add(batch.logits.view(), batch.labels.view(), 0, alone);
  iou.add(batch.logits.view(), batch.labels.view(), 1, alone);
  EXPECT_NEAR(iou.value(),
              (2 * by_sets(predicted[0], labelled[0]) + by_sets(predicted[1], labelled[1]) +
               by_sets(predicted[2], labelled[2])) /
                  4,
              1e-14);
  EXPECT_EQ(iou.sums()[1], 4);
  iou.reset();
  EXPECT_TRUE(std::isnan(iou.value()));
}

TEST(IntersectionOverUnion, OfEqualLogitsPredictsTheFirstClass) {
  Batch<float> batch({{0, 0}}, {{0, 1}}, {0, 2});
  for (float& logit : batch.logits.view().span<float>()) logit = 3;
  IntersectionOverUnion iou(3);
  NoGroupSum alone;
  iou.add(batch.logits.view(), batch.labels.view(), 1, alone);
  EXPECT_DOUBLE_EQ(iou.value(), (0.5 + 0 + 1) / 3);
}

// A group played in two rounds: in the first, each process leaves what it has; in the second, each gets the
// sum.
class TwoRounds final : public GroupSum {
 public:
  void sum(std::span<double> values) override {
    total_.resize(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) second_ ? values[i] = total_[i] : total_[i] += values[i];
  }
  void start_second() { second_ = true; }

 private:
  std::vector<double> total_;
  bool second_ = false;
};

TEST(IntersectionOverUnion, OfASplitSampleIsThatOfTheWholeOnEveryProcess) {
  const std::vector<Map> predicted = random_maps(9, 1), labelled = random_maps(9, 2);
  const std::vector<Interval> parts = {{0, 1}, {1, 17}, {17, 17}, {17, 40}};
  TwoRounds group;
  const auto add = [&](IntersectionOverUnion& iou, Interval part) {
    const Batch<double> batch(predicted, labelled, part);
    iou.add(batch.logits.view(), batch.labels.view(), 8, group);
  };
  for (Interval part : parts) {
    IntersectionOverUnion first_round(3);
    add(first_round, part);
  }
  group.start_second();
  double expected = 0;
  for (std::size_t n = 0; n < 8; ++n) expected += by_sets(predicted[n], labelled[n]) / 8;
  for (Interval part : parts) {
    IntersectionOverUnion iou(3);
    add(iou, part);
    EXPECT_NEAR(iou.value(), expected, 1e-14);
    EXPECT_EQ(iou.sums()[1], 8);
  }
}

}  // namespace
}  // namespace tessera
