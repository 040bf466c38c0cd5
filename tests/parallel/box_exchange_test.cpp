#include "parallel/box_exchange.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "models/cosmoflow.hpp"
#include "parallel/exchange_maker.hpp"
#include "parallel/place.hpp"
#include "parallel/uniform.hpp"
#include "support/allocations.hpp"
#include "support/grids.hpp"
#include "support/mpi_world.hpp"
#include "support/numbers.hpp"

namespace tessera {
namespace {

using testing::world;

/// A tensor and who owns and wants which box of it, by rank.
struct Scene {
  Shape shape;
  std::vector<Box> owned, wanted;
};

template <class T>
Layout layout_of(const Scene& scene, const Box& box) {
  return {scene.shape.n, scene.shape.c, box, element_of<T>()};
}

template <class T>
std::unique_ptr<Exchange> exchange_of(const Scene& scene, int tag) {
  const int me = world().rank();
  const BoxExchange::Ends ends{layout_of<T>(scene, scene.owned[me]), layout_of<T>(scene, scene.wanted[me])};
  return std::make_unique<BoxExchange>(world(), plan_exchange(scene.owned, scene.wanted, me), ends, tag);
}

/// To the nearest number of T, ties to the even one; written without the conversions that are tested.
template <class T>
Wide<T> rounded(Wide<T> value) {
  if (!std::is_same_v<T, Bfloat16>) return value;
  int exponent = 0;
  const double fraction = std::frexp(value, &exponent);
  return static_cast<Wide<T>>(std::ldexp(std::nearbyint(std::ldexp(fraction, 8)), exponent - 8));
}

template <class T>
void fill_with_nan(TensorView tensor) {
  std::ranges::fill(tensor.span<T>(), T(std::numeric_limits<Wide<T>>::quiet_NaN()));
}

template <class T>
std::vector<Wide<T>> numbers_of(ConstTensorView tensor) {
  return {tensor.span<T>().begin(), tensor.span<T>().end()};
}

/// This rank's end of an exchange, and what it must find there.
template <class T>
class End {
 public:
  End(const Scene& scene, std::unique_ptr<Exchange> exchange)
      : scene_(scene),
        exchange_(std::move(exchange)),
        me_(world().rank()),
        x_(part(whole(), scene.owned[me_])),
        y_(gradient(me_)),
        gathered_(layout_of<T>(scene, scene.wanted[me_])),
        scattered_(layout_of<T>(scene, scene.owned[me_])) {}

  void start_gather() {
    fill_with_nan<T>(gathered_.view());
    exchange_->start_gather(x_.view(), gathered_.view());
  }
  void finish_gather() {
    exchange_->poke();
    exchange_->finish_gather();
  }
  void scatter_add() {
    fill_with_nan<T>(scattered_.view());
    exchange_->start_scatter_add(std::as_const(y_).view(), scattered_.view());
    exchange_->poke();
    exchange_->finish_scatter_add();
  }

  void expect_gathered() const {
    const Tensor expected = part(whole(), scene_.wanted[me_]);
    EXPECT_EQ(numbers_of<T>(gathered_.view()), numbers_of<T>(expected.view()));
  }
  // To the bit: this rank's own contribution, then the others' in order, each rounded once, added in the wide
  // type; the sum is rounded once.
  void expect_scattered() const {
    const Layout& layout = scattered_.layout();
    std::vector<Wide<T>> expected(static_cast<std::size_t>(layout.count()));
    add_gradient(me_, expected);
    for (int rank = 0; rank < world().size(); ++rank)
      if (rank != me_) add_gradient(rank, expected);
    for (Wide<T>& sum : expected) sum = rounded<T>(sum);
    EXPECT_EQ(numbers_of<T>(scattered_.view()), expected);
  }
  void expect_adjoint() const {
    std::array<double, 2> products = {
        test::dot(gathered_.view().template span<T>(), y_.view().template span<T>()),
        test::dot(x_.view().template span<T>(), scattered_.view().template span<T>())};
    world().sum(std::span<double>(products));
    EXPECT_NEAR(products[0], products[1], 1e-11);
  }

