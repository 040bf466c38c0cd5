#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "models/base/lanes.hpp"
#include "models/base/random.hpp"
#include "models/base/tensor.hpp"

namespace tessera {
namespace {

std::uint16_t bits_of(Bfloat16 number) {
  return static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(static_cast<float>(number)) >> 16);
}
float float_of(std::uint32_t bits) {
  return std::bit_cast<float>(bits);
}

// By distance in double precision to the two neighbours; infinity lies where the next number would.
float nearest(float value) {
  const std::uint32_t below = std::bit_cast<std::uint32_t>(value) & 0xFFFF0000U, above = below + 0x10000U;
  const auto place = [](std::uint32_t bits) {
    const float number = float_of(bits);
    return std::isinf(number) ? std::copysign(std::ldexp(1.0, 128), number) : static_cast<double>(number);
  };
  const double to_below = std::abs(value - place(below)), to_above = std::abs(place(above) - value);
  if (to_below != to_above) return float_of(to_below < to_above ? below : above);
  return float_of((below >> 16) % 2 == 0 ? below : above);
}

// All that begin with one of the 65,536 upper halves, at the places of a lower half that matter.
std::vector<float> floats() {
  std::vector<float> all;
  for (std::uint32_t upper = 0; upper < 0x10000U; ++upper)
    for (const std::uint32_t lower : {0x0U, 0x1U, 0x7FFFU, 0x8000U, 0x8001U, 0xFFFFU})
      all.push_back(float_of(upper << 16 | lower));
  return all;
}

TEST(Bfloat16, IsTheNearestOfItsKindTiesToEven) {
  for (const float value : floats()) {
    const float rounded = Bfloat16(value);
    if (std::isnan(value))
      EXPECT_TRUE(std::isnan(rounded));
    else if (std::isinf(value))
      EXPECT_EQ(rounded, value);
    else
      EXPECT_EQ(rounded, nearest(value)) << value;
  }
}

TEST(Bfloat16, IsMadeAlikeOneByOneAndByLanes) {
  const std::vector<float> all = floats();
  std::array<Bfloat16, lanes::kMost> rounded;
  for (std::size_t i = 0; i + lanes::kMost <= all.size(); i += lanes::kMost) {
    lanes::store<lanes::kMost>(lanes::load<lanes::kMost>(&all[i]), rounded.data());
    const auto back = lanes::load<lanes::kMost>(rounded.data());
    for (int lane = 0; lane < lanes::kMost; ++lane) {
      EXPECT_EQ(bits_of(rounded[lane]), bits_of(Bfloat16(all[i + lane]))) << all[i + lane];
      if (!std::isnan(back[lane])) {
        EXPECT_EQ(back[lane], static_cast<float>(rounded[lane]));
      }
    }
  }
}

// Three pieces of a row that overlap, of numbers whose sums are rounded.
TEST(AddPieces, RoundsTheSumOfAnElementOnce) {
  const auto piece = [](Interval columns, float value) {
    Tensor tensor({1, 3, {{0, 1}, {0, 1}, columns}, Element::BF16});
    for (Bfloat16& number : tensor.view().span<Bfloat16>()) number = Bfloat16(value);
    return tensor;
  };
  const float unit = std::ldexp(1.0F, -8);  // half of what 1 + is rounded to
  Tensor held = piece({2, 9}, 1);
  const std::array<Tensor, 3> theirs{piece({0, 5}, unit), piece({3, 8}, unit), piece({4, 20}, unit)};
  const std::array<ConstTensorView, 3> pieces{theirs[0].view(), theirs[1].view(), theirs[2].view()};
  add_pieces(pieces, held.view());
  const std::array<int, 7> parts{1, 2, 3, 2, 2, 2, 1};  // of the columns 2 to 8
  for (std::size_t column = 0; column < parts.size(); ++column)
    for (std::size_t c = 0; c < 3; ++c)
      EXPECT_EQ(static_cast<float>(held.view().span<Bfloat16>()[column * 3 + c]),
                static_cast<float>(Bfloat16(1 + static_cast<float>(parts[column]) * unit)));
}

}  // namespace
}  // namespace tessera
