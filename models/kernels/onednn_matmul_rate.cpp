#include <algorithm>
#include <array>
#include <chrono>

#include "models/base/tensor.hpp"
#include "models/kernels/matmul_rate.hpp"
#include "models/kernels/onednn_primitive.hpp"

namespace tessera {
namespace {

using MatmulClock = std::chrono::steady_clock;
// Of which the fastest counts: small ones stay in the caches of a few cores, large ones occupy many.
constexpr std::array<dnnl::memory::dim, 3> kRows = {512, 1024, 2048};
constexpr int kLeastProducts = 3;
constexpr std::chrono::milliseconds kAtLeast{100};  // of each size

// Laid out as the library has it best: of plain rows, whose addresses are powers of two apart, products in
// bfloat16 are several times slower.
onednn::Primitive product_of(const onednn::Device& device, dnnl::memory::dim rows, Element element) {
  const dnnl::memory::desc square({rows, rows}, onednn::data_type(element), dnnl::memory::format_tag::any);
  const auto description = onednn::described<dnnl::matmul>(device, square, square, square);
  return onednn::Primitive::make<dnnl::matmul::primitive_desc, dnnl::matmul>(
      device, description,
      {{DNNL_ARG_SRC, description.src_desc()},
       {DNNL_ARG_WEIGHTS, description.weights_desc()},
       {DNNL_ARG_DST, description.dst_desc()}});
}

// Numbers that are neither denormal nor grow.
void fill_with_ones(std::byte* memory, std::size_t bytes, Element element) {
  with_element(element, [&]<class T>(T) {
    std::fill_n(reinterpret_cast<T*>(memory), bytes / sizeof(T), static_cast<T>(1.0F));
  });
}

double flop_per_second(onednn::Primitive product, dnnl::memory::dim rows, Element element) {
  AlignedBytes memory(product.argument_bytes() + product.scratch_bytes());
  fill_with_ones(memory.data(), product.argument_bytes(), element);
  product.run_in(memory.data());  // warms up
  const auto flop = 2 * static_cast<double>(rows) * static_cast<double>(rows) * static_cast<double>(rows);
  double best = 0;
  const MatmulClock::time_point begin = MatmulClock::now();
  for (int i = 0; i < kLeastProducts || MatmulClock::now() - begin < kAtLeast; ++i) {
    const MatmulClock::time_point start = MatmulClock::now();
    product.run_in(memory.data());
    best = std::max(best, flop / std::chrono::duration<double>(MatmulClock::now() - start).count());
  }
  return best;
}

}  // namespace

std::optional<double> matmul_flop_per_second(Element element) {
  if (element == Element::F64) return std::nullopt;
  const onednn::Device device;
  double best = 0;
  try {
    for (const dnnl::memory::dim rows : kRows)
      best = std::max(best, flop_per_second(product_of(device, rows, element), rows, element));
  } catch (const dnnl::error& error) {
    if (error.status != dnnl_unimplemented) throw;
    return std::nullopt;
  }
  return best;
}

}  // namespace tessera
