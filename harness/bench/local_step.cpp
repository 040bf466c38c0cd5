#include "harness/bench/local_step.hpp"

#include "harness/bench/synthetic_values.hpp"
#include "models/train/initializers.hpp"

namespace tessera {
namespace {

/// What would come from other parts stays as it is.
class NoExchange final : public Exchange {
 public:
  void start_gather(ConstTensorView, TensorView) override {}
  void finish_gather() override {}
  void start_scatter_add(ConstTensorView, TensorView) override {}
  void finish_scatter_add() override {}
};

Layout layout_of_targets(const Workload& workload, Layout output) {
  output.c = workload.target_channels();
  return output;
}

}  // namespace

LocalStep::LocalStep(const Workload& workload, const Graph& graph, const Placement& placement,
                     Kernels& kernels)
    : workload_(workload),
      samples_(graph.shape(0).n),
      parameters_(graph.parameters(), wide(kernels.element())),
      optimizer_(workload.make_optimizer(parameters_)),
      network_(graph, placement, kernels, parameters_,
               [](NodeId, std::size_t) { return std::make_unique<NoExchange>(); }),
      input_(network_.input_layout()),
      target_(layout_of_targets(workload, network_.output_layout())),
      sample_ids_(static_cast<std::size_t>(samples_), 0) {
  initialize(parameters_, 1);
  fill_with_synthetic_values(input_.view());
  network_.observe([this](const ProgramStep& step) { profile_.done(step); });
}

void LocalStep::run() {
  constexpr double kLearningRate = 1e-6;  // values stay as they are, more or less
  const StepContext context{true, 1, static_cast<std::uint64_t>(steps_), sample_ids_, nobody_, nobody_};
  profile_.begin_pass();
  const ConstTensorView prediction = network_.forward(input_.view(), context);
  workload_.loss().share(prediction, target_.view(), {1 / static_cast<double>(samples_), samples_},
                         network_.output_gradient());
  profile_.done(StepPhase::Loss);
  profile_.begin_pass();
  network_.backward(context, {});
  profile_.done(StepPhase::Reduction);
  optimizer_->step(kLearningRate, steps_++);
  profile_.done(StepPhase::Update);
}

}  // namespace tessera
