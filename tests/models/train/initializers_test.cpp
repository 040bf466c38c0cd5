#include "models/train/initializers.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace tessera {
namespace {

const ParameterSpec kConvolution{"conv3d_1/kernel", {3, 3, 3, 16, 32}, Initializer::GlorotUniform};
const ParameterSpec kDense{"dense/kernel", {300, 128}, Initializer::GlorotUniform};
const ParameterSpec kHead{"dense_2/kernel", {7, 3}, Initializer::GlorotUniform};
const ParameterSpec kBias{"conv3d_1/bias", {32}, Initializer::Zeros};
const ParameterSpec kNormal{"conv1.weight", {32, 16, 9, 9}, Initializer::KaimingNormal, false, 16 * 9 * 9};
const ParameterSpec kUniform{
    "deconv1.weight", {256, 64, 3, 3}, Initializer::KaimingUniform, false, 64 * 3 * 3};
const ParameterSpec kOddNormal{"conv2.weight", {7, 3, 1, 1}, Initializer::KaimingNormal, false, 3};
const ParameterSpec kScale{"bn1.weight", {32}, Initializer::Ones};

std::vector<double> drawn(std::vector<ParameterSpec> specs, const std::string& name, std::uint64_t seed) {
  ParameterStore parameters(std::move(specs), Element::F64);
  initialize(parameters, seed);
  const auto values = parameters.value<double>(parameters.find(name));
  return {values.begin(), values.end()};
}

TEST(Fans, CountTheReceptiveFieldTimesTheChannels) {
  const auto of = [](std::vector<std::int64_t> dims) { return fans(dims); };
  EXPECT_EQ(of({3, 3, 3, 4, 32}), (Fans{108, 864}));
  EXPECT_EQ(of({1, 1, 5, 7}), (Fans{5, 7}));
  EXPECT_EQ(of({128, 64}), (Fans{128, 64}));
  EXPECT_EQ(of({9}), (Fans{9, 9}));
  EXPECT_EQ(of({}), (Fans{1, 1}));
}

TEST(GlorotUniform, StaysWithinItsBoundsAndReachesThem) {
  for (const ParameterSpec& spec : {kConvolution, kDense}) {
    const double limit = glorot_limit(fans(spec.dims));
    const std::vector<double> values = drawn({spec}, spec.name, 5);
    const auto [least, greatest] = std::minmax_element(values.begin(), values.end());
    EXPECT_GE(*least, -limit);
    EXPECT_LT(*greatest, limit);
    EXPECT_LT(*least, -0.998 * limit);
    EXPECT_GT(*greatest, 0.998 * limit);
  }
  EXPECT_DOUBLE_EQ(glorot_limit({128, 64}), std::sqrt(6.0 / 192));
}

TEST(GlorotUniform, HasMeanZeroAndVarianceTwoOverTheFansWithinSamplingError) {
  for (const ParameterSpec& spec : {kConvolution, kDense}) {
    const std::vector<double> values = drawn({spec}, spec.name, 11);
    const auto n = static_cast<double>(values.size());
    double sum = 0, squares = 0;
    for (double value : values) sum += value, squares += value * value;
    const Fans fan = fans(spec.dims);
    const double variance = 2.0 / static_cast<double>(fan.in + fan.out);
    EXPECT_NEAR(sum / n, 0, 4 * std::sqrt(variance / n));
    // Of a uniform number, the square has standard deviation sqrt(4/5) times its variance.
    EXPECT_NEAR(squares / n, variance, 4 * std::sqrt(0.8 / n) * variance);
  }
}

// The central moments of a sample of n normal numbers: sd(mean) = s / sqrt(n), sd(variance) = s^2 sqrt(2/n),
// and of the fourth s^4 sqrt(96/n) about 3 s^4. A uniform number has 1.8 s^4.
TEST(KaimingNormal, HasMeanZeroVarianceTwoOverTheFanInAndTheFourthMomentOfTheNormalDistribution) {
  const std::vector<double> values = drawn({kNormal}, kNormal.name, 11);
  const auto n = static_cast<double>(values.size());
  double sum = 0, squares = 0, fourths = 0;
  for (double value : values) sum += value, squares += value * value, fourths += std::pow(value, 4);
  const double variance = 2.0 / (16 * 81);
  EXPECT_NEAR(sum / n, 0, 4 * std::sqrt(variance / n));
  EXPECT_NEAR(squares / n, variance, 4 * std::sqrt(2 / n) * variance);
  EXPECT_NEAR(fourths / n, 3 * variance * variance, 4 * std::sqrt(96 / n) * variance * variance);
}

TEST(KaimingNormal, OfTheFanOutHasVarianceTwoOverIt) {
  const auto variance_of = [](Initializer initializer) {
    const ParameterSpec spec{.name = "conv1.weight",
                             .dims = {64, 3, 7, 7},
                             .initializer = initializer,
                             .fan_in = 3 * 49,
                             .fan_out = 64 * 49};
    const std::vector<double> values = drawn({spec}, spec.name, 11);
    double squares = 0;
    for (double value : values) squares += value * value;
    return squares / static_cast<double>(values.size());
  };
  EXPECT_NEAR(variance_of(Initializer::KaimingNormalFanOut), 2.0 / (64 * 49), 0.06 * 2 / (64 * 49));
  EXPECT_NEAR(variance_of(Initializer::KaimingNormal), 2.0 / (3 * 49), 0.06 * 2 / (3 * 49));
}

TEST(KaimingNormal, NeverRepeatsANumber) {
  for (const ParameterSpec& spec : {kNormal, kOddNormal}) {
    std::vector<double> values = drawn({spec}, spec.name, 8);
    std::sort(values.begin(), values.end());
    EXPECT_EQ(std::adjacent_find(values.begin(), values.end()), values.end());
  }
}

TEST(KaimingUniform, StaysWithinOneOverTheRootOfTheFanInAndReachesIt) {
  const std::vector<double> values = drawn({kUniform}, kUniform.name, 5);
  const auto [least, greatest] = std::minmax_element(values.begin(), values.end());
  EXPECT_GE(*least, -1.0 / 24);
  EXPECT_LT(*greatest, 1.0 / 24);
  EXPECT_LT(*least, -0.998 / 24);
  EXPECT_GT(*greatest, 0.998 / 24);
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  EXPECT_NEAR(mean, 0, 4 / 24.0 / std::sqrt(3 * static_cast<double>(values.size())));
}

TEST(Initialize, GivesAParameterTheSameValuesWhateverStandsBesideIt) {
  const std::vector<double> alone = drawn({kDense}, kDense.name, 3);
  EXPECT_EQ(drawn({kConvolution, kBias, kDense, kHead}, kDense.name, 3), alone);
  EXPECT_EQ(drawn({kHead, kDense, kBias, kConvolution}, kDense.name, 3), alone);
}

TEST(Initialize, GivesOtherValuesToOtherNamesAndOtherSeeds) {
  ParameterSpec other = kHead;
  other.name = "dense_3/kernel";
  const std::vector<double> values = drawn({kHead, other}, kHead.name, 3);
  EXPECT_EQ(drawn({kHead, other}, kHead.name, 3), values);
  EXPECT_NE(drawn({kHead, other}, other.name, 3), values);
  EXPECT_NE(drawn({kHead, other}, kHead.name, 4), values);
}

TEST(Initialize, NeverRepeatsANumberPatternWithinAParameter) {
  std::vector<double> values = drawn({kDense}, kDense.name, 8);
  std::sort(values.begin(), values.end());
  const auto distinct = std::unique(values.begin(), values.end()) - values.begin();
  EXPECT_GT(distinct, 38400 - 100);  // 24 bits: some 44 of the 38,400 numbers meet another by chance
}

TEST(Initialize, OverwritesWithZerosOrOnesWhereTheyAreAsked) {
  ParameterStore parameters({kBias, kScale}, Element::F32);
  for (int p = 0; p < 2; ++p)
    for (float& value : parameters.value<float>(p)) value = 3;
  initialize(parameters, 1);
  for (float value : parameters.value<float>(0)) EXPECT_EQ(value, 0);
  for (float value : parameters.value<float>(1)) EXPECT_EQ(value, 1);
}

TEST(Initialize, GivesFloatsThatAreTheDoublesRounded) {
  const std::vector<ParameterSpec> specs = {kHead, kDense, kOddNormal, kUniform};
  ParameterStore floats(specs, Element::F32), doubles(specs, Element::F64);
  initialize(floats, 21);
  initialize(doubles, 21);
  for (int p = 0; p < floats.count(); ++p)
    for (std::size_t i = 0; i < floats.value<float>(p).size(); ++i)
      EXPECT_EQ(floats.value<float>(p)[i], static_cast<float>(doubles.value<double>(p)[i]));
}

}  // namespace
}  // namespace tessera
