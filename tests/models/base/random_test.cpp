#include "models/base/random.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <vector>

namespace tessera {
namespace {

using Words = std::array<std::uint32_t, 4>;

// Philox4x32-10 as the paper states it (doi:10.1145/2063384.2063405, section 3.3).
Words philox(Words counter, std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t first = std::uint64_t{0xD2511F53} * counter[0];
    const std::uint64_t second = std::uint64_t{0xCD9E8D57} * counter[2];
    counter = {
        static_cast<std::uint32_t>(second >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(second),
        static_cast<std::uint32_t>(first >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(first)};
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  return counter;
}

// Known answers distributed with Random123 (kat_vectors).
TEST(RandomStream, IsTestedAgainstAPhiloxThatGivesTheKnownAnswers) {
  EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
            (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(RandomStream, IsOnePhiloxBlockOfTheIndexKeyedByOneOfTheStream) {
  const RandomStream stream{0x0123456789abcdef, Purpose::Dropout, 0xfedcba9876543210, 0x1122334455667788};
  const Words id = philox({0x76543210, 0xfedcba98, 0x55667788, 0x11223344}, {0x89abcdef, 0x01234567});
  EXPECT_EQ(stream.bits(0x0badc0de00000007),
            philox({0x00000007, 0x0badc0de, id[0], id[1]},
                   {id[2], id[3] ^ static_cast<std::uint32_t>(Purpose::Dropout)}));
}

TEST(RandomStream, GivesTheSameUniformNumbersManyAtATime) {
  const RandomStream stream{1, Purpose::Dropout, 2, 3};
  for (const std::size_t count : {1, 4, 63, 64, 65, 200})
    for (const std::uint64_t first : {std::uint64_t{0}, std::uint64_t{0xfffffff8}}) {
      std::vector<float> numbers(count);
      stream.uniform(first, numbers);
      for (std::size_t i = 0; i < count; ++i) EXPECT_EQ(numbers[i], stream.uniform4(first + i / 4)[i % 4]);
    }
}

TEST(RandomStream, DiffersWhereverOneOfItsCoordinatesDoes) {
  std::set<Words> seen;
  std::size_t drawn = 0;
  for (std::uint64_t high : {0, 1})
    for (std::uint64_t seed : {0, 1, 2})
      for (Purpose purpose : {Purpose::Weights, Purpose::Dropout, Purpose::Synthetic})
        for (std::uint64_t a : {0, 1, 2})
          for (std::uint64_t b : {0, 1, 2})
            for (std::uint64_t index : {0, 1, 2}) {
              // Also in the upper halves of the 64-bit coordinates, one after another.
              const std::uint64_t up = high << 32;
              seen.insert(RandomStream{seed + up, purpose, a, b}.bits(index));
              seen.insert(RandomStream{seed, purpose, a + up, b}.bits(index));
              seen.insert(RandomStream{seed, purpose, a, b + up}.bits(index));
              seen.insert(RandomStream{seed, purpose, a, b}.bits(index + up));
              drawn += high == 0 ? 1 : 4;
            }
  EXPECT_EQ(seen.size(), drawn);
}

TEST(RandomStream, UniformNumbersFillTheirIntervalEvenly) {
  const RandomStream stream{17, Purpose::Synthetic};
  const int bins = 64, blocks = 40000;
  std::vector<int> of_floats(bins), of_doubles(bins);
  for (std::uint64_t index = 0; index < blocks; ++index) {
    for (float number : stream.uniform4(index)) {
      ASSERT_TRUE(0 <= number && number < 1);
      ++of_floats[static_cast<std::size_t>(number * bins)];
    }
    const double number = stream.uniform(index);
    ASSERT_TRUE(0 < number && number < 1);
    ++of_doubles[static_cast<std::size_t>(number * bins)];
  }
  // Chi-squared with 63 degrees of freedom: mean 63, standard deviation 11.2.
  const auto chi_squared = [](const std::vector<int>& counts, double expected) {
    double sum = 0;
    for (int count : counts) sum += (count - expected) * (count - expected) / expected;
    return sum;
  };
  EXPECT_NEAR(chi_squared(of_floats, 4.0 * blocks / bins), 63, 45);
  EXPECT_NEAR(chi_squared(of_doubles, 1.0 * blocks / bins), 63, 45);
}

TEST(RandomStream, NeighbouringNumbersAndStreamsAreUncorrelated) {
  const int count = 100000;
  const auto correlation = [](auto&& first, auto&& second) {
    double sum = 0;
    for (std::uint64_t i = 0; i < count; ++i) sum += (first(i) - 0.5) * (second(i) - 0.5);
    return 12 * sum / count;  // standard error 1/sqrt(count) = 0.0032
  };
  const RandomStream here{5, Purpose::Dropout, 3, 8}, next_a{5, Purpose::Dropout, 4, 8},
      next_b{5, Purpose::Dropout, 3, 9}, next_seed{6, Purpose::Dropout, 3, 8},
      other{5, Purpose::Weights, 3, 8};
  const auto numbers = [](const RandomStream& stream) {
    return [&](std::uint64_t i) { return stream.uniform(i); };
  };
  for (const RandomStream* stream : {&next_a, &next_b, &next_seed, &other})
    EXPECT_NEAR(correlation(numbers(here), numbers(*stream)), 0, 0.013);
  EXPECT_NEAR(correlation(numbers(here), [&](std::uint64_t i) { return here.uniform(i + 1); }), 0, 0.013);
  EXPECT_NEAR(correlation([&](std::uint64_t i) { return here.uniform4(i)[0]; },
                          [&](std::uint64_t i) { return here.uniform4(i)[3]; }),
              0, 0.013);
}

TEST(RandomStream, NormalNumbersHaveTheMomentsOfTheNormalDistribution) {
  const RandomStream stream{23, Purpose::WhiteNoise, 1};
  const int pairs = 100000;
  double mean = 0, square = 0, cube = 0, fourth = 0, product = 0;
  for (std::uint64_t index = 0; index < pairs; ++index) {
    const auto [x, y] = stream.normal2(index);
    for (double z : {x, y}) {
      mean += z / (2 * pairs);
      square += z * z / (2 * pairs);
      cube += z * z * z / (2 * pairs);
      fourth += z * z * z * z / (2 * pairs);
    }
    product += x * y / pairs;
  }
  // Four standard errors each: those of z^k are sqrt(1, 2, 15, 96) / sqrt(200000).
  EXPECT_NEAR(mean, 0, 0.009);
  EXPECT_NEAR(square, 1, 0.013);
  EXPECT_NEAR(cube, 0, 0.035);
  EXPECT_NEAR(fourth, 3, 0.088);
  EXPECT_NEAR(product, 0, 0.013);
}

}  // namespace
}  // namespace tessera
