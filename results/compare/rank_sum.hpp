#pragma once

#include <optional>
#include <span>

namespace tessera {

/// The two-sided rank sum test of Mann, Whitney and Wilcoxon: how likely two samples of one distribution
/// would be ranked at least as unevenly as these are.
struct RankSumTest {
  double u = 0;        // of the first sample: pairs in which its value is the greater, ties counted half
  double p = 1;        // in (0, 1]
  bool exact = false;  // else by the normal approximation
};

/// Ties have the mean of their ranks, in all that follows; infinite values rank highest, as equals.
/// Up to 60 values in all p is exact: the share of the ways to draw the first sample from all values, twice
/// over the tail that has fewer, at most 1. Beyond, it is the normal approximation with the tie and the
/// continuity correction. Nothing if a sample is empty or holds a NaN.
/// (Mann, Whitney: Annals of Mathematical Statistics 18, 1947; ties: Lehmann, Nonparametrics, 1975.)
std::optional<RankSumTest> rank_sum_test(std::span<const double> first, std::span<const double> second);

}  // namespace tessera
