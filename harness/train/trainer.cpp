#include "harness/train/trainer.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "harness/machine/system_probe.hpp"
#include "harness/process/stopwatch.hpp"
#include "harness/workloads/sample_order.hpp"
#include "io/dataset/epoch_order.hpp"
#include "models/train/initializers.hpp"
#include "parallel/broadcast.hpp"
#include "parallel/exchange_maker.hpp"
#include "parallel/place.hpp"
#include "parallel/uniform.hpp"

namespace tessera {
namespace {

// What ranks tell each other beside the gradients of a step.
enum Sum : std::uint8_t { kLoss, kStop, kFailed, kSums };

std::unique_ptr<ParameterStore> make_parameters(const Communicator& world, const Graph& graph,
                                                Element element, std::uint64_t seed) {
  auto parameters = std::make_unique<ParameterStore>(graph.parameters(), element);
  initialize(*parameters, seed);
  broadcast_parameters(world, *parameters);
  return parameters;
}

// In place, to their mean over all processes, in double precision.
template <class T>
void average(const Communicator& world, std::span<std::byte> bytes) {
  const std::span values(reinterpret_cast<T*>(bytes.data()), bytes.size() / sizeof(T));
  std::vector<double> sums(values.begin(), values.end());
  world.sum(sums);
  std::ranges::transform(sums, values.begin(),
                         [&](double sum) { return static_cast<T>(sum / world.size()); });
}

}  // namespace

std::unique_ptr<Network> make_network(const ProcessGrid& grid, const Graph& graph, Kernels& kernels,
                                      ParameterStore& parameters, Overlap overlap) {
  const Placement placement = place(graph, Partition(grid.dims()), grid.part(), overlap);
  return std::make_unique<Network>(graph, placement, kernels, parameters,
                                   exchange_maker(graph, grid, kernels.element()));
}

Communicator norm_group(const ProcessGrid& grid, const Workload& workload) {
  const std::int64_t replicas = workload.norm_replicas(grid.dims().replicas);
  return grid.norm_group(static_cast<int>(std::max<std::int64_t>(replicas, 1)));
}

Layout target_layout(const Workload& workload, const Network& network) {
  Layout layout = network.output_layout();
  layout.c = workload.target_channels();
  return layout;
}

LossShare share_of_loss(const Graph& graph, const ProcessGrid& grid, std::int64_t samples,
                        std::int64_t counted) {
  const bool replicated = graph.node(graph.output()).spread == Spread::Replicated;
  const int holders = replicated ? grid.dims().parts() : 1;
  return {1.0 / (static_cast<double>(samples) * holders), counted};
}

Trainer::Trainer(const ProcessGrid& grid, const Workload& workload, Kernels& kernels, Options options)
    : grid_(grid),
      world_(grid.world()),
      workload_(workload),
      options_(std::move(options)),
      graph_(workload.graph(options_.batch.replica)),
      parameters_(make_parameters(world_, graph_, kernels.element(), options_.seed)),
      optimizer_(workload.make_optimizer(*parameters_)),
      fixed_memory_bytes_(resident_memory_bytes()),
      network_(make_network(grid, graph_, kernels, *parameters_, options_.overlap)),
      schedule_(workload.make_schedule(options_.batch.global)),
      metric_(workload.make_metric()),
      reducer_(std::make_unique<GradientReducer>(world_, *parameters_, kGradientBucketBytes)),
      sums_(world_, kSums),
      norm_group_(norm_group(grid, workload)),
      spatial_(grid.spatial()),
      norm_(norm_group_),
      synthetic_input_(network_->input_layout()),
      synthetic_target_(target_layout(workload, *network_)),
      synthetic_samples_(static_cast<std::size_t>(options_.batch.replica), 0),
      synthetic_{synthetic_input_.view(), synthetic_target_.view(), synthetic_samples_,
                 options_.batch.replica} {
  network_->observe([this](const ProgramStep& step) { exchanges_.note(step); });
  if (options_.batch.passes > 1) {
    accumulator_.emplace(*parameters_);
    keep_.ready = [this](int parameter) { accumulator_->keep(parameter); };
  }
  complete_ = {[this](int parameter) {
                 if (accumulator_) accumulator_->complete(parameter);
                 reducer_->ready(parameter);
               },
               [this] { reducer_->poke(); }};
}

StepContext Trainer::context(const Batch& batch, bool training) {
  return {training, options_.seed, static_cast<std::uint64_t>(step_), batch.samples, spatial_, norm_};
}

ConstTensorView Trainer::forward(const StepContext& context) {
  exchanges_.start();
  return network_->forward(batch_->input, context);
}

void Trainer::backward(const StepContext& context, const BackwardHooks& hooks) {
  exchanges_.start();
  network_->backward(context, hooks);
}

void Trainer::warm_up() {
  const std::span<std::byte> moved = statistics();  // by a forward pass in training
  const std::vector<std::byte> kept(moved.begin(), moved.end());
  batch_ = &synthetic_;
  const StepContext here = context(synthetic_, true);
  const ConstTensorView prediction = forward(here);
  workload_.loss().share(prediction, synthetic_.target, {0.0, synthetic_.counted},
                         network_->output_gradient());
  backward(here, complete_);
  reducer_->finish();
  std::ranges::copy(kept, moved.begin());
}

std::span<std::byte> Trainer::statistics() {
  return {parameters_->values() + parameters_->trained_bytes(),
          parameters_->bytes() - parameters_->trained_bytes()};
}

void Trainer::average_statistics() {
  if (statistics().empty() || norm_group_.size() == world_.size()) return;  // the same on all
  parameters_->element() == Element::F64 ? average<double>(world_, statistics())
                                         : average<float>(world_, statistics());
}

std::unique_ptr<Loader> Trainer::make_loader(const Dataset& samples) const {
  return std::make_unique<Loader>(samples, network_->input_layout(), synthetic_target_.layout(),
                                  options_.prefetch, options_.readers);
}

std::vector<std::int64_t> Trainer::order_of(int epoch) const {
  return training_order(grid_, options_.shuffle, workload_.training().size(), options_.seed, epoch,
                        options_.batch.global);
}

void Trainer::start_epoch(int epoch, std::int64_t step) {
  if (!training_loader_) training_loader_ = make_loader(workload_.training());
  epoch_ = epoch;
  step_of_epoch_ = step;
  std::vector<std::int64_t> order = order_of(epoch);
  order.erase(order.begin(), order.begin() + step * options_.batch.replica * options_.batch.passes);
  const auto samples = static_cast<std::int64_t>(order.size());
  training_loader_->start(epoch, std::move(order), samples);
}

// A sample that can't be read is an error of this rank alone; the others are in the middle of a step. So it
// is kept, the step goes on with synthetic tensors, and the ranks learn of it with the step's sums.
const Batch& Trainer::next_batch(Loader& loader) {
  try {
    return loader.next();
  } catch (...) {
    failure_ = std::current_exception();
    return synthetic_;
  }
}

void Trainer::throw_failure() {
  all_or_none(world_, [this] {
    if (failure_) std::rethrow_exception(failure_);
  });
}

// The next batch forward; this process's share of the step's loss.
double Trainer::forward_to_loss() {
  batch_ = &next_batch(*training_loader_);
  batch_trains_ = true;
  const ConstTensorView prediction = forward(context(*batch_, true));
  options_.predicted(*batch_, prediction);
  return workload_.loss().share(prediction, batch_->target,
                                share_of_loss(graph_, grid_, options_.batch.global, batch_->counted),
                                network_->output_gradient());
}

std::optional<StepResult> Trainer::step() {
  Stopwatch watch;
  exchanges_.reset();
  // The first validation samples are read while the epoch's last step is computed.
  if (step_of_epoch_ + 1 == steps_per_epoch()) read_ahead_for_evaluation();
  double share = 0;
  for (std::int64_t pass = 1; pass < options_.batch.passes; ++pass) {
    share += forward_to_loss();
    backward(context(*batch_, true), keep_);
  }
  share += forward_to_loss();
  const std::array<double, kSums> mine = {share, options_.stop_requested() ? 1.0 : 0.0, failure_ ? 1.0 : 0.0};
  sums_.start(mine);
  backward(context(*batch_, true), complete_);
  times_.exposed_exchange += exchanges_.seconds();
  const Stopwatch waiting;
  reducer_->finish();
  const std::span<const double> sums = sums_.finish();
  times_.exposed_reduction += waiting.seconds();
  times_.steps += watch.lap();
  if (sums[kFailed] > 0) throw_failure();
  if (!std::isfinite(sums[kLoss])) return std::nullopt;

  optimizer_->step(learning_rate(), step_);
  ++step_;
  ++step_of_epoch_;
  times_.steps += watch.lap();
  return StepResult{sums[kLoss], sums[kStop] > 0};
}

// Ranks that share a sample may meet it in different layers, as it spreads from part to part: the first layer
// is where it began.
std::string Trainer::find_not_finite() {
  const std::optional<NotFinite> found =
      network_->first_not_finite(batch_->input, context(*batch_, batch_trains_));
  const std::vector<NodeId> nodes = world_.all_gather(found ? found->node : graph_.count());
  const auto first = std::ranges::min_element(nodes);
  if (*first == graph_.count())
    return options_.batch.passes > 1 ? "seen before the last pass of the step, whose tensors are finite"
                                     : "the loss itself: every tensor is finite";
  std::string tensor = found ? found->tensor : "";
  const auto rank = static_cast<int>(first - nodes.begin());
  world_.broadcast(tensor, rank);
  return fmt::format("{} (rank {})", tensor, rank);
}

// Validation samples look the same in every epoch.
void Trainer::read_ahead_for_evaluation() {
  if (!validation_loader_) validation_loader_ = make_loader(workload_.validation());
  EvaluationOrder order = evaluation_order(workload_.validation().size(), options_.batch.replica,
                                           grid_.replica(), grid_.dims().replicas);
  validation_loader_->start(epoch_, std::move(order.samples), order.counted);
  reads_for_evaluation_ = true;
}

std::optional<Evaluation> Trainer::evaluate() {
  const Stopwatch watch;
  average_statistics();
  if (!reads_for_evaluation_) read_ahead_for_evaluation();
  reads_for_evaluation_ = false;
  const std::int64_t samples = workload_.validation().size();
  metric_->reset();

  Evaluation result;
  while (validation_loader_->remaining() > 0) {
    batch_ = &next_batch(*validation_loader_);
    batch_trains_ = false;
    const ConstTensorView prediction = forward(context(*batch_, false));
    const double share = workload_.loss().share(prediction, batch_->target,
                                                share_of_loss(graph_, grid_, samples, batch_->counted),
                                                network_->output_gradient());
    metric_->add(prediction, batch_->target, batch_->counted, spatial_);
    const std::array<double, kSums> mine = {share, options_.stop_requested() ? 1.0 : 0.0,
                                            failure_ ? 1.0 : 0.0};
    sums_.start(mine);
    const std::span<const double> sums = sums_.finish();
    if (sums[kFailed] > 0) throw_failure();
    if (!std::isfinite(sums[kLoss])) return std::nullopt;
    result.loss += sums[kLoss];
    result.stop |= sums[kStop] > 0;
    if (result.stop) return result;
  }
  world_.sum(metric_->sums());
  result.metric = metric_->value();
  times_.evaluation += watch.seconds();
  return result;
}

void Trainer::resume(std::int64_t steps_done, const TrainingTimes& times) {
  broadcast_parameters(world_, *parameters_);
  for (const OptimizerState& state : optimizer_->state())
    world_.broadcast({state.values, parameters_->trained_bytes()}, 0);
  step_ = steps_done;
  times_ = times;
}

TrainingTimes Trainer::times() const {
  TrainingTimes times = times_;
  times.exposed_input += training_loader_ ? training_loader_->waited_seconds() : 0;
  return times;
}

}  // namespace tessera
