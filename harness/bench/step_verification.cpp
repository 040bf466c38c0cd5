#include "harness/bench/step_verification.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harness/config/broadcast_config.hpp"
#include "harness/config/resized_samples.hpp"
#include "harness/plan/split.hpp"
#include "harness/train/replica.hpp"
#include "harness/workloads/make_kernels.hpp"
#include "harness/workloads/make_workload.hpp"
#include "models/base/random.hpp"
#include "parallel/uniform.hpp"

namespace tessera {
namespace {

constexpr std::uint64_t kVerifiedSeed = 1;
constexpr double kVerifiedBound = 16;       // of residuals
constexpr double kMostVerifiedFlop = 1e10;  // of a reference step
constexpr double kAnyRate = 1e-6;           // gradients are taken before the update
constexpr double kLeastShare = 1e-3;  // of the mean gradient: below that a tensor's own is no measure of it

double unit_roundoff(Element element) {
  switch (element) {
    case Element::F64:
      return std::ldexp(1.0, -53);
    case Element::F32:
      return std::ldexp(1.0, -24);
    case Element::BF16:
      return std::ldexp(1.0, -8);
  }
  return 0;
}

// -1 to 1 in steps that every element holds exactly.
double verified_value(const RandomStream& stream, std::int64_t index) {
  return static_cast<double>(stream.bits(static_cast<std::uint64_t>(index))[0] % 129) / 64 - 1;
}

/// The samples of one replica or of several, each made of its number alone.
class VerifiedBatches final : public BatchSource {
 public:
  /// first: sample of the first batch; others follow.
  VerifiedBatches(const Workload& workload, const Replica& replica, std::int64_t first)
      : next_(first),
        whole_(replica.graph().shape(0).space),
        whole_target_(replica.graph().shape(replica.graph().output()).space),
        classes_(workload.target_classes()),
        input_(replica.network().input_layout()),
        target_(replica.target_layout()),
        samples_(static_cast<std::size_t>(replica.batch().replica)),
        batch_{std::as_const(input_).view(), std::as_const(target_).view(), samples_,
               replica.batch().replica} {}

  const Batch& next() override {
    for (std::size_t i = 0; i < samples_.size(); ++i, ++next_) {
      samples_[i] = next_;
      const auto n = static_cast<std::int64_t>(i);
      fill(input_.view().sample(n), whole_, 0, next_, 0);
      fill(target_.view().sample(n), whole_target_, 1, next_, classes_);
    }
    return batch_;
  }
  bool failed() const override { return false; }
  bool stop_requested() const override { return false; }
  void predicted(const Batch&, ConstTensorView) override {}

 private:
  // By the place of each element in the whole tensor. classes: of labels, which lie in bands along W and
  // differ from sample to sample; 0: any values.
  static void fill(TensorView tensor, const Extents& whole, std::uint64_t what, std::int64_t sample,
                   std::int64_t classes) {
    const RandomStream stream{kVerifiedSeed, Purpose::Synthetic, what, static_cast<std::uint64_t>(sample)};
    const auto& [depth, height, width] = tensor.layout.box.axes();
    with_element(tensor.layout.element, [&]<class T>(T) {
      T* value = tensor.data<T>();
      for (std::int64_t d = depth.begin; d < depth.end; ++d)
        for (std::int64_t h = height.begin; h < height.end; ++h)
          for (std::int64_t w = width.begin; w < width.end; ++w)
            for (std::int64_t c = 0; c < tensor.layout.c; ++c) {
              const std::int64_t place = ((d * whole.h + h) * whole.w + w) * tensor.layout.c + c;
              const double number = classes > 0
                                        ? static_cast<double>((w * classes / whole.w + sample) % classes)
                                        : verified_value(stream, place);
              *value++ = static_cast<T>(static_cast<Wide<T>>(number));
            }
    });
  }

