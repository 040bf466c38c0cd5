#include <fmt/core.h>
#include <gtest/gtest.h>
#include <omp.h>

#include <algorithm>
#include <random>

#include "models/kernels/direction.hpp"
#include "models/kernels/kernels.hpp"
#include "models/kernels/onednn_product_weight_gradient.hpp"
#include "models/kernels/window_taps.hpp"
#include "support/numbers.hpp"

namespace tessera {
namespace {

using onednn::ProductWeightGradient;

// Windows of 1 to 3 taps with strides, dilation and padding of their own along each axis; for all of them to
// be small, few cells.
ConvolutionProblem random_problem(std::mt19937& draws, Element element) {
  const auto from_to = [&](std::int64_t least, std::int64_t most) {
    return least + static_cast<std::int64_t>(draws() % static_cast<unsigned>(most - least + 1));
  };
  ConvolutionProblem p;
  std::array<std::int64_t, 3> x{}, y{};
  const bool pointwise = from_to(0, 4) == 0;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    LocalWindow& w = p.window[axis];
    if (!pointwise) w = {from_to(1, 3), from_to(1, 3), from_to(1, 3), from_to(0, 3), from_to(0, 3)};
    const std::int64_t reach = w.dilation * (w.kernel - 1) + 1;
    x[axis] = std::max<std::int64_t>(from_to(1, axis == 2 ? 40 : 9), reach - w.pad_lo - w.pad_hi);
    y[axis] = (x[axis] + w.pad_lo + w.pad_hi - reach) / w.stride + 1;
  }
  const std::int64_t n = from_to(1, 3);
  p.x = {n, from_to(1, 40), Box::whole({x[0], x[1], x[2]}), element};
  p.y = {n, from_to(1, 40), Box::whole({y[0], y[1], y[2]}), element};
  p.order = from_to(0, 1) == 0 ? WeightOrder::SpatialInOut : WeightOrder::OutInSpatial;
  p.bias = from_to(0, 1) == 0;
  return p;
}

template <class T>
Tensor as_doubles(const Tensor& tensor) {
  Layout layout = tensor.layout();
  layout.element = Element::F64;
  Tensor wide(layout);
  std::ranges::copy(tensor.view().span<T>(), wide.view().span<double>().begin());
  return wide;
}

struct Gradients {
  std::vector<double> weights, bias;
};

template <class T>
Gradients truth_of(ConvolutionProblem p, const Tensor& x, const Tensor& dy) {
  p.x.element = p.y.element = Element::F64;
  const auto kernel = make_reference_kernels(Element::F64)->convolution(p);
  AlignedBytes scratch(kernel->scratch_bytes());
  Gradients truth{std::vector<double>(static_cast<std::size_t>(p.taps() * p.x.c * p.y.c)),
                  std::vector<double>(p.bias ? static_cast<std::size_t>(p.y.c) : 0)};
  kernel->backward_parameters(
      as_doubles<T>(x).view(), as_doubles<T>(dy).view(), reinterpret_cast<std::byte*>(truth.weights.data()),
      p.bias ? reinterpret_cast<std::byte*>(truth.bias.data()) : nullptr, {scratch.data(), scratch.size()});
  return truth;
}

// In memory that holds no number before.
Gradients computed(ProductWeightGradient& gradient, const ConvolutionProblem& p, const Tensor& x,
                   const Tensor& dy) {
  std::vector<float> weights(static_cast<std::size_t>(p.taps() * p.x.c * p.y.c), NAN),
      bias(static_cast<std::size_t>(p.y.c), NAN);
  AlignedBytes scratch(gradient.scratch_bytes());
  std::fill_n(scratch.data(), scratch.size(), std::byte{0xFF});
  gradient.run(x.view().bytes, dy.view().bytes, reinterpret_cast<std::byte*>(weights.data()),
               p.bias ? reinterpret_cast<std::byte*>(bias.data()) : nullptr, scratch.data());
  if (!p.bias) bias.clear();
  return {{weights.begin(), weights.end()}, {bias.begin(), bias.end()}};
}

std::string described(const ConvolutionProblem& p) {
  std::string text = fmt::format("{} of {}, {} -> {}, {} threads, windows", p.x.n, to_string(p.x.box), p.x.c,
                                 p.y.c, omp_get_max_threads());
  for (const LocalWindow& w : p.window)
    text += fmt::format(" {}/{}/{}/{}+{}", w.kernel, w.stride, w.dilation, w.pad_lo, w.pad_hi);
  return text;
}

double distance(const std::vector<double>& found, const std::vector<double>& truth) {
  return test::relative_distance<const double, const double>(found, truth);
}

template <class T>
void expect_truth_of_random_problems(Element element) {
  std::mt19937 draws(11);
  const int before = omp_get_max_threads();
  for (int i = 0; i < 300; ++i) {
    omp_set_num_threads(1 + i % 5);
    const ConvolutionProblem p = random_problem(draws, element);
    const Tensor x = test::random_tensor<T>(p.x.n, p.x.c, p.x.box.extents(), 1),
                 dy = test::random_tensor<T>(p.y.n, p.y.c, p.y.box.extents(), 2);
    std::unique_ptr<ProductWeightGradient> gradient;
    try {
      gradient = std::make_unique<ProductWeightGradient>(onednn::Device(), p);
    } catch (const dnnl::error&) {
      omp_set_num_threads(before);
      if (element != Element::BF16) throw;
      GTEST_SKIP() << "the library multiplies no matrices of bfloat16 on this machine";
    }
    const Gradients found = computed(*gradient, p, x, dy), truth = truth_of<T>(p, x, dy);
    EXPECT_LT(distance(found.weights, truth.weights), 1e-5) << described(p);
    EXPECT_LT(distance(found.bias, truth.bias), 1e-5) << described(p);
  }
  omp_set_num_threads(before);
}

TEST(ProductWeightGradient, IsThatOfRandomProblemsInBfloat16) {
  expect_truth_of_random_problems<Bfloat16>(Element::BF16);
}

TEST(ProductWeightGradient, IsThatOfRandomProblemsInFloat32) {
  expect_truth_of_random_problems<float>(Element::F32);
}

// Of a map of a few cells the library has it only by unfolding.
TEST(ProductWeightGradient, IsTakenInFloat32WhereTheLibrarysIsAGemm) {
  ConvolutionProblem p;
  p.window.fill({3, 1, 1, 1, 1});
  p.x = {8, 64, Box::whole({2, 2, 2})};
  p.y = {8, 128, Box::whole({2, 2, 2})};
  for (const ConvolutionAlgorithm algorithm : {ConvolutionAlgorithm::Auto, ConvolutionAlgorithm::Direct}) {
    const auto kernel = make_onednn_kernels(Element::F32, algorithm)->convolution(p);
    const std::string name = implementation_of(kernel->implementations(), Direction::BackwardParameters);
    EXPECT_TRUE(has_word(name, "products") || !has_word(name, "gemm")) << name;
  }
}

TEST(WindowTaps, ReadWhatPlainLoopsFind) {
  for (const LocalWindow& w :
       {LocalWindow{3, 1, 1, 1, 1}, LocalWindow{3, 2, 1, 1, 0}, LocalWindow{5, 3, 2, 4, 7},
        LocalWindow{1, 2, 1, 0, 0}, LocalWindow{2, 1, 9, 9, 9}})
    for (std::int64_t inputs = 1; inputs < 12; ++inputs)
      for (std::int64_t outputs = 1; outputs < 12; ++outputs)
        for (std::int64_t tap = 0; tap < w.kernel; ++tap) {
          const Interval found = outputs_reading(w, tap, inputs, outputs);
          for (std::int64_t o = 0; o < outputs; ++o) {
            const std::int64_t i = o * w.stride + tap * w.dilation - w.pad_lo;
            EXPECT_EQ(found.contains(o), i >= 0 && i < inputs) << tap << ' ' << inputs << ' ' << o;
          }
        }
}

}  // namespace
}  // namespace tessera
