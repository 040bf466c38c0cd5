#include "results/compare/rank_sum.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <vector>

namespace tessera {
namespace {

using Values = std::vector<double>;

double pairs_won(const Values& first, const Values& second) {
  double won = 0;
  for (const double a : first) {
    for (const double b : second) won += a > b ? 1 : a == b ? 0.5 : 0;
  }
  return won;
}

/// By its definition: of all ways to deal the values out, those whose U is as far to one side, twice.
double p_by_enumeration(const Values& first, const Values& second) {
  Values all = first;
  all.insert(all.end(), second.begin(), second.end());
  const double u = pairs_won(first, second);
  double ways = 0, low = 0, high = 0;
  for (unsigned dealt = 0; dealt < 1U << all.size(); ++dealt) {
    if (std::popcount(dealt) != static_cast<int>(first.size())) continue;
    Values mine, others;
    for (std::size_t i = 0; i < all.size(); ++i) (dealt >> i & 1 ? mine : others).push_back(all[i]);
    const double other_u = pairs_won(mine, others);
    ++ways;
    if (other_u <= u) ++low;
    if (other_u >= u) ++high;
  }
  return std::min(1.0, 2 * std::min(low, high) / ways);
}

// scipy 1.10.1: mannwhitneyu(a, b, method="exact") gives U = 2, p = 0.06349206349206349.
TEST(RankSumTest, AgreesWithScipyWithoutTies) {
  const auto test =
      rank_sum_test(Values{265.1, 270.4, 281.9, 259.3, 266.0}, Values{301.2, 268.7, 299.5, 310.0});
  ASSERT_TRUE(test);
  EXPECT_DOUBLE_EQ(test->u, 2);
  EXPECT_NEAR(test->p, 0.06349206349206349, 1e-15);
  EXPECT_TRUE(test->exact);
}

// The permutation distribution of midranks, enumerated with itertools and scipy's rankdata.
TEST(RankSumTest, IsExactWithTies) {
  const auto test = rank_sum_test(Values{1, 2, 2, 3, 5}, Values{2, 4, 4, 5, 6, 7});
  ASSERT_TRUE(test);
  EXPECT_DOUBLE_EQ(test->u, 5.5);
  EXPECT_NEAR(test->p, 0.09956709956709957, 1e-15);
}

TEST(RankSumTest, IsWhatEnumerationGives) {
  const std::vector<std::pair<Values, Values>> cases{{{1}, {2}},
                                                     {{3}, {3, 3, 1, 2}},
                                                     {{1, 1, 1}, {1, 1}},
                                                     {{5, 4, 9, 9, 9, 1}, {1, 1, 2, 9}},
                                                     {{10, 11, 12, 13, 14}, {1, 2, 3, 4, 5}},
                                                     {{1, 2, 3, std::numeric_limits<double>::infinity()},
                                                      {4, 5, 6, std::numeric_limits<double>::infinity()}}};
  for (const auto& [first, second] : cases) {
    const auto test = rank_sum_test(first, second);
    ASSERT_TRUE(test);
    EXPECT_DOUBLE_EQ(test->u, pairs_won(first, second));
    EXPECT_NEAR(test->p, p_by_enumeration(first, second), 1e-14);
  }
}

// scipy 1.10.1: method="asymptotic" with its continuity correction.
TEST(RankSumTest, OfManyValuesIsScipysNormalApproximationWithTies) {
  Values first, second;
  for (int i = 0; i < 40; ++i) first.push_back(100 + 3 * i % 7);
  for (int i = 0; i < 35; ++i) second.push_back(101 + 5 * i % 8);
  const auto test = rank_sum_test(first, second);
  ASSERT_TRUE(test);
  EXPECT_DOUBLE_EQ(test->u, 470.5);
  EXPECT_NEAR(test->p, 0.014230817752262264, 1e-15);
  EXPECT_FALSE(test->exact);
}

TEST(RankSumTest, OfManyEqualValuesFindsNothing) {
  const auto test = rank_sum_test(Values(50, 1.0), Values(50, 1.0));
  ASSERT_TRUE(test);
  EXPECT_DOUBLE_EQ(test->p, 1);
}

TEST(RankSumTest, NeedsTwoSamplesOfNumbers) {
  EXPECT_FALSE(rank_sum_test(Values{}, Values{1}));
  EXPECT_FALSE(rank_sum_test(Values{1}, Values{std::nan("")}));
}

}  // namespace
}  // namespace tessera
