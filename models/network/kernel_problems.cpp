#include "models/network/kernel_problems.hpp"

namespace tessera {
namespace {

/// Makes no kernel, and notes what is asked of it.
class NotingKernels final : public Kernels {
 public:
  explicit NotingKernels(Element element) : element_(element) {}

  std::vector<KernelProblem> noted;

  Element element() const override { return element_; }
  std::unique_ptr<LinearKernel> convolution(const ConvolutionProblem& problem) override {
    noted.push_back(problem);
    return nullptr;
  }
  std::unique_ptr<MaxPoolKernel> max_pool(const WindowProblem& problem, double negative_slope) override {
    noted.push_back(MaxPoolProblem{problem, negative_slope});
    return nullptr;
  }
  std::unique_ptr<LinearKernel> dense(const DenseProblem& problem) override {
    noted.push_back(problem);
    return nullptr;
  }
  std::unique_ptr<PooledConvolutionKernel> pooled_convolution(
      const PooledConvolutionProblem& problem) override {
    noted.push_back(problem);
    return nullptr;
  }

 private:
  Element element_;
};

}  // namespace

std::vector<KernelProblem> kernel_problems(const Graph& graph, const Placement& placement, NodeId node,
                                           Element element) {
  const Layer* const layer = graph.node(node).layer.get();
  if (!layer || placement.owned[node].empty()) return {};
  NotingKernels kernels(element);
  const Site site = local_site(graph, placement, node, element);
  layer->localize(site, kernels);
  for (const Box& slab : placement.slabs[node]) layer->localize(slab_site(graph, site, slab), kernels);
  return kernels.noted;
}

}  // namespace tessera
