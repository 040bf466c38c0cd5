#include "harness/study/scaling_study.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "harness/bench/point_report.hpp"
#include "harness/campaign/launcher.hpp"
#include "harness/campaign/run_queue.hpp"
#include "harness/campaign/slurm_launch.hpp"
#include "harness/config/config.hpp"
#include "harness/process/last_words.hpp"
#include "harness/process/signals.hpp"
#include "harness/process/slurm.hpp"
#include "harness/run/run_directory.hpp"
#include "harness/study/point_result.hpp"
#include "harness/study/point_run.hpp"
#include "harness/study/study_points.hpp"
#include "io/files/whole_file.hpp"
#include "models/base/error.hpp"
#include "results/log/json_text.hpp"
#include "results/study/point_rates.hpp"
#include "results/study/study_file.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kRequestName = "request.json";
constexpr const char* kScriptName = "job.sbatch";
constexpr const char* kJobName = "job.txt";  // the number of the job that the script became

json read_record(const fs::path& file) {
  json record = json::parse(read_whole_file(file), nullptr, false);
  if (record.is_discarded())
    throw InputError("the record of a study is no JSON, or cut short", file.string(), "restore it");
  return record;
}

fs::path made_directory(const fs::path& output) {
  std::error_code error;
  fs::create_directories(output, error);
  if (!fs::is_directory(output, error))
    throw InputError("the output directory can't be made", output.string(), "choose another --output");
  return output;
}

// What stands in the directory must be a study of the same things.
void check_same_study(const fs::path& output, const StudyRun& run) {
  const fs::path file = output / kRequestName;
  if (!fs::exists(file)) {
    if (is_empty_but_for_lock(output)) return;
    throw InputError("the output directory holds other files than a study's", output.string(),
                     "choose another --output");
  }
  const std::vector<std::string> differing = differences(run, study_run_of(read_record(file), file.string()));
  if (!differing.empty())
    throw InputError(
        fmt::format("the output directory holds another study: it differs in {}", fmt::join(differing, ", ")),
        file.string(), "give the same arguments as then, or choose another --output");
}

StudyRun run_in(const fs::path& output) {
  const fs::path file = output / kRequestName;
  if (!fs::exists(file))
    throw InputError("the directory holds no study", output.string(),
                     "name the --output of one, or a configuration to begin one");
  return study_run_of(read_record(file), file.string());
}

// What was said last, behind why a point failed.
std::string with_last_words(const std::string& why, const fs::path& directory) {
  const std::string words = last_words(directory / kSaidName);
  return words.empty() ? why + ", without a word" : fmt::format("{}; its last words:\n{}", why, words);
}

std::string residuals_text(const StudyVerification& verification) {
  return fmt::format(
      "its verification FAILED: residuals {:.3g} of the loss and {:.3g} of the gradients, not below {:g}",
      verification.loss_residual, verification.gradient_residual, verification.bound);
}

}  // namespace

ScalingStudy::ScalingStudy(const fs::path& output, Say say, std::optional<StudyRun> run)
    : output_(made_directory(output)),
      say_(std::move(say)),
      lock_(output_, {.what = "the output directory",
                      .fix = "wait for that process, or choose another --output",
                      .job_has_ended = slurm_job_has_ended}) {
  if (run) check_same_study(output_, *run);
  const bool goes_on = !run;
  run_ = run ? std::move(*run) : run_in(output_);
  if (goes_on && fs::exists(run_.config) &&
      to_json(load_config(run_.config, run_.overrides)) != run_.configuration)
    throw InputError("the configuration has changed since the study began", run_.config,
                     "undo that, or begin another study");
  const fs::path file = output_ / kStudyName;
  if (fs::exists(file)) {
    study_ = read_study_file(file);
  } else if (goes_on) {
    throw InputError("the study has lost its points", file.string(),
                     "restore that file, or begin the study again with its configuration");
  }
}