 private:
  // The same on every rank.
  Tensor whole() const {
    return test::random_tensor<T>(scene_.shape.n, scene_.shape.c, scene_.shape.space, 1);
  }
  Tensor part(const Tensor& of, const Box& box) const {
    Tensor result(layout_of<T>(scene_, box));
    copy_box(of.view(), result.view(), box);
    return result;
  }
  // What a rank wanted of what is owned here, element by element.
  void add_gradient(int rank, std::vector<Wide<T>>& sums) const {
    const Layout &owned = scattered_.layout(), wanted = layout_of<T>(scene_, scene_.wanted[rank]);
    std::vector<Wide<T>> theirs(static_cast<std::size_t>(wanted.count()));
    test::fill_random(std::span(theirs), 10 + rank);
    const Box both = intersect(owned.box, wanted.box);
    for (std::int64_t n = 0; n < owned.n; ++n)
      for (std::int64_t d = both.d.begin; d < both.d.end; ++d)
        for (std::int64_t h = both.h.begin; h < both.h.end; ++h)
          for (std::int64_t w = both.w.begin; w < both.w.end; ++w)
            for (std::int64_t c = 0; c < owned.c; ++c)
              sums[index_of(owned, n, c, d, h, w)] += rounded<T>(theirs[index_of(wanted, n, c, d, h, w)]);
  }
  static std::size_t index_of(const Layout& layout, std::int64_t n, std::int64_t c, std::int64_t d,
                              std::int64_t h, std::int64_t w) {
    const Box& box = layout.box;
    const Extents extents = box.extents();
    return static_cast<std::size_t>(
        (((n * extents.d + d - box.d.begin) * extents.h + h - box.h.begin) * extents.w + w - box.w.begin) *
            layout.c +
        c);
  }
  Tensor gradient(int rank) const {
    Tensor result(layout_of<T>(scene_, scene_.wanted[rank]));
    test::fill_random(result.view().template span<T>(), 10 + rank);
    return result;
  }

