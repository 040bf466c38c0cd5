#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/bench/point_report.hpp"
#include "harness/bench/result_page.hpp"
#include "harness/campaign/launcher.hpp"
#include "harness/campaign/slurm_launch.hpp"
#include "harness/commands/command.hpp"
#include "harness/commands/time_limit.hpp"
#include "harness/config/config_file.hpp"
#include "harness/machine/core_shares.hpp"
#include "harness/machine/topology.hpp"
#include "harness/plan/make_plan.hpp"
#include "harness/plan/split.hpp"
#include "harness/process/child_process.hpp"
#include "harness/process/flush_or_throw.hpp"
#include "harness/process/slurm.hpp"
#include "harness/study/scaling_study.hpp"
#include "harness/study/study_points.hpp"
#include "harness/workloads/broadcast_listing.hpp"
#include "harness/workloads/make_workload.hpp"
#include "io/files/whole_file.hpp"
#include "models/base/error.hpp"
#include "parallel/uniform.hpp"
#include "results/report/report.hpp"
#include "results/study/layout_text.hpp"
#include "results/study/study_comparison_json.hpp"
#include "results/study/study_files.hpp"
#include "results/study/study_table.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;

struct StudyArguments {
  fs::path config_or_directory, output;
  std::string ranks, threads, modes = "strong", weak = "replica", splits = kAutoSplits, time_limit;
  std::string submit, sbatch_options, machine;
  std::optional<std::int64_t> ranks_a_node;
  StudyRun run;
  bool yes = false;
};

std::vector<std::string> words_of_list(const std::string& list, const char* option) {
  std::vector<std::string> words;
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    words.push_back(list.substr(begin, end - begin));
    if (words.back().empty())
      throw InputError(fmt::format("'{}' has an empty part", list), option, "separate by one comma: 1,2,4");
    begin = end + 1;
  }
  return words;
}

// Ascending, each once.
std::vector<int> numbers_of_list(const std::string& list, const char* option) {
  constexpr int kMost = 1'000'000;
  std::vector<int> numbers;
  for (const std::string& word : words_of_list(list, option)) {
    int number = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (error != std::errc() || end != word.data() + word.size() || number < 1 || number > kMost)
      throw InputError(fmt::format("'{}' is no number from 1 to {}", word, kMost), option,
                       "give a list such as 1,2,4");
    numbers.push_back(number);
  }
  std::ranges::sort(numbers);
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  return numbers;
}

std::vector<StudyMode> modes_of(const StudyArguments& arguments) {
  const StudyMode weak = arguments.weak == "replica" ? StudyMode::WeakReplica
                         : arguments.weak == "rank"  ? StudyMode::WeakRank
                                                     : StudyMode::WeakVolume;
  std::vector<StudyMode> modes;
  for (const std::string& word : words_of_list(arguments.modes, "--mode")) {
    if (word != "strong" && word != "weak")
      throw InputError(fmt::format("there is no mode '{}'", word), "--mode",
                       "give strong, weak, or strong,weak");
    modes.push_back(word == "strong" ? StudyMode::Strong : weak);
  }
  return modes;
}

StudyRequest request_of(const StudyArguments& arguments, const Config& config, const StudyRun& run) {
  StudyRequest request{.ranks = numbers_of_list(arguments.ranks, "--ranks"),
                       .threads = {static_cast<int>(config.compute.fixed_threads().value_or(1))},
                       .modes = modes_of(arguments),
                       .splits = words_of_list(arguments.splits, "--splits"),
                       .global_batch = 0,
                       .extents = run.extents()};
  if (!arguments.threads.empty()) request.threads = numbers_of_list(arguments.threads, "--threads");
  request.global_batch =
      config.data.global_batch_size.value_or(config.data.batch_size.value_or(1) * request.smallest());
  return request;
}

// What `tessera plan` says of a point.
LayoutVerdict judge(const StudyRun& run, const StudyLayout& layout) {
  try {
    const std::string split = layout.parts() == 1 ? "" : split_text(layout);
    return {.refusal = "",
            .efficiency = make_plan(config_of_point(run, layout), layout.ranks, split).efficiency_bound()};
  } catch (const InputError& error) {
    return {.refusal = error.problem(), .efficiency = 0};
  }
}

// Opens the data set, and no sample.
void check_data(const Config& config, const Communicator& alone) {
  const std::unique_ptr<Workload> workload = make_workload(config, 1);
  const ProcessGrid grid(alone, {});
  DataListing listing = broadcast_listing(grid, *workload, config.data.data_dir);
  workload->open_data(std::move(listing), data_share(workload->graph(1), grid, config.data, 0));
}