ScalingStudy::ScalingStudy(const fs::path& output, StudyRun run, const std::vector<StudyLayout>& layouts,
                           const StudyExpectation& expected, Say say)
    : ScalingStudy(output, std::move(say), std::optional(std::move(run))) {
  take_up(layouts);
  expect(expected);
  write_whole_file(output_ / kRequestName, json_text(to_json(run_)));
  write();
}

ScalingStudy::ScalingStudy(const fs::path& output, Say say)
    : ScalingStudy(output, std::move(say), std::nullopt) {}

void ScalingStudy::take_up(const std::vector<StudyLayout>& layouts) {
  std::vector<StudyPoint> points;
  for (const StudyLayout& layout : layouts) {
    const auto known = std::ranges::find(study_.points, layout, &StudyPoint::layout);
    StudyPoint point;
    point.layout = layout;
    point.name = point_name(layout);
    points.push_back(known == study_.points.end() ? point : *known);
  }
  for (StudyPoint& point : study_.points)
    if (point.measurement && std::ranges::find(layouts, point.layout) == layouts.end())
      points.push_back(std::move(point));
  study_.points = std::move(points);
  const json& configuration = run_.configuration;
  study_.benchmark = configuration.at("model").at("name");
  study_.element = configuration.at("compute").at("element");
  study_.system = configuration.at("mlperf").at("platform");
  study_.steps = run_.to_target ? 0 : run_.steps;
  study_.repeats = run_.to_target ? 1 : run_.repeats;
}

// The first points are those of the layouts.
void ScalingStudy::expect(const StudyExpectation& expected) {
  for (std::size_t i = 0; i < expected.step_seconds.size(); ++i)
    if (expected.step_seconds[i]) study_.points[i].predicted_step_seconds = expected.step_seconds[i];
  if (!expected.peak_flop_a_core) return;
  study_.peak_flop_a_core = expected.peak_flop_a_core;
  study_.peak_source = expected.peak_source;
}

std::string ScalingStudy::title(const StudyPoint& point) const {
  const auto number =
      std::ranges::find(study_.points, point.name, &StudyPoint::name) - study_.points.begin() + 1;
  return fmt::format("point {} of {}, {}", number, study_.points.size(), point.name);
}

void ScalingStudy::write() {
  lock_.check();
  write_whole_file(output_ / kStudyName, json_text(to_json(study_)));
}

void ScalingStudy::fail(StudyPoint& point, const std::string& why) {
  point.failure = why;
  say_(fmt::format("{}: FAILED, left out: {}", title(point), why));
}

void ScalingStudy::measured(StudyPoint& point, const Study& result) {
  const StudyPoint& only = result.points.front();
  point.failure.clear();
  if (only.layout.ranks != point.layout.ranks)
    return fail(point, wrong_ranks(only.layout.ranks, point.layout.ranks));
  if (only.measurement->verification && !only.measurement->verification->passed())
    return fail(point, residuals_text(*only.measurement->verification));
  point.measurement = only.measurement;
  study_.benchmark = result.benchmark;  // of a network of the user's own the name that it is logged by
  study_.processor = result.processor;
  study_.mpi = result.mpi;
  study_.library = result.library;
  study_.version = result.version;
  // Cores that ranks share are slower: the fastest are the machine's, where its file says nothing.
  const bool is_known = study_.peak_flop_a_core && study_.peak_source != kMeasuredPeak;
  if (!is_known && result.peak_flop_a_core.value_or(0) > study_.peak_flop_a_core.value_or(0)) {
    study_.peak_flop_a_core = result.peak_flop_a_core;
    study_.peak_source = result.peak_source;
  }
  say_(fmt::format("{}: {:.6g} s a step, {:.6g} samples/s", title(point), step_seconds(point),
                   samples_per_second(point)));
}

bool ScalingStudy::collect(StudyPoint& point) {
  const fs::path directory = directory_of(point);
  const auto result = run_.to_target ? trained_result(directory) : timed_result(directory);
  if (result) measured(point, *result);
  if (!point.failure.empty() && !run_.to_target) fs::remove(directory / kPointName);  // for the next call
  return result.has_value();
}

