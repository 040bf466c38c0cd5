#include <array>

#include "models/kernels/convolution_ceiling.hpp"
#include "models/kernels/convolution_slabs.hpp"
#include "models/kernels/mirrored_problem.hpp"
#include "models/kernels/onednn_convolution_description.hpp"
#include "models/kernels/widened_convolution.hpp"

namespace tessera {
namespace {

class OnednnCeiling final : public ConvolutionCeiling {
 public:
  OnednnCeiling(const ConvolutionProblem& problem, Tensors tensors) {
    layout_ = tensors == Tensors::ChannelsLast ? Description::Tensors::ChannelsLast
                                               : Description::Tensors::LibraryChoice;
    const Description description(problem, layout_);
    primitives_ = {make_forward(device_, description.forward(device_)),
                   make_input_gradient(problem, description), make_weight_gradient(problem)};
  }

  void run(Direction direction, std::byte* memory) override { of(direction).run_in(memory); }
  std::size_t bytes(Direction direction) const override {
    return of(direction).argument_bytes() + of(direction).scratch_bytes();
  }
  std::string implementation(Direction direction) const override { return of(direction).implementation(); }

 private:
  using Description = onednn::ConvolutionDescription;

  // The mirrored forward pass where there is one, as the network's.
  onednn::Primitive make_input_gradient(const ConvolutionProblem& problem, const Description& description) {
    if (const auto mirror = mirrored(problem))
      return make_forward(device_, Description(*mirror, layout_).forward(device_));
    return make_backward_data(device_, description.backward_data(device_, description.forward(device_)));
  }
  // Where the library can't compute it, without the first row of outputs.
  onednn::Primitive make_weight_gradient(ConvolutionProblem problem) {
    if (onednn::weight_gradient_overruns(problem)) keep_planes(problem, 1, {1, problem.y.box.h.size()});
    const Description description(problem, layout_);
    return make_backward_weights(device_,
                                 description.backward_weights(device_, description.forward(device_)));
  }
  onednn::Primitive& of(Direction direction) { return primitives_[static_cast<std::size_t>(direction)]; }
  const onednn::Primitive& of(Direction direction) const {
    return primitives_[static_cast<std::size_t>(direction)];
  }

  Description::Tensors layout_;
  onednn::Device device_;
  std::array<onednn::Primitive, 3> primitives_;
};

}  // namespace

std::unique_ptr<ConvolutionCeiling> make_onednn_ceiling(const ConvolutionProblem& problem,
                                                        ConvolutionCeiling::Tensors tensors) {
  try {
    return std::make_unique<OnednnCeiling>(problem, tensors);
  } catch (const dnnl::error& error) {
    if (problem.x.element != Element::BF16 || error.status != dnnl_unimplemented) throw;
    return std::make_unique<OnednnCeiling>(widened(problem), tensors);  // as the network's kernels have it
  }
}

}  // namespace tessera
