#include "harness/bench/convolution_bench.hpp"

#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <memory>
#include <span>

#include "harness/bench/synthetic_values.hpp"
#include "harness/process/statistics.hpp"
#include "harness/process/stopwatch.hpp"
#include "models/kernels/direction.hpp"
#include "models/kernels/kernels.hpp"

namespace tessera {
namespace {

constexpr std::array<std::int64_t, 6> kChannels = {8, 16, 32, 64, 128, 256};
constexpr std::array<std::int64_t, 6> kExtentsOf3 = {2, 4, 8, 16, 32, 64};
constexpr std::array<std::int64_t, 7> kExtentsOf2 = {4, 8, 16, 32, 64, 128, 256};

std::span<const std::int64_t> extents_of(int axes) {
  if (axes == 3) return kExtentsOf3;
  return kExtentsOf2;
}

ConvolutionProblem problem_of(int axes, std::int64_t channels, std::int64_t extent) {
  ConvolutionProblem p;
  for (std::size_t axis = axes == 3 ? 0 : 1; axis < 3; ++axis) p.window[axis] = {3, 1, 1, 1, 1};
  p.x = p.y = {1, channels, Box::whole({axes == 3 ? extent : 1, extent, extent})};
  return p;
}

double flop_of(const ConvolutionProblem& p) {
  return 2.0 * static_cast<double>(p.taps() * p.x.c * p.y.count());
}

/// One convolution in one way, with its tensors.
class Timed {
 public:
  Timed(const ConvolutionProblem& problem, ConvolutionAlgorithm algorithm)
      : kernel_(make_onednn_kernels(Element::F32, algorithm)->convolution(problem)),
        x_(problem.x),
        y_(problem.y),
        dx_(problem.x),
        weights_(parameters_of(problem.taps() * problem.x.c * problem.y.c)),
        bias_(parameters_of(problem.y.c)),
        scratch_(kernel_->scratch_bytes()) {
    for (Tensor* const tensor : {&x_, &y_, &weights_, &bias_}) fill_with_synthetic_values(tensor->view());
  }

  double seconds(Direction direction) {
    const Stopwatch watch;
    const std::span scratch(scratch_.data(), scratch_.size());
    if (direction == Direction::Forward)
      kernel_->forward(x_.view(), weights_.view().bytes, bias_.view().bytes, y_.view(), scratch);
    else if (direction == Direction::BackwardInputs)
      kernel_->backward_inputs(y_.view(), weights_.view().bytes, dx_.view(), scratch);
    else
      kernel_->backward_parameters(x_.view(), y_.view(), gradient(weights_), gradient(bias_), scratch);
    return watch.seconds();
  }

 private:
  static Tensor parameters_of(std::int64_t count) { return Tensor({1, count, Box::whole({1, 1, 1})}); }
  // Written over what they are of: what is multiplied doesn't matter, as long as it is finite.
  static std::byte* gradient(Tensor& parameters) { return parameters.view().bytes; }

  std::unique_ptr<LinearKernel> kernel_;
  Tensor x_, y_, dx_, weights_, bias_;
  AlignedBytes scratch_;
};

BenchedConvolution bench_convolution(int axes, std::int64_t channels, std::int64_t extent,
                                     const Communicator& world, std::int64_t repeats) {
  const ConvolutionProblem problem = problem_of(axes, channels, extent);
  Timed direct(problem, ConvolutionAlgorithm::Direct), winograd(problem, ConvolutionAlgorithm::Winograd);
  const auto taken = make_onednn_kernels()->convolution(problem)->implementations();
  BenchedConvolution benched{axes, channels, extent, {}};
  for (std::size_t d = 0; d < kDirections.size(); ++d) {
    const Direction direction = kDirections[d];
    std::vector<double> directly, by_winograd;
    for (std::int64_t round = -1; round < repeats; ++round) {  // a round for warmth
      world.barrier();
      const double one = direct.seconds(direction), other = winograd.seconds(direction);
      if (round < 0) continue;
      directly.push_back(one);
      by_winograd.push_back(other);
    }
    benched.calls[d] = {median(directly), median(by_winograd),
                        has_word(implementation_of(taken, direction), "winograd")};
  }
  return benched;
}

const BenchedConvolution* find(const ConvolutionBench& bench, int axes, std::int64_t channels,
                               std::int64_t extent) {
  const auto found = std::ranges::find_if(bench.convolutions, [&](const BenchedConvolution& b) {
    return b.axes == axes && b.channels == channels && b.extent == extent;
  });
  return found == bench.convolutions.end() ? nullptr : &*found;
}

std::string table_of(const ConvolutionBench& bench, int axes, std::size_t direction) {
  const std::span extents = extents_of(axes);
  std::string text = fmt::format("\n{} axes, {}\nchannels", axes, name_of(kDirections[direction]));
  for (const std::int64_t extent : extents) text += fmt::format(" {:>8}", extent);
  text += '\n';
  for (const std::int64_t channels : kChannels) {
    text += fmt::format("{:>8}", channels);
    for (const std::int64_t extent : extents) {
      const BenchedConvolution* const found = find(bench, axes, channels, extent);
      if (!found) continue;
      const BenchedConvolution::Call& call = found->calls[direction];
      text += fmt::format(" {:>6.2f} {}", call.ratio(), call.by_winograd ? 'W' : '.');
    }
    text += '\n';
  }
  return text;
}

// Of each call's time the rule's way over the faster one's.
std::string verdict_on(const ConvolutionBench& bench) {
  double sum = 0, most = 0;
  std::size_t slower = 0, calls = 0;
  for (const BenchedConvolution& benched : bench.convolutions)
    for (const BenchedConvolution::Call& call : benched.calls) {
      const double taken = call.by_winograd ? call.winograd_seconds : call.direct_seconds;
      const double cost = taken / std::min(call.winograd_seconds, call.direct_seconds);
      sum += cost;
      most = std::max(most, cost);
      slower += cost > 1 ? 1 : 0;
      ++calls;
    }
  return fmt::format(
      "\nThe rule takes the slower way in {} of {} calls; its way takes {:.3f} x the faster one's time on "
      "average, {:.2f} x at most.\n",
      slower, calls, sum / static_cast<double>(calls), most);
}

}  // namespace

ConvolutionBench bench_convolutions(const Communicator& world, std::int64_t repeats, double most_flop) {
  ConvolutionBench bench{world.size(), omp_get_max_threads(), repeats, {}};
  for (const int axes : {3, 2})
    for (const std::int64_t channels : kChannels)
      for (const std::int64_t extent : extents_of(axes))
        if (flop_of(problem_of(axes, channels, extent)) <= most_flop)
          bench.convolutions.push_back(bench_convolution(axes, channels, extent, world, repeats));
  return bench;
}

std::string to_string(const ConvolutionBench& bench) {
  std::string text = fmt::format(
      "{} rank{}, {} thread{} a rank; Winograd's time over the direct one, medians of {} rounds of one "
      "sample\n"
      "W: compute.convolution: auto takes Winograd's, .: the direct way\n",
      bench.ranks, bench.ranks == 1 ? "" : "s", bench.threads, bench.threads == 1 ? "" : "s", bench.repeats);
  for (const int axes : {3, 2})
    for (std::size_t direction = 0; direction < kDirections.size(); ++direction)
      text += table_of(bench, axes, direction);
  return text + verdict_on(bench);
}

}  // namespace tessera
