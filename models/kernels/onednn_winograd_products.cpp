#include "models/kernels/onednn_winograd_products.hpp"

#include "models/kernels/team_size.hpp"
#include "models/kernels/winograd_tiles.hpp"

namespace tessera::onednn {
namespace {

dnnl::memory::desc matrices(std::int64_t rows, std::int64_t columns) {
  return {{winograd::kSlice, rows, columns}, dnnl::memory::data_type::f32, dnnl::memory::format_tag::abc};
}
// The transposes of matrices that are stored row by row.
dnnl::memory::desc transposed_matrices(std::int64_t rows, std::int64_t columns) {
  return {{winograd::kSlice, rows, columns}, dnnl::memory::data_type::f32, dnnl::memory::format_tag::acb};
}

}  // namespace

PointProducts PointProducts::of_outputs(const Device& device, const Sizes& s, int team) {
  return {device, matrices(s.tiles, s.read), matrices(s.read, s.written), matrices(s.tiles, s.written), false,
          team};
}

PointProducts PointProducts::of_gradient(const Device& device, const Sizes& s, int team) {
  return {device,
          transposed_matrices(s.read, s.tiles),
          matrices(s.tiles, s.written),
          matrices(s.read, s.written),
          true,
          team};
}

PointProducts::PointProducts(const Device& device, const dnnl::memory::desc& a, const dnnl::memory::desc& b,
                             const dnnl::memory::desc& c, bool adds, int team) {
  const TeamSize alone(1);
  const auto desc =
      described_with<dnnl::matmul>(device, adds ? adding_to_destination() : caller_scratchpad(), a, b, c);
  for (int thread = 0; thread < team; ++thread)
    of_thread_.push_back(Primitive::make<dnnl::matmul::primitive_desc, dnnl::matmul>(
        device, desc, {{DNNL_ARG_SRC, a}, {DNNL_ARG_WEIGHTS, b}, {DNNL_ARG_DST, c}}));
}

}  // namespace tessera::onednn
