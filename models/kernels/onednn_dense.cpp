#include <algorithm>

#include "models/kernels/onednn_kernels.hpp"

namespace tessera::onednn {
namespace {

using dnnl::memory;

// A rows × columns matrix stored row by row, or the transpose of one.
memory::desc matrix(std::int64_t rows, std::int64_t columns) {
  return {{rows, columns}, memory::data_type::f32, memory::dims{columns, 1}};
}
memory::desc transposed(std::int64_t rows, std::int64_t columns) {
  return {{rows, columns}, memory::data_type::f32, memory::dims{1, rows}};
}

Primitive make_product(const Device& device, const memory::desc& a, const memory::desc& b,
                       const memory::desc& c) {
  const auto desc = described<dnnl::matmul>(device, a, b, c);
  return Primitive::make<dnnl::matmul::primitive_desc, dnnl::matmul>(
      device, desc, {{DNNL_ARG_SRC, a}, {DNNL_ARG_WEIGHTS, b}, {DNNL_ARG_DST, c}});
}

Primitive make_product(const Device& device, const memory::desc& a, const memory::desc& b,
                       const memory::desc& bias, const memory::desc& c) {
  const auto desc = described<dnnl::matmul>(device, a, b, bias, c);
  return Primitive::make<dnnl::matmul::primitive_desc, dnnl::matmul>(
      device, desc, {{DNNL_ARG_SRC, a}, {DNNL_ARG_WEIGHTS, b}, {DNNL_ARG_BIAS, bias}, {DNNL_ARG_DST, c}});
}

Primitive make_forward(const Device& device, const DenseProblem& p) {
  const auto weights = p.order == WeightOrder::OutInSpatial ? transposed(p.in, p.out) : matrix(p.in, p.out);
  return p.bias ? make_product(device, matrix(p.n, p.in), weights, matrix(1, p.out), matrix(p.n, p.out))
                : make_product(device, matrix(p.n, p.in), weights, matrix(p.n, p.out));
}

class OnednnDense final : public LinearKernel {
 public:
  OnednnDense(const Device& device, const DenseProblem& p)
      : p_(p),
        out_first_(p.order == WeightOrder::OutInSpatial),
        forward_(make_forward(device, p)),
        data_(make_product(device, matrix(p.n, p.out),
                           out_first_ ? matrix(p.out, p.in) : transposed(p.out, p.in), matrix(p.n, p.in))),
        weights_(out_first_
                     ? make_product(device, transposed(p.out, p.n), matrix(p.n, p.in), matrix(p.out, p.in))
                     : make_product(device, transposed(p.in, p.n), matrix(p.n, p.out), matrix(p.in, p.out))) {
  }

  void forward(ConstTensorView x, const std::byte* weights, const std::byte* bias, TensorView y,
               std::span<std::byte> scratch) override {
    if (p_.bias)
      forward_.run({x.bytes, weights, bias, y.bytes}, scratch.data());
    else
      forward_.run({x.bytes, weights, y.bytes}, scratch.data());
  }

  void backward_inputs(ConstTensorView dy, const std::byte* weights, TensorView dx,
                       std::span<std::byte> scratch) override {
    data_.run({dy.bytes, weights, dx.bytes}, scratch.data());
  }

  void backward_parameters(ConstTensorView x, ConstTensorView dy, std::byte* weights_gradient,
                           std::byte* bias_gradient, std::span<std::byte> scratch) override {
    if (out_first_)
      weights_.run({dy.bytes, x.bytes, weights_gradient}, scratch.data());
    else
      weights_.run({x.bytes, dy.bytes, weights_gradient}, scratch.data());
    if (!p_.bias) return;
    const float* dys = dy.data<float>();
    auto* db = reinterpret_cast<float*>(bias_gradient);
    std::copy_n(dys, p_.out, db);
    for (std::int64_t n = 1; n < p_.n; ++n)
      for (std::int64_t o = 0; o < p_.out; ++o) db[o] += dys[n * p_.out + o];
  }

  std::size_t scratch_bytes() const override {
    return std::max({forward_.scratch_bytes(), data_.scratch_bytes(), weights_.scratch_bytes()});
  }

  std::vector<std::string> implementations() const override {
    return {forward_.implementation(), data_.implementation(), weights_.implementation()};
  }

 private:
  DenseProblem p_;
  bool out_first_;
  Primitive forward_, data_, weights_;
};

}  // namespace

std::unique_ptr<LinearKernel> make_dense(const Device& device, const DenseProblem& problem) {
  return std::make_unique<OnednnDense>(device, problem);
}

}  // namespace tessera::onednn
