#include "harness/plan/split.hpp"

#include <gmock/gmock.h>

#include "models/cosmoflow.hpp"
#include "support/errors.hpp"

namespace tessera {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const Graph kGraph = cosmoflow({.space = {32, 16, 8}, .conv_layers = 2, .conv_size = 2});

std::string refusal(const std::string& text, int ranks) {
  return message_of<InputError>([&] { grid_of(text, ranks, kGraph); });
}

TEST(Split, NamesPartsFromTheOutermostAxisOnAndLeavesTheRestToReplicas) {
  EXPECT_EQ(grid_of("", 4, kGraph), (GridDims{4, 1, 1, 1}));
  EXPECT_EQ(grid_of("1", 4, kGraph), (GridDims{4, 1, 1, 1}));
  EXPECT_EQ(grid_of("4", 4, kGraph), (GridDims{1, 4, 1, 1}));
  EXPECT_EQ(grid_of("2x1", 8, kGraph), (GridDims{4, 2, 1, 1}));
  EXPECT_EQ(grid_of("2x2x2", 8, kGraph), (GridDims{1, 2, 2, 2}));
  EXPECT_EQ(grid_of("1x1x4", 8, kGraph), (GridDims{2, 1, 1, 4}));
}

TEST(Split, IsWrittenAsItIsRead) {
  for (const char* text : {"1x1", "4x1", "1x3", "2x2x2", "1x1x4"})
    EXPECT_EQ(split_text(grid_of(text, 24, kGraph), 3), text);
}

TEST(Split, ThatIsNoSplitIsRefusedWithThoseThatAre) {
  for (const char* text :
       {"x", "4x", "x4", "2xx2", "2 x2", "-2x1", "+2", "4y1", "2x1x", "99999999999999999999", " "})
    EXPECT_THAT(refusal(text, 2), AllOf(HasSubstr("is no split"), HasSubstr("2x1, 1x2, 1x1x2, 1x1"))) << text;
}

TEST(Split, OfMoreAxesThanSamplesHaveIsRefused) {
  EXPECT_THAT(refusal("2x1x1x1", 2), AllOf(HasSubstr("splits 4 axes"), HasSubstr("2x1")));
}

TEST(Split, WithZeroPartsIsRefused) {
  EXPECT_THAT(refusal("0x2", 2), HasSubstr("no part along depth"));
  EXPECT_THAT(refusal("2x0", 2), HasSubstr("no part along height"));
}

TEST(Split, ThatDoesNotDivideTheRanksIsRefusedWithOnesNearby) {
  EXPECT_THAT(refusal("4x1", 6), AllOf(HasSubstr("makes 4 parts"), HasSubstr("don't divide 6 ranks"),
                                       HasSubstr("start a multiple of 4 ranks"), HasSubstr("3x1, 1x3")));
  EXPECT_THAT(refusal("2x1", 1), HasSubstr("on 1 rank, samples can be split as 1x1"));
}

TEST(Split, ThatLeavesPartsWithoutAnElementOfAnyLayerIsRefused) {
  EXPECT_EQ(grid_of("16", 16, kGraph).depth, 16)
      << "later layers are smaller, and parts may own nothing there";
  EXPECT_THAT(refusal("17", 17), AllOf(HasSubstr("17 parts along depth, where the largest layer has 16")));
  EXPECT_THAT(refusal("1x1x8", 8), AllOf(HasSubstr("8 parts along width"), Not(HasSubstr("1x1x8,"))));
  EXPECT_THAT(refusal("999999999999x999999999999", 2), HasSubstr("along depth"));
}

TEST(PartsIn, TakeATextWithoutRanksOrGraph) {
  EXPECT_EQ(parts_in("whole", 3), GridDims{});
  EXPECT_EQ(parts_in("4x2", 3), (GridDims{1, 4, 2, 1}));
  EXPECT_EQ(parts_in("4x2", 2), (GridDims{1, 1, 4, 2}));
  for (const char* none : {"", "x", "0x1", "2x", "1x1x1x1", "two", "9999999x9999999x9999999"})
    EXPECT_FALSE(parts_in(none, 3)) << none;
  EXPECT_FALSE(parts_in("1x1x1", 2));
}

}  // namespace
}  // namespace tessera
