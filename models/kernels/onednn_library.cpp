#include <fmt/core.h>

#include "models/kernels/library.hpp"
#include "models/kernels/onednn_convolution_description.hpp"

namespace tessera {
namespace {

// A plain convolution forward and backward. Some machines have the first alone.
bool has_bfloat16() {
  ConvolutionProblem problem;
  problem.x = problem.y = Layout{1, 32, Box::whole({8, 8, 8}), Element::BF16};
  problem.window.fill({.kernel = 3, .pad_lo = 1, .pad_hi = 1});
  const onednn::Device device;
  const onednn::ConvolutionDescription description(problem,
                                                   onednn::ConvolutionDescription::Tensors::ChannelsLast);
  try {
    const auto forward = description.forward(device);
    description.backward_data(device, forward);
    description.backward_weights(device, forward);
    return true;
  } catch (const dnnl::error& error) {
    if (error.status != dnnl_unimplemented) throw;
    return false;
  }
}

#ifdef __x86_64__
bool uses(dnnl::cpu_isa isa) {
  const auto bits = static_cast<unsigned>(isa);
  return (static_cast<unsigned>(dnnl::get_effective_cpu_isa()) & bits) == bits;
}
#endif

}  // namespace

std::string onednn_version() {
  const dnnl_version_t& v = *dnnl::version();
  return fmt::format("{}.{}.{}", v.major, v.minor, v.patch);
}

bool emulates_bfloat16() {
  if (!has_bfloat16()) return true;
#ifdef __x86_64__  // AVX-512 without these units is given kernels that emulate them
  return !uses(dnnl::cpu_isa::avx512_core_bf16);
#else
  return false;
#endif
}

bool has_bfloat16_tiles() {
#ifdef __x86_64__
  return uses(dnnl::cpu_isa::avx512_core_amx);
#else
  return false;
#endif
}

}  // namespace tessera
