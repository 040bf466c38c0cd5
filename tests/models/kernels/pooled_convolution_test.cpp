#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <vector>

#include "models/base/lanes.hpp"
#include "models/kernels/fused_pooled_convolution.hpp"
#include "models/kernels/kernels.hpp"
#include "models/kernels/pooled_slabs.hpp"
#include "models/kernels/team_size.hpp"
#include "support/numbers.hpp"

namespace tessera {
namespace {

PooledConvolutionProblem pooled(Element element, std::int64_t n, std::int64_t in, std::int64_t out, Extents x,
                                const std::array<LocalWindow, 3>& window,
                                const std::array<LocalWindow, 3>& pool) {
  const auto outputs = [element, n](const Layout& from, const std::array<LocalWindow, 3>& windows,
                                    std::int64_t channels) {
    std::array<Interval, 3> box = from.box.axes();
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const LocalWindow& w = windows[axis];
      box[axis].end = (box[axis].end + w.pad_lo + w.pad_hi - w.dilation * (w.kernel - 1) - 1) / w.stride + 1;
    }
    return Layout{n, channels, Box::of(box), element};
  };
  PooledConvolutionProblem p;
  p.convolution.window = window;
  p.convolution.input_gradients = false;
  p.convolution.x = {n, in, Box::whole(x), element};
  p.convolution.y = outputs(p.convolution.x, window, out);
  p.pool.window = pool;
  p.pool.x = p.convolution.y;
  p.pool.y = outputs(p.pool.x, pool, out);
  p.negative_slope = 0.3;
  return p;
}

PooledConvolutionProblem in_double(PooledConvolutionProblem p) {
  for (Layout* const layout : {&p.convolution.x, &p.convolution.y, &p.pool.x, &p.pool.y})
    layout->element = Element::F64;
  return p;
}

struct PooledResults {
  std::vector<double> y, dw, db;
  std::vector<std::byte> saved;
};

// On random tensors, rounded to the element of `as` first. Gradients by the taps of `saved`, if any are
// given: where two elements are all but equal, rounding decides which is largest.
template <class T, class As>
PooledResults results_of(Kernels& kernels, const PooledConvolutionProblem& p, As,
                         const std::vector<std::byte>& saved = {}) {
  const auto rounded = [](std::span<double> numbers, std::uint64_t stream) {
    test::fill_random(numbers, stream);
    for (double& number : numbers)
      number = static_cast<double>(static_cast<Wide<As>>(static_cast<As>(static_cast<Wide<As>>(number))));
  };
  const auto tensor = [&](const Layout& layout, std::uint64_t stream) {
    Tensor made(layout);
    std::vector<double> numbers(static_cast<std::size_t>(layout.count()));
    rounded(numbers, stream);
    std::ranges::transform(numbers, made.view().span<T>().begin(),
                           [](double number) { return static_cast<T>(static_cast<Wide<T>>(number)); });
    return made;
  };
  const auto parameters = [&](std::int64_t count, std::uint64_t stream) {
    std::vector<double> numbers(static_cast<std::size_t>(count));
    rounded(numbers, stream);
    return std::vector<Wide<T>>(numbers.begin(), numbers.end());
  };
  const auto bytes = [](std::vector<Wide<T>>& numbers) {
    return reinterpret_cast<std::byte*>(numbers.data());
  };
  const auto kernel = kernels.pooled_convolution(p);
  const Tensor x = tensor(p.convolution.x, 1), dy = tensor(p.pool.y, 2);
  std::vector<Wide<T>> weights = parameters(p.convolution.taps() * p.convolution.x.c * p.pool.y.c, 3),
                       bias = parameters(p.pool.y.c, 4), dw(weights.size()), db(bias.size());
  Tensor y(p.pool.y);
  AlignedBytes memory(kernel->scratch_bytes());
  std::memset(memory.data(), 0xFF, memory.size());
  const std::span<std::byte> scratch(memory.data(), memory.size());
  PooledResults results;
  results.saved.resize(static_cast<std::size_t>(p.pool.y.count()));
  const bool has_bias = p.convolution.bias;
  kernel->forward(x.view(), bytes(weights), has_bias ? bytes(bias) : nullptr, y.view(), results.saved,
                  scratch);
  std::memset(memory.data(), 0xFF, memory.size());
  kernel->backward_parameters(x.view(), dy.view(), saved.empty() ? results.saved : saved, bytes(dw),
                              has_bias ? bytes(db) : nullptr, scratch);
  for (const T& value : y.view().span<T>()) results.y.push_back(static_cast<double>(value));
  results.dw.assign(dw.begin(), dw.end());
  results.db.assign(db.begin(), db.end());
  return results;
}

template <class T>
void expect_convolution_and_pool(const PooledConvolutionProblem& p) {
  const auto fast = make_onednn_kernels(element_of<T>());
  const auto exact = make_reference_kernels(Element::F64);
  const PooledResults found = results_of<T>(*fast, p, T{}),
                      truth = results_of<double>(*exact, in_double(p), T{}, found.saved);
  const auto distance = [](const std::vector<double>& a, const std::vector<double>& b) {
    return test::relative_distance<const double, const double>(a, b);
  };
  const bool narrow = element_of<T>() == Element::BF16;
  const double rounding = narrow ? 4e-3 : 2e-6;
  EXPECT_LT(distance(found.y, truth.y), rounding);
  EXPECT_LT(distance(found.dw, truth.dw), 5e-6);
  if (p.convolution.bias) {
    EXPECT_LT(distance(found.db, truth.db), 5e-6);
  }
  std::size_t others = 0;
  for (std::size_t i = 0; i < found.saved.size(); ++i) others += found.saved[i] != truth.saved[i] ? 1 : 0;
  EXPECT_LE(others, found.saved.size() / (narrow ? 100 : 1000)) << "taps that aren't those of the largest";
}

constexpr LocalWindow kThree{3, 1, 1, 1, 1}, kHalf{2, 2, 1, 0, 0};
constexpr std::array kThrees = {kThree, kThree, kThree}, kHalves = {kHalf, kHalf, kHalf};

TEST(PooledConvolution, IsTheConvolutionAndThePool) {
  expect_convolution_and_pool<float>(pooled(Element::F32, 2, 4, 32, {8, 10, 12}, kThrees, kHalves));
  expect_convolution_and_pool<Bfloat16>(pooled(Element::BF16, 2, 4, 32, {8, 10, 12}, kThrees, kHalves));
  // Other channels than vectors have lanes, uneven extents, and a process's padding.
  expect_convolution_and_pool<float>(pooled(Element::F32, 1, 5, 7, {9, 5, 11},
                                            {LocalWindow{3, 1, 1, 0, 1}, kThree, LocalWindow{3, 1, 1, 2, 0}},
                                            kHalves));
  // A wide window, and pools that overlap or are padded.
  const LocalWindow five{5, 1, 1, 2, 2}, overlapping{3, 2, 1, 0, 0}, padded{2, 2, 1, 1, 0};
  expect_convolution_and_pool<float>(
      pooled(Element::F32, 1, 3, 20, {9, 9, 9}, {five, five, five}, {overlapping, overlapping, overlapping}));
  expect_convolution_and_pool<float>(
      pooled(Element::F32, 2, 2, 9, {6, 8, 9}, kThrees, {padded, kHalf, padded}));
  // An image.
  expect_convolution_and_pool<float>(pooled(Element::F32, 2, 6, 12, {1, 14, 20},
                                            {LocalWindow{}, kThree, kThree}, {LocalWindow{}, kHalf, kHalf}));
}

TEST(PooledConvolution, IsTheConvolutionAndThePoolSlabBySlab) {
  // A map of 10 MB in slabs of half a megabyte, of two samples.
  expect_convolution_and_pool<float>(pooled(Element::F32, 2, 2, 16, {36, 66, 66}, kThrees, kHalves));
  expect_convolution_and_pool<Bfloat16>(pooled(Element::BF16, 2, 4, 32, {36, 66, 66}, kThrees, kHalves));
}

TEST(PooledConvolution, IsTheConvolutionAndThePoolOfRandomProblems) {
  std::mt19937 random(7);
  const auto one_of = [&](const std::vector<std::int64_t>& numbers) {
    return numbers[random() % numbers.size()];
  };
  int fused = 0;
  for (int i = 0; i < 225; ++i) {
    SCOPED_TRACE(i);
    std::array<LocalWindow, 3> window;
    for (LocalWindow& w : window) {
      const std::int64_t kernel = one_of({1, 2, 3, 5});
      w = {kernel, 1, 1, one_of({0, kernel / 2, kernel - 1}), one_of({kernel / 2, kernel - 1})};
    }
    std::array pool = kHalves;
    if (random() % 3 == 0) pool[0] = LocalWindow{};
    if (random() % 5 == 0) pool[1].pad_hi = 1;
    const Extents x{one_of({6, 7}), one_of({6, 7, 10}), one_of({6, 8, 21})};
    const bool narrow = i % 3 == 2;
    PooledConvolutionProblem p = pooled(narrow ? Element::BF16 : Element::F32, one_of({1, 3}),
                                        one_of({1, 2, 3, 4, 5}), one_of({16, 24, 32, 48}), x, window, pool);
    p.convolution.bias = random() % 4 != 0;
    narrow ? expect_convolution_and_pool<Bfloat16>(p) : expect_convolution_and_pool<float>(p);
    fused += can_be_fused(p) ? 1 : 0;
  }
  EXPECT_GE(fused, lanes::kMost == 16 ? 40 : 0);
}

TEST(PooledConvolution, OfOneThreadHasTheBitsOfOneOfMany) {
  const PooledConvolutionProblem p = pooled(Element::F32, 2, 4, 32, {16, 18, 20}, kThrees, kHalves);
  const auto kernels = make_onednn_kernels();
  if (!can_be_fused(p)) GTEST_SKIP() << "the library's are taken on this processor, which may sum otherwise";
  const auto of_team = [&](int threads) {
    const TeamSize team(threads);
    return results_of<float>(*kernels, p, float{});
  };
  const PooledResults one = of_team(1), many = of_team(4);
  EXPECT_EQ(many.y, one.y);
  EXPECT_EQ(many.saved, one.saved);
}

TEST(PooledConvolution, HasItsWeightsAsPyTorchToo) {
  PooledConvolutionProblem p = pooled(Element::F32, 1, 4, 8, {6, 6, 6}, kThrees, kHalves);
  p.convolution.order = WeightOrder::OutInSpatial;
  expect_convolution_and_pool<float>(p);
}

TEST(PooledConvolution, WithStridesIsOneAfterTheOther) {
  expect_convolution_and_pool<float>(
      pooled(Element::F32, 1, 4, 8, {9, 9, 9}, {LocalWindow{3, 2, 1, 1, 1}, kThree, kThree}, kHalves));
}

TEST(PooledConvolution, RepeatsItsBits) {
  const PooledConvolutionProblem p = pooled(Element::F32, 2, 4, 32, {16, 18, 20}, kThrees, kHalves);
  const auto kernels = make_onednn_kernels();
  const PooledResults first = results_of<float>(*kernels, p, float{}),
                      second = results_of<float>(*kernels, p, float{});
  EXPECT_EQ(first.y, second.y);
  EXPECT_EQ(first.dw, second.dw);
  EXPECT_EQ(first.db, second.db);
}

TEST(PooledSlabs, TileTheOutputInOrder) {
  const LocalWindow overlapping{3, 2, 1, 1, 0};
  for (const LocalWindow& pool : {kHalf, overlapping})
    for (const std::int64_t at_least : {1, 5, 40, 1000}) {
      const PooledConvolutionProblem p =
          pooled(Element::F32, 2, 3, 5, {11, 9, 13}, kThrees, {pool, pool, pool});
      const PooledSlabs cut = cut_into_slabs(p, p.pool.x.bytes(), at_least);
      std::size_t next = 0;
      for (const PooledSlabs::Slab& slab : cut.slabs) {
        EXPECT_EQ(slab.y, next);
        const PooledConvolutionProblem& kind = cut.kinds[slab.kind];
        next += static_cast<std::size_t>(kind.pool.y.count());
        EXPECT_EQ(kind.convolution.x.box.extents(), slab.read.extents());
        EXPECT_EQ(kind.convolution.y, kind.pool.x);
      }
      EXPECT_EQ(next, static_cast<std::size_t>(p.pool.y.count()));
    }
}

TEST(PooledSlabs, AreAsManyAsAskedForWhereRowsSuffice) {
  const PooledConvolutionProblem one = pooled(Element::F32, 1, 4, 32, {16, 16, 16}, kThrees, kHalves),
                                 four = pooled(Element::F32, 4, 4, 32, {16, 16, 16}, kThrees, kHalves);
  const std::size_t all = one.pool.x.bytes();
  EXPECT_EQ(cut_into_slabs(one, all, 1).slabs.size(), 1u);
  EXPECT_EQ(cut_into_slabs(one, all / 4, 1).slabs.size(), 4u);
  EXPECT_EQ(cut_into_slabs(one, all, 16).slabs.size(), 16u);
  EXPECT_EQ(cut_into_slabs(one, all, 1000).slabs.size(), 64u) << "rows of one window each";
  EXPECT_EQ(cut_into_slabs(four, all, 16).slabs.size(), 16u) << "four of each sample";
}

}  // namespace
}  // namespace tessera
