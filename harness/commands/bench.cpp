#include <fmt/ostream.h>

#include <filesystem>
#include <iostream>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "harness/bench/convolution_bench.hpp"
#include "harness/bench/exchange_bench.hpp"
#include "harness/bench/io_bench.hpp"
#include "harness/bench/machine_bench.hpp"
#include "harness/bench/point_record.hpp"
#include "harness/bench/point_report.hpp"
#include "harness/bench/reduce_bench.hpp"
#include "harness/bench/result_page.hpp"
#include "harness/bench/simulated_step.hpp"
#include "harness/bench/step_bench.hpp"
#include "harness/bench/step_verification.hpp"
#include "harness/commands/command.hpp"
#include "harness/config/broadcast_config.hpp"
#include "harness/machine/threads.hpp"
#include "harness/plan/split.hpp"
#include "harness/process/flush_or_throw.hpp"
#include "harness/workloads/batch_size.hpp"
#include "harness/workloads/make_kernels.hpp"
#include "harness/workloads/make_workload.hpp"
#include "io/files/whole_file.hpp"
#include "models/base/error.hpp"
#include "models/base/host_name.hpp"
#include "models/kernels/library.hpp"
#include "parallel/uniform.hpp"
#include "results/log/json_text.hpp"

namespace tessera {
namespace {

struct BenchArguments {
  std::string config, split, stage_dir, compute = "real", machine;
  std::vector<std::string> overrides;
  std::optional<std::int64_t> batch;
  std::filesystem::path page;
  std::int64_t repeats = 7, samples = 16;
  bool verify = false, json = false;
};

/// What every benchmark needs of the configuration. Collective.
class Bench {
 public:
  Bench(const BenchArguments& arguments, const Communicator& world)
      : arguments_(arguments),
        world_(world),
        config_(broadcast_config(world, arguments.config, arguments.overrides)) {
    set_up_threads(world, config_.compute.fixed_threads());
    const ComputeConfig& compute = config_.compute;
    if (world.rank() == 0 && compute.element == Element::BF16 && compute.kernels == KernelChoice::OneDnn &&
        emulates_bfloat16())
      std::cerr << "warning: " << kEmulatedBfloat16 << std::endl;
    GridDims dims;
    all_or_none(world, [&] {
      workload_ = make_workload(config_, 1);
      dims = grid_of(arguments_.split, world.size(), workload_->graph(1));
      check_simulation();
      if (!arguments_.machine.empty()) machine_ = load_machine(arguments_.machine);
      batch_ = arguments_.batch ? BatchSize{*arguments_.batch * dims.replicas, *arguments_.batch, 1}
                                : resolve_batch(config_, dims.replicas);
    });
    grid_.emplace(world, dims);
  }

  StepBench step() const {
    if (arguments_.compute != "simulated")
      return bench_step(*workload_, *grid_, config_.compute, batch_, arguments_.repeats);
    return bench_simulated_step(*workload_, *grid_, config_.compute, batch_, arguments_.repeats, *machine_);
  }
  /// What was measured of the step as a study of one point.
  Study study_of(const StepBench& bench) const {
    const Graph graph = workload_->graph(batch_.replica);
    Study study =
        study_of_one(*grid_, config_, layout_of(*grid_, graph, batch_), machine_ ? &*machine_ : nullptr);
    study.steps = 1;
    study.repeats = bench.repeats;
    StudyMeasurement measured;
    measured.step_seconds = bench.slowest_step_seconds;
    measured.nodes = grid_->nodes();
    measured.training_flop_a_sample = graph.training_flop() / static_cast<double>(batch_.replica);
    measured.input = StudyInput::Synthetic;
    if (arguments_.verify) {
      const Config small =
          verifiable_config(world_, arguments_.config, arguments_.overrides, arguments_.split);
      measured.verification = verify_step(*make_workload(small, 1), *grid_, small.compute, make_kernels);
    }
    study.points.front().measurement = std::move(measured);
    return study;
  }
  ExchangeBench exchanges() const {
    return bench_exchanges(workload_->graph(batch_.replica), *grid_, config_.compute.element,
                           arguments_.repeats);
  }
  IoBench io() const {
    return bench_io(*workload_, workload_->graph(batch_.replica), *grid_, config_.data,
                    config_.compute.element, batch_.replica, arguments_.samples, arguments_.repeats,
                    arguments_.stage_dir);
  }
  ReduceBench reductions() const {
    return bench_reductions(workload_->graph(1), world_, config_.compute.element, arguments_.repeats);
  }

