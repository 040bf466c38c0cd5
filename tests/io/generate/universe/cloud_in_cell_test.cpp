#include "io/generate/universe/cloud_in_cell.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "models/base/random.hpp"

namespace tessera {
namespace {

VectorField at_rest(int size) {
  VectorField field;
  for (auto& component : field) component.assign(static_cast<std::size_t>(size * size * size), 0.0);
  return field;
}

TEST(CloudInCell, ParticlesAtRestFillEveryCellWithOne) {
  for (const double mass : cloud_in_cell(6, at_rest(6))) EXPECT_EQ(mass, 1);
}

TEST(CloudInCell, SharesAParticleAmongTheCellsItTouches) {
  VectorField moved = at_rest(4);
  moved[0][0] = -0.25;  // of the first site: three quarters stay, one goes round the box
  moved[2][0] = 0.5;
  const auto mass = cloud_in_cell(4, moved);
  const auto at = [&mass](int d, int h, int w) {
    return mass[static_cast<std::size_t>((d * 4 + h) * 4 + w)];
  };
  EXPECT_DOUBLE_EQ(at(0, 0, 0), 0.375);
  EXPECT_DOUBLE_EQ(at(0, 0, 1), 1.375);
  EXPECT_DOUBLE_EQ(at(3, 0, 0), 1.125);
  EXPECT_DOUBLE_EQ(at(3, 0, 1), 1.125);
  EXPECT_DOUBLE_EQ(at(2, 2, 2), 1);
}

TEST(CloudInCell, ConservesMassHoweverFarParticlesGo) {
  constexpr int kSize = 8;
  VectorField moved = at_rest(kSize);
  for (std::size_t a = 0; a < 3; ++a)
    for (std::size_t i = 0; i < moved[a].size(); ++i)
      moved[a][i] = 100 * (RandomStream{1, Purpose::Synthetic, a, 0}.uniform(i) - 0.5);
  const auto mass = cloud_in_cell(kSize, moved);
  EXPECT_NEAR(std::accumulate(mass.begin(), mass.end(), 0.0), 512, 1e-9);
  for (const double cell : mass) EXPECT_GE(cell, 0);
}

}  // namespace
}  // namespace tessera
