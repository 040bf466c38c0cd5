#include "harness/bench/ceilings.hpp"

#include <algorithm>

#include "harness/process/statistics.hpp"
#include "harness/process/stopwatch.hpp"
#include "models/network/kernel_problems.hpp"

namespace tessera {
namespace {

using Direction = ConvolutionCeiling::Direction;
using Tensors = ConvolutionCeiling::Tensors;

}  // namespace

std::optional<ConvolutionProblem> convolution_of(const Graph& graph, const Placement& placement, NodeId node,
                                                 Element element) {
  const std::vector<KernelProblem> problems = kernel_problems(graph, placement, node, element);
  if (problems.empty()) return std::nullopt;
  if (const auto* const pooled = std::get_if<PooledConvolutionProblem>(&problems.front()))
    return pooled->convolution;
  const auto* const convolution = std::get_if<ConvolutionProblem>(&problems.front());
  return convolution ? std::optional(*convolution) : std::nullopt;
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
