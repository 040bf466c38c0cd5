#include "models/kernels/onednn_input_gradient.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "models/kernels/mirrored_problem.hpp"

namespace tessera::onednn {
namespace {

// [group] out in ... -> [group] in out ...
dnnl::memory::desc with_channels_exchanged(const dnnl::memory::desc& weights, bool grouped) {
  std::vector<int> axes(dims_of(weights).size());
  for (std::size_t i = 0; i < axes.size(); ++i) axes[i] = static_cast<int>(i);
  std::swap(axes[grouped ? 1 : 0], axes[grouped ? 2 : 1]);
  return weights.permute_axes(axes);
}

}  // namespace

InputGradient::InputGradient(const Device& device, const ConvolutionProblem& problem)
    : outer_(problem.order == WeightOrder::OutInSpatial ? problem.x.c / problem.groups * problem.y.c : 1),
      taps_(problem.taps()),
      inner_(problem.order == WeightOrder::OutInSpatial ? 1 : problem.x.c / problem.groups * problem.y.c) {
  const ConvolutionDescription description(problem, ConvolutionDescription::Tensors::ChannelsLast);
  if (const auto mirror = mirrored(problem)) {
    mirrored_ =
        ForwardPass(device, ConvolutionDescription(*mirror, ConvolutionDescription::Tensors::ChannelsLast),
                    with_channels_exchanged(description.plain_weights, problem.groups > 1));
    return;
  }
  const auto data = description.backward_data(device, description.forward(device));
  data_ = make_backward_data(device, data);
  data_weights_ = Reorder(device, description.plain_weights, data.weights_desc());
}

void InputGradient::run(const std::byte* dy, const std::byte* weights, std::byte* dx, std::byte* scratch) {
  ScratchParts parts(scratch);
  if (!mirrored_) {
    const std::byte* const blocked = data_weights_.apply(weights, parts);
    data_.run({dy, blocked, dx}, parts.rest());
    return;
  }
  if (taps_ > 1) {
    std::byte* const reversed = parts.take(outer_ * taps_ * inner_ * sizeof(float));
    reverse_taps(reinterpret_cast<const float*>(weights), reinterpret_cast<float*>(reversed));
    weights = reversed;
  }
  mirrored_.run(dy, weights, nullptr, dx, parts.rest());
}

void InputGradient::reverse_taps(const float* weights, float* reversed) const {
#pragma omp parallel for collapse(2) schedule(static)
  for (std::int64_t o = 0; o < outer_; ++o)
    for (std::int64_t tap = 0; tap < taps_; ++tap)
      for (std::int64_t i = 0; i < inner_; ++i)
        reversed[((o + 1) * taps_ - 1 - tap) * inner_ + i] = weights[(o * taps_ + tap) * inner_ + i];
}

std::size_t InputGradient::scratch_bytes() const {
  if (!mirrored_)
    return ScratchParts::rounded(data_weights_.bytes()) +
           std::max(data_weights_.scratch_bytes(), data_.scratch_bytes());
  const std::int64_t reversed = taps_ > 1 ? outer_ * taps_ * inner_ : 0;
  return ScratchParts::rounded(static_cast<std::size_t>(reversed) * sizeof(float)) +
         mirrored_.scratch_bytes();
}

const std::string& InputGradient::implementation() const {
  return mirrored_ ? mirrored_.implementation() : data_.implementation();
}

}  // namespace tessera::onednn
