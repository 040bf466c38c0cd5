#include "models/kernels/folded_convolution.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <vector>

#include "models/kernels/convolution_slabs.hpp"
#include "support/numbers.hpp"

namespace tessera {
namespace {

struct Results {
  Tensor y;
  std::vector<float> dw, db;
};

// A convolution and the gradients of its parameters on random tensors.
Results run(LinearKernel& kernel, const ConvolutionProblem& p) {
  const auto tensor = [](const Layout& layout, std::uint64_t stream) {
    const Tensor wide = test::random_tensor<float>(layout.n, layout.c, layout.box.extents(), stream);
    Tensor rounded(layout);
    convert(wide.view(), rounded.view());
    return rounded;
  };
  const auto bytes = [](std::vector<float>& numbers) { return reinterpret_cast<std::byte*>(numbers.data()); };
  std::vector<float> weights(static_cast<std::size_t>(p.taps() * p.x.c * p.y.c)),
      bias(static_cast<std::size_t>(p.y.c));
  test::fill_random(std::span(weights), 3);
  test::fill_random(std::span(bias), 4);
  const Tensor x = tensor(p.x, 1), dy = tensor(p.y, 2);
  AlignedBytes scratch(kernel.scratch_bytes());
  const std::span<std::byte> all(scratch.data(), scratch.size());
  Results results{Tensor(p.y), std::vector<float>(weights.size()), std::vector<float>(bias.size())};
  kernel.forward(x.view(), bytes(weights), bytes(bias), results.y.view(), all);
  kernel.backward_parameters(x.view(), dy.view(), bytes(results.dw), bytes(results.db), all);
  return results;
}

void expect_alike(const Results& found, const Results& truth, double limit) {
  with_element(found.y.layout().element, [&]<class T>(T) {
    const double rounding = std::is_same_v<T, Bfloat16> ? 1.0 / 512 : limit;
    EXPECT_LT((test::relative_distance<const T, const T>(found.y.view().span<T>(), truth.y.view().span<T>())),
              rounding);
  });
  EXPECT_LT((test::relative_distance<const float, const float>(found.dw, truth.dw)), limit);
  EXPECT_LT((test::relative_distance<const float, const float>(found.db, truth.db)), limit);
}

ConvolutionProblem problem(Element element, std::int64_t n, std::int64_t channels, Extents x,
                           const std::array<LocalWindow, 3>& window) {
  ConvolutionProblem p;
  p.window = window;
  p.input_gradients = false;
  std::array<std::int64_t, 3> out{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const LocalWindow& w = window[axis];
    out[axis] = (x.axes()[axis] + w.pad_lo + w.pad_hi - w.dilation * (w.kernel - 1) - 1) / w.stride + 1;
  }
  p.x = {n, channels, Box::whole(x), element};
  p.y = {n, 6, Box::whole({out[0], out[1], out[2]}), element};
  return p;
}

void expect_folded_alike(const ConvolutionProblem& p) {
  ASSERT_TRUE(can_be_folded(p));
  const auto kernels = make_reference_kernels(p.x.element);
  const auto direct = [&](const ConvolutionProblem& of_slab) { return kernels->convolution(of_slab); };
  expect_alike(run(*make_folded_convolution(p, direct), p), run(*direct(p), p), 1e-5);
}

TEST(FoldedConvolution, IsTheConvolution) {
  const LocalWindow same{3, 1, 1, 1, 1};
  for (const Element element : {Element::F32, Element::BF16}) {
    expect_folded_alike(problem(element, 2, 4, {6, 5, 9}, std::array{same, same, same}));
    expect_folded_alike(
        problem(element, 1, 4, {6, 5, 9}, std::array{same, same, LocalWindow{3, 1, 1, 1, 0}}));  // of a split
    expect_folded_alike(
        problem(element, 1, 3, {1, 8, 11}, std::array{LocalWindow{}, same, LocalWindow{5, 2, 2, 4, 3}}));
    expect_folded_alike(
        problem(element, 1, 2, {3, 4, 9},
                std::array{LocalWindow{3, 1, 1, 0, 0}, same, LocalWindow{4, 1, 1, 1, 1}}));  // one plane
    expect_folded_alike(problem(element, 1, 4, {1, 1, 20}, std::array{LocalWindow{}, LocalWindow{}, same}));
  }
}

TEST(FoldedConvolution, IsTheConvolutionSlabBySlab) {
  const LocalWindow same{3, 1, 1, 1, 1};
  // Folded to 16 channels of float32, some 17 MB.
  expect_folded_alike(problem(Element::F32, 1, 4, {20, 96, 130}, std::array{same, same, same}));
}

TEST(FoldedConvolution, IsLeftAloneWhereChannelsAreManyOrGradientsAreWanted) {
  const LocalWindow same{3, 1, 1, 1, 1};
  EXPECT_FALSE(can_be_folded(problem(Element::F32, 1, 6, {6, 5, 9}, std::array{same, same, same})));
  ConvolutionProblem inner = problem(Element::F32, 1, 4, {6, 5, 9}, std::array{same, same, same});
  inner.input_gradients = true;
  EXPECT_FALSE(can_be_folded(inner));
}

// Planes of the output from the planes of the input that a slab says it reads.
TEST(ConvolutionSlabs, ComputeTheirPartOfTheConvolution) {
  const auto kernels = make_reference_kernels(Element::F32);
  std::mt19937 draws(3);
  const auto up_to = [&](std::int64_t most) {
    return 1 + static_cast<std::int64_t>(draws() % static_cast<unsigned>(most));
  };
  for (int i = 0; i < 40; ++i) {
    const LocalWindow deep{up_to(4), up_to(2), up_to(2), up_to(2) - 1, up_to(3) - 1};
    const ConvolutionProblem p =
        problem(Element::F32, 1, 2, {7 + up_to(6), 5, 4},
                std::array{deep, LocalWindow{3, 1, 1, 1, 1}, LocalWindow{2, 1, 1, 0, 1}});
    const Results whole = run(*kernels->convolution(p), p);
    Results sum{Tensor(p.y), std::vector<float>(whole.dw.size()), std::vector<float>(whole.db.size())};
    const Tensor x = test::random_tensor<float>(1, p.x.c, p.x.box.extents(), 1),
                 dy = test::random_tensor<float>(1, p.y.c, p.y.box.extents(), 2);
    const int slabs = static_cast<int>(up_to(p.y.box.d.size()));
    std::vector<float> dw(sum.dw.size()), db(sum.db.size()), weights(dw.size()), bias(db.size());
    test::fill_random(std::span(weights), 3);
    test::fill_random(std::span(bias), 4);
    const auto bytes = [](std::vector<float>& numbers) {
      return reinterpret_cast<std::byte*>(numbers.data());
    };
    const ConvolutionSlabs cut = cut_into_slabs(p, slabs);
    for (const ConvolutionSlabs::Slab& slab : cut.slabs) {
      const ConvolutionProblem& kind = cut.kinds[slab.kind];
      const auto kernel = kernels->convolution(kind);
      kernel->forward({x.view().bytes + slab.x, kind.x}, bytes(weights), bytes(bias),
                      {sum.y.view().bytes + slab.y, kind.y}, {});
      kernel->backward_parameters({x.view().bytes + slab.x, kind.x}, {dy.view().bytes + slab.y, kind.y},
                                  bytes(dw), bytes(db), {});
      for (std::size_t k = 0; k < dw.size(); ++k) sum.dw[k] += dw[k];
      for (std::size_t k = 0; k < db.size(); ++k) sum.db[k] += db[k];
    }
    expect_alike(sum, whole, 1e-5);
  }
}

}  // namespace
}  // namespace tessera
