#include "harness/train/replica.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "harness/machine/system_probe.hpp"
#include "models/base/error.hpp"
#include "models/train/initializers.hpp"
#include "parallel/broadcast.hpp"
#include "parallel/exchange_maker.hpp"
#include "parallel/place.hpp"

namespace tessera {
namespace {

// What ranks tell each other beside the gradients of a step.
enum Sum : std::uint8_t { kLoss, kStop, kFailed, kSums };

// Losses and metrics are of the wide type.
Graph network_of(const Workload& workload, Element element, std::int64_t batch) {
  Graph graph = workload.graph(batch);
  const Graph::Node& output = graph.node(graph.output());
  if (element != wide(element) && output.precision != Precision::Wide)
    throw InputError(fmt::format("the network answers in {}, where losses are taken in {}", name_of(element),
                                 name_of(wide(element))),
                     fmt::format("layer {}", output.name), "let a layer `widen` come last");
  return graph;
}

std::unique_ptr<ParameterStore> make_parameters(const Communicator& world, const Graph& graph,
                                                Element element, std::uint64_t seed) {
  auto parameters = std::make_unique<ParameterStore>(graph.parameters(), element);
  initialize(*parameters, seed);
  broadcast_parameters(world, *parameters);
  return parameters;
}

std::unique_ptr<Network> make_network(const ProcessGrid& grid, const Graph& graph, Kernels& kernels,
                                      ParameterStore& parameters, Overlap overlap) {
  const Placement placement = place(graph, Partition(grid.dims()), grid.part(), overlap);
  return std::make_unique<Network>(graph, placement, kernels, parameters,
                                   exchange_maker(graph, grid, kernels.element()));
}

// The processes that share batch statistics; the parts of one sample where there are none.
Communicator norm_group(const ProcessGrid& grid, const Workload& workload) {
  const std::int64_t replicas = workload.norm_replicas(grid.dims().replicas);
  return grid.norm_group(static_cast<int>(std::max<std::int64_t>(replicas, 1)));
}

Layout layout_of_target(const Workload& workload, const Network& network) {
  Layout layout = network.output_layout();
  layout.c = workload.target_channels();
  return layout;
}

// How many processes hold each element of the output.
int copies_of_output(const Graph& graph, const ProcessGrid& grid) {
  const bool replicated = graph.node(graph.output()).spread == Spread::Replicated;
  return replicated ? grid.dims().parts() : 1;
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

Replica::Replica(const ProcessGrid& grid, const Workload& workload, Kernels& kernels, const Options& options,
                 StepObserver& observer)
    : grid_(grid),
      world_(grid.world()),
      workload_(workload),
      options_(options),
      observer_(observer),
      graph_(network_of(workload, kernels.element(), options.batch.replica)),
      parameters_(make_parameters(world_, graph_, wide(kernels.element()), options.seed)),
      optimizer_(workload.make_optimizer(*parameters_)),
      fixed_memory_bytes_(resident_memory_bytes()),
      network_(make_network(grid, graph_, kernels, *parameters_, options.overlap)),
      reducer_(std::make_unique<GradientReducer>(world_, *parameters_, kGradientBucketBytes)),
      sums_(world_, kSums),
      norm_group_(norm_group(grid, workload)),
      spatial_(grid.spatial()),
      norm_(norm_group_),
      output_copies_(copies_of_output(graph_, grid)),
      synthetic_input_(network_->input_layout()),
      synthetic_target_(layout_of_target(workload, *network_)),
      synthetic_samples_(static_cast<std::size_t>(options.batch.replica), 0),
      synthetic_{synthetic_input_.view(), synthetic_target_.view(), synthetic_samples_,
                 options.batch.replica} {
  network_->observe([this](const ProgramStep& step) {
    world_.notes().last_layer = &graph_.node(step.node).name;
    observer_.done(step);
  });
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

StepContext Replica::context(bool training) {
  return {training, options_.seed, static_cast<std::uint64_t>(steps_done_), batch_->samples, spatial_, norm_};
}

ConstTensorView Replica::forward(const Batch& batch, bool training) {
  batch_ = &batch;
  batch_trains_ = training;
  observer_.begin_pass();
  return network_->forward(batch.input, context(training));
}

void Replica::backward(const BackwardHooks& hooks) {
  observer_.begin_pass();
  network_->backward(context(true), hooks);
}

// This process's part of the mean loss over `samples` samples.
double Replica::partial_loss(ConstTensorView prediction, std::int64_t samples) {
  const double weight = 1.0 / (static_cast<double>(samples) * output_copies_);
  return workload_.loss().share(prediction, batch_->target, {weight, batch_->counted},
                                network_->output_gradient());
}

void Replica::warm_up() {
  const std::span<std::byte> moved = statistics();  // by a forward pass in training
  const std::vector<std::byte> kept(moved.begin(), moved.end());
  partial_loss(forward(synthetic_, true), options_.batch.global);
  backward(complete_);
  reducer_->finish();
  std::ranges::copy(kept, moved.begin());
}

// The next batch forward; this process's share of the step's loss.
double Replica::forward_to_loss(BatchSource& batches) {
  const Batch& batch = batches.next();
  const ConstTensorView prediction = forward(batch, true);
  batches.predicted(batch, prediction);
  const double share = partial_loss(prediction, options_.batch.global);
  observer_.done(StepPhase::Loss);
  return share;
}

void Replica::start_sums(double loss, const BatchSource& batches) {
  const std::array<double, kSums> mine = {loss, batches.stop_requested() ? 1.0 : 0.0,
                                          batches.failed() ? 1.0 : 0.0};
  sums_.start(mine);
}

StepSum Replica::finish_sums() {
  const std::span<const double> sums = sums_.finish();
  return {sums[kLoss], sums[kStop] > 0, sums[kFailed] > 0};
}

StepSum Replica::step(BatchSource& batches, double learning_rate) {
  double share = 0;
  for (std::int64_t pass = 1; pass < options_.batch.passes; ++pass) {
    share += forward_to_loss(batches);
    backward(keep_);
  }
  share += forward_to_loss(batches);
  start_sums(share, batches);
  backward(complete_);
  reducer_->finish();
  const StepSum sum = finish_sums();
  observer_.done(StepPhase::Reduction);
  if (sum.failed || !sum.finite()) return sum;

  optimizer_->step(learning_rate, steps_done_);
  ++steps_done_;
  observer_.done(StepPhase::Update);
  return sum;
}

StepSum Replica::evaluate(BatchSource& batches, std::int64_t samples, Metric& metric) {
  const Batch& batch = batches.next();
  const ConstTensorView prediction = forward(batch, false);
  const double share = partial_loss(prediction, samples);
  metric.add(prediction, batch.target, batch.counted, spatial_);
  start_sums(share, batches);
  return finish_sums();
}

// Ranks that share a sample may meet it in different layers, as it spreads from part to part: the first layer
// is where it began.
std::string Replica::find_not_finite() {
  const std::optional<NotFinite> found = network_->first_not_finite(batch_->input, context(batch_trains_));
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

std::span<std::byte> Replica::statistics() {
  return {parameters_->values() + parameters_->trained_bytes(),
          parameters_->bytes() - parameters_->trained_bytes()};
}

void Replica::average_statistics() {
  if (statistics().empty() || norm_group_.size() == world_.size()) return;  // the same on all
  with_wide_element(parameters_->element(), [this]<class T>(T) { average<T>(world_, statistics()); });
}

void Replica::resume(std::int64_t steps_done) {
  broadcast_parameters(world_, *parameters_);
  for (const OptimizerState& state : optimizer_->state())
    world_.broadcast({state.values, parameters_->trained_bytes()}, 0);
  steps_done_ = steps_done;
}

}  // namespace tessera
