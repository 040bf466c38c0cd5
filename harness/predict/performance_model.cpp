#include "harness/predict/performance_model.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>

#include "harness/plan/split.hpp"
#include "harness/predict/input_model.hpp"
#include "harness/predict/kernel_times.hpp"
#include "harness/predict/machine_network.hpp"
#include "harness/predict/slowest_of.hpp"
#include "harness/predict/unmade_kernels.hpp"
#include "harness/workloads/make_kernels.hpp"
#include "harness/workloads/make_workload.hpp"
#include "models/kernels/team_size.hpp"
#include "models/network/network_memory.hpp"
#include "parallel/gradient_reducer.hpp"
#include "parallel/place.hpp"

namespace tessera {
namespace {

double sum_of(const ComputeSeconds& seconds) {
  return std::accumulate(seconds.forward.begin(), seconds.forward.end(), 0.0) +
         std::accumulate(seconds.backward.begin(), seconds.backward.end(), 0.0);
}

// The optimizer's, a byte of parameters.
double state_bytes(const RunPlan& plan) {
  const auto trained = static_cast<double>(plan.partition.gradient_bytes);
  return trained > 0 ? static_cast<double>(plan.optimizer_bytes) / trained : 0;
}

int threads_of_a_rank(const MachineDescription& machine) {
  return static_cast<int>(std::max<std::int64_t>(1, machine.node.cores / machine.node.ranks));
}

std::size_t bucket_bytes(const MachineDescription& machine) {
  return machine.framework.bucket_bytes > 0 ? static_cast<std::size_t>(machine.framework.bucket_bytes)
                                            : kGradientBucketBytes;
}

std::vector<std::string> unknown_of(const MachineDescription& machine, const KernelTimes& times,
                                    const Prediction& p) {
  std::vector<std::string> unknown;
  if (machine.kernels.measured.empty())
    unknown.emplace_back("no kernel was measured: all are counted by peak and memory bandwidth");
  else if (!times.unmeasured().empty())
    unknown.push_back(
        fmt::format("{} calls weren't measured, and are counted by peak and memory bandwidth: {}",
                    times.unmeasured().size(), fmt::join(times.unmeasured(), ", ")));
  if (machine.spread == 0 && p.grid.processes() > 1)
    unknown.emplace_back("no spread is given: all ranks are counted as equally fast");
  if (!machine.files.bandwidth && p.input.share_read > 0)
    unknown.emplace_back(
        "samples must be read from storage, whose bandwidth isn't given: that isn't counted");
  return unknown;
}

// A framework has no interior-first order.
Overlap overlap_of(const Config& config, const MachineDescription& machine) {
  return machine.framework.name.empty() ? config.compute.overlap : Overlap::Off;
}

}  // namespace

PerformanceModel::PerformanceModel(const Config& config)
    : config_(config), workload_(make_workload(config, 0)), parameters_(*workload_, config.compute.element) {}

Prediction PerformanceModel::predict(const MachineDescription& machine, const GridDims& grid,
                                     const BatchSize& batch) const {
  const Graph graph = workload_->graph(batch.replica);
  const Element element = config_.compute.element;
  const MachineNetwork network(machine, grid);
  UnmadeKernels kernels(element);
  const RunPlan plan = make_plan(config_, *workload_, parameters_, grid, batch, kernels);
  const std::vector<Placement> placements = place_all(graph, Partition(grid), overlap_of(config_, machine));
  const SampleProgram program =
      sample_program(graph, grid, placements,
                     {.element = element,
                      .buckets = gradient_buckets(parameters_.store, bucket_bytes(machine)),
                      .norm_replicas = static_cast<int>(workload_->norm_replicas(grid.replicas))});
  const KernelTimes times(machine, graph, element, state_bytes(plan));
  std::vector<ComputeSeconds> seconds;
  for (int part = 0; part < grid.parts(); ++part)
    seconds.push_back(times.of_part(program.program(part), placements[static_cast<std::size_t>(part)]));

  const auto passes = static_cast<int>(batch.passes);
  const std::vector<RankReplay> ranks = replay(program, seconds, network, passes);
  const RankReplay& busiest = *std::ranges::max_element(ranks, {}, &RankReplay::computing);
  Prediction p;
  p.grid = grid;
  p.axes = spatial_axes(graph);
  p.batch = batch;
  p.nodes = network.nodes();
  p.seconds = {busiest.computing, busiest.exchanging,
               step_seconds(ranks) - busiest.computing - busiest.exchanging,
               machine.spread * slowest_of(grid.processes()) * busiest.computing, 0};
  p.ideal_seconds = ideal_step_seconds(program, seconds, passes);
  const std::vector<PartMemory> memory = plan.memory();
  const auto fullest = std::ranges::max_element(memory, {}, &PartMemory::total);
  p.memory_bytes = fullest->total();
  p.fullest_part = static_cast<int>(fullest - memory.begin());
  p.memory_limit = static_cast<std::size_t>(machine.node.memory_bytes / machine.node.ranks);
  p.input = input_of(machine, graph, grid, batch, p.nodes, p.memory_bytes);
  p.seconds.input =
      p.input.read_seconds - machine.files.overlap * std::min(p.input.read_seconds, p.seconds.step());
  const Placement whole = Placement::whole(graph);
  const ComputeSeconds alone = times.of_part(compile(graph, whole), whole);
  p.efficiency = (static_cast<double>(passes) * (sum_of(alone) + alone.loss) + alone.update) /
                 (grid.parts() * p.seconds.step());
  const std::int64_t passes_of_all = batch.global / batch.replica;
  p.flop = graph.training_flop() * static_cast<double>(passes_of_all);
  p.all_reduce = network.algorithm(plan.partition.gradient_bytes);
  p.unknown = unknown_of(machine, times, p);
  return p;
}

PredictedInput PerformanceModel::input_of(const MachineDescription& machine, const Graph& graph,
                                          const GridDims& grid, const BatchSize& batch, std::int64_t nodes,
                                          std::size_t rank_bytes) const {
  const Shape& sample = graph.shape(0);
  const auto sample_bytes =
      static_cast<double>(sample.c * sample.space.count() * workload_->stored_bytes_an_element());
  // Parts of a sample on several nodes read their own boxes alone.
  const double share_of_sample = std::min(1.0, static_cast<double>(machine.node.ranks) / grid.parts());
  const auto samples = static_cast<double>(config_.data.n_train);
  PredictedInput input;
  input.node_bytes = config_.data.shuffle == Shuffle::Local
                         ? samples * sample_bytes / static_cast<double>(nodes)
                         : samples * sample_bytes * share_of_sample;
  const auto ranks = std::min<std::int64_t>(machine.node.ranks, grid.processes());
  const std::int64_t free = machine.node.memory_bytes - ranks * static_cast<std::int64_t>(rank_bytes);
  input.cache_bytes =
      static_cast<double>(machine.files.cache_bytes.value_or(std::max<std::int64_t>(free, 0)));
  input.share_read =
      share_read(machine.framework.name.empty() ? SampleCache::Fixed : SampleCache::LeastRecentlyUsed,
                 input.cache_bytes / input.node_bytes);
  if (machine.files.bandwidth)
    input.read_seconds = input.share_read * static_cast<double>(batch.global) * sample_bytes /
                         static_cast<double>(nodes) / *machine.files.bandwidth;
  return input;
}

void PerformanceModel::add_scratch(Prediction& prediction, const MachineDescription& machine) const {
  const Graph graph = workload_->graph(prediction.batch.replica);
  const Placement placement =
      place(graph, Partition(prediction.grid), prediction.fullest_part, overlap_of(config_, machine));
  const Program program = compile(graph, placement);
  const TeamSize team(threads_of_a_rank(machine));
  UnmadeKernels unmade(config_.compute.element);
  prediction.memory_bytes +=
      network_memory(graph, placement, program, *make_kernels(config_.compute)).scratch -
      network_memory(graph, placement, program, unmade).scratch;
}

double PerformanceModel::solution_seconds(const Prediction& prediction, double epochs) const {
  constexpr double kForward = 1.0 / 3;
  const std::int64_t steps = config_.data.n_train / prediction.batch.global;
  const std::int64_t evaluations =
      (config_.data.n_valid + prediction.batch.global - 1) / prediction.batch.global;
  return epochs * prediction.seconds.step() *
         (static_cast<double>(steps) + kForward * static_cast<double>(evaluations));
}

}  // namespace tessera
