#include <omp.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "models/layers/layers.hpp"
#include "models/layers/make_op.hpp"

namespace tessera {
namespace {

// What is kept from forward to backward, a number a channel each, and the positions that were normalised
// over.
struct Statistics {
  std::span<double> mean, inverse_deviation, sum_dy, sum_dy_xhat;
  double& count;

  static std::size_t bytes(std::int64_t channels) {
    return (4 * static_cast<std::size_t>(channels) + 1) * sizeof(double);
  }
  Statistics(std::span<std::byte> saved, std::int64_t channels)
      : mean(part(saved, channels, 0)),
        inverse_deviation(part(saved, channels, 1)),
        sum_dy(part(saved, channels, 2)),
        sum_dy_xhat(part(saved, channels, 3)),
        count(part(saved, channels, 4)[0]) {}

 private:
  static std::span<double> part(std::span<std::byte> saved, std::int64_t channels, int index) {
    return {reinterpret_cast<double*>(saved.data()) + index * channels, static_cast<std::size_t>(channels)};
  }
};

template <class T>
class BatchNormOp final : public LocalOp {
 public:
  BatchNormOp(const BatchNormConfig& config, const Site& site)
      : config_(config),
        channels_(site.owned.c),
        positions_(site.owned.n * site.owned.box.count()),
        team_(omp_get_max_threads()),
        input_gradients_(site.input_gradients),
        copies_(site.spread == Spread::Replicated ? 0 : 1),
        weight_(site.parameters[0]),
        bias_(site.parameters[1]),
        running_mean_(site.parameters[2]),
        running_variance_(site.parameters[3]) {}

  void forward(Inputs x, TensorView y, const OpCall& call) override {
    const Statistics statistics(call.saved, channels_);
    if (call.step.training)
      measure(x[0].data<T>(), statistics, call);
    else
      recall(statistics);
    normalize(x[0].data<T>(), statistics, call, y.data<T>());
  }

  void backward_inputs(Inputs x, ConstTensorView, ConstTensorView dy, InputGradients dx,
                       const OpCall& call) override {
    const Statistics statistics(call.saved, channels_);
    const Coefficients k = coefficients(statistics, call);
    const std::span<double> sums = keep_sums(x[0].data<T>(), dy.data<T>(), k, statistics, call);
    call.step.norm.sum(sums);
    propagate(x[0].data<T>(), dy.data<T>(), k, sums, statistics, dx[0].data<T>());
  }

  // From this process's own sums: those of all processes are added up with all other gradients.
  void backward_parameters(Inputs x, ConstTensorView, ConstTensorView dy, const OpCall& call) override {
    const Statistics statistics(call.saved, channels_);
    if (!input_gradients_)  // or backward_inputs kept them
      keep_sums(x[0].data<T>(), dy.data<T>(), coefficients(statistics, call), statistics, call);
    std::copy(statistics.sum_dy_xhat.begin(), statistics.sum_dy_xhat.end(), as(weight_.gradient));
    std::copy(statistics.sum_dy.begin(), statistics.sum_dy.end(), as(bias_.gradient));
  }

  std::size_t saved_bytes() const override { return Statistics::bytes(channels_); }
  std::size_t scratch_bytes() const override {
    return Coefficients::bytes(channels_) +
           (static_cast<std::size_t>(team_) * 2 * padded() + 1) * sizeof(double);
  }
  bool backward_reads_inputs() const override { return true; }

 private:
  using Real = Wide<T>;

  // Of the normalised value, scale * x + shift, and of its gradient, scale * (dy - ... - (x - mean) ...).
  struct Coefficients {
    std::span<Real> scale, shift, mean, per_dy, per_x;

    static std::size_t bytes(std::int64_t channels) {
      return (5 * static_cast<std::size_t>(channels) * sizeof(Real) + 63) / 64 * 64;
    }
    Coefficients(std::span<std::byte> scratch, std::int64_t channels) {
      auto* next = reinterpret_cast<Real*>(scratch.data());
      for (std::span<Real>* part : {&scale, &shift, &mean, &per_dy, &per_x}) {
        *part = {next, static_cast<std::size_t>(channels)};
        next += channels;
      }
    }
  };

  static Real* as(std::byte* bytes) { return reinterpret_cast<Real*>(bytes); }
  std::size_t padded() const { return (static_cast<std::size_t>(channels_) + 7) / 8 * 8; }