SlurmChoices slurm_of(const StudyArguments& arguments, const StudyRequest& request) {
  SlurmChoices choices;
  const std::optional<int> a_node = arguments.ranks_a_node
                                        ? std::optional(static_cast<int>(*arguments.ranks_a_node))
                                        : ranks_a_node(std::ranges::max(request.threads));
  if (!a_node)
    throw InputError("Slurm doesn't say how many CPUs its nodes have", "--submit slurm",
                     "give --ranks-per-node, or call it where `sinfo` works");
  choices.ranks_a_node = *a_node;
  const char* type = std::getenv("SLURM_MPI_TYPE");
  choices.mpi = type ? type : mpi_type(mpi_library(), slurm_answer({"srun", "--mpi=list"}).value_or(""));
  const auto seconds = static_cast<std::int64_t>(  // of 0 Slurm would have it that there is no limit
      std::ceil(arguments.time_limit.empty() ? 3600 : time_limit_of(arguments.time_limit, "--time-limit")));
  choices.time = fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
  if (!arguments.sbatch_options.empty()) choices.options = {arguments.sbatch_options};
  return choices;
}

void warn_of_few_cores(const std::vector<StudyLayout>& layouts) {
  const Topology topology = load_topology();
  const auto cores = std::ssize(cores_of(topology.get(), affinity_mask(topology.get())));
  const auto most = std::ranges::max(layouts, {}, [](const StudyLayout& l) { return l.ranks * l.threads; });
  if (most.ranks * most.threads > cores)
    std::cout << fmt::format(
                     "warning: up to {} ranks x {} threads share the {} cores of this machine; they "
                     "can't be faster than these",
                     most.ranks, most.threads, cores)
              << std::endl;
}

void say_line(const std::string& line) {
  std::cout << line << std::endl;
}

// In quotes, so that it is taken as it is.
std::string yaml_text(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("''") : std::string(1, c);
  return quoted + "'";
}

// Says of what the description doesn't tell.
StudyExpectation expected_of(const StudyRun& run, const std::vector<StudyLayout>& layouts,
                             const MachineDescription& machine) {
  StudyExpectation expected = expectation_of(run, layouts, machine);
  const auto is_unsaid = [](const std::optional<double>& seconds) { return !seconds; };
  if (std::ranges::any_of(expected.step_seconds, is_unsaid))
    say_line(fmt::format(
        "points of another number of threads a rank than {:g}, by which {} is described, aren't "
        "predicted",
        static_cast<double>(machine.node.cores) / static_cast<double>(machine.node.ranks), machine.name));
  return expected;
}

ScalingStudy begin_study(const StudyArguments& arguments, const Communicator& alone) {
  if (arguments.run.to_target && arguments.run.verify)
    throw InputError("--verify is of timed steps, and with --to-target there are none", "command line",
                     "leave one of them out");
  StudyRun run = arguments.run;
  run.config = fs::absolute(config_file(arguments.config_or_directory.string())).string();
  Config config = load_config(run.config, run.overrides);
  if (fs::path(config.data.data_dir).is_relative()) {  // points may be run from elsewhere later
    run.overrides.push_back("data.data_dir=" + yaml_text(fs::absolute(config.data.data_dir).string()));
    config = load_config(run.config, run.overrides);
  }
  run.configuration = to_json(config);
  const StudyRequest request = request_of(arguments, config, run);
  if (!arguments.time_limit.empty()) run.time_limit = time_limit_of(arguments.time_limit, "--time-limit");
  const bool submits = !arguments.submit.empty();
  const std::string launcher = submits ? "" : launcher_called(run.launcher, 1, request.ranks.back());
  if (!submits) check_launcher(launcher, request.ranks.back());
  if (!submits) check_data(config, alone);
  const StudyPoints points =
      study_points(request, [&](const StudyLayout& layout) { return judge(run, layout); });
  if (submits) run.slurm = slurm_of(arguments, request);
  StudyExpectation expected;
  if (!arguments.machine.empty())
    expected = expected_of(run, points.layouts, load_machine(arguments.machine));
  for (const std::string& why : points.left_out) say_line("left out: " + why);
  if (!submits && !is_srun(launcher)) warn_of_few_cores(points.layouts);
  return {fs::absolute(arguments.output), std::move(run), points.layouts, expected, say_line};
}

// For other programs, and a page to look at.
void write_exports(const Study& study, const fs::path& output) {
  const std::string now =
      fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                  fmt::gmtime(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now())));
  for (const StudyFile& file : study_files(study, now)) {
    fs::create_directories((output / file.path).parent_path());
    write_whole_file(output / file.path, file.text);
  }
  const StudyComparison alone = compare_studies({{.name = study.system, .study = study}}, "");
  write_whole_file(output / "study.html", html_study_report(to_json(alone)));
}

