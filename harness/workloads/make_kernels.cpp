#include "harness/workloads/make_kernels.hpp"

namespace tessera {

std::unique_ptr<Kernels> make_kernels(const ComputeConfig& compute) {
  return compute.kernels == KernelChoice::Reference
             ? make_reference_kernels(compute.element)
             : make_onednn_kernels(compute.element, compute.convolution);
}

}  // namespace tessera
