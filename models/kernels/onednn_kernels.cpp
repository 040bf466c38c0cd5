#include "models/kernels/onednn_kernels.hpp"

#include <cassert>

#include "models/kernels/folded_convolution.hpp"
#include "models/kernels/fused_pooled_convolution.hpp"
#include "models/kernels/library.hpp"
#include "models/kernels/max_pool.hpp"
#include "models/kernels/slabbed_pooled_convolution.hpp"
#include "models/kernels/widened_convolution.hpp"

namespace tessera {
namespace {

// Tiles of AMX take 32 channels at once: with four of them the library's first layer costs more than all
// others. Vector units are filled by other means, and lose by folding.
bool fills_badly(const ConvolutionProblem& problem) {
  return problem.x.element == Element::BF16 && has_bfloat16_tiles() && can_be_folded(problem);
}

class OnednnKernels final : public Kernels {
 public:
  OnednnKernels(Element element, ConvolutionAlgorithm algorithm) : element_(element), algorithm_(algorithm) {}

  Element element() const override { return element_; }
  std::unique_ptr<LinearKernel> convolution(const ConvolutionProblem& problem) override {
    const auto direct = [this](const ConvolutionProblem& p) {
      return onednn::make_convolution(device_, p, algorithm_);
    };
    if (fills_badly(problem)) return make_folded_convolution(problem, direct);
    try {
      return direct(problem);
    } catch (const dnnl::error& error) {
      if (problem.x.element != Element::BF16 || error.status != dnnl_unimplemented) throw;
      return make_widened_convolution(problem, direct);
    }
  }
  // Our own: the library's keeps four bytes an element for the way back, and can't fuse the activation.
  std::unique_ptr<MaxPoolKernel> max_pool(const WindowProblem& problem, double negative_slope) override {
    return make_vector_max_pool(problem, negative_slope);
  }
  std::unique_ptr<LinearKernel> dense(const DenseProblem& problem) override {
    return onednn::make_dense(device_, problem);
  }
  std::unique_ptr<PooledConvolutionKernel> pooled_convolution(
      const PooledConvolutionProblem& problem) override {
    if (!can_be_slabbed(problem)) return Kernels::pooled_convolution(problem);
    return make_slabbed_pooled_convolution(problem, [this](const PooledConvolutionProblem& slab) {
      return can_be_fused(slab) ? make_fused_pooled_convolution(slab) : Kernels::pooled_convolution(slab);
    });
  }

 private:
  Element element_;
  ConvolutionAlgorithm algorithm_;
  onednn::Device device_;
};

}  // namespace

std::unique_ptr<Kernels> make_onednn_kernels(Element element, ConvolutionAlgorithm algorithm) {
  assert(element != Element::F64);
  return std::make_unique<OnednnKernels>(element, algorithm);
}

}  // namespace tessera
