#include "io/cosmoflow/cube_symmetry.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace tessera {
namespace {

using Index = std::array<std::int64_t, 3>;

Index original(const CubeSymmetry& symmetry, const Index& index, std::int64_t n) {
  Index from;
  for (int a = 0; a < 3; ++a) from[symmetry.axis[a]] = symmetry.flip[a] ? n - 1 - index[a] : index[a];
  return from;
}

TEST(CubeSymmetry, The48AreDistinctAndTheFirstChangesNothing) {
  EXPECT_EQ(cube_symmetry(0), CubeSymmetry{});
  std::set<std::set<std::pair<Index, Index>>> maps;
  for (int number = 0; number < kCubeSymmetries; ++number) {
    std::set<std::pair<Index, Index>> map;
    for (const Index& corner : {Index{0, 1, 2}, Index{2, 0, 0}, Index{0, 2, 1}})
      map.insert({corner, original(cube_symmetry(number), corner, 3)});
    maps.insert(map);
  }
  EXPECT_EQ(maps.size(), 48U);
}

TEST(CubeSymmetry, SourceBoxHoldsExactlyTheVoxelsOfTheWantedBox) {
  const Box wanted{{1, 3}, {0, 4}, {2, 5}};
  for (int number = 0; number < kCubeSymmetries; ++number) {
    const CubeSymmetry symmetry = cube_symmetry(number);
    const Box source = source_box(symmetry, wanted, {6, 6, 6});
    EXPECT_EQ(source.count(), wanted.count());
    for (std::int64_t d = 1; d < 3; ++d)
      for (std::int64_t h = 0; h < 4; ++h)
        for (std::int64_t w = 2; w < 5; ++w) {
          const Index from = original(symmetry, {d, h, w}, 6);
          EXPECT_TRUE(source.d.contains(from[0]) && source.h.contains(from[1]) && source.w.contains(from[2]));
        }
  }
}

int distinct_draws(const std::array<bool, 3>& kept) {
  std::set<std::pair<std::array<int, 3>, std::array<bool, 3>>> seen;
  for (std::int64_t sample = 0; sample < 2000; ++sample) {
    const CubeSymmetry symmetry = draw_symmetry(1, 0, sample, kept);
    seen.insert({symmetry.axis, symmetry.flip});
    for (int a = 0; a < 3; ++a) EXPECT_TRUE(!kept[a] || (symmetry.axis[a] == a && !symmetry.flip[a]));
  }
  return static_cast<int>(seen.size());
}

TEST(CubeSymmetry, DrawsLeaveKeptAxesAlone) {
  EXPECT_EQ(distinct_draws({false, false, false}), 48);
  EXPECT_EQ(distinct_draws({true, false, false}), 8);
  EXPECT_EQ(distinct_draws({false, true, false}), 8);
  EXPECT_EQ(distinct_draws({true, true, false}), 2);
  EXPECT_EQ(distinct_draws({true, true, true}), 1);
}

TEST(CubeSymmetry, DrawsDependOnSeedEpochAndSample) {
  const auto drawn = [](std::uint64_t seed, int epoch) {
    std::vector<CubeSymmetry> draws;
    for (std::int64_t sample = 0; sample < 20; ++sample)
      draws.push_back(draw_symmetry(seed, epoch, sample, {}));
    return draws;
  };
  EXPECT_EQ(drawn(1, 0), drawn(1, 0));
  EXPECT_NE(drawn(1, 0), drawn(2, 0));
  EXPECT_NE(drawn(1, 0), drawn(1, 1));
}

}  // namespace
}  // namespace tessera
