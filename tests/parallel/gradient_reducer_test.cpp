#include "parallel/gradient_reducer.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <random>

#include "models/base/error.hpp"
#include "models/base/random.hpp"
#include "parallel/broadcast.hpp"
#include "support/mpi_world.hpp"

namespace tessera {
namespace {

using testing::world;

ParameterStore some_parameters(Element element) {
  std::vector<ParameterSpec> specs;
  for (const std::int64_t count : {1, 17, 4, 3000, 64, 5, 700, 1, 128}) {
    specs.push_back({fmt::format("p{}", specs.size()), {count}});
  }
  return {specs, element};
}

// The gradient of element i of a parameter on one rank, known to all ranks.
double gradient_of(int rank, int parameter, std::size_t i) {
  return RandomStream{11, Purpose::Synthetic, static_cast<std::uint64_t>(rank),
                      static_cast<std::uint64_t>(parameter)}
             .uniform(i) -
         0.5;
}

template <class T>
void fill_gradients(ParameterStore& parameters) {
  for (int p = 0; p < parameters.count(); ++p) {
    const std::span<T> gradient = parameters.gradient<T>(p);
    for (std::size_t i = 0; i < gradient.size(); ++i)
      gradient[i] = static_cast<T>(gradient_of(world().rank(), p, i));
  }
}

template <class T>
void expect_serial_sums(ParameterStore& parameters) {
  const double tolerance = (std::is_same_v<T, float> ? 1e-6 : 1e-14) * world().size();
  for (int p = 0; p < parameters.count(); ++p) {
    const std::span<T> gradient = parameters.gradient<T>(p);
    double worst = 0.0;
    for (std::size_t i = 0; i < gradient.size(); ++i) {
      double sum = 0.0;
      for (int rank = 0; rank < world().size(); ++rank) sum += gradient_of(rank, p, i);
      worst = std::max(worst, std::abs(gradient[i] - sum));
    }
    EXPECT_LT(worst, tolerance) << "parameter " << p;
  }
}

// Backward in some order, another on each rank if seed says so.
void reduce(GradientReducer& reducer, int parameters, unsigned seed) {
  std::vector<int> order(parameters);
  std::iota(order.begin(), order.end(), 0);
  if (seed != 0) std::shuffle(order.begin(), order.end(), std::mt19937(seed));
  for (const int p : order) {
    reducer.ready(p);
    reducer.poke();
  }
  reducer.finish();
}

template <class T>
void expect_sums_for_all_bucket_sizes() {
  ParameterStore parameters = some_parameters(element_of<T>());
  unsigned seed = 0;
  for (const std::size_t bucket_bytes : {0, 1, 100, 4096, 13000, 1 << 30})
    for (const std::size_t largest_sum : {GradientReducer::kLargestSum, std::size_t{100}}) {
      GradientReducer reducer(world(), parameters, bucket_bytes, largest_sum);
      for (int step = 0; step < 3; ++step) {
        fill_gradients<T>(parameters);
        reduce(reducer, parameters.count(), seed == 0 ? 0 : seed + world().rank());
        expect_serial_sums<T>(parameters);
        seed += 100;
      }
    }
}

TEST(GradientReducer, EqualsASerialSumForAnyBucketSizeAndOrderInFloat32) {
  expect_sums_for_all_bucket_sizes<float>();
}

TEST(GradientReducer, EqualsASerialSumForAnyBucketSizeAndOrderInFloat64) {
  expect_sums_for_all_bucket_sizes<double>();
}

TEST(GradientReducer, GivesTheSameBitsEachTimeAndOnEveryRank) {
  std::vector<ParameterSpec> specs;
  for (const std::int64_t count : {50000, 333, 200000, 7}) specs.push_back({"p", {count}});
  ParameterStore parameters(specs, Element::F32);
  GradientReducer reducer(world(), parameters, 1 << 18);
  std::vector<std::byte> first;
  for (int repeat = 0; repeat < 6; ++repeat) {
    fill_gradients<float>(parameters);
    reduce(reducer, parameters.count(), static_cast<unsigned>(repeat));
    const std::span<const std::byte> bytes(parameters.gradients(), parameters.bytes());
    if (repeat == 0) first.assign(bytes.begin(), bytes.end());
    EXPECT_TRUE(std::equal(bytes.begin(), bytes.end(), first.begin())) << "repeat " << repeat;
  }
  std::copy(first.begin(), first.end(), parameters.values());
  EXPECT_NO_THROW(check_same_parameters(world(), parameters));
}

TEST(GradientReducer, FillsEveryBucketButTheLast) {
  if (world().size() == 1) GTEST_SKIP() << "one rank has no buckets";
  ParameterStore parameters = some_parameters(Element::F32);
  EXPECT_EQ(GradientReducer(world(), parameters, 0).buckets(), parameters.count());
  EXPECT_EQ(GradientReducer(world(), parameters, std::size_t{1} << 30).buckets(), 1);
  // 64 + 128 + 64 + 12032 bytes fill the first; 256 + 64 + 2816 the second; 64 + 512 are left.
  EXPECT_EQ(GradientReducer(world(), parameters, 3000).buckets(), 3);
}

TEST(GradientReducer, ReportsBytesAndNoneForAWorldOfOne) {
  ParameterStore parameters = some_parameters(Element::F32);
  GradientReducer reducer(world(), parameters, 4096);
  EXPECT_EQ(reducer.bytes_a_step(), world().size() == 1 ? 0 : parameters.bytes());
}

TEST(Broadcast, GivesEveryRankTheParametersOfTheFirst) {
  ParameterStore parameters = some_parameters(Element::F32);
  for (float& value : parameters.value<float>(3)) value = static_cast<float>(1 + world().rank());
  if (world().size() > 1) {
    EXPECT_THROW(check_same_parameters(world(), parameters), Error);
  }
  broadcast_parameters(world(), parameters);
  EXPECT_NO_THROW(check_same_parameters(world(), parameters));
  EXPECT_EQ(parameters.value<float>(3).back(), 1.0F);
}

}  // namespace
}  // namespace tessera