 private:
  void check_simulation() const {
    if (arguments_.compute != "simulated") return;
    if (arguments_.verify || !arguments_.page.empty())
      throw InputError("a step whose computing is simulated has nothing to verify or to quote",
                       "--compute simulated", "leave out --verify and --page");
    if (arguments_.machine.empty())
      throw InputError("to simulate computing, a machine's file must say how long it takes",
                       "--compute simulated",
                       "name one with --machine, as `tessera bench machine` writes it");
  }

  const BenchArguments& arguments_;
  const Communicator& world_;
  Config config_;
  std::unique_ptr<Workload> workload_;
  std::optional<MachineDescription> machine_;
  BatchSize batch_;
  std::optional<ProcessGrid> grid_;
};

template <class Result>
int print(const Result& result, const BenchArguments& arguments, const Communicator& world) {
  all_or_none(world, [&] {
    if (world.rank() > 0) return;
    std::cout << (arguments.json ? json_text(to_json(result)) : to_string(result));
    flush_or_throw(std::cout, "what was measured");
  });
  return 0;
}

// The table, or JSON; then, for people, the page that is quoted. No figure of a step that isn't the
// reference's.
int bench_whole_step(const BenchArguments& arguments, const Communicator& world) {
  const Bench bench(arguments, world);
  const StepBench step = bench.step();
  if (arguments.compute == "simulated")
    return print(step, arguments, world);  // nothing of it is to be quoted
  const Study study = bench.study_of(step);
  const StudyPoint& point = study.points.front();
  const bool failed = point.measurement->verification && !point.measurement->verification->passed();
  if (!failed) print(step, arguments, world);
  all_or_none(world, [&] {
    if (world.rank() > 0) return;
    const std::string page = result_page(study, point);
    if (!arguments.page.empty()) write_whole_file(arguments.page, page);
    if (arguments.json && failed) std::cerr << page;
    if (arguments.json) return;
    std::cout << page << to_string(figures_of(study, point));
    flush_or_throw(std::cout, "what was measured");
  });
  return failed ? 1 : 0;
}

enum class Takes : std::uint8_t {
  Repeats,
  Batch,
  Overlap
};  // what matters to it; each also what stands before

template <class Result>
CommandSyntax add(CommandSyntax bench, const char* name, const char* what, Result (Bench::*measure)() const,
                  Takes takes,
                  const std::shared_ptr<BenchArguments>& arguments = std::make_shared<BenchArguments>()) {
  const CommandSyntax command = bench.command(name, what);
  command.option("CONFIG", arguments->config, "YAML file, as in harness/configs").required();
  if (takes >= Takes::Batch) {
    command.option("--split", arguments->split,
                   "parts of each sample along its axes, outermost first, a rank each: 4x1");
    command
        .option("--batch", arguments->batch,
                "samples a replica and step, in one pass; without it, those of the configuration")
        .at_least_one();
  }
  command.option("--repeats", arguments->repeats, "rounds, of which medians are taken")
      .at_least_one()
      .shows_default();
  add_overrides(command, arguments->overrides);
  if (takes == Takes::Overlap) add_overlap(command, arguments->overrides);
  command.flag("--json", arguments->json, "as JSON");
  command.runs([arguments, measure](const Communicator& world) {
    return print((Bench(*arguments, world).*measure)(), *arguments, world);
  });
  return command;
}

struct MachineArguments {
  std::vector<std::string> configs, overrides;
  std::vector<std::int64_t> sizes = {1, 2, 4};
  std::filesystem::path output;
  std::string name;
  std::int64_t repeats = 7;
};

int write_machine(const MachineArguments& arguments, const Communicator& world) {
  std::vector<Config> configs;
  for (const std::string& name : arguments.configs)
    configs.push_back(broadcast_config(world, name, arguments.overrides));
  set_up_threads(world, configs.front().compute.fixed_threads());
  const MachineDescription machine =
      bench_machine(configs, world, {arguments.name, arguments.sizes, arguments.repeats});
  all_or_none(world, [&] {
    if (world.rank() > 0) return;
    write_whole_file(arguments.output, to_yaml(machine));
    fmt::print(std::cout, "{}: {} ranks a node, {} cores, {} calls measured, spread {:.3f}\n",
               arguments.output.string(), machine.node.ranks, machine.node.cores,
               machine.kernels.measured.size(), machine.spread);
    flush_or_throw(std::cout, "what was measured");
  });
  return 0;
}

void add_machine(CommandSyntax bench) {
  const CommandSyntax command = bench.command(
      "machine", "what the performance model needs of this machine, as a file; under mpiexec, on all ranks");
  const auto arguments = std::make_shared<MachineArguments>();
  arguments->name = host_name();
  command.option("CONFIG", arguments->configs, "YAML files whose kernels are measured").required();
  command.option("-o,--output", arguments->output, "the file to write, for predict --machine").required();
  command
      .option("--size", arguments->sizes,
              "ranks of a run that shall be predicted; may be repeated (without it: 1, 2 and 4)")
      .repeatable()
      .at_least_one(std::numeric_limits<int>::max());
  command.option("--name", arguments->name, "of the machine; without it, this host's");
  command.option("--repeats", arguments->repeats, "rounds, of which medians are taken")
      .at_least_one()
      .shows_default();
  add_overrides(command, arguments->overrides);
  command.runs([arguments](const Communicator& world) { return write_machine(*arguments, world); });
}

void add_convolutions(CommandSyntax bench) {
  const CommandSyntax command = bench.command(
      "convolutions",
      "float32 convolutions computed directly and by Winograd's filtering: how well the rule of "
      "compute.convolution: auto chooses on this machine");
  struct Arguments {
    std::int64_t repeats = 7, megaflop = 4000;
  };
  const auto arguments = std::make_shared<Arguments>();
  command.option("--repeats", arguments->repeats, "rounds, of which medians are taken")
      .at_least_one()
      .shows_default();
  command.option("--megaflop", arguments->megaflop, "of the largest convolution, in each direction")
      .at_least_one()
      .shows_default();
  command.runs([arguments](const Communicator& world) {
    set_up_threads(world, std::nullopt);
    const ConvolutionBench measured =
        bench_convolutions(world, arguments->repeats, 1e6 * static_cast<double>(arguments->megaflop));
    all_or_none(world, [&] {
      if (world.rank() > 0) return;
      std::cout << to_string(measured);
      flush_or_throw(std::cout, "what was measured");
    });
    return 0;
  });
}

}  // namespace

void add_bench(CommandSyntax program) {
  const CommandSyntax bench = program.command("bench", "measure parts of a run against their ceilings");
  const auto of_step = std::make_shared<BenchArguments>();
  const CommandSyntax step =
      add(bench, "step", "each layer of a training step, on synthetic data; under mpiexec, on all ranks",
          &Bench::step, Takes::Overlap, of_step);
  step.flag(
      "--verify", of_step->verify,
      "hold a step to the unsplit reference, too; if it isn't the same, there are no figures: exit code 1");
  step.option("--page", of_step->page, "FILE: writes the closing page there, too");
  step.option("--compute", of_step->compute,
              "real, or simulated: real messages, and waits as long as the machine's file says in place of "
              "computing")
      .one_of({"real", "simulated"})
      .shows_default();
  step.option("--machine", of_step->machine,
              "YAML file, or the name of one in harness/machines: says the peak, and how long to wait");
  step.runs([of_step](const Communicator& world) { return bench_whole_step(*of_step, world); });
  add_bench_training(bench);
  add(bench, "exchange", "each exchange of a split sample alone, under mpiexec", &Bench::exchanges,
      Takes::Batch);
  const auto arguments = std::make_shared<BenchArguments>();
  const CommandSyntax io = add(bench, "io", "reading and converting samples, on their way to the network",
                               &Bench::io, Takes::Batch, arguments);
  io.option("--samples", arguments->samples, "training samples a replica to measure with")
      .at_least_one()
      .shows_default();
  io.option("--stage-dir", arguments->stage_dir, "measure staging to this directory, too").may_differ();
  add_machine(bench);
  add_convolutions(bench);
  add(bench, "reduce", "each sum of gradients alone, under mpiexec", &Bench::reductions, Takes::Repeats);
}

}  // namespace tessera
