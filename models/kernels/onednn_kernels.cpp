#include "models/kernels/onednn_kernels.hpp"

#include <cassert>

#include "models/kernels/max_pool.hpp"
#include "models/kernels/widened_convolution.hpp"

namespace tessera {
namespace {

class OnednnKernels final : public Kernels {
 public:
  explicit OnednnKernels(Element element) : element_(element) {}

  Element element() const override { return element_; }
  std::unique_ptr<LinearKernel> convolution(const ConvolutionProblem& problem) override {
    try {
      return onednn::make_convolution(device_, problem);
    } catch (const dnnl::error& error) {
      if (problem.x.element != Element::BF16 || error.status != dnnl_unimplemented) throw;
      return make_widened_convolution(problem, [this](const ConvolutionProblem& wide) {
        return onednn::make_convolution(device_, wide);
      });
    }
  }
  // Our own: the library's keeps four bytes an element for the way back, and can't fuse the activation.
  std::unique_ptr<MaxPoolKernel> max_pool(const WindowProblem& problem, double negative_slope) override {
    return make_vector_max_pool(problem, negative_slope);
  }
  std::unique_ptr<LinearKernel> dense(const DenseProblem& problem) override {
    return onednn::make_dense(device_, problem);
  }

 private:
  Element element_;
  onednn::Device device_;
};

}  // namespace

std::unique_ptr<Kernels> make_onednn_kernels(Element element) {
  assert(element != Element::F64);
  return std::make_unique<OnednnKernels>(element);
}

}  // namespace tessera