  const Scene& scene_;
  std::unique_ptr<Exchange> exchange_;
  int me_;
  Tensor x_, y_, gathered_, scattered_;
};

template <class T>
void expect_sound(const Scene& scene, std::unique_ptr<Exchange> exchange) {
  End<T> end(scene, std::move(exchange));
  for (int step = 0; step < 2; ++step) {
    end.start_gather();
    end.finish_gather();
    end.expect_gathered();
    end.scatter_add();
    end.expect_scattered();
    if (std::is_same_v<T, double>) end.expect_adjoint();
  }
}

// Cuts an axis into `parts` intervals at random places: uneven, some of them empty.
std::vector<Interval> random_cuts(std::int64_t extent, int parts, std::mt19937& random) {
  std::vector<std::int64_t> cuts = {0, extent};
  for (int i = 1; i < parts; ++i)
    cuts.push_back(std::uniform_int_distribution<std::int64_t>(0, extent)(random));
  std::ranges::sort(cuts);
  std::vector<Interval> intervals;
  for (int i = 0; i < parts; ++i) intervals.push_back({cuts[i], cuts[i + 1]});
  return intervals;
}

Box random_box(const Extents& space, std::mt19937& random) {
  std::array<Interval, 3> axes;
  for (int axis = 0; axis < 3; ++axis) axes[axis] = random_cuts(space.axes()[axis], 3, random)[1];
  return Box::of(axes);
}

// Boxes that tile a space, dealt to the ranks at random, each of which wants any box at all.
Scene random_scene(std::mt19937& random) {
  const auto below = [&](int n) { return std::uniform_int_distribution<int>(0, n - 1)(random); };
  Scene scene{{1 + below(2), 1 + below(5), {1 + below(9), 1 + below(9), 1 + below(9)}}, {}, {}};
  const std::vector<GridDims> grids = test::grids_of(world().size());
  const GridDims grid = grids[below(static_cast<int>(grids.size()))];
  const std::vector<Interval> d = random_cuts(scene.shape.space.d, grid.depth, random),
                              h = random_cuts(scene.shape.space.h, grid.height, random),
                              w = random_cuts(scene.shape.space.w, grid.width, random);
  for (const Interval& id : d)
    for (const Interval& ih : h)
      for (const Interval& iw : w) {
        scene.owned.push_back({id, ih, iw});
        scene.wanted.push_back(below(4) == 0 ? Box::whole(scene.shape.space)
                                             : random_box(scene.shape.space, random));
      }
  std::ranges::shuffle(scene.owned, random);
  return scene;
}

TEST(BoxExchange, GathersAndScattersRandomBoxesAsPlainLoopsDo) {
  std::mt19937 random(7);
  for (int round = 0; round < 60; ++round) {
    SCOPED_TRACE(round);
    const Scene scene = random_scene(random);
    expect_sound<double>(scene, exchange_of<double>(scene, 0));
    expect_sound<float>(scene, exchange_of<float>(scene, 0));
    expect_sound<Bfloat16>(scene, exchange_of<Bfloat16>(scene, 0));
  }
}

/// Four parts of a plane, each of which wants a margin of two around its own: all four want the middle.
Scene four_corners() {
  Scene scene{{1, 3, {1, 8, 8}}, Partition({1, 1, 2, 2}).all({1, 8, 8}), {}};
  const Box whole = Box::whole(scene.shape.space);
  for (const Box& owned : scene.owned)
    scene.wanted.push_back(intersect(
        {owned.d, {owned.h.begin - 2, owned.h.end + 2}, {owned.w.begin - 2, owned.w.end + 2}}, whole));
  return scene;
}

TEST(BoxExchange, AddsWhatFourPartsSendOfACornerInEveryElement) {
  if (world().size() != 4) GTEST_SKIP() << "four parts need four ranks";
  const Scene scene = four_corners();
  expect_sound<double>(scene, exchange_of<double>(scene, 0));
  expect_sound<float>(scene, exchange_of<float>(scene, 0));
  expect_sound<Bfloat16>(scene, exchange_of<Bfloat16>(scene, 0));
}

// Of 1 and three times 2^-8 each single sum is a tie, and goes back to 1.
TEST(BoxExchange, RoundsASumInBfloat16Once) {
  if (world().size() != 4) GTEST_SKIP() << "four parts need four ranks";
  const Scene scene = four_corners();
  const int me = world().rank();
  const auto exchange = exchange_of<Bfloat16>(scene, 0);
  Tensor gradient(layout_of<Bfloat16>(scene, scene.wanted[me])),
      sum(layout_of<Bfloat16>(scene, scene.owned[me]));
  std::ranges::fill(gradient.view().span<Bfloat16>(), Bfloat16(me == 0 ? 1.0F : 0x1p-8F));
  exchange->start_scatter_add(std::as_const(gradient).view(), sum.view());
  exchange->finish_scatter_add();
  const std::vector<float> sums = numbers_of<Bfloat16>(std::as_const(sum).view());
  const float of_all = 1 + 0x1p-6F;  // a tie, too: 1 + 3 * 2^-8, between 1 + 2^-7 and the even 1 + 2^-6
  EXPECT_EQ(std::ranges::count(sums, of_all), 2 * 2 * scene.shape.c)
      << "the corner of 2 x 2 cells in the middle";
}

TEST(BoxExchange, BringsRowsFromAsManyPeersAsTheHaloReaches) {
  const Partition partition({1, world().size(), 1, 1});
  Scene scene{{1, 3, {3 * world().size() / 2, 2, 2}}, partition.all({3 * world().size() / 2, 2, 2}), {}};
  for (const Box& owned : scene.owned)
    scene.wanted.push_back(
        intersect({{owned.d.begin - 5, owned.d.end + 5}, owned.h, owned.w}, Box::whole(scene.shape.space)));
  expect_sound<double>(scene, exchange_of<double>(scene, 0));
}

TEST(BoxExchange, KeepsSeveralInFlightApart) {
  std::mt19937 random(11);
  for (int round = 0; round < 10; ++round) {
    std::vector<Scene> scenes;
    for (int i = 0; i < 3; ++i) scenes.push_back(random_scene(random));
    std::vector<End<float>> ends;
    for (int i = 0; i < 3; ++i) ends.emplace_back(scenes[i], exchange_of<float>(scenes[i], i));
    // Each rank in an order of its own.
    for (int i = 0; i < 3; ++i) ends[(i + world().rank()) % 3].start_gather();
    for (int i = 0; i < 3; ++i) ends[(2 * i + world().rank()) % 3].finish_gather();
    for (const End<float>& end : ends) end.expect_gathered();
  }
}

TEST(BoxExchange, AllocatesNothingInAStep) {
  std::mt19937 random(5);
  const Scene scene = random_scene(random);
  End<float> end(scene, exchange_of<float>(scene, 0));
  const std::int64_t before = testing::allocations();
  for (int step = 0; step < 3; ++step) {
    end.start_gather();
    end.finish_gather();
    end.scatter_add();
  }
  EXPECT_EQ(testing::allocations(), before);
  EXPECT_GT(before, 0) << "the test isn't testing what it claims to test";
}

TEST(BoxExchange, LetsANetworkAllocateNothingInAStep) {
  const Graph graph = cosmoflow({.batch = 1, .space = {16, 16, 16}, .conv_layers = 3, .conv_size = 2});
  const ProcessGrid grid(world(), {1, world().size(), 1, 1});
  const auto kernels = make_reference_kernels(Element::F64);
  ParameterStore parameters(graph.parameters(), Element::F64);
  Network network(graph, place(graph, Partition(grid.dims()), grid.part()), *kernels, parameters,
                  exchange_maker(graph, grid, Element::F64));
  const Tensor input(network.input_layout());
  NoGroupSum alone;
  const std::array<std::int64_t, 1> sample = {3};
  const BackwardHooks hooks;
  const std::int64_t before = testing::allocations();
  for (std::uint64_t step = 0; step < 2; ++step) {
    const StepContext context{true, 1, step, sample, alone, alone};
    network.forward(input.view(), context);
    network.backward(context, hooks);
  }
  EXPECT_EQ(testing::allocations(), before);
}

TEST(ExchangeMaker, MakesEveryExchangeOfCosmoFlowOnEveryGrid) {
  const Graph graph =
      cosmoflow({.batch = 2, .space = {16, 16, 16}, .conv_layers = 4, .conv_size = 2, .fc1 = 4, .fc2 = 4});
  for (const GridDims& dims : test::grids_of(world().size())) {
    SCOPED_TRACE(test::name_of(dims));
    const ProcessGrid grid(world(), dims);
    const ExchangeMaker maker = exchange_maker(graph, grid, Element::F64);
    std::vector<Placement> parts;
    for (int part = 0; part < dims.parts(); ++part) parts.push_back(place(graph, Partition(dims), part));
    int exchanges = 0;
    for (NodeId id = 1; id < graph.count(); ++id) {
      if (!parts[0].edges[id][0].exchanged) continue;
      const NodeId producer = graph.node(id).inputs[0];
      Scene scene{graph.shape(producer), {}, {}};
      for (const Placement& part : parts) {
        scene.owned.push_back(part.owned[producer]);
        scene.wanted.push_back(part.edges[id][0].wanted);
      }
      expect_sound<double>(scene, maker(id, 0));
      ++exchanges;
    }
    EXPECT_EQ(exchanges == 0, dims.parts() == 1);
  }
}

// What every rank hears when the last one builds another graph than the others.
Fault fault_of(const CosmoflowArchitecture& config, const CosmoflowArchitecture& on_last) {
  const ProcessGrid grid(world(), {1, 1, world().size(), 1});
  const Graph graph = cosmoflow(world().rank() + 1 == world().size() ? on_last : config);
  try {
    exchange_maker(graph, grid, Element::F32);
  } catch (const UniformError& error) {
    EXPECT_EQ(error.ranks(), world().size());
    return error.fault();
  }
  ADD_FAILURE() << "nothing was thrown";
  return Fault::Input;
}

TEST(ExchangeMaker, RefusesOnEveryRankPlansThatDiffer) {
  if (world().size() == 1) GTEST_SKIP() << "one rank agrees with itself";
  EXPECT_EQ(fault_of({.space = {32, 32, 32}}, {.space = {32, 32, 32}, .kernel = 5}), Fault::Machine);
  EXPECT_EQ(fault_of({.space = {32, 32, 32}}, {.space = {32, 32, 32}, .dropout = 0}), Fault::Machine);
  EXPECT_EQ(fault_of({.space = {32, 32, 32}}, {.batch = 2, .space = {32, 32, 32}}), Fault::Machine);
}

TEST(ExchangeMaker, RefusesMessagesThatMpiCannotCount) {
  if (world().size() == 1) GTEST_SKIP() << "one rank sends nothing";
  const CosmoflowArchitecture wide{.batch = 64, .conv_size = 4096};  // a plane that conv3d_1 reads: 4 GiB
  EXPECT_EQ(fault_of(wide, wide), Fault::Input);
}

}  // namespace
}  // namespace tessera