  Coefficients coefficients(const Statistics& statistics, const OpCall& call) const {
    const Coefficients k(call.scratch, channels_);
    for (std::int64_t c = 0; c < channels_; ++c) {
      const double scale = static_cast<double>(as(weight_.value)[c]) * statistics.inverse_deviation[c];
      k.scale[c] = static_cast<Real>(scale);
      k.shift[c] = static_cast<Real>(static_cast<double>(as(bias_.value)[c]) - statistics.mean[c] * scale);
      k.mean[c] = static_cast<Real>(statistics.mean[c]);
    }
    return k;
  }

  // Two sums a channel over all local positions, behind one another, with room for one more number: each
  // thread adds its share of the positions, and the shares are added in the threads' order. add(position,
  // first, second).
  template <class Add>
  std::span<double> sum_two(const OpCall& call, Add&& add) const {
    auto* shares = reinterpret_cast<double*>(call.scratch.data() + Coefficients::bytes(channels_));
    std::fill_n(shares, static_cast<std::size_t>(team_) * 2 * padded() + 1, 0.0);
#pragma omp parallel num_threads(team_)
    {
      double* first = shares + static_cast<std::size_t>(omp_get_thread_num()) * 2 * padded();
      double* second = first + channels_;
#pragma omp for schedule(static)
      for (std::int64_t p = 0; p < positions_; ++p) add(p, first, second);
    }
    for (int thread = 1; thread < team_; ++thread)
      for (std::int64_t c = 0; c < 2 * channels_; ++c)
        shares[c] += shares[static_cast<std::size_t>(thread) * 2 * padded() + static_cast<std::size_t>(c)];
    return {shares, 2 * static_cast<std::size_t>(channels_)};
  }

  void measure(const T* x, const Statistics& statistics, const OpCall& call) {
    const std::int64_t channels = channels_;
    std::span<double> sums = sum_two(call, [=](std::int64_t p, double* sum, double* squares) {
      const T* row = x + p * channels;
#pragma omp simd
      for (std::int64_t c = 0; c < channels; ++c) {
        const double value = static_cast<Real>(row[c]);
        sum[c] += value;
        squares[c] += value * value;
      }
    });
    sums = {sums.data(), sums.size() + 1};
    sums.back() = static_cast<double>(positions_);
    call.step.norm.sum(sums);
    statistics.count = sums.back();
    if (copies_ == 0) {
      copies_ = 1;
      call.step.spatial.sum({&copies_, 1});
    }
    const double positions = statistics.count / copies_;
    const double unbiased = positions / std::max(1.0, positions - 1);
    for (std::int64_t c = 0; c < channels_; ++c) {
      const double mean = sums[c] / statistics.count;
      const double variance = std::max(0.0, sums[channels_ + c] / statistics.count - mean * mean);
      statistics.mean[c] = mean;
      statistics.inverse_deviation[c] = 1 / std::sqrt(variance + config_.epsilon);
      move(as(running_mean_.value)[c], mean);
      move(as(running_variance_.value)[c], unbiased * variance);
    }
  }
  void move(Real& running, double now) const {
    running =
        static_cast<Real>((1 - config_.momentum) * static_cast<double>(running) + config_.momentum * now);
  }
  void recall(const Statistics& statistics) const {
    for (std::int64_t c = 0; c < channels_; ++c) {
      statistics.mean[c] = as(running_mean_.value)[c];
      statistics.inverse_deviation[c] =
          1 / std::sqrt(static_cast<double>(as(running_variance_.value)[c]) + config_.epsilon);
    }
  }

  void normalize(const T* x, const Statistics& statistics, const OpCall& call, T* y) const {
    const Coefficients k = coefficients(statistics, call);
    const Real *scale = k.scale.data(), *shift = k.shift.data();
    const Real least = config_.relu ? 0 : -std::numeric_limits<Real>::infinity();
#pragma omp parallel for schedule(static)
    for (std::int64_t p = 0; p < positions_; ++p) {
      const T* in = x + p * channels_;
      T* out = y + p * channels_;
#pragma omp simd
      for (std::int64_t c = 0; c < channels_; ++c) {
        const Real value = scale[c] * in[c] + shift[c];
        out[c] = static_cast<T>(value < least ? least : value);  // NaN stays
      }
    }
  }

  // The gradient where the rectifier let the value through. It is loaded in any case: loads that depend on a
  // condition halve the speed.
  static Real passed(Real value, Real least, Real gradient) {
    return value > least ? gradient : 0;
  }

