#include <algorithm>

#include "models/kernels/direction.hpp"
#include "models/kernels/onednn_weight_gradient.hpp"
#include "models/kernels/partial_sums.hpp"

namespace tessera::onednn {
namespace {

// A share of the last cache that leaves room for the tensors themselves.
constexpr std::size_t kSlabScratch = std::size_t{16} << 20;

// So many of them ask for kSlabScratch each, where one asks for so much: scratch grows with threads, not
// samples.
std::int64_t slabs_for(std::size_t scratch) {
  return static_cast<std::int64_t>(scratch / kSlabScratch) + 1;
}

}  // namespace

SlabbedWeightGradient::SlabbedWeightGradient(const Device& device, const ConvolutionProblem& problem)
    : weights_(static_cast<std::size_t>(problem.taps() * problem.x.c / problem.groups * problem.y.c)),
      outputs_(problem.bias ? static_cast<std::size_t>(problem.y.c) : 0) {
  if (weight_gradient_overruns(problem)) {  // few slabs do, which WeightGradient widens
    cut(device, problem, 2, 2);
    if (scratch_bytes() > kSlabScratch) cut(device, problem, 2, 2 * slabs_for(scratch_bytes()));
    return;
  }
  WeightGradient whole(device, problem);
  if (problem.x.element == Element::BF16 && whole.scratch_bytes() > kSlabScratch)
    cut(device, problem, 1, slabs_for(whole.scratch_bytes()));
  if (kinds_.empty() || scratch_bytes() > whole.scratch_bytes() / 2 || !are_all(whole.implementation())) {
    kinds_.clear();
    slabs_.assign(1, {});
    kinds_.push_back(std::move(whole));
  }
}

// Into so many slabs, if there are two planes for each, and not fewer than `least`.
void SlabbedWeightGradient::cut(const Device& device, const ConvolutionProblem& problem, std::int64_t least,
                                std::int64_t wanted) {
  const std::int64_t planes = problem.y.box.axes()[slab_axis(problem)].size();
  const std::int64_t slabs = std::max(least, std::min(wanted, planes / 2));
  const ConvolutionSlabs cut = cut_into_slabs(problem, static_cast<int>(slabs));
  kinds_.clear();
  for (const ConvolutionProblem& kind : cut.kinds) kinds_.emplace_back(device, kind);
  slabs_ = cut.slabs;
}

std::string SlabbedWeightGradient::implementation() const {
  std::vector<std::string> names;
  for (const WeightGradient& kind : kinds_) names.push_back(kind.implementation());
  std::string name = joined(names);
  if (slabs_.size() > 1) name += kInSlabs;
  return name;
}

bool SlabbedWeightGradient::are_all(const std::string& implementation) const {
  return std::ranges::all_of(
      kinds_, [&](const WeightGradient& kind) { return kind.implementation() == implementation; });
}

void SlabbedWeightGradient::run(const std::byte* x, const std::byte* dy, std::byte* weights_gradient,
                                std::byte* bias_gradient, std::byte* scratch) {
  ScratchParts parts(scratch);
  const bool is_sum = slabs_.size() > 1;
  std::byte* const weights = is_sum ? parts.take(weights_ * sizeof(float)) : nullptr;
  std::byte* const bias = is_sum ? parts.take(outputs_ * sizeof(float)) : nullptr;
  const auto add = [](const std::byte* part, std::size_t count, std::byte* sums) {
    add_part(reinterpret_cast<const float*>(part), static_cast<std::int64_t>(count),
             reinterpret_cast<float*>(sums));
  };
  for (const ConvolutionSlabs::Slab& slab : slabs_) {
    const bool is_first = &slab == &slabs_.front();
    kinds_[slab.kind].run(x + slab.x, dy + slab.y, is_first ? weights_gradient : weights,
                          is_first ? bias_gradient : bias, parts.rest());
    if (is_first) continue;
    add(weights, weights_, weights_gradient);
    add(bias, outputs_, bias_gradient);
  }
}

std::size_t SlabbedWeightGradient::scratch_bytes() const {
  std::size_t most = 0;
  for (const WeightGradient& kind : kinds_) most = std::max(most, kind.scratch_bytes());
  const bool is_sum = slabs_.size() > 1;
  return most + (is_sum ? ScratchParts::rounded(weights_ * sizeof(float)) +
                              ScratchParts::rounded(outputs_ * sizeof(float))
                        : 0);
}

}  // namespace tessera::onednn
