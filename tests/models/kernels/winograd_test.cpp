#include <fmt/core.h>
#include <gtest/gtest.h>
#include <omp.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "models/cosmoflow.hpp"
#include "models/deepcam.hpp"
#include "models/kernels/winograd_rule.hpp"
#include "models/network/kernel_problems.hpp"
#include "support/numbers.hpp"

namespace tessera {
namespace {

using Numbers = std::vector<double>;

struct WinogradResults {
  Numbers y, dx, dw, db;
};

// What a kernel makes of random tensors, in all directions. Whatever it must write or mustn't read is no
// number before.
template <class T>
WinogradResults computed(LinearKernel& kernel, ConvolutionProblem p) {
  p.x.element = p.y.element = element_of<T>();
  const Layout row{1, p.taps() * p.x.c * p.y.c, Box::whole({1, 1, 1}), element_of<T>()};
  const Layout outputs{1, p.y.c, row.box, row.element};
  const auto random = [](const Layout& layout, std::uint64_t stream) {
    return test::random_tensor<T>(layout.n, layout.c, layout.box.extents(), stream);
  };
  const auto spoilt = [](const Layout& layout) {
    Tensor tensor(layout);
    std::memset(tensor.view().bytes, 0xFF, layout.bytes());
    return tensor;
  };
  const Tensor x = random(p.x, 1), dy = random(p.y, 2), weights = random(row, 3), bias = random(outputs, 4);
  Tensor y = spoilt(p.y), dx = spoilt(p.x), dw = spoilt(row), db = spoilt(outputs);
  AlignedBytes memory(kernel.scratch_bytes());
  const std::span<std::byte> scratch(memory.data(), memory.size());
  const auto spoil = [&] { std::ranges::fill(scratch, std::byte{0xFF}); };
  spoil();
  kernel.forward(x.view(), weights.view().bytes, p.bias ? bias.view().bytes : nullptr, y.view(), scratch);
  spoil();
  if (p.input_gradients) kernel.backward_inputs(dy.view(), weights.view().bytes, dx.view(), scratch);
  spoil();
  kernel.backward_parameters(x.view(), dy.view(), dw.view().bytes, p.bias ? db.view().bytes : nullptr,
                             scratch);
  const auto numbers = [](const Tensor& tensor, bool there = true) {
    const auto values = tensor.view().span<T>();
    return there ? Numbers(values.begin(), values.end()) : Numbers();
  };
  return {numbers(y), numbers(dx, p.input_gradients), numbers(dw), numbers(db, p.bias)};
}

WinogradResults truth_of(ConvolutionProblem p) {
  p.x.element = p.y.element = Element::F64;
  return computed<double>(*make_reference_kernels(Element::F64)->convolution(p), p);
}

WinogradResults computed_by(ConvolutionAlgorithm algorithm, const ConvolutionProblem& p) {
  return computed<float>(*make_onednn_kernels(Element::F32, algorithm)->convolution(p), p);
}

double distance(const Numbers& found, const Numbers& truth) {
  return test::relative_distance<const double, const double>(found, truth);
}

std::string described(const ConvolutionProblem& p) {
  const Extents x = p.x.box.extents();
  std::string text = fmt::format("{} of {}x{}x{}, {} -> {}, {} threads, padding", p.x.n, x.d, x.h, x.w, p.x.c,
                                 p.y.c, omp_get_max_threads());
  for (const LocalWindow& w : p.window) text += fmt::format(" {}+{} by {}", w.pad_lo, w.pad_hi, w.dilation);
  return text;
}

ConvolutionProblem three_wide(std::int64_t n, Extents x, std::int64_t in, std::int64_t out,
                              const std::array<LocalWindow, 3>& window) {
  ConvolutionProblem p;
  p.window = window;
  std::array<std::int64_t, 3> y{};
  for (std::size_t axis = 0; axis < 3; ++axis)
    y[axis] = x.axes()[axis] + window[axis].pad_lo + window[axis].pad_hi -
              window[axis].dilation * (window[axis].kernel - 1);
  p.x = {n, in, Box::whole(x)};
  p.y = {n, out, Box::whole({y[0], y[1], y[2]})};
  return p;
}

constexpr LocalWindow kSame{3, 1, 1, 1, 1};
constexpr std::array<LocalWindow, 3> kCube = {kSame, kSame, kSame}, kFlat = {LocalWindow{}, kSame, kSame};

// Extents of 1 to 40, padding of 0 to 2 cells that a tap reads at either end, channels of 1 to 96, so that
// all together is soon computed by plain loops. Half of them with a dilation along each axis.
ConvolutionProblem random_problem(std::mt19937& draws) {
  const auto from_to = [&](std::int64_t least, std::int64_t most) {
    return least + static_cast<std::int64_t>(draws() % static_cast<unsigned>(most - least + 1));
  };
  const bool deep = from_to(0, 2) > 0, dilated = from_to(0, 1) > 0;
  std::array<LocalWindow, 3> window;
  std::array<std::int64_t, 3> x = {1, 1, 1}, least = x;
  for (std::size_t axis = deep ? 0 : 1; axis < 3; ++axis) {
    LocalWindow& w = window[axis];
    w = {3, 1, dilated ? from_to(1, 5) : 1, 0, 0};
    w.pad_lo = from_to(0, 2 * w.dilation);
    w.pad_hi = from_to(0, 2 * w.dilation);
    least[axis] = std::max<std::int64_t>(1, 2 * w.dilation + 1 - w.pad_lo - w.pad_hi);
    x[axis] = std::max(from_to(1, 40), least[axis]);
  }
  if (!deep) x[0] = from_to(1, 3);
  std::int64_t in = from_to(1, 96), out = from_to(1, 96);
  const auto products = [&] { return 27 * x[0] * x[1] * x[2] * in * out; };
  while (products() > 8'000'000) {
    std::int64_t* const sizes[] = {&x[0], &x[1], &x[2], &in, &out};
    const auto which = static_cast<std::size_t>(from_to(0, 4));
    std::int64_t& size = *sizes[which];
    if (size > 5) size = std::max((size + 1) / 2, which < 3 ? least[which] : 1);
  }
  ConvolutionProblem p = three_wide(from_to(1, 2), {x[0], x[1], x[2]}, in, out, window);
  for (Interval* const axis : {&p.y.box.d, &p.y.box.h, &p.y.box.w}) {  // as of a part of a tensor
    const std::int64_t begin = from_to(0, dilated ? 9 : 1);
    *axis = {begin, begin + axis->size()};
  }
  p.order = from_to(0, 1) == 0 ? WeightOrder::SpatialInOut : WeightOrder::OutInSpatial;
  p.bias = from_to(0, 1) == 0;
  return p;
}

class Threads {
 public:
  explicit Threads(int threads) : before_(omp_get_max_threads()) { omp_set_num_threads(threads); }
  ~Threads() { omp_set_num_threads(before_); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

 private:
  int before_;
};

bool is_winograd(const std::string& implementation) {
  return implementation.starts_with("winograd F(2,3), ");
}

TEST(Winograd, IsTheConvolutionOfRandomProblems) {
  std::mt19937 draws(5);
  for (int i = 0; i < 100; ++i) {
    const Threads threads(1 + i % 3);
    const ConvolutionProblem p = random_problem(draws);
    const auto kernel = make_onednn_kernels(Element::F32, ConvolutionAlgorithm::Winograd)->convolution(p);
    for (const std::string& name : kernel->implementations())
      EXPECT_TRUE(is_winograd(name)) << name << ": " << described(p);
    const WinogradResults found = computed<float>(*kernel, p), truth = truth_of(p);
    EXPECT_LT(distance(found.y, truth.y), 3e-6) << described(p);
    EXPECT_LT(distance(found.dx, truth.dx), 3e-6) << described(p);
    EXPECT_LT(distance(found.dw, truth.dw), 3e-6) << described(p);
    EXPECT_LT(distance(found.db, truth.db), 3e-6) << described(p);
  }
}

// Directly computed results have rounding errors too.
void expect_about_as_exact_as_direct(const ConvolutionProblem& p, const std::string& what) {
  constexpr double kMost = 4;
  const WinogradResults truth = truth_of(p), direct = computed_by(ConvolutionAlgorithm::Direct, p),
                        winograd = computed_by(ConvolutionAlgorithm::Winograd, p);
  const auto expect_close = [&](const Numbers& found, const Numbers& other, const Numbers& exact,
                                const char* direction) {
    EXPECT_LE(distance(found, exact), kMost * distance(other, exact))
        << what << ' ' << direction << ", " << described(p);
  };
  expect_close(winograd.y, direct.y, truth.y, "forward");
  if (p.input_gradients) expect_close(winograd.dx, direct.dx, truth.dx, "backward_inputs");
  expect_close(winograd.dw, direct.dw, truth.dw, "backward_parameters");
}

// Every convolution of a network that can be computed so, with its extents cut down.
void expect_network_about_as_exact(const Graph& graph, std::int64_t extent, int at_least) {
  const Placement placement = Placement::whole(graph);
  int found = 0;
  for (NodeId id = 0; id < graph.count(); ++id)
    for (const KernelProblem& problem : kernel_problems(graph, placement, id, Element::F32)) {
      const auto* const p = std::get_if<ConvolutionProblem>(&problem);
      if (!p || !winograd::is_chosen(*p, Direction::Forward, ConvolutionAlgorithm::Winograd, 1)) continue;
      const Extents x = p->x.box.extents();
      ConvolutionProblem cut =
          three_wide(p->x.n, {std::min(x.d, extent), std::min(x.h, extent), std::min(x.w, extent)}, p->x.c,
                     p->y.c, p->window);
      cut.order = p->order;
      cut.bias = p->bias;
      cut.input_gradients = p->input_gradients;
      expect_about_as_exact_as_direct(cut, graph.node(id).name);
      ++found;
    }
  EXPECT_GE(found, at_least);
}

TEST(Winograd, IsAboutAsExactAsDirectOnEveryLayerOfTheTinyNetwork) {
  expect_network_about_as_exact(
      cosmoflow({.batch = 8, .space = {16, 16, 16}, .conv_layers = 4, .conv_size = 16}), 16, 3);
}

TEST(Winograd, IsAboutAsExactAsDirectOnEveryLayerOfTheFullNetwork) {
  expect_network_about_as_exact(cosmoflow({.batch = 1, .space = {128, 128, 128}}), 4, 4);
}

TEST(Winograd, IsAboutAsExactAsDirectOnEveryLayerOfDeepCam) {
  expect_network_about_as_exact(deepcam({.middle_blocks = 1}), 12, 3);
}

TEST(Winograd, IsAboutAsExactAsDirectOfManyTiles) {
  expect_about_as_exact_as_direct(three_wide(1, {33, 31, 34}, 8, 8, kCube), "a cube");
  expect_about_as_exact_as_direct(three_wide(1, {1, 150, 131}, 16, 16, kFlat), "an image");
}

TEST(Winograd, RepeatsItsBits) {
  const ConvolutionProblem p = three_wide(2, {9, 14, 11}, 24, 40, kCube);
  for (const int team : {1, 2, 3}) {
    const Threads threads(team);
    const WinogradResults first = computed_by(ConvolutionAlgorithm::Winograd, p),
                          second = computed_by(ConvolutionAlgorithm::Winograd, p);
    EXPECT_EQ(first.y, second.y);
    EXPECT_EQ(first.dx, second.dx);
    EXPECT_EQ(first.dw, second.dw);
    EXPECT_EQ(first.db, second.db);
  }
}

std::vector<std::string> implementations(ConvolutionAlgorithm algorithm, const ConvolutionProblem& p) {
  return make_onednn_kernels(p.x.element, algorithm)->convolution(p)->implementations();
}

// Outputs are the same numbers on any number of threads and in any part of the whole, so that max-pooling
// behind them finds the same elements largest. With products by other than brgemm, up to rounding.
void expect_outputs_of_the_whole_in_parts(const LocalWindow& window) {
  const ConvolutionProblem whole = three_wide(1, {12, 11, 9}, 16, 24, {window, window, window});
  const auto run = [](const ConvolutionProblem& p, const std::vector<float>& x) {
    const auto kernel = make_onednn_kernels(Element::F32, ConvolutionAlgorithm::Winograd)->convolution(p);
    std::vector<float> weights(static_cast<std::size_t>(p.taps() * p.x.c * p.y.c)),
        bias(static_cast<std::size_t>(p.y.c)), y(static_cast<std::size_t>(p.y.count()));
    test::fill_random(std::span(weights), 3);
    test::fill_random(std::span(bias), 4);
    AlignedBytes scratch(kernel->scratch_bytes());
    kernel->forward({reinterpret_cast<const std::byte*>(x.data()), p.x},
                    reinterpret_cast<std::byte*>(weights.data()), reinterpret_cast<std::byte*>(bias.data()),
                    {reinterpret_cast<std::byte*>(y.data()), p.y}, {scratch.data(), scratch.size()});
    return y;
  };
  std::vector<float> x(static_cast<std::size_t>(whole.x.count()));
  test::fill_random(std::span(x), 1);
  const std::vector<float> y = run(whole, x);
  const bool by_brgemm =
      implementations(ConvolutionAlgorithm::Winograd, whole)[0].find("brg") != std::string::npos;
  const std::int64_t plane = 11 * 9;
  for (const Interval planes :
       {Interval{0, 6}, Interval{6, 12}, Interval{1, 7}, Interval{5, 6}, Interval{7, 12}}) {
    const Threads threads(1 + static_cast<int>(planes.begin % 3));
    const std::int64_t beside = window.dilation;
    const Interval read = intersect(Interval{planes.begin - beside, planes.end + beside}, Interval{0, 12});
    ConvolutionProblem part = whole;
    part.y.box.d = planes;
    part.x.box.d = read;
    part.window[0].pad_lo = read.begin - (planes.begin - beside);
    part.window[0].pad_hi = planes.end + beside - read.end;
    const std::vector<float> found =
        run(part, {x.begin() + read.begin * plane * 16, x.begin() + read.end * plane * 16});
    const std::vector<float> expected(y.begin() + planes.begin * plane * 24,
                                      y.begin() + planes.end * plane * 24);
    EXPECT_TRUE(!by_brgemm || found == expected);
    EXPECT_LT((test::relative_distance<const float, const float>(found, expected)), 1e-6);
  }
}

TEST(Winograd, GivesTheOutputsOfTheWholeToAnyPartAndTeam) {
  expect_outputs_of_the_whole_in_parts(kSame);
  expect_outputs_of_the_whole_in_parts({3, 1, 2, 2, 2});
  expect_outputs_of_the_whole_in_parts({3, 1, 3, 3, 3});
}

TEST(WinogradRule, ChoosesForwardByTheWholeOfWhichThereIsAPart) {
  ConvolutionProblem p = three_wide(1, {4, 4, 4}, 64, 128, kCube);
  const auto chosen = [&p](Direction direction) {
    return winograd::is_chosen(p, direction, ConvolutionAlgorithm::Auto, 1);
  };
  EXPECT_FALSE(chosen(Direction::Forward));
  p.whole = {32, 32, 32};
  EXPECT_TRUE(chosen(Direction::Forward));
  EXPECT_FALSE(chosen(Direction::BackwardInputs)) << "which is summed over the parts";
  p.adjoint = true;  // of a transposed convolution, which goes forward by the other direction
  EXPECT_TRUE(chosen(Direction::BackwardInputs));
  EXPECT_FALSE(chosen(Direction::Forward));
}

TEST(WinogradRule, TakesItWhereChannelsAndTilesAreMany) {
  for (const Direction direction : kDirections)
    for (const int team : {1, 2, 8}) {
      const auto chosen = [&](const ConvolutionProblem& p) {
        return winograd::is_chosen(p, direction, ConvolutionAlgorithm::Auto, team);
      };
      EXPECT_TRUE(chosen(three_wide(1, {64, 64, 64}, 32, 64, kCube)));
      EXPECT_TRUE(chosen(three_wide(1, {32, 32, 32}, 64, 128, kCube)));
      EXPECT_TRUE(chosen(three_wide(1, {1, 192, 288}, 256, 256, kFlat)));
      EXPECT_FALSE(chosen(three_wide(1, {64, 64, 64}, 4, 32, kCube))) << "transforms cost more than products";
      EXPECT_FALSE(chosen(three_wide(1, {2, 2, 2}, 256, 512, kCube))) << "weights are most of the work";
    }
}

TEST(WinogradRule, CountsWhatDilatedTapsReadOfPadding) {
  const auto chosen = [](std::int64_t dilation) {
    const LocalWindow w{3, 1, dilation, dilation, dilation};
    return winograd::is_chosen(three_wide(1, {1, 48, 72}, 2048, 256, {LocalWindow{}, w, w}),
                               Direction::Forward, ConvolutionAlgorithm::Auto, 1);
  };
  EXPECT_TRUE(chosen(6));
  EXPECT_FALSE(chosen(18)) << "more than a third of the taps read nothing, and tiles stick out";
}

TEST(WinogradRule, LeavesTheGradientOfWeightsToDirectOnesWhereThreadsSumsAreLarge) {
  const ConvolutionProblem p = three_wide(8, {32, 32, 32}, 256, 256, kCube);
  const auto chosen = [&](Direction direction, int team) {
    return winograd::is_chosen(p, direction, ConvolutionAlgorithm::Auto, team);
  };
  EXPECT_TRUE(chosen(Direction::BackwardParameters, 2));
  EXPECT_FALSE(chosen(Direction::BackwardParameters, 8));
  EXPECT_TRUE(chosen(Direction::Forward, 8));
}

TEST(WinogradRule, IsAskedByAutoAlone) {
  const ConvolutionProblem few = three_wide(1, {6, 6, 6}, 4, 4, kCube);
  for (const std::string& name : implementations(ConvolutionAlgorithm::Auto, few))
    EXPECT_FALSE(is_winograd(name)) << name;
  for (const std::string& name : implementations(ConvolutionAlgorithm::Winograd, few))
    EXPECT_TRUE(is_winograd(name)) << name;
  for (const std::string& name :
       implementations(ConvolutionAlgorithm::Direct, three_wide(1, {16, 16, 16}, 64, 64, kCube)))
    EXPECT_FALSE(is_winograd(name)) << name;
}

TEST(WinogradRule, KnowsWhatCannotBeComputedSo) {
  const auto expect_direct = [](const ConvolutionProblem& p) {
    for (const std::string& name : implementations(ConvolutionAlgorithm::Winograd, p))
      EXPECT_FALSE(is_winograd(name)) << name;
  };
  ConvolutionProblem p = three_wide(1, {1, 16, 16}, 16, 16, kFlat);
  p.groups = 16;
  p.bias = false;
  expect_direct(p);
  p = three_wide(1, {16, 16, 16}, 16, 16, kCube);
  p.x.element = p.y.element = Element::BF16;
  EXPECT_FALSE(winograd::is_chosen(p, Direction::Forward, ConvolutionAlgorithm::Winograd, 1));
  expect_direct(three_wide(1, {8, 8, 8}, 16, 16, {kSame, kSame, LocalWindow{5, 1, 1, 2, 2}}));
  p = three_wide(1, {1, 16, 16}, 16, 16, kFlat);
  p.window[2].stride = 2;
  p.y.box.w = {0, 8};
  expect_direct(p);
}

// Of a padding of three the gradient of inputs isn't the convolution of another.
TEST(WinogradRule, TakesDirectionsOneByOne) {
  const LocalWindow far{3, 1, 1, 3, 1};
  const auto names = implementations(ConvolutionAlgorithm::Winograd,
                                     three_wide(1, {1, 9, 9}, 16, 16, {LocalWindow{}, far, kSame}));
  EXPECT_TRUE(is_winograd(names[0])) << names[0];
  EXPECT_FALSE(is_winograd(names[1])) << names[1];
  EXPECT_TRUE(is_winograd(names[2])) << names[2];
}

}  // namespace
}  // namespace tessera
