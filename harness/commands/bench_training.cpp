#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "harness/bench/point_report.hpp"
#include "harness/bench/result_page.hpp"
#include "harness/bench/step_verification.hpp"
#include "harness/bench/training_bench.hpp"
#include "harness/commands/command.hpp"
#include "harness/config/broadcast_config.hpp"
#include "harness/machine/threads.hpp"
#include "harness/plan/split.hpp"
#include "harness/process/flush_or_throw.hpp"
#include "harness/workloads/batch_size.hpp"
#include "harness/workloads/make_kernels.hpp"
#include "harness/workloads/make_workload.hpp"
#include "io/files/whole_file.hpp"
#include "parallel/uniform.hpp"
#include "results/log/json_text.hpp"

namespace tessera {
namespace {

struct TrainingBenchArguments {
  std::string config, split;
  std::filesystem::path output;
  std::vector<std::string> overrides;
  TrainingBenchOptions options;
  bool verify = false, json = false;
};

int time_training(const TrainingBenchArguments& arguments, const Communicator& world) {
  const Config config = broadcast_config(world, arguments.config, arguments.overrides);
  set_up_threads(world, config.compute.fixed_threads());
  std::unique_ptr<Workload> workload;
  GridDims dims;
  BatchSize batch;
  all_or_none(world, [&] {
    workload = make_workload(config, 1);
    dims = grid_of(arguments.split, world.size(), workload->graph(1));
    batch = batch_of_step(config, dims.replicas);
  });
  const ProcessGrid grid(world, dims);
  std::optional<Config> small;  // read while the file is what is timed
  if (arguments.verify)
    small = verifiable_config(world, arguments.config, arguments.overrides, arguments.split);
  Study study = bench_training(*workload, grid, config, batch, arguments.options);
  std::optional<StudyVerification> verification;
  if (small) verification = verify_step(*make_workload(*small, 1), grid, small->compute, make_kernels);
  all_or_none(world, [&] {
    if (world.rank() > 0) return;
    StudyPoint& point = study.points.front();
    point.measurement->verification = verification;
    const std::string json = json_text(to_json(study));
    if (!arguments.output.empty()) write_whole_file(arguments.output, json);
    const bool failed = verification && !verification->passed();
    const std::string text = failed ? result_page(study, point) : to_string(study, point);
    std::cout << (arguments.json ? json : text + to_string(figures_of(study, point)));
    flush_or_throw(std::cout, "what was measured");
  });
  return verification && !verification->passed() ? 1 : 0;
}

}  // namespace

void add_bench_training(CommandSyntax bench) {
  const CommandSyntax command = bench.command(
      "training",
      "steps as `train` takes them, on the data set: what a point of `study` runs; under mpiexec");
  const auto arguments = std::make_shared<TrainingBenchArguments>();
  TrainingBenchOptions& options = arguments->options;
  options.say = [](const std::string& line) { std::cerr << line << std::endl; };
  command.option("CONFIG", arguments->config, "YAML file, as in harness/configs").required();
  command.option("--split", arguments->split,
                 "parts of each sample along its axes, outermost first, a rank each: 4x1");
  command.option("--steps", options.steps, "of a repeat").at_least_one().shows_default();
  command.option("--repeats", options.repeats, "how often they are timed").at_least_one().shows_default();
  command.flag("--verify", arguments->verify,
               "hold a step to the unsplit reference, too; if it isn't the same, the figures don't count: "
               "exit code 1");
  command.flag("--synthetic", options.synthetic, "tensors in memory in place of the data set");
  command.option("--energy", options.energy.by, "as of `train`").shows_default();
  command.option("--energy-root", options.energy.root, "where the counters are looked for").shows_default();
  add_overrides(command, arguments->overrides);
  add_overlap(command, arguments->overrides);
  command.option("--output", arguments->output, "FILE.json: writes what is measured there, too");
  command.flag("--json", arguments->json, "as JSON");
  command.runs([arguments](const Communicator& world) { return time_training(*arguments, world); });
}

}  // namespace tessera
