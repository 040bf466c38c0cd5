#include "models/kernels/pooled_convolution.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "support/numbers.hpp"

namespace tessera {
namespace {

/// Extents of up to 11 cells, kernels of up to 3, windows of up to 3 with gaps of up to 1.
PooledConvolutionProblem random_problem(std::mt19937& random, Element element) {
  const auto any = [&](std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random);
  };
  PooledConvolutionProblem problem;
  ConvolutionProblem& convolution = problem.convolution;
  convolution.x = {any(1, 3), any(1, 5), {}, element};
  convolution.y = {convolution.x.n, any(1, 6), {}, element};
  problem.pool.y = convolution.y;
  convolution.input_gradients = false;
  problem.negative_slope = 0.3;
  std::array<Interval, 3> x, between, y;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    LocalWindow& window = convolution.window[axis];
    LocalWindow& pool = problem.pool.window[axis];
    window = {any(1, 3), any(1, 2), 1, 0, 0};
    window.pad_lo = any(0, std::min<std::int64_t>(1, window.kernel - 1));
    window.pad_hi = any(0, std::min<std::int64_t>(1, window.kernel - 1));
    pool.kernel = any(1, 3);
    pool.stride = pool.kernel + any(0, 1);
    const std::int64_t pooled = any(1, 5), left_over = any(0, pool.stride - 1);
    const std::int64_t outputs = (pooled - 1) * pool.stride + pool.kernel + left_over;
    const std::int64_t begin = any(0, 7);  // boxes are of a larger tensor
    y[axis] = {begin, begin + pooled};
    between[axis] = {begin, begin + outputs};
    x[axis] = {begin, begin + (outputs - 1) * window.stride + window.kernel - window.pad_lo - window.pad_hi};
    if (x[axis].empty()) {
      window.pad_lo = window.pad_hi = 0;
      x[axis].end = begin + (outputs - 1) * window.stride + window.kernel;
    }
  }
  convolution.x.box = Box::of(x);
  convolution.y.box = problem.pool.x.box = Box::of(between);
  problem.pool.x = convolution.y;
  problem.pool.y.box = Box::of(y);
  return problem;
}

// As the network begins: 3 wide, then halved.
PooledConvolutionProblem cubic(std::int64_t extent, std::int64_t in, std::int64_t out) {
  PooledConvolutionProblem problem;
  const Extents whole{extent, extent, extent}, halved{extent / 2, extent / 2, extent / 2};
  problem.convolution.x = {1, in, Box::whole(whole), Element::F32};
  problem.convolution.y = problem.pool.x = {1, out, Box::whole(whole), Element::F32};
  problem.pool.y = {1, out, Box::whole(halved), Element::F32};
  problem.convolution.window.fill({3, 1, 1, 1, 1});
  problem.convolution.input_gradients = false;
  problem.pool.window.fill({2, 2, 1, 0, 0});
  problem.negative_slope = 0.3;
  return problem;
}

template <class T>
Tensor random_of(const Layout& layout, std::uint64_t stream) {
  const Tensor numbers = test::random_tensor<Wide<T>>(layout.n, layout.c, layout.box.extents(), stream);
  Tensor tensor(layout);
  convert(numbers.view(), tensor.view());
  return tensor;
}

/// The results of one step: y, then the gradients of weights and bias.
template <class W>
struct PooledStep {
  std::vector<W> y, weights, bias;
};

template <class T>
std::vector<Wide<T>> numbers_of(const Tensor& tensor) {
  const std::span<const T> values = ConstTensorView(tensor.view()).span<T>();
  return {values.begin(), values.end()};
}

template <class T>
struct PooledOperands {
  explicit PooledOperands(const PooledConvolutionProblem& problem)
      : x(random_of<T>(problem.convolution.x, 1)),
        dy(random_of<T>(problem.pool.y, 2)),
        y(problem.pool.y),
        weights(static_cast<std::size_t>(problem.convolution.taps() * problem.convolution.x.c *
                                         problem.convolution.y.c)),
        bias(static_cast<std::size_t>(problem.convolution.y.c)),
        saved(static_cast<std::size_t>(problem.pool.y.count())) {
    test::fill_random(std::span(weights), 3);
    test::fill_random(std::span(bias), 4);
    results.weights.resize(weights.size());
    results.bias.resize(bias.size());
  }
  static std::byte* bytes(std::vector<Wide<T>>& numbers) {
    return reinterpret_cast<std::byte*>(numbers.data());
  }

  Tensor x, dy, y;
  std::vector<Wide<T>> weights, bias;
  std::vector<std::byte> saved;
  PooledStep<Wide<T>> results;
};

template <class T>
PooledStep<Wide<T>> one_after_the_other(const PooledConvolutionProblem& problem, Kernels& kernels) {
  PooledOperands<T> o(problem);
  const auto convolution = kernels.convolution(problem.convolution);
  const auto pool = kernels.max_pool(problem.pool, problem.negative_slope);
  AlignedBytes scratch(convolution->scratch_bytes());
  Tensor between(problem.pool.x);
  convolution->forward(o.x.view(), o.bytes(o.weights), o.bytes(o.bias), between.view(),
                       {scratch.data(), scratch.size()});
  pool->forward(between.view(), o.y.view(), o.saved);
  o.results.y = numbers_of<T>(o.y);
  pool->backward(o.dy.view(), o.saved, between.view());
  convolution->backward_parameters(o.x.view(), between.view(), o.bytes(o.results.weights),
                                   o.bytes(o.results.bias), {scratch.data(), scratch.size()});
  return o.results;
}

