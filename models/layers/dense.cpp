#include "models/base/error.hpp"
#include "models/layers/layers.hpp"
#include "models/layers/linear_op.hpp"

namespace tessera {
namespace {

class Dense final : public Layer {
 public:
  explicit Dense(const DenseConfig& config) : config_(config) {}

  Shape output(std::span<const Shape> inputs) const override {
    if (inputs[0].space != Extents{})
      throw InputError(fmt::format("a dense layer got a tensor of shape {}", to_string(inputs[0])), "dense",
                       "flatten it first");
    return {inputs[0].n, config_.out, {}};
  }
  Precision precision(std::span<const Precision> inputs) const override {
    require_wide(inputs[0], "dense");
    return Precision::Wide;
  }
  std::vector<ParameterSpec> parameters(std::span<const Shape> inputs) const override {
    const std::int64_t in = inputs[0].c, out = config_.out;
    std::vector<ParameterSpec> specs;
    if (is_keras())
      specs = {{"kernel", {in, out}, Initializer::GlorotUniform, config_.decayed}, {"bias", {out}}};
    else
      specs = {{.name = "weight",
                .dims = {out, in},
                .initializer = Initializer::KaimingUniform,
                .decayed = config_.decayed,
                .fan_in = in},
               {.name = "bias", .dims = {out}, .initializer = Initializer::KaimingUniform, .fan_in = in}};
    if (!config_.bias) specs.pop_back();
    return specs;
  }
  double forward_flop(std::span<const Shape> inputs, const Shape& output) const override {
    return 2.0 * static_cast<double>(inputs[0].c) * static_cast<double>(output.count());
  }
  std::unique_ptr<LocalOp> localize(const Site& site, Kernels& kernels) const override {
    const WeightOrder order = is_keras() ? WeightOrder::SpatialInOut : WeightOrder::OutInSpatial;
    return std::make_unique<LinearOp>(
        kernels.dense({site.owned.n, site.inputs[0].c, config_.out, config_.bias, order}), site);
  }

 private:
  bool is_keras() const { return config_.names == ParameterNames::Keras; }

  DenseConfig config_;
};

}  // namespace

LayerPtr dense(const DenseConfig& config) {
  return std::make_unique<Dense>(config);
}

}  // namespace tessera
