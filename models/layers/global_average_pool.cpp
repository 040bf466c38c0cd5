#include <algorithm>

#include "models/base/error.hpp"
#include "models/layers/layers.hpp"
#include "models/layers/make_op.hpp"

namespace tessera {
namespace {

// The value is replicated, and the gradient that arrives for it is what this process contributed to its uses:
// both are completed by a sum over the processes that share the sample.
template <class T>
class GlobalAveragePoolOp final : public LocalOp {
 public:
  explicit GlobalAveragePoolOp(const Site& site)
      : values_(static_cast<std::size_t>(site.output.n * site.output.c)),
        scale_(1 / static_cast<double>(site.inputs[0].space.count())) {}

  void forward(Inputs x, TensorView y, const OpCall& call) override {
    const std::span<double> sums = values(call);
    const std::int64_t c = y.layout.c, positions = x[0].layout.box.count();
    const T* in = x[0].data<T>();
    std::fill(sums.begin(), sums.end(), 0.0);
    for (std::int64_t n = 0; n < y.layout.n; ++n)
      for (std::int64_t i = 0; i < positions; ++i, in += c)
        for (std::int64_t k = 0; k < c; ++k)
          sums[static_cast<std::size_t>(n * c + k)] += static_cast<Wide<T>>(in[k]);
    call.step.spatial.sum(sums);
    std::transform(sums.begin(), sums.end(), y.data<Wide<T>>(),
                   [this](double sum) { return static_cast<Wide<T>>(scale_ * sum); });
  }
  void backward_inputs(Inputs, ConstTensorView, ConstTensorView dy, InputGradients dx,
                       const OpCall& call) override {
    const std::span<double> sums = values(call);
    std::copy_n(dy.data<Wide<T>>(), sums.size(), sums.begin());
    call.step.spatial.sum(sums);
    const std::int64_t c = dy.layout.c, positions = dx[0].layout.box.count();
    T* out = dx[0].data<T>();
    for (std::int64_t n = 0; n < dy.layout.n; ++n)
      for (std::int64_t i = 0; i < positions; ++i, out += c)
        for (std::int64_t k = 0; k < c; ++k)
          out[k] = static_cast<T>(static_cast<Wide<T>>(scale_ * sums[static_cast<std::size_t>(n * c + k)]));
  }
  std::size_t scratch_bytes() const override { return values_ * sizeof(double); }

 private:
  std::span<double> values(const OpCall& call) const {
    return {reinterpret_cast<double*>(call.scratch.data()), values_};
  }

  std::size_t values_;
  double scale_;
};

class GlobalAveragePool final : public Layer {
 public:
  Shape output(std::span<const Shape> inputs) const override { return {inputs[0].n, inputs[0].c, {}}; }
  bool reads_owned() const override { return true; }
  bool sums_over_group() const override { return true; }
  Spread spread(std::span<const Spread> inputs) const override {
    if (inputs[0] == Spread::Replicated)
      throw InputError("its mean is over the parts of a sample, and each has all of this one",
                       "global average pool", "pool before what makes the sample flat");
    return Spread::Replicated;
  }
  Precision precision(std::span<const Precision>) const override { return Precision::Wide; }
  std::unique_ptr<LocalOp> localize(const Site& site, Kernels&) const override {
    return make_op<GlobalAveragePoolOp>(site.wanted[0].element, site);
  }
};

}  // namespace

LayerPtr global_average_pool() {
  return std::make_unique<GlobalAveragePool>();
}

}  // namespace tessera