template <class T>
PooledStep<Wide<T>> in_slabs(const PooledConvolutionProblem& problem, Kernels& kernels) {
  PooledOperands<T> o(problem);
  const auto kernel = kernels.pooled_convolution(problem);
  AlignedBytes scratch(kernel->scratch_bytes());
  kernel->forward(o.x.view(), o.bytes(o.weights), o.bytes(o.bias), o.y.view(), o.saved,
                  {scratch.data(), scratch.size()});
  o.results.y = numbers_of<T>(o.y);
  std::fill_n(scratch.data(), scratch.size(), std::byte{0x7f});  // nothing is kept in it
  kernel->backward_parameters(o.x.view(), o.dy.view(), o.saved, o.bytes(o.results.weights),
                              o.bytes(o.results.bias), {scratch.data(), scratch.size()});
  return o.results;
}

template <class W>
void expect_near(const std::vector<W>& actual, const std::vector<W>& expected, double bound) {
  ASSERT_EQ(actual.size(), expected.size());
  double largest = 1;
  for (const W value : expected) largest = std::max(largest, std::abs(static_cast<double>(value)));
  for (std::size_t i = 0; i < actual.size(); ++i)
    ASSERT_NEAR(actual[i], expected[i], bound * largest) << "element " << i;
}

template <class T>
void expect_same(Kernels& kernels, int problems, double forward_bound, double backward_bound) {
  std::mt19937 random(5);
  for (int i = 0; i < problems; ++i) {
    SCOPED_TRACE(i);
    const PooledConvolutionProblem problem = random_problem(random, kernels.element());
    const auto expected = one_after_the_other<T>(problem, kernels), actual = in_slabs<T>(problem, kernels);
    expect_near(actual.y, expected.y, forward_bound);
    expect_near(actual.weights, expected.weights, backward_bound);
    expect_near(actual.bias, expected.bias, backward_bound);
    if (testing::Test::HasFatalFailure()) return;
  }
}

TEST(PooledConvolution, IsTheConvolutionAndThenThePool) {
  const auto kernels = make_reference_kernels(Element::F64);
  expect_same<double>(*kernels, 60, 0, 1e-13);
}

TEST(PooledConvolution, IsSoWithTheLibrarysKernels) {
  const auto kernels = make_onednn_kernels();
  expect_same<float>(*kernels, 40, 1e-6, 1e-5);
}

// An output may fall on either side of a rounding, and then another cell may be the largest of a window: the
// gradient is held to the reference's, which rounds alike whole and in slabs.
TEST(PooledConvolution, IsSoInBfloat16) {
  const auto kernels = make_reference_kernels(Element::BF16);
  expect_same<Bfloat16>(*kernels, 60, 0, 1e-5);
}

TEST(PooledConvolution, IsSoAtTheExtentsOfTheFullNetwork) {
  PooledConvolutionProblem problem = cubic(128, 4, 32);
  const auto kernels = make_onednn_kernels();
  const auto expected = one_after_the_other<float>(problem, *kernels);
  const auto actual = in_slabs<float>(problem, *kernels);
  expect_near(actual.y, expected.y, 1e-6);
  expect_near(actual.weights, expected.weights, 1e-4);  // each a sum of two million numbers
  expect_near(actual.bias, expected.bias, 1e-4);
}

TEST(PooledConvolution, RepeatsItsBits) {
  const auto kernels = make_onednn_kernels();
  std::mt19937 random(9);
  const PooledConvolutionProblem problem = random_problem(random, Element::F32);
  const PooledStep<float> first = in_slabs<float>(problem, *kernels),
                          second = in_slabs<float>(problem, *kernels);
  EXPECT_EQ(first.y, second.y);
  EXPECT_EQ(first.weights, second.weights);
  EXPECT_EQ(first.bias, second.bias);
}

TEST(PooledSlabs, TileTheOutputInOrder) {
  std::mt19937 random(7);
  for (int i = 0; i < 100; ++i) {
    const PooledConvolutionProblem problem = random_problem(random, Element::F32);
    const PooledSlabs cut = cut_into_slabs(problem, 400, 5);
    std::size_t next = 0;
    for (const PooledSlabs::Slab& slab : cut.slabs) {
      EXPECT_EQ(slab.y, next);
      next += static_cast<std::size_t>(cut.kinds[slab.kind].pool.y.count());
      EXPECT_EQ(cut.kinds[slab.kind].convolution.x.box.extents(), slab.read.extents());
    }
    EXPECT_EQ(next, static_cast<std::size_t>(problem.pool.y.count()));
  }
}

TEST(PooledSlabs, AreAsManyAsAskedForWhereRowsSuffice) {
  PooledConvolutionProblem problem = cubic(16, 4, 32);
  const std::size_t all = problem.pool.x.bytes();
  EXPECT_EQ(cut_into_slabs(problem, all, 1).slabs.size(), 1u);
  EXPECT_EQ(cut_into_slabs(problem, all / 4, 1).slabs.size(), 4u);
  EXPECT_EQ(cut_into_slabs(problem, all, 16).slabs.size(), 16u);
  EXPECT_EQ(cut_into_slabs(problem, all, 1000).slabs.size(), 64u) << "rows of one window each";
  problem.convolution.x.n = problem.convolution.y.n = problem.pool.x.n = problem.pool.y.n = 4;
  EXPECT_EQ(cut_into_slabs(problem, all, 16).slabs.size(), 16u) << "four of each sample";
}

}  // namespace
}  // namespace tessera
