#include "results/compare/rank_sum.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace tessera {
namespace {

constexpr std::size_t kMostExact = 60;  // values: their ways to be drawn still add up well in a double

/// Values of both samples, ranked.
struct Ranks {
  std::vector<std::size_t> doubled;  // twice the rank of each value, so that ties have whole numbers
  std::size_t doubled_first = 0;     // their sum over the first sample
  double ties = 0;                   // sum of t³ - t over groups of t equal values
};

Ranks rank(std::span<const double> first, std::span<const double> second) {
  std::vector<double> sorted(first.begin(), first.end());
  sorted.insert(sorted.end(), second.begin(), second.end());
  std::sort(sorted.begin(), sorted.end());
  Ranks ranks;
  for (std::size_t begin = 0; begin < sorted.size();) {
    const auto end = static_cast<std::size_t>(std::upper_bound(sorted.begin(), sorted.end(), sorted[begin]) -
                                              sorted.begin());
    const std::size_t doubled = begin + end + 1;  // ranks begin + 1 to end
    const auto equal = static_cast<double>(end - begin);
    ranks.ties += equal * equal * equal - equal;
    ranks.doubled.resize(end, doubled);
    ranks.doubled_first +=
        doubled * static_cast<std::size_t>(std::count(first.begin(), first.end(), sorted[begin]));
    begin = end;
  }
  return ranks;
}

/// Ways to draw `count` of the values, by the sum of their doubled ranks.
std::vector<double> ways_by_sum(const std::vector<std::size_t>& doubled, std::size_t count) {
  std::size_t most = 0;
  for (const std::size_t rank : doubled) most += rank;
  std::vector<std::vector<double>> ways(count + 1, std::vector<double>(most + 1));
  ways[0][0] = 1;
  for (const std::size_t rank : doubled) {
    for (std::size_t drawn = count; drawn > 0; --drawn) {
      for (std::size_t sum = rank; sum <= most; ++sum) ways[drawn][sum] += ways[drawn - 1][sum - rank];
    }
  }
  return ways[count];
}

double exact_p(const Ranks& ranks, std::size_t count) {
  const std::vector<double> ways = ways_by_sum(ranks.doubled, count);
  double all = 0, low = 0, high = 0;
  for (std::size_t sum = 0; sum < ways.size(); ++sum) {
    all += ways[sum];
    if (sum <= ranks.doubled_first) low += ways[sum];
    if (sum >= ranks.doubled_first) high += ways[sum];
  }
  return std::min(1.0, 2 * std::min(low, high) / all);
}

double normal_p(const Ranks& ranks, double u, double n, double m) {
  const double all = n + m;
  const double variance = n * m / 12 * (all + 1 - ranks.ties / (all * (all - 1)));
  if (!(variance > 0)) return 1;  // all values are equal
  const double z = (std::max(u, n * m - u) - n * m / 2 - 0.5) / std::sqrt(variance);
  return std::min(1.0, std::erfc(z / std::sqrt(2.0)));
}

bool has_nan(std::span<const double> values) {
  return std::any_of(values.begin(), values.end(), [](double value) { return std::isnan(value); });
}

}  // namespace

std::optional<RankSumTest> rank_sum_test(std::span<const double> first, std::span<const double> second) {
  if (first.empty() || second.empty() || has_nan(first) || has_nan(second)) return std::nullopt;
  const Ranks ranks = rank(first, second);
  const auto n = static_cast<double>(first.size()), m = static_cast<double>(second.size());
  const double u = static_cast<double>(ranks.doubled_first) / 2 - n * (n + 1) / 2;
  const bool exact = ranks.doubled.size() <= kMostExact;
  return RankSumTest{u, exact ? exact_p(ranks, first.size()) : normal_p(ranks, u, n, m), exact};
}

}  // namespace tessera
