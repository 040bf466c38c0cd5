#include "io/cosmoflow/count_transform.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace tessera {
namespace {

/// Counts of a whole cube, all different enough to tell voxels and channels apart.
std::vector<std::int16_t> counts_of(std::int64_t n, int channels) {
  std::vector<std::int16_t> counts(static_cast<std::size_t>(n * n * n * channels));
  for (std::size_t i = 0; i < counts.size(); ++i) counts[i] = static_cast<std::int16_t>(i * 7919 % 32768);
  return counts;
}

double seen(const std::vector<std::int16_t>& counts, std::int64_t n, int channels,
            const CubeSymmetry& symmetry, std::array<std::int64_t, 3> index, int channel) {
  std::array<std::int64_t, 3> from;
  for (int a = 0; a < 3; ++a) from[symmetry.axis[a]] = symmetry.flip[a] ? n - 1 - index[a] : index[a];
  return counts[static_cast<std::size_t>(((from[0] * n + from[1]) * n + from[2]) * channels + channel)];
}

template <class T>
void expect_all_symmetries(std::int64_t n, int channels, const Box& box, double tolerance) {
  const auto counts = counts_of(n, channels);
  ChannelStatistics statistics;
  for (int c = 0; c < channels; ++c) {
    statistics.mean.push_back(5 + c);
    statistics.deviation.push_back(0.5 + 0.25 * c);
  }
  const CountTransform transform(channels, statistics);
  Tensor out({1, channels, box, element_of<T>()});
  for (int number = 0; number < kCubeSymmetries; ++number) {
    const CubeSymmetry symmetry = cube_symmetry(number);
    transform.apply({counts.data(), Box::whole({n, n, n})}, symmetry, {n, n, n}, out.view());
    const T* value = out.view().template data<T>();
    for (std::int64_t d = box.d.begin; d < box.d.end; ++d)
      for (std::int64_t h = box.h.begin; h < box.h.end; ++h)
        for (std::int64_t w = box.w.begin; w < box.w.end; ++w)
          for (int c = 0; c < channels; ++c) {
            const double x = std::log1p(seen(counts, n, channels, symmetry, {d, h, w}, c));
            ASSERT_NEAR(*value++, (x - (5 + c)) / (0.5 + 0.25 * c), tolerance) << "symmetry " << number;
          }
  }
}

TEST(CountTransform, EqualsPlainIndexingUnderAllSymmetries) {
  expect_all_symmetries<float>(20, 4, Box::whole({20, 20, 20}), 1e-5);
  expect_all_symmetries<double>(7, 4, Box::whole({7, 7, 7}), 1e-13);
}

TEST(CountTransform, EqualsPlainIndexingOnBoxesAndOddChannels) {
  expect_all_symmetries<float>(20, 3, {{1, 18}, {0, 20}, {3, 4}}, 1e-5);
  expect_all_symmetries<float>(20, 4, {{19, 20}, {5, 6}, {0, 19}}, 1e-5);
  expect_all_symmetries<float>(70, 1, {{0, 2}, {1, 3}, {2, 69}}, 1e-5);
}

TEST(CountTransform, ReadsAHeldBoxAsItReadsTheWhole) {
  const std::int64_t n = 6;
  const auto counts = counts_of(n, 2);
  const CountTransform transform(2, {});
  const Box wanted{{1, 3}, {2, 6}, {0, 5}};
  Tensor from_whole({1, 2, wanted}), from_box({1, 2, wanted});
  for (int number = 0; number < kCubeSymmetries; ++number) {
    const CubeSymmetry symmetry = cube_symmetry(number);
    const Box held = source_box(symmetry, wanted, {n, n, n});
    std::vector<std::int16_t> part;
    for (std::int64_t d = held.d.begin; d < held.d.end; ++d)
      for (std::int64_t h = held.h.begin; h < held.h.end; ++h)
        for (std::int64_t i = held.w.begin * 2; i < held.w.end * 2; ++i)
          part.push_back(counts[static_cast<std::size_t>((d * n + h) * n * 2 + i)]);
    transform.apply({counts.data(), Box::whole({n, n, n})}, symmetry, {n, n, n}, from_whole.view());
    transform.apply({part.data(), held}, symmetry, {n, n, n}, from_box.view());
    const auto a = std::as_const(from_whole).view().span<float>(),
               b = std::as_const(from_box).view().span<float>();
    EXPECT_TRUE(std::equal(a.begin(), a.end(), b.begin())) << "symmetry " << number;
  }
}

TEST(CountTransform, RoundsEveryLogarithmOnce) {
  std::vector<std::int16_t> counts(32768);
  for (std::size_t i = 0; i < counts.size(); ++i) counts[i] = static_cast<std::int16_t>(i);
  const CountTransform transform(1, {});
  const Box box = Box::whole({1, 1, 32768});
  Tensor out({1, 1, box});
  transform.apply({counts.data(), box}, {}, {1, 1, 32768}, out.view());
  for (int i = 0; i < 32768; ++i)
    ASSERT_EQ(out.view().data<float>()[i], static_cast<float>(std::log1p(static_cast<double>(i))));
}

}  // namespace
}  // namespace tessera
