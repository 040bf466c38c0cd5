#include "harness/bench/ceilings.hpp"

#include <algorithm>

#include "harness/process/statistics.hpp"
#include "harness/process/stopwatch.hpp"

namespace tessera {
namespace {

using Direction = ConvolutionCeiling::Direction;
using Tensors = ConvolutionCeiling::Tensors;

constexpr std::array kDirections = {Direction::Forward, Direction::BackwardInputs,
                                    Direction::BackwardParameters};

/// Notes the convolution that is asked of it.
class NotingKernels final : public Kernels {
 public:
  explicit NotingKernels(Element element) : kernels_(make_reference_kernels(element)) {}

  const std::optional<ConvolutionProblem>& convolution() const { return convolution_; }

  Element element() const override { return kernels_->element(); }
  std::unique_ptr<LinearKernel> convolution(const ConvolutionProblem& problem) override {
    convolution_ = problem;
    return kernels_->convolution(problem);
  }
  std::unique_ptr<MaxPoolKernel> max_pool(const WindowProblem& problem, double negative_slope) override {
    return kernels_->max_pool(problem, negative_slope);
  }
  std::unique_ptr<LinearKernel> dense(const DenseProblem& problem) override {
    return kernels_->dense(problem);
  }

 private:
  std::unique_ptr<Kernels> kernels_;
  std::optional<ConvolutionProblem> convolution_;
};

}  // namespace

std::optional<ConvolutionProblem> convolution_of(const Graph& graph, const Placement& placement, NodeId node,
                                                 Element element) {
  if (!graph.node(node).layer || placement.owned[node].empty()) return std::nullopt;
  NotingKernels kernels(element);
  graph.node(node).layer->localize(local_site(graph, placement, node, element), kernels);
  return kernels.convolution();
}

ConvolutionCeiling::Direction primitive_of(const ConvolutionProblem& problem,
                                           ConvolutionCeiling::Direction call) {
  if (!problem.adjoint || call == Direction::BackwardParameters) return call;
  return call == Direction::Forward ? Direction::BackwardInputs : Direction::Forward;
}

Ceilings::Ceilings(const std::vector<ConvolutionProblem>& problems) : problems_(problems) {
  for (const ConvolutionProblem& problem : problems)
    for (const Tensors tensors : {Tensors::ChannelsLast, Tensors::LibraryChoice})
      candidates_.push_back({make_onednn_ceiling(problem, tensors), {}});
  std::size_t bytes = 0;
  for (const Candidate& candidate : candidates_)
    for (const Direction direction : kDirections)
      bytes = std::max(bytes, candidate.ceiling->bytes(direction));
  memory_ = AlignedBytes(bytes);
}

void Ceilings::run() {
  for (Candidate& candidate : candidates_)
    for (const Direction direction : kDirections) {
      const Stopwatch watch;
      candidate.ceiling->run(direction, memory_.data());
      candidate.seconds[static_cast<std::size_t>(direction)].push_back(watch.seconds());
    }
}

void Ceilings::forget() {
  for (Candidate& candidate : candidates_) candidate.seconds = {};
}

Ceilings::Best Ceilings::best(std::size_t convolution, Direction call) const {
  const Direction direction = primitive_of(problems_[convolution], call);
  const auto of = [&](const Candidate& candidate) {
    return Best{median(candidate.seconds[static_cast<std::size_t>(direction)]),
                candidate.ceiling->implementation(direction)};
  };
  Best first = of(candidates_[2 * convolution]), second = of(candidates_[2 * convolution + 1]);
  return first.seconds <= second.seconds ? first : second;
}

}  // namespace tessera