int ScalingStudy::run_here(StudyPoint& point, const std::string& program) {
  const fs::path directory = directory_of(point);
  made_directory(directory);
  fs::remove(directory / kSaidName);
  const std::string launcher = launcher_called(run_.launcher, 1, point.layout.ranks);
  QueuedRun run{.title = title(point),
                .directory = directory,
                .command = launcher_words(launcher, point.layout.ranks),
                .slurm_step = ""};
  const std::vector<std::string> words = command_of_point(run_, point.layout, program, directory);
  run.command.insert(run.command.end(), words.begin(), words.end());
  const PointEnd end = run_to_end(launched_run(std::move(run), launcher, point.name), run_.time_limit, lock_);
  if (end.signal != 0) return exit_code_of(end.signal);
  if (collect(point)) return 0;
  if (end.timed_out)
    fail(point, fmt::format("it was not done after {:g} s", *run_.time_limit));
  else
    fail(point, with_last_words(fmt::format("exit code {}", end.code), directory));
  return 0;
}

void ScalingStudy::run_as_job(StudyPoint& point, const std::string& program, bool submits) {
  if (collect(point)) return;
  const fs::path directory = directory_of(point), job_file = directory / kJobName;
  const std::string job = fs::exists(job_file) ? read_whole_file(job_file) : "";
  const SlurmJobState state = job.empty() ? SlurmJobState::Ended : state_of_slurm_job(job);
  if (state != SlurmJobState::Ended) {
    say_(fmt::format("{}: job {} {}", title(point), job,
                     state == SlurmJobState::Waiting   ? "waits"
                     : state == SlurmJobState::Running ? "runs"
                                                       : "is somewhere: Slurm doesn't answer"));
    return;
  }
  if (!job.empty()) {  // a last look: it may have ended since
    if (collect(point)) return;
    fail(point, with_last_words(fmt::format("job {} has ended without a result", job), directory));
    fs::remove(job_file);
    return;
  }
  made_directory(directory);
  const fs::path script = directory / kScriptName;
  write_whole_file(script, sbatch_script({.name = point.name,
                                          .ranks = point.layout.ranks,
                                          .threads = point.layout.threads,
                                          .command = command_of_point(run_, point.layout, program, directory),
                                          .directory = directory},
                                         *run_.slurm));
  if (!submits) return say_(fmt::format("{}: sbatch {}", title(point), script.string()));
  fs::remove(directory / kSaidName);
  const std::string number = submit(script);
  write_whole_file(job_file, number);
  point.failure.clear();
  say_(fmt::format("{}: submitted as job {}", title(point), number));
}

int ScalingStudy::run(const std::string& program, bool submits) {
  const StopSignals signals;
  for (StudyPoint& point : study_.points) {
    if (point.measurement) continue;
    if (const int signal = StopSignals::received(); signal != 0) return exit_code_of(signal);
    if (run_.slurm) {
      run_as_job(point, program, submits);
    } else if (!collect(point)) {
      say_(title(point) + ": begins");
      if (const int code = run_here(point, program); code != 0) {
        say_("stopped; the same command goes on");
        return code;
      }
    }
    write();
  }
  return std::ranges::any_of(study_.points, [](const StudyPoint& p) { return !p.failure.empty(); }) ? 1 : 0;
}

std::optional<Study> ScalingStudy::best() const {
  const StudyPoint* best = nullptr;
  for (const StudyPoint& point : study_.points)
    if (point.measurement && (!best || sustained_flop_per_second(point) > sustained_flop_per_second(*best)))
      best = &point;
  if (!best) return std::nullopt;
  Study alone = study_;
  alone.points = {*best};
  // A measured peak is its own: that of cores shared as they were in it.
  if (study_.peak_source != kMeasuredPeak) return alone;
  if (const auto own = run_.to_target ? std::nullopt : timed_result(directory_of(*best))) {
    alone.peak_flop_a_core = own->peak_flop_a_core;
    alone.peak_source = own->peak_source;
  }
  return alone;
}

}  // namespace tessera
