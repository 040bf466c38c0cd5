#include "harness/bench/step_bench.hpp"

#include <omp.h>

#include <algorithm>
#include <map>

#include "harness/bench/ceilings.hpp"
#include "harness/bench/step_profile.hpp"
#include "harness/bench/synthetic_batches.hpp"
#include "harness/machine/system_probe.hpp"
#include "harness/plan/split.hpp"
#include "harness/process/message_times.hpp"
#include "harness/train/replica.hpp"
#include "harness/workloads/make_kernels.hpp"
#include "parallel/partition_plan.hpp"
#include "parallel/place.hpp"

namespace tessera {
namespace {

using Kind = ProgramStep::Kind;

struct CallKind {
  std::vector<Kind> steps;
  Direction direction;
};
const std::array<CallKind, 3> kCalls = {CallKind{{Kind::ForwardInterior, Kind::Forward}, Direction::Forward},
                                        CallKind{{Kind::BackwardInputs}, Direction::BackwardInputs},
                                        CallKind{{Kind::BackwardParameters}, Direction::BackwardParameters}};

/// The calls of rank 0, from what its steps took.
class Calls {
 public:
  Calls(const Replica& replica, const StepProfile& profile, const Placement& placement, Element element)
      : profile_(profile), graph_(replica.graph()), placement_(placement), element_(element) {
    for (auto& [name, implementations] : replica.network().implementations())
      implementations_[name] = implementations;
  }

  // ceiling: of the node's convolution, or null.
  std::vector<BenchedCall> of(NodeId id, const Ceilings* ceilings, std::size_t convolution) const {
    std::vector<BenchedCall> calls;
    add_exchange(calls, id, "gather", Kind::StartGather, Kind::FinishGather);
    for (std::size_t c = 0; c < kCalls.size(); ++c) {
      BenchedCall call = blank(id, name_of(kCalls[c].direction));
      for (const Kind kind : kCalls[c].steps) call.seconds += profile_.seconds({kind, id});
      if (call.seconds == 0) continue;
      call.flop = local_forward_flop(graph_, placement_, id);
      call.bytes = tensor_bytes(id);
      call.implementation = implementation_of(id, kCalls[c].direction);
      if (ceilings) {
        const Ceilings::Best best = ceilings->best(convolution, kCalls[c].direction);
        call.ceiling_seconds = best.seconds;
        call.ceiling_implementation = best.implementation;
      }
      calls.push_back(std::move(call));
    }
    add_exchange(calls, id, "scatter_add", Kind::StartScatterAdd, Kind::FinishScatterAdd);
    return calls;
  }

 private:
  BenchedCall blank(NodeId id, const char* name) const {
    BenchedCall call;
    call.node = graph_.node(id).name;
    call.call = name;
    return call;
  }

  void add_exchange(std::vector<BenchedCall>& calls, NodeId id, const char* name, Kind start,
                    Kind finish) const {
    BenchedCall call = blank(id, name);
    for (int i = 0; i < static_cast<int>(placement_.edges[id].size()); ++i) {
      if (!placement_.edges[id][i].exchanged) continue;
      call.seconds += profile_.seconds({start, id, i}) + profile_.seconds({finish, id, i});
      call.bytes += layout(graph_.node(id).inputs[i], placement_.edges[id][i].wanted);
    }
    if (call.bytes > 0) calls.push_back(std::move(call));
  }

  double layout(NodeId tensor, const Box& box) const {
    return static_cast<double>(graph_.layout(tensor, box, element_).bytes());
  }
  double tensor_bytes(NodeId id) const {
    double bytes = layout(id, placement_.owned[id]);
    for (std::size_t i = 0; i < placement_.edges[id].size(); ++i)
      bytes += layout(graph_.node(id).inputs[i], placement_.edges[id][i].wanted);
    for (const ParameterSpec& spec : graph_.node(id).layer->parameters(graph_.input_shapes(id)))
      bytes += static_cast<double>(spec.count()) * static_cast<double>(bytes_of(wide(element_)));
    return bytes;
  }
  std::string implementation_of(NodeId id, Direction direction) const {
    const auto found = implementations_.find(graph_.node(id).name);
    if (found == implementations_.end()) return "";
    return tessera::implementation_of(found->second, direction);
  }

