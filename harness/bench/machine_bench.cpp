#include "harness/bench/machine_bench.hpp"

#include <omp.h>

#include <algorithm>
#include <memory>
#include <set>
#include <tuple>

#include "harness/bench/file_rate.hpp"
#include "harness/bench/link_bench.hpp"
#include "harness/bench/local_step.hpp"
#include "harness/bench/peak_rate.hpp"
#include "harness/machine/system_probe.hpp"
#include "harness/plan/split.hpp"
#include "harness/predict/kernel_times.hpp"
#include "harness/process/message_times.hpp"
#include "harness/workloads/make_kernels.hpp"
#include "harness/workloads/make_workload.hpp"
#include "parallel/place.hpp"

namespace tessera {
namespace {

using Measured = std::map<std::string, std::map<std::string, double>>;

/// How a run of some size lies, as far as one part of it computes otherwise.
struct LocalShape {
  GridDims parts;
  std::int64_t batch = 1;  // of a replica
  friend auto operator<=>(const LocalShape& a, const LocalShape& b) {
    return std::tuple(a.parts.depth, a.parts.height, a.batch) <=>
           std::tuple(b.parts.depth, b.parts.height, b.batch);
  }
};

// Whole samples and slabs, of each size that the batch can be divided among.
std::set<LocalShape> shapes_of(const Config& config, const Graph& graph,
                               const std::vector<std::int64_t>& sizes) {
  std::set<LocalShape> shapes;
  const bool deep = spatial_axes(graph) == 3;
  for (const std::int64_t ranks : sizes) {
    const auto parts = static_cast<int>(ranks);
    for (const GridDims& grid :
         {GridDims{.replicas = parts}, GridDims{1, deep ? parts : 1, deep ? 1 : parts, 1}}) {
      const std::vector<GridDims> possible = possible_grids(parts, graph);
      if (std::ranges::find(possible, grid) == possible.end()) continue;
      const std::int64_t global = config.data.global_batch_size.value_or(
          config.data.batch_size.value_or(1) * grid.replicas * config.train.gradient_accumulation_frequency);
      const std::int64_t together = grid.replicas * config.train.gradient_accumulation_frequency;
      if (global % together == 0) shapes.insert({{1, grid.depth, grid.height, 1}, global / together});
    }
  }
  return shapes;
}

/// The steps of one shape, on all ranks at once.
class ShapeBench {
 public:
  ShapeBench(const Config& config, const LocalShape& shape, const Communicator& world)
      : workload_(make_workload(config, 1)),
        graph_(workload_->graph(shape.batch)),
        kernels_(make_kernels(config.compute)),
        // A part in the middle; its output in one piece, as calls are kept.
        placement_(place(graph_, Partition(shape.parts), shape.parts.parts() / 2, Overlap::Off)),
        step_(*workload_, graph_, placement_, *kernels_),
        world_(world) {}

  void run(std::int64_t repeats) {
    step_.run();
    for (std::int64_t i = 0; i < repeats; ++i) {
      step_.run();
      world_.barrier();
      step_.profile().begin_step();
      const Stopwatch watch;
      step_.run();
      seconds_.push_back(watch.seconds());
      step_.profile().end_step();
    }
  }

  void note(Measured& measured) {
    const Element element = kernels_->element();
    for (const auto* steps : {&step_.program().forward, &step_.program().backward})
      for (const ProgramStep& step : *steps) {
        const Box& owned = placement_.owned[step.node];
        if (is_call(step) && !owned.empty())
          note(measured[call_name(graph_, step, element)], graph_.shape(step.node).n, owned.extents(),
               step_.profile().seconds(step));
      }
    const StepTimes times = step_.profile().times();
    const Shape& output = graph_.shape(graph_.output());
    note(measured[call_name("loss", element)], output.n, placement_.owned[graph_.output()].extents(),
         times.loss);
    std::int64_t parameters = 0;
    for (const ParameterSpec& spec : graph_.parameters()) parameters += spec.count();
    note(measured[call_name("update", element)], parameters, {1, 1, 1}, times.update);
  }

  /// Of a rank's step, relative, by the middle half of all: rare long ones count for little.
  double spread() {
    std::ranges::sort(seconds_);
    constexpr double kQuartiles = 1.349;  // between those of a normal distribution, in standard deviations
    const double low = seconds_[seconds_.size() / 4], high = seconds_[seconds_.size() * 3 / 4];
    return (high - low) / kQuartiles / median(seconds_);
  }

 private:
  void note(std::map<std::string, double>& times, std::int64_t samples, const Extents& extents,
            double mine) const {
    const double seconds = min_median_max_over_ranks(world_, mine).median;
    if (seconds > 0) times[extents_name(samples, extents)] = seconds;
  }

  std::unique_ptr<Workload> workload_;
  Graph graph_;
  std::unique_ptr<Kernels> kernels_;
  Placement placement_;
  LocalStep step_;
  const Communicator& world_;
  std::vector<double> seconds_;
};

NodeDescription node_of(const std::vector<Config>& configs, const Communicator& world, std::int64_t repeats) {
  const Communicator node = world.node_local();
  NodeDescription description;
  description.ranks = world.max(node.size());
  description.cores = description.ranks * omp_get_max_threads();
  description.memory_bytes = static_cast<std::int64_t>(memory_bytes());
  description.memory_bandwidth = bench_memory(world, repeats);
  std::set<Element> elements;
  for (const Config& config : configs) elements.insert(config.compute.element);
  for (const Element element : elements)
    if (const std::optional<double> peak = measured_peak(node, element)) description.peak[element] = *peak;
  return description;
}

}  // namespace

MachineDescription bench_machine(const std::vector<Config>& configs, const Communicator& world,
                                 const MachineBenchOptions& options) {
  MachineDescription machine;
  machine.name = options.name;
  machine.node = node_of(configs, world, options.repeats);
  const std::optional<LinkDescription> inside = bench_link(world, true, options.repeats),
                                       between = bench_link(world, false, options.repeats);
  // Of one rank nothing can be known but that its memory is what such messages would go through.
  const LinkDescription unknown{{1e-6, machine.node.memory_bandwidth / 2}, 1e6, 0};
  machine.inside = inside.value_or(between.value_or(unknown));
  machine.between = between.value_or(machine.inside);
  if (const auto sums = bench_all_reduce(world, options.repeats); !sums.empty())
    machine.all_reduce.measured[std::to_string(world.size())] = sums;
  machine.all_reduce.overlap = bench_all_reduce_overlap(world, options.repeats);
  machine.inside.overlap = machine.between.overlap = machine.all_reduce.overlap;
  std::vector<double> spreads;
  for (const Config& config : configs) {
    const Graph graph = make_workload(config, 1)->graph(1);
    for (const LocalShape& shape : shapes_of(config, graph, options.sizes)) {
      ShapeBench bench(config, shape, world);
      bench.run(options.repeats);
      bench.note(machine.kernels.measured);
      spreads.push_back(world.all_gather(bench.spread())[0]);
    }
    if (!machine.files.bandwidth) machine.files.bandwidth = file_rate(config.data.data_dir, world);
  }
  if (!spreads.empty()) machine.spread = std::min(median(spreads), 0.99);
  return machine;
}

}  // namespace tessera
