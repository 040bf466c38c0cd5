#include "models/base/footprint.hpp"

#include <gtest/gtest.h>

#include <set>
#include <tuple>

namespace tessera {
namespace {

using Reads = std::set<std::int64_t>;

// The inputs that outputs [begin, end) read, tap by tap, with no formula of footprints.
Reads window_by_taps(Interval out, std::int64_t k, std::int64_t s, std::int64_t p, std::int64_t dilation) {
  Reads reads;
  for (std::int64_t o = out.begin; o < out.end; ++o)
    for (std::int64_t t = 0; t < k; ++t) reads.insert(o * s - p + dilation * t);
  return reads;
}

// Transposed convolution scatters: input i writes outputs i*s - p + dilation*t.
Reads transposed_by_taps(Interval out, std::int64_t k, std::int64_t s, std::int64_t p,
                         std::int64_t dilation) {
  Reads reads;
  for (std::int64_t i = -200; i < 200; ++i)
    for (std::int64_t t = 0; t < k; ++t)
      if (out.contains(i * s - p + dilation * t)) reads.insert(i);
  return reads;
}

TEST(Footprint, OfAWindowSpansExactlyTheTapsThatBruteForceFinds) {
  for (std::int64_t k = 1; k <= 5; ++k)
    for (std::int64_t s = 1; s <= 3; ++s)
      for (std::int64_t p = 0; p <= k; ++p)
        for (std::int64_t dilation : {1, 2, 6})
          for (Interval out : {Interval{0, 1}, Interval{0, 7}, Interval{3, 4}, Interval{5, 11}}) {
            const Reads reads = window_by_taps(out, k, s, p, dilation);
            EXPECT_EQ(Footprint::window(k, s, p, dilation).reads(out),
                      (Interval{*reads.begin(), *reads.rbegin() + 1}));
          }
}

TEST(Footprint, OfATransposedConvolutionCoversTheTapsAndIsTightWithoutDilation) {
  for (std::int64_t k = 1; k <= 5; ++k)
    for (std::int64_t s = 1; s <= 3; ++s)
      for (std::int64_t p = 0; p < k; ++p)
        for (std::int64_t dilation : {1, 2})
          for (Interval out : {Interval{0, 4}, Interval{3, 8}, Interval{6, 13}}) {
            const Reads reads = transposed_by_taps(out, k, s, p, dilation);
            if (reads.empty()) continue;
            const Interval hull{*reads.begin(), *reads.rbegin() + 1};
            const Interval found = Footprint::transposed(k, s, p, dilation).reads(out);
            EXPECT_TRUE(found.contains(hull));
            if (dilation == 1 && k >= s) {
              EXPECT_EQ(found, hull) << k << s << p;
            }
          }
}

TEST(Footprint, OfAnEmptyOutputIsEmpty) {
  EXPECT_TRUE(Footprint::window(3, 1, 1, 1).reads({4, 4}).empty());
  EXPECT_TRUE(wanted(Footprint::everything(9), {}, 9).empty());
}

TEST(Footprint, OfEverythingIsTheWholeAxis) {
  EXPECT_EQ(wanted(Footprint::everything(9), {3, 5}, 9), (Interval{0, 9}));
}

TEST(LocalPads, AreWhatClippingCutsOff) {
  const std::int64_t n = 10;
  for (std::int64_t k : {1, 3, 5})
    for (std::int64_t dilation : {1, 3}) {
      const std::int64_t pad = dilation * (k / 2);
      const Footprint footprint = Footprint::window(k, 1, pad, dilation);
      for (std::int64_t b = 0; b < n; ++b)
        for (std::int64_t e = b + 1; e <= n; ++e) {
          const LocalPads pads = local_pads(footprint, {b, e}, n);
          const Interval want = wanted(footprint, {b, e}, n);
          // A local convolution of the wanted interval with these pads has exactly the outputs [b, e).
          EXPECT_EQ(want.size() + pads.lo + pads.hi - dilation * (k - 1), e - b);
        }
    }
}

TEST(Footprint, OfATransposedConvolutionHasAPhaseForEachRestOfTheStride) {
  const Footprint doubled = Footprint::transposed(3, 2, 1, 1);
  EXPECT_EQ(doubled.reads({5, 7}).size(), doubled.reads({10, 12}).size());
  EXPECT_NE(doubled.phase(5), doubled.phase(10));
  EXPECT_EQ(doubled.phase(4), doubled.phase(10));
  EXPECT_EQ(Footprint::window(3, 2, 1, 1).phase(5), 0);
}

}  // namespace
}  // namespace tessera
