#include "harness/tune/hyperband.hpp"

#include <gmock/gmock.h>

#include "models/base/error.hpp"

namespace tessera {
namespace {

using ::testing::ElementsAre;

// Li et al. 2018, table 1: columns s = 4 to 0, pairs of n_i and r_i.
TEST(Hyperband, HasTheBracketsOfThePapersTable) {
  EXPECT_THAT(hyperband(81, 3),
              ElementsAre(Bracket{{81, 1}, {27, 3}, {9, 9}, {3, 27}, {1, 81}},
                          Bracket{{27, 3}, {9, 9}, {3, 27}, {1, 81}}, Bracket{{9, 9}, {3, 27}, {1, 81}},
                          Bracket{{6, 27}, {2, 81}}, Bracket{{5, 81}}));
}

TEST(Hyperband, GivesTheLastRungOfEachBracketAllEpochsAndNoneLessThanOne) {
  for (std::int64_t eta = 2; eta <= 5; ++eta)
    for (std::int64_t epochs = 1; epochs <= 300; ++epochs)
      for (const Bracket& bracket : hyperband(epochs, eta)) {
        EXPECT_EQ(bracket.back().epochs, epochs);
        EXPECT_GE(bracket.back().trials, 1);
        for (std::size_t i = 0; i + 1 < bracket.size(); ++i) {
          EXPECT_GE(bracket[i].epochs, 1);
          EXPECT_LT(bracket[i].epochs, bracket[i + 1].epochs);
          EXPECT_EQ(bracket[i].trials / eta, bracket[i + 1].trials);
        }
      }
}

TEST(Hyperband, RoundsBudgetsDownToWholeEpochs) {
  EXPECT_THAT(hyperband(10, 3),
              ElementsAre(Bracket{{9, 1}, {3, 3}, {1, 10}}, Bracket{{3, 3}, {1, 10}}, Bracket{{3, 10}}));
}

TEST(Hyperband, IsRandomSearchWhereThereIsNothingToHalve) {
  EXPECT_THAT(hyperband(1, 3), ElementsAre(Bracket{{1, 1}}));
  EXPECT_EQ(hyperband(2, 3), random_search(1, 2));
}

TEST(Hyperband, CountsEpochsOfEarlierRungsOnce) {
  EXPECT_EQ(epochs_of({{9, 1}, {3, 3}, {1, 9}}), 9 + 3 * 2 + 6);
  EXPECT_EQ(epochs_of({{4, 7}}), 28);
}

TEST(Hyperband, RefusesBudgetsAndFractionsThatNothingFollowsFrom) {
  EXPECT_THROW(hyperband(0, 3), InputError);
  EXPECT_THROW(hyperband(81, 1), InputError);
  EXPECT_THROW(hyperband(81, -3), InputError);
}

}  // namespace
}  // namespace tessera