// The table, the figures of each point, named by it, and the page of the best.
void report(const ScalingStudy& study, const fs::path& output) {
  print(std::cout, study.study());
  std::vector<FigureOfMerit> figures;
  for (const StudyPoint& point : study.study().points)
    if (point.measurement)
      for (FigureOfMerit& figure : figures_of(study.study(), point)) {
        // Where it was measured, points that share cores have another peak.
        if (figure.name == "share_of_peak" && study.study().peak_source == kMeasuredPeak) continue;
        figure.name += "@" + point.name;
        figures.push_back(std::move(figure));
      }
  if (const std::optional<Study> best = study.best()) {
    const std::string page = result_page(*best, best->points.front());
    write_whole_file(output / kPageName, page);
    std::cout << page;
    write_exports(study.study(), output);
    for (FigureOfMerit& figure : figures_of(*best, best->points.front()))
      figures.push_back(std::move(figure));
  }
  std::cout << to_string(figures);
  flush_or_throw(std::cout, "the study");
}

void check_goes_on(const std::vector<std::string>& given) {
  const auto found = std::ranges::find_if(given, [](const std::string& option) { return option != "--yes"; });
  if (found != given.end())
    throw InputError(fmt::format("a study goes on as it was begun: {} can't be given again", *found),
                     "command line",
                     "name its directory alone, with --yes to submit its jobs; or name a configuration");
}

void check_begins(const StudyArguments& arguments) {
  if (arguments.output.empty() || arguments.ranks.empty())
    throw InputError("a study needs --ranks and --output", "command line",
                     "give both, or name the directory of a study to go on with it");
}

int run_study(const StudyArguments& arguments, const std::vector<std::string>& given,
              const Communicator& world) {
  int code = 0;
  all_or_none(world, [&] {
    if (world.size() > 1 || is_under_mpi_launcher(environ))
      throw InputError("a study starts its points under a launcher by itself", "mpiexec, or its like",
                       "call `tessera study` without one, and say by --launcher which it shall use");
    std::error_code ignored;
    const bool goes_on = fs::is_directory(arguments.config_or_directory, ignored);
    goes_on ? check_goes_on(given) : check_begins(arguments);
    const fs::path output = fs::absolute(goes_on ? arguments.config_or_directory : arguments.output);
    ScalingStudy study = goes_on ? ScalingStudy(output, say_line) : begin_study(arguments, world);
    code = study.run(fs::read_symlink("/proc/self/exe").string(), arguments.yes);
    report(study, output);
  });
  return code;
}

}  // namespace

void add_study(CommandSyntax program) {
  const auto arguments = std::make_shared<StudyArguments>();
  StudyRun& run = arguments->run;
  const CommandSyntax command = program.command(
      "study", "weak and strong scaling: times the points of a study, or writes jobs; not under mpiexec");
  command
      .option("CONFIG", arguments->config_or_directory,
              "YAML file, as for `train`; or the directory of a study, to go on with it, or to collect")
      .required();
  command.option("--ranks", arguments->ranks, "of the points: 1,2,4");
  command.option("--threads", arguments->threads, "of a rank: 1,2; by default compute.threads, or 1");
  command.option("--mode", arguments->modes, "strong, weak, or strong,weak").shows_default();
  command
      .option(
          "--weak", arguments->weak,
          "what weak scaling keeps: the samples of a replica, or of a rank, or, where samples grow with the "
          "parts that they are split in, the volume of a part")
      .one_of({"replica", "rank", "volume"})
      .shows_default();
  command
      .option("--splits", arguments->splits,
              "of samples: whole,2x1,...; auto: of each size whole samples, and the splits that plan best")
      .shows_default();
  command.option("--steps", run.steps, "of a repeat").at_least_one().shows_default();
  command.option("--repeats", run.repeats, "how often they are timed").at_least_one().shows_default();
  command.flag("--to-target", run.to_target, "train to the target in place of timing steps");
  command.flag("--verify", run.verify, "hold a step of each point to the reference, too");
  command.option("--output", arguments->output,
                 "directory for study.json and the points; one with the same study goes on");
  command
      .option(
          "--launcher", run.launcher,
          "words that start a point, with {ranks} for their number; slurm: srun, as it fits the point and "
          "the job; by default MPI's own launcher")
      .verbatim();
  command
      .option("--submit", arguments->submit,
              "slurm: write a batch script for each point, and collect what has come back")
      .one_of({"slurm"});
  command.flag("--yes", arguments->yes, "submit them");
  command
      .option("--ranks-per-node", arguments->ranks_a_node,
              "at most, of jobs; by default as many as the smallest node has CPUs for")
      .at_least_one(1'000'000);
  command.option("--sbatch", arguments->sbatch_options, "further options of jobs: \"--partition=short\"");
  command.option("--time-limit", arguments->time_limit,
                 "SECONDS or H:MM:SS that a point may take; of jobs 1:00:00 by default");
  command.option("--machine", arguments->machine,
                 "YAML file, or the name of one in harness/machines: predicts each point, and says the peak");
  command.option("--energy", run.energy, "as of `train`").shows_default();
  add_overrides(command, run.overrides);
  command.runs_alone([arguments, command](const Communicator& world) {
    return run_study(*arguments, command.options_given(), world);
  });
}

}  // namespace tessera