  // Sums of dy and dy * xhat over the local positions, dy where the rectifier let the value through.
  std::span<double> sum_gradients(const T* x, const T* dy, const Coefficients& k,
                                  const Statistics& statistics, const OpCall& call) const {
    const std::int64_t channels = channels_;
    const Real *scale = k.scale.data(), *shift = k.shift.data();
    const double* mean = statistics.mean.data();
    const Real least = config_.relu ? 0 : -std::numeric_limits<Real>::infinity();
    const std::span<double> sums = sum_two(call, [=](std::int64_t p, double* sum, double* products) {
      const T *in = x + p * channels, *gradient = dy + p * channels;
#pragma omp simd
      for (std::int64_t c = 0; c < channels; ++c) {
        const double passes = passed(scale[c] * in[c] + shift[c], least, gradient[c]);
        sum[c] += passes;
        products[c] += passes * (in[c] - mean[c]);
      }
    });
    for (std::int64_t c = 0; c < channels_; ++c) sums[channels_ + c] *= statistics.inverse_deviation[c];
    return sums;
  }

  std::span<double> keep_sums(const T* x, const T* dy, const Coefficients& k, const Statistics& statistics,
                              const OpCall& call) const {
    const std::span<double> sums = sum_gradients(x, dy, k, statistics, call);
    std::copy_n(sums.begin(), channels_, statistics.sum_dy.begin());
    std::copy_n(sums.begin() + channels_, channels_, statistics.sum_dy_xhat.begin());
    return sums;
  }

  // dx = scale (dy - mean(dy) - xhat mean(dy xhat)), the means over the norm group.
  void propagate(const T* x, const T* dy, const Coefficients& k, std::span<const double> sums,
                 const Statistics& statistics, T* dx) const {
    for (std::int64_t c = 0; c < channels_; ++c) {
      k.per_dy[c] = static_cast<Real>(sums[c] / statistics.count);
      k.per_x[c] =
          static_cast<Real>(sums[channels_ + c] * statistics.inverse_deviation[c] / statistics.count);
    }
    const Real *scale = k.scale.data(), *shift = k.shift.data(), *mean = k.mean.data(),
               *mean_dy = k.per_dy.data(), *per_x = k.per_x.data();
    const Real least = config_.relu ? 0 : -std::numeric_limits<Real>::infinity();
#pragma omp parallel for schedule(static)
    for (std::int64_t p = 0; p < positions_; ++p) {
      const T *in = x + p * channels_, *gradient = dy + p * channels_;
      T* out = dx + p * channels_;
#pragma omp simd
      for (std::int64_t c = 0; c < channels_; ++c) {
        const Real passes = passed(scale[c] * in[c] + shift[c], least, gradient[c]);
        out[c] = static_cast<T>(scale[c] * (passes - mean_dy[c] - (in[c] - mean[c]) * per_x[c]));
      }
    }
  }

  BatchNormConfig config_;
  std::int64_t channels_, positions_;
  int team_;
  bool input_gradients_;
  double
      copies_;  // how many processes count a position, as each has all of a replicated tensor; 0: not known
  ParameterView weight_, bias_, running_mean_, running_variance_;
};

class BatchNorm final : public Layer {
 public:
  explicit BatchNorm(const BatchNormConfig& config) : config_(config) {}

  Shape output(std::span<const Shape> inputs) const override { return inputs[0]; }
  bool sums_over_group() const override { return true; }
  std::vector<ParameterSpec> parameters(std::span<const Shape> inputs) const override {
    const std::int64_t c = inputs[0].c;
    const bool keras = config_.names == ParameterNames::Keras;
    return {{.name = keras ? "gamma" : "weight", .dims = {c}, .initializer = Initializer::Ones},
            {.name = keras ? "beta" : "bias", .dims = {c}},
            {.name = keras ? "moving_mean" : "running_mean", .dims = {c}, .trained = false},
            {.name = keras ? "moving_variance" : "running_var",
             .dims = {c},
             .initializer = Initializer::Ones,
             .trained = false}};
  }
  std::unique_ptr<LocalOp> localize(const Site& site, Kernels&) const override {
    return make_op<BatchNormOp>(site.owned.element, config_, site);
  }

 private:
  BatchNormConfig config_;
};

}  // namespace

LayerPtr batch_norm(const BatchNormConfig& config) {
  return std::make_unique<BatchNorm>(config);
}

}  // namespace tessera
