#include "models/kernels/self_check.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <span>
#include <vector>

#include "models/base/random.hpp"
#include "models/kernels/convolution_slabs.hpp"
#include "models/kernels/reduced_problem.hpp"

namespace tessera {
namespace {

using Values = std::vector<double>;
using Channels = std::vector<std::int64_t>;

// Numbers in (-1, 1).
void fill(TensorView tensor, std::uint64_t stream) {
  const RandomStream random{0, Purpose::Synthetic, stream, 0};
  with_element(tensor.layout.element, [&]<class T>(T) {
    const std::span<T> values = tensor.span<T>();
    for (std::size_t i = 0; i < values.size(); i += 4) {
      const auto four = random.uniform4(i / 4);
      for (std::size_t k = 0; k < std::min<std::size_t>(4, values.size() - i); ++k)
        values[i + k] = static_cast<T>(2 * four[k] - 1);
    }
  });
}

// Not a number everywhere: what isn't written, or is added to, is seen.
void spoil(TensorView tensor) {
  std::memset(tensor.bytes, 0xFF, tensor.layout.bytes());
}

Layout row(std::int64_t count) {
  return {1, count, Box::whole({1, 1, 1}), Element::F32};
}

std::byte* bytes(Values& values) {
  return reinterpret_cast<std::byte*>(values.data());
}

// Some channels of a tensor.
Values take(ConstTensorView tensor, const Channels& channels) {
  Values values;
  values.reserve(static_cast<std::size_t>(tensor.layout.count() / tensor.layout.c) * channels.size());
  with_element(tensor.layout.element, [&]<class T>(T) {
    const std::span<const T> all = tensor.span<T>();
    for (std::size_t cell = 0; cell < all.size(); cell += static_cast<std::size_t>(tensor.layout.c))
      for (const std::int64_t c : channels) values.push_back(all[cell + static_cast<std::size_t>(c)]);
  });
  return values;
}

Channels all_of(std::int64_t channels) {
  Channels all(static_cast<std::size_t>(channels));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

// As many as loops have time for, spread evenly, with the first and the last. products: multiply-adds for
// one.
Channels some_of(std::int64_t channels, std::int64_t products) {
  constexpr std::int64_t kProducts = 8'000'000, kFew = 4, kMany = 32;
  const std::int64_t count = std::clamp(kProducts / std::max<std::int64_t>(products, 1), kFew, kMany);
  if (count >= channels) return all_of(channels);
  Channels some;
  for (std::int64_t i = 0; i < count; ++i) some.push_back(i * (channels - 1) / (count - 1));
  return some;
}

/// A kernel of a convolution and, for each of its directions, the same in double precision of some channels.
/// With groups of all: there are few products.
class ConvolutionCheck {
 public:
  ConvolutionCheck(const ConvolutionProblem& problem, std::unique_ptr<LinearKernel> kernel)
      : p_(problem),
        kernel_(std::move(kernel)),
        judge_(kernel_->implementations()),
        x_(problem.x),
        y_(problem.y),
        in_(problem.x.c / problem.groups),
        weights_(row(problem.taps() * in_ * problem.y.c)),
        bias_(row(problem.y.c)),
        scratch_(kernel_->scratch_bytes()) {
    fill(weights_.view(), 1);
    fill(bias_.view(), 2);
    const std::int64_t products = problem.taps() * problem.y.n * problem.y.box.count();
    const bool grouped = problem.groups > 1;
    some_in_ = grouped ? all_of(in_) : some_of(in_, products * problem.y.c);
    some_out_ = grouped ? all_of(problem.y.c) : some_of(problem.y.c, products * in_);
  }

  std::optional<KernelMismatch> run(std::span<const Direction> directions) {
    for (const Direction direction : directions) {
      if (direction == Direction::Forward) forward();
      if (direction == Direction::BackwardInputs && p_.input_gradients) backward_inputs();
      if (direction == Direction::BackwardParameters) backward_parameters();
    }
    return judge_.mismatch();
  }

 private:
  void forward() {
    fill(x_.view(), 3);
    spoil(y_.view());
    kernel_->forward(x_.view(), weights_.view().bytes, p_.bias ? bias_.view().bytes : nullptr, y_.view(),
                     scratch());
    const Exact exact(p_, channels_of_x(all_of(in_)), some_out_);
    Values x = take(x_.view(), exact.x_channels), bias = take(bias_.view(), some_out_),
           weights = weights_of(all_of(in_), some_out_), y(exact.y_count());
    exact.kernel->forward({bytes(x), exact.problem.x}, bytes(weights), bytes(bias),
                          {bytes(y), exact.problem.y}, {});
    judge_.compare(Direction::Forward, take(y_.view(), some_out_), y, {p_.y.element, p_.taps() * in_});
  }

  void backward_inputs() {
    fill(y_.view(), 4);
    spoil(x_.view());
    kernel_->backward_inputs(y_.view(), weights_.view().bytes, x_.view(), scratch());
    const Channels all = all_of(p_.y.c);
    const Exact exact(p_, channels_of_x(some_in_), all);
    Values dy = take(y_.view(), all), weights = weights_of(some_in_, all), dx(exact.x_count());
    exact.kernel->backward_inputs({bytes(dy), exact.problem.y}, bytes(weights), {bytes(dx), exact.problem.x},
                                  {});
    judge_.compare(Direction::BackwardInputs, take(x_.view(), exact.x_channels), dx,
                   {p_.x.element, p_.taps() * p_.y.c / p_.groups});
  }

  void backward_parameters() {
    fill(x_.view(), 3);
    fill(y_.view(), 4);
    const Element narrow = p_.x.element;
    spoil(weights_.view());
    spoil(bias_.view());
    kernel_->backward_parameters(x_.view(), y_.view(), weights_.view().bytes,
                                 p_.bias ? bias_.view().bytes : nullptr, scratch());
    const Exact exact(p_, channels_of_x(some_in_), some_out_);
    Values x = take(x_.view(), exact.x_channels), dy = take(y_.view(), some_out_),
           dw(static_cast<std::size_t>(p_.taps()) * some_in_.size() * some_out_.size()), db(some_out_.size());
    exact.kernel->backward_parameters({bytes(x), exact.problem.x}, {bytes(dy), exact.problem.y}, bytes(dw),
                                      bytes(db), {});
    const Rounding rounding{wide(narrow), p_.y.n * p_.y.box.count()};
    judge_.compare(Direction::BackwardParameters, gathered_weights(some_in_, some_out_, wide(narrow)), dw,
                   rounding);
    if (p_.bias) judge_.compare(Direction::BackwardParameters, take(bias_.view(), some_out_), db, rounding);
  }

  /// The problem of some channels in double precision.
  struct Exact {
    Exact(ConvolutionProblem p, Channels of_x, const Channels& of_y)
        : problem(p), x_channels(std::move(of_x)) {
      problem.x.c = static_cast<std::int64_t>(x_channels.size());
      problem.y.c = static_cast<std::int64_t>(of_y.size());
      problem.x.element = problem.y.element = Element::F64;
      kernel = make_reference_kernels(Element::F64)->convolution(problem);
    }
    std::size_t x_count() const { return static_cast<std::size_t>(problem.x.count()); }
    std::size_t y_count() const { return static_cast<std::size_t>(problem.y.count()); }

    ConvolutionProblem problem;
    Channels x_channels;
    std::unique_ptr<LinearKernel> kernel;
  };

  // Of weights that read these inputs of their group.
  Channels channels_of_x(const Channels& in) const { return p_.groups > 1 ? all_of(p_.x.c) : in; }
  // As they are multiplied.
  Values weights_of(const Channels& in, const Channels& out) const {
    return gathered_weights(in, out, p_.x.element);
  }
  // In the problem's order, rounded to an element.
  Values gathered_weights(const Channels& in, const Channels& out, Element element) const {
    const bool keras = p_.order == WeightOrder::SpatialInOut;
    const std::int64_t taps = p_.taps();
    const std::span<const float> all = weights_.view().span<float>();
    Values values;
    const auto add = [&](std::int64_t tap, std::int64_t i, std::int64_t o) {
      const float weight =
          all[static_cast<std::size_t>(keras ? (tap * in_ + i) * p_.y.c + o : (o * in_ + i) * taps + tap)];
      values.push_back(element == Element::BF16 ? float{Bfloat16(weight)} : weight);
    };
    if (keras)
      for (std::int64_t tap = 0; tap < taps; ++tap)
        for (const std::int64_t i : in)
          for (const std::int64_t o : out) add(tap, i, o);
    else
      for (const std::int64_t o : out)
        for (const std::int64_t i : in)
          for (std::int64_t tap = 0; tap < taps; ++tap) add(tap, i, o);
    return values;
  }
  std::span<std::byte> scratch() { return {scratch_.data(), scratch_.size()}; }

  ConvolutionProblem p_;
  std::unique_ptr<LinearKernel> kernel_;
  KernelJudge judge_;
  Tensor x_, y_;     // or their gradients
  std::int64_t in_;  // of a group
  Tensor weights_, bias_;
  AlignedBytes scratch_;
  Channels some_in_, some_out_;  // that are looked at
};

std::optional<KernelMismatch> check(const ConvolutionProblem& p, std::span<const Direction> directions,
                                    Kernels& kernels) {
  return ConvolutionCheck(p, kernels.convolution(p)).run(directions);
}

std::optional<KernelMismatch> check(const MaxPoolProblem& p, Kernels& kernels) {
  const auto kernel = kernels.max_pool(p, p.negative_slope);
  MaxPoolProblem wide = p;
  wide.x.element = wide.y.element = Element::F64;
  const auto exact = make_reference_kernels(Element::F64)->max_pool(wide, p.negative_slope);
  KernelJudge judge(kernel->implementations());
  Tensor x(p.x), y(p.y), exact_x(wide.x), exact_y(wide.y);
  std::vector<std::byte> saved(static_cast<std::size_t>(p.y.count())), exact_saved(saved.size());
  const Channels all = all_of(p.x.c);
  const Rounding rounding{p.y.element, 1};
  fill(x.view(), 3);
  convert(x.view(), exact_x.view());
  spoil(y.view());
  kernel->forward(x.view(), y.view(), saved);
  exact->forward(exact_x.view(), exact_y.view(), exact_saved);
  judge.compare(Direction::Forward, take(y.view(), all), take(exact_y.view(), all), rounding);
  fill(y.view(), 4);
  convert(y.view(), exact_y.view());
  spoil(x.view());
  kernel->backward(y.view(), saved, x.view());
  exact->backward(exact_y.view(), exact_saved, exact_x.view());
  judge.compare(Direction::BackwardInputs, take(x.view(), all), take(exact_x.view(), all), rounding);
  return judge.mismatch();
}

std::optional<KernelMismatch> check(const PooledConvolutionProblem& p, Kernels& kernels) {
  const auto kernel = kernels.pooled_convolution(p);
  PooledConvolutionProblem wide = p;
  for (Layout* const layout : {&wide.convolution.x, &wide.convolution.y, &wide.pool.x, &wide.pool.y})
    layout->element = Element::F64;
  const auto exact = make_reference_kernels(Element::F64)->pooled_convolution(wide);
  KernelJudge judge(kernel->implementations());
  const Layout parameters =
      row(p.convolution.taps() * p.convolution.x.c / p.convolution.groups * p.convolution.y.c);
  const Element narrow = p.pool.y.element;
  const bool has_bias = p.convolution.bias;
  Tensor x(p.convolution.x), y(p.pool.y), weights(parameters), bias(row(p.convolution.y.c));
  Tensor exact_x(wide.convolution.x), exact_y(wide.pool.y);
  fill(weights.view(), 1);
  fill(bias.view(), 2);
  fill(x.view(), 3);
  spoil(y.view());
  std::vector<std::byte> saved(static_cast<std::size_t>(p.pool.y.count())), exact_saved(saved.size());
  AlignedBytes memory(kernel->scratch_bytes()), exact_memory(exact->scratch_bytes());
  const std::span<std::byte> scratch(memory.data(), memory.size()),
      exact_scratch(exact_memory.data(), exact_memory.size());
  std::byte* const its_bias = has_bias ? bias.view().bytes : nullptr;
  kernel->forward(x.view(), weights.view().bytes, its_bias, y.view(), saved, scratch);
  convert(x.view(), exact_x.view());
  Values w = take(weights.view(), all_of(parameters.c)), b = take(bias.view(), all_of(p.convolution.y.c));
  if (narrow == Element::BF16)
    for (double& weight : w) weight = double{float{Bfloat16(static_cast<float>(weight))}};
  exact->forward(exact_x.view(), bytes(w), bytes(b), exact_y.view(), exact_saved, exact_scratch);
  const Channels all = all_of(p.pool.y.c);
  judge.compare(Direction::Forward, take(y.view(), all), take(exact_y.view(), all),
                {narrow, p.convolution.taps() * p.convolution.x.c});
  judge.compare_taps(saved, exact_saved, narrow);
  fill(y.view(), 4);
  convert(y.view(), exact_y.view());
  spoil(weights.view());
  spoil(bias.view());
  kernel->backward_parameters(x.view(), y.view(), saved, weights.view().bytes, its_bias, scratch);
  // By the same taps: of elements that are all but equal, rounding may have chosen others.
  exact->backward_parameters(exact_x.view(), exact_y.view(), saved, bytes(w), bytes(b), exact_scratch);
  const Rounding rounding{tessera::wide(narrow), p.pool.y.n * p.pool.y.box.count()};
  judge.compare(Direction::BackwardParameters, take(weights.view(), all_of(parameters.c)), w, rounding);
  if (has_bias) judge.compare(Direction::BackwardParameters, take(bias.view(), all), b, rounding);
  return judge.mismatch();
}

// A dense layer is a convolution of one cell.
ConvolutionProblem convolution_of(const DenseProblem& p) {
  ConvolutionProblem convolution;
  convolution.x = {p.n, p.in, Box::whole({1, 1, 1}), Element::F32};
  convolution.y = {p.n, p.out, Box::whole({1, 1, 1}), Element::F32};
  convolution.order = p.order;
  convolution.bias = p.bias;
  return convolution;
}

std::vector<Direction> directions_in_slabs(const ConvolutionProblem& problem, Kernels& kernels) {
  const std::vector<std::string> names = kernels.convolution(problem)->implementations();
  std::vector<Direction> directions;
  for (const Direction direction : kDirections)
    if (implementation_of(names, direction).ends_with(kInSlabs)) directions.push_back(direction);
  return directions;
}

std::optional<KernelMismatch> check_reduced(const ConvolutionProblem& problem, Kernels& kernels) {
  if (auto wrong = check(reduced(problem, kernels), kDirections, kernels)) return wrong;
  // The first slab, those inside and the last are padded otherwise.
  const std::vector<Direction> directions = directions_in_slabs(problem, kernels);
  if (directions.empty()) return std::nullopt;
  const std::int64_t planes = problem.y.box.axes()[slab_axis(problem)].size();
  const auto slabs = static_cast<int>(std::clamp<std::int64_t>(planes / 2, 1, 3));
  for (const ConvolutionProblem& slab : cut_into_slabs(problem, slabs).kinds)
    if (auto wrong = check(reduced(slab, kernels), directions, kernels)) return wrong;
  return std::nullopt;
}
std::optional<KernelMismatch> check_reduced(const MaxPoolProblem& problem, Kernels& kernels) {
  return check(reduced(problem), kernels);
}
std::optional<KernelMismatch> check_reduced(const PooledConvolutionProblem& problem, Kernels& kernels) {
  auto wrong = check(reduced(problem, kernels), kernels);
  if (const auto inner = wrong ? std::nullopt : inner_rows(problem))
    wrong = check(reduced(*inner, kernels), kernels);
  return wrong;
}
std::optional<KernelMismatch> check_reduced(const DenseProblem& problem, Kernels& kernels) {
  const DenseProblem smaller = reduced(problem, kernels);
  return ConvolutionCheck(convolution_of(smaller), kernels.dense(smaller)).run(kDirections);
}

}  // namespace

std::optional<KernelMismatch> check_kernel(const KernelProblem& problem, Kernels& kernels) {
  return std::visit([&](const auto& p) { return check_reduced(p, kernels); }, problem);
}

}  // namespace tessera
