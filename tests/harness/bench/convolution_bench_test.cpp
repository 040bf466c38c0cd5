#include "harness/bench/convolution_bench.hpp"

#include <gmock/gmock.h>

namespace tessera {
namespace {

using testing::HasSubstr;

TEST(ConvolutionBench, SaysWhatFollowingTheRuleCosts) {
  ConvolutionBench bench{1, 2, 7, {}};
  // By turns: rightly by Winograd's, rightly directly, and wrongly directly at twice the time.
  bench.convolutions.push_back({3, 16, 8, {{{2, 1, true}, {1, 4, false}, {3, 1.5, false}}}});
  // Wrongly by Winograd's at 1.5 times the time.
  bench.convolutions.push_back({2, 32, 64, {{{1, 1.5, true}, {1, 1, false}, {2, 1, true}}}});
  const std::string text = to_string(bench);
  EXPECT_THAT(text,
              HasSubstr("takes the slower way in 2 of 6 calls; its way takes 1.250 x the faster one's time "
                        "on average, 2.00 x at most"));
  EXPECT_THAT(text, HasSubstr("3 axes, forward\nchannels        2        4        8"));
  EXPECT_THAT(text, HasSubstr("      16   0.50 W\n"));
  EXPECT_THAT(text, HasSubstr("      16   4.00 .\n"));
  EXPECT_THAT(text, HasSubstr("      32   1.50 W\n"));
}

}  // namespace
}  // namespace tessera
