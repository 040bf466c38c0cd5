#include <algorithm>
#include <chrono>

#include "models/base/tensor.hpp"
#include "models/kernels/matmul_rate.hpp"
#include "models/kernels/onednn_primitive.hpp"

namespace tessera {
namespace {

using MatmulClock = std::chrono::steady_clock;
constexpr dnnl::memory::dim kRows = 2048;  // three matrices: 48 MB, and 17 Gflop a product
constexpr int kLeastProducts = 3;
constexpr std::chrono::milliseconds kAtLeast{300};

dnnl::memory::desc square(Element element) {
  const auto type = element == Element::BF16 ? dnnl::memory::data_type::bf16 : dnnl::memory::data_type::f32;
  return {{kRows, kRows}, type, dnnl::memory::format_tag::ab};
}

// Numbers that are neither denormal nor grow.
void fill_with_ones(std::byte* memory, std::size_t bytes, Element element) {
  with_element(element, [&]<class T>(T) {
    std::fill_n(reinterpret_cast<T*>(memory), bytes / sizeof(T), static_cast<T>(1.0F));
  });
}

}  // namespace

std::optional<double> matmul_flop_per_second(Element element) {
  if (element == Element::F64) return std::nullopt;
  const onednn::Device device;
  const dnnl::memory::desc desc = square(element);
  onednn::Primitive product;
  try {
    const auto description = onednn::described<dnnl::matmul>(device, desc, desc, desc);
    product = onednn::Primitive::make<dnnl::matmul::primitive_desc, dnnl::matmul>(
        device, description, {{DNNL_ARG_SRC, desc}, {DNNL_ARG_WEIGHTS, desc}, {DNNL_ARG_DST, desc}});
  } catch (const dnnl::error& error) {
    if (error.status != dnnl_unimplemented) throw;
    return std::nullopt;
  }
  AlignedBytes memory(product.argument_bytes() + product.scratch_bytes());
  fill_with_ones(memory.data(), product.argument_bytes(), element);
  product.run_in(memory.data());  // warms up
  double best = 0;
  const MatmulClock::time_point begin = MatmulClock::now();
  for (int i = 0; i < kLeastProducts || MatmulClock::now() - begin < kAtLeast; ++i) {
    const MatmulClock::time_point start = MatmulClock::now();
    product.run_in(memory.data());
    const double seconds = std::chrono::duration<double>(MatmulClock::now() - start).count();
    best = std::max(best, 2.0 * kRows * kRows * kRows / seconds);
  }
  return best;
}

}  // namespace tessera