  std::int64_t next_;
  Extents whole_, whole_target_;
  std::int64_t classes_;
  Tensor input_, target_;
  std::vector<std::int64_t> samples_;
  Batch batch_;
};

class NobodyObserves final : public StepObserver {
 public:
  void begin_pass() override {}
  void done(const ProgramStep&) override {}
  void done(StepPhase) override {}
};

/// A loss with its gradients, in double precision.
struct VerifiedStep {
  double loss = 0;
  std::vector<std::vector<double>> gradients;  // by parameter
};

template <class T>
std::vector<double> in_double(std::span<const T> values) {
  return {values.begin(), values.end()};
}

// Reads or takes over the values of all parameters in double precision.
std::vector<std::vector<double>> values_of(ParameterStore& parameters) {
  std::vector<std::vector<double>> all;
  with_wide_element(parameters.element(), [&]<class T>(T) {
    for (int p = 0; p < parameters.count(); ++p)
      all.push_back(in_double(std::span<const T>(parameters.value<T>(p))));
  });
  return all;
}

VerifiedStep step_of(Replica& replica, BatchSource& batches) {
  VerifiedStep step;
  step.loss = replica.step(batches, kAnyRate).loss;
  ParameterStore& parameters = replica.parameters();
  with_wide_element(parameters.element(), [&]<class T>(T) {
    for (int p = 0; p < parameters.trained(); ++p)
      step.gradients.push_back(in_double(std::span<const T>(parameters.gradient<T>(p))));
  });
  return step;
}

// Where replicas keep batch statistics of their own, each group of them is a pass, whose gradients are added.
VerifiedStep reference_step(const Workload& workload, const Communicator& self, std::int64_t replicas,
                            const std::vector<std::vector<double>>& parameters) {
  const std::int64_t together = workload.norm_replicas(replicas);
  const std::int64_t passes = together > 0 ? replicas / together : 1;
  const ProcessGrid alone(self, {});
  const auto kernels = make_kernels({.kernels = KernelChoice::Reference, .element = Element::F64});
  NobodyObserves nobody;
  Replica replica(alone, workload, *kernels,
                  {.seed = kVerifiedSeed, .batch = {replicas, replicas / passes, passes}}, nobody);
  for (int p = 0; p < replica.parameters().count(); ++p)
    std::ranges::copy(parameters[static_cast<std::size_t>(p)], replica.parameters().value<double>(p).begin());
  VerifiedBatches batches(workload, replica, 0);
  return step_of(replica, batches);
}

double norm(std::span<const double> values) {
  double squares = 0;
  for (const double value : values) squares += value * value;
  return std::sqrt(squares);
}

// The largest of the tensors' relative errors, by their norms. A tensor whose gradient is next to nothing, as
// a bias before normalisation has, is measured by the others'.
double largest_error(const VerifiedStep& mine, const VerifiedStep& reference) {
  double squares = 0, count = 0;
  for (const std::vector<double>& gradient : reference.gradients) {
    squares += std::pow(norm(gradient), 2);
    count += static_cast<double>(gradient.size());
  }
  const double mean = std::sqrt(squares / count);  // of an element
  double largest = 0;
  for (std::size_t p = 0; p < reference.gradients.size(); ++p) {
    std::vector<double> difference = reference.gradients[p];
    for (std::size_t i = 0; i < difference.size(); ++i) difference[i] -= mine.gradients[p][i];
    const double least = kLeastShare * mean * std::sqrt(static_cast<double>(difference.size()));
    const double error = norm(difference) / std::max(norm(reference.gradients[p]), least);
    if (!std::isfinite(error)) return std::numeric_limits<double>::infinity();
    largest = std::max(largest, error);
  }
  return largest;
}

// A step of the grid on one sample a replica, and the parameters before it.
struct GridStep {
  VerifiedStep step;
  std::vector<std::vector<double>> parameters;
  double layers = 0;
};

GridStep step_of_grid(const Workload& workload, const ProcessGrid& grid, const ComputeConfig& compute,
                      const MakeKernels& make) {
  const auto kernels = make(compute);
  NobodyObserves nobody;
  Replica replica(grid, workload, *kernels,
                  {.seed = kVerifiedSeed, .batch = {grid.dims().replicas, 1, 1}, .overlap = compute.overlap},
                  nobody);
  GridStep mine;
  mine.parameters = values_of(replica.parameters());
  VerifiedBatches batches(workload, replica, grid.replica());
  mine.step = step_of(replica, batches);
  for (NodeId id = 0; id < replica.graph().count(); ++id)
    mine.layers += replica.graph().node(id).layer ? 1 : 0;
  return mine;
}

}  // namespace

StudyVerification verify_step(const Workload& workload, const ProcessGrid& grid, const ComputeConfig& compute,
                              const MakeKernels& kernels) {
  const Communicator& world = grid.world();
  const Communicator self = world.split(world.rank(), 0);
  const GridStep of_loss = step_of_grid(workload, grid, compute, kernels);
  ComputeConfig in_float32 = compute;
  in_float32.element = Element::F32;
  const bool half = compute.element == Element::BF16;
  const GridStep of_gradients = half ? step_of_grid(workload, grid, in_float32, kernels) : GridStep{};
  StudyVerification verification{.bound = kVerifiedBound};
  all_or_none(world, [&] {
    if (world.rank() != 0) return;  // it alone computes the reference
    const VerifiedStep reference = reference_step(workload, self, grid.dims().replicas, of_loss.parameters);
    const auto explained = [&](Element element) { return unit_roundoff(element) * of_loss.layers; };
    verification.loss_residual = std::abs(of_loss.step.loss - reference.loss) /
                                 (explained(compute.element) * std::abs(reference.loss));
    verification.gradient_residual = largest_error(half ? of_gradients.step : of_loss.step, reference) /
                                     std::sqrt(explained(half ? Element::F32 : compute.element));
  });
  world.broadcast(std::as_writable_bytes(std::span(&verification, 1)), 0);
  return verification;
}

Config verifiable_config(const Communicator& world, const std::string& path,
                         const std::vector<std::string>& overrides, const std::string& split) {
  Config smallest = broadcast_config(world, path, overrides);
  const nlohmann::json configuration = to_json(smallest);
  std::vector<std::int64_t> extents = sample_extents(configuration);
  const auto flop = [&](const Config& tried) {
    const Graph graph = make_workload(tried, 1)->graph(1);
    return graph.training_flop() * grid_of(split, world.size(), graph).replicas;
  };
  while (flop(smallest) > kMostVerifiedFlop &&
         std::ranges::all_of(extents, [](std::int64_t extent) { return extent % 2 == 0; })) {
    for (std::int64_t& extent : extents) extent /= 2;
    std::vector<std::string> halved = overrides;
    for (const std::string& override : overrides_for_extents(configuration, extents))
      halved.push_back(override);
    try {
      Config tried = broadcast_config(world, path, halved);
      flop(tried);
      smallest = std::move(tried);
    } catch (const Error&) {
      break;  // too small for the network, or for the split
    }
  }
  return smallest;
}

}  // namespace tessera
