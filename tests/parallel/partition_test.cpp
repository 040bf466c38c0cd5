#include "parallel/partition.hpp"

#include <gtest/gtest.h>

#include "models/base/error.hpp"
#include "parallel/process_grid.hpp"

namespace tessera {
namespace {

TEST(Partition, TilesAnAxisInOrderWithSizesThatDifferByAtMostOne) {
  for (std::int64_t n = 0; n <= 40; ++n)
    for (int p = 1; p <= 13; ++p) {
      std::int64_t next = 0;
      for (int i = 0; i < p; ++i) {
        const Interval owned = part_of(n, i, p);
        EXPECT_EQ(owned.begin, next);
        EXPECT_TRUE(owned.size() == n / p || owned.size() == n / p + 1) << n << " over " << p;
        next = owned.end;
      }
      EXPECT_EQ(next, n);
    }
}

TEST(Partition, KnowsWhichPartsLieSideBySide) {
  using Pairs = std::vector<std::pair<int, int>>;
  EXPECT_EQ(Partition({2, 1, 1, 1}).neighbours(), Pairs{});
  EXPECT_EQ(Partition({1, 4, 1, 1}).neighbours(), (Pairs{{0, 1}, {1, 2}, {2, 3}}));
  EXPECT_EQ(Partition({1, 2, 3, 1}).neighbours(),
            (Pairs{{0, 1}, {0, 3}, {1, 2}, {1, 4}, {2, 5}, {3, 4}, {4, 5}}));
  EXPECT_EQ(Partition({1, 4, 4, 4}).neighbours().size(), 3 * 4 * 4 * 3U);
}

TEST(Partition, GivesEveryElementToExactlyOnePart) {
  for (const GridDims dims :
       {GridDims{1, 1, 1, 1}, GridDims{3, 4, 1, 1}, GridDims{1, 2, 3, 2}, GridDims{1, 1, 7, 5}})
    for (const Extents space : {Extents{8, 8, 8}, Extents{1, 6, 9}, Extents{5, 4, 3}}) {
      const std::vector<Box> boxes = Partition(dims).all(space);
      ASSERT_EQ(static_cast<int>(boxes.size()), dims.parts());
      for (std::int64_t d = 0; d < space.d; ++d)
        for (std::int64_t h = 0; h < space.h; ++h)
          for (std::int64_t w = 0; w < space.w; ++w) {
            int owners = 0;
            for (const Box& box : boxes)
              owners += box.d.contains(d) && box.h.contains(h) && box.w.contains(w);
            EXPECT_EQ(owners, 1);
          }
    }
}

TEST(Partition, CountsPartsWidthFastest) {
  const Partition partition(GridDims{1, 2, 2, 2});
  EXPECT_EQ(partition.owned({4, 4, 4}, 1), (Box{{0, 2}, {0, 2}, {2, 4}}));
  EXPECT_EQ(partition.owned({4, 4, 4}, 2), (Box{{0, 2}, {2, 4}, {0, 2}}));
  EXPECT_EQ(partition.owned({4, 4, 4}, 4), (Box{{2, 4}, {0, 2}, {0, 2}}));
}

TEST(Partition, LeavesSomePartsEmptyWhenTheyOutnumberTheElements) {
  int empty = 0;
  for (const Box& box : Partition(GridDims{1, 8, 1, 1}).all({4, 4, 4})) empty += box.empty();
  EXPECT_EQ(empty, 4);
}

std::string fix_of(const GridDims& dims, int ranks) {
  try {
    check_fits(dims, ranks);
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), 2);
    return error.fix();
  }
  return "none";
}

TEST(ProcessGrid, SaysWhichNumbersWouldDoWhenItDoesNotFit) {
  EXPECT_EQ(fix_of({2, 2, 2, 1}, 8), "none");
  EXPECT_EQ(fix_of({2, 2, 1, 1}, 6), "start 4 processes, or ask for 3 replicas");
  EXPECT_EQ(
      fix_of({2, 2, 2, 1}, 6),
      "start 8 processes, or another multiple of 4, or split samples into a number of parts that divides 6");
  EXPECT_EQ(fix_of({0, 2, 1, 1}, 6), "give positive numbers");
}

}  // namespace
}  // namespace tessera