  const StepProfile& profile_;
  const Graph& graph_;
  const Placement& placement_;
  Element element_;
  std::map<std::string, std::vector<std::string>> implementations_;
};

}  // namespace

void note_times(const StepProfile& profile, const Communicator& world, StepBench& bench) {
  const StepTimes mine = profile.times();
  bench.loss_seconds = mine.loss;
  bench.update_seconds = mine.update;
  bench.step_seconds = min_median_max_over_ranks(world, mine.step);
  bench.compute_seconds = min_median_max_over_ranks(world, mine.compute);
  bench.exposed_exchange_seconds = min_median_max_over_ranks(world, mine.exposed_exchange);
  bench.exposed_reduction_seconds = min_median_max_over_ranks(world, mine.exposed_reduction);
  for (const double seconds : profile.step_seconds())
    bench.slowest_step_seconds.push_back(std::ranges::max(world.all_gather(seconds)));
  for (const double cpu : world.all_gather(mine.compute_cpu)) bench.compute_cpu_seconds += cpu;
}

StepBench bench_step(const Workload& workload, const ProcessGrid& grid, const ComputeConfig& compute,
                     const BatchSize& batch, std::int64_t repeats) {
  constexpr double kLearningRate = 1e-6;  // values stay as they are, more or less
  const Communicator& world = grid.world();
  const auto kernels = make_kernels(compute);
  StepProfile profile;
  Replica replica(grid, workload, *kernels, {.seed = 1, .batch = batch, .overlap = compute.overlap}, profile);
  SyntheticBatches batches(replica);
  const Graph& graph = replica.graph();
  const Placement placement = place(graph, Partition(grid.dims()), grid.part(), compute.overlap);
  replica.step(batches, kLearningRate);
  StepBench bench;
  bench.grid = grid.dims();
  bench.axes = spatial_axes(graph);
  bench.batch = batch.replica;
  bench.passes = batch.passes;
  bench.repeats = repeats;
  bench.threads = omp_get_max_threads();
  bench.generic_calls = generic_calls(graph, replica.network());
  bench.element = kernels->element();
  bench.peak_bytes = min_median_max_over_ranks(world, static_cast<double>(peak_memory_bytes()));

  std::map<NodeId, std::size_t> problem_of;  // of the node's convolution among the problems
  std::vector<ConvolutionProblem> problems;
  for (NodeId id = 0; id < graph.count() && compute.kernels == KernelChoice::OneDnn; ++id)
    if (const auto problem = convolution_of(graph, placement, id, kernels->element())) {
      const auto same = std::find(problems.begin(), problems.end(), *problem);
      problem_of[id] = static_cast<std::size_t>(same - problems.begin());
      if (same == problems.end())
        problems.push_back(*problem);  // a problem of several nodes is measured once
    }
  Ceilings ceilings(problems);
  ceilings.run();
  ceilings.forget();
  for (std::int64_t i = 0; i < repeats; ++i) {
    replica.step(batches, kLearningRate);
    world.barrier();  // nobody waits in the step that counts for what came before it
    profile.begin_step();
    replica.step(batches, kLearningRate);
    profile.end_step();
    ceilings.run();
  }

  const Calls calls(replica, profile, placement, kernels->element());
  for (NodeId id = 0; id < graph.count(); ++id) {
    if (!graph.node(id).layer) continue;
    const auto found = problem_of.find(id);
    const bool convolves = found != problem_of.end();
    for (BenchedCall& call : calls.of(id, convolves ? &ceilings : nullptr, convolves ? found->second : 0)) {
      bench.ceiling_seconds += call.ceiling_seconds;
      bench.calls.push_back(std::move(call));
    }
  }
  note_times(profile, world, bench);
  return bench;
}

}  // namespace tessera
