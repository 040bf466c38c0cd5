#include "results/score/scores.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

#include "results/check/rule_tables.hpp"
#include "results/log/log_value.hpp"
#include "results/score/olympic_mean.hpp"
#include "results/score/run_dispersion.hpp"

namespace tessera {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::optional<double> mean_seconds(const Intervals& intervals) {
  if (intervals.count == 0) return std::nullopt;
  return intervals.milliseconds / 1000 / static_cast<double>(intervals.count);
}

std::optional<double> epoch_of(const LogEntry* evaluation) {
  const nlohmann::json* epoch = evaluation != nullptr ? evaluation->find_metadata("epoch_num") : nullptr;
  return epoch == nullptr ? std::nullopt : number_of(*epoch);
}

std::string why_missed(const RunRecord& run, const TargetRule& target) {
  const RuleTally::OfTarget& tally = run.tally().of(target);
  const std::string_view key = name_of(target.each.key);
  if (tally.evaluations == 0) return fmt::format("no {}", key);
  if (tally.reached) return "reached the target only after run_stop";
  return fmt::format("never reached the target{}: {} evaluations, the last {} {}",
                     run.says_success() ? " though its status is success" : "", tally.evaluations, key,
                     tally.last);
}

/// Why the time of a run is worth nothing.
std::string why_doubted(const ClockDoubt& doubt) {
  return fmt::format("its times can't be: {} in line {}: {}", name_of(doubt.key), doubt.line, doubt.found);
}

/// Why a run doesn't count as converged; empty if it does.
std::string why_failed(const RunRecord& run, const BenchmarkRules& benchmark) {
  if (!run.unreadable.empty()) return run.unreadable;
  if (run.entry_lines == 0) return "holds no log entry";
  for (const LogKey stamp : {LogKey::RunStart, LogKey::RunStop}) {
    if (run.of(stamp).count == 0) return fmt::format("no {}", name_of(stamp));
  }
  if (!std::isfinite(*run.minutes())) return "its time stamps aren't finite";
  if (const auto doubts = run.clock().doubts(); !doubts.empty()) return why_doubted(doubts.front());
  return run.reached_in_run(benchmark.target) != nullptr ? "" : why_missed(run, benchmark.target);
}

ScoredRun scored_run(const RunSet& set, const RunRecord& run, Round round) {
  ScoredRun scored;
  scored.file = std::filesystem::path(run.file).lexically_relative(set.directory).generic_string();
  if (run.clock().doubts().empty()) scored.minutes = run.minutes();
  scored.compliant = check(run, round).compliant();
  if (const LogEntry* seed = run.first(LogKey::Seed)) scored.seed = seed->value;
  scored.training = training_rate({&run, 1}, set.benchmark);
  scored.evaluation_seconds = mean_seconds(run.intervals(LogKey::EvalStart));
  const Intervals& staging = run.intervals(LogKey::StagingStart);
  if (staging.count > 0) scored.staging_seconds = staging.milliseconds / 1000;
  if (const BenchmarkRules* benchmark = find_benchmark_rules(set.benchmark)) {
    scored.reason = why_failed(run, *benchmark);
    scored.converged = scored.reason.empty();
    if (!scored.converged && run.clock().runs() > 1)
      scored.reason +=
          fmt::format("; {} runs are appended in it, as by a job that was requeued", run.clock().runs());
    scored.epochs = epoch_of(run.reached_in_run(benchmark->target));
  }
  if (!scored.converged) scored.role = ScoredRun::Failed;
  return scored;
}

/// How many runs the benchmark asks for; 0 where its rules aren't known here, without which nothing is
/// scored.
std::size_t required_runs(const std::string& name) {
  const Benchmark* benchmark = benchmarks().find(name);
  return benchmark == nullptr || benchmark->rules == nullptr ? 0 : benchmark->required_runs;
}

/// What keeps logs from being one set; empty if nothing does.
std::string why_no_set(const RunSet& set) {
  if (required_runs(set.benchmark) == 0) {
    return set.benchmark.empty() ? "no log names its benchmark"
                                 : fmt::format("how {} is scored isn't known here", set.benchmark);
  }
  for (const RunRecord& run : set.runs) {
    const auto benchmark = run.text(LogKey::SubmissionBenchmark);
    if (benchmark && *benchmark != set.benchmark) return "its logs are of several benchmarks";
  }
  return {};
}

void score_strong(Score& score, const RunSet& set) {
  const std::size_t wanted = score.required_runs, runs = score.runs.size();
  std::vector<ScoredRun*> converged;
  for (ScoredRun& run : score.runs) {
    if (run.converged) converged.push_back(&run);
  }
  if (runs != wanted) {
    score.why_no_score = fmt::format("{} of {} runs", runs, wanted);
    if (converged.size() < runs) score.why_no_score += fmt::format(", {} failed", runs - converged.size());
    return;
  }
  if (converged.size() + 1 < wanted) {
    score.why_no_score =
        fmt::format("{} of {} runs failed, at most one may", wanted - converged.size(), wanted);
    return;
  }
  if (!set.scaling_problem.empty()) {
    score.why_no_score = set.scaling_problem;
    return;
  }
  std::stable_sort(converged.begin(), converged.end(),
                   [](const ScoredRun* a, const ScoredRun* b) { return *a->minutes < *b->minutes; });
  converged.front()->role = ScoredRun::Fastest;
  std::vector<double> minutes;
  minutes.reserve(wanted);
  for (const ScoredRun* run : converged) minutes.push_back(*run->minutes * set.scaling_factor);
  if (converged.size() == wanted) {
    converged.back()->role = ScoredRun::Slowest;
  } else {
    minutes.push_back(kInfinity);  // the failed run stands for the slowest
  }
  score.minutes = mean_without_ends(minutes);
  score.spread = dispersion_of_runs(minutes);
}

/// The converged logs of different seeds; of equal ones the first.
std::vector<const RunRecord*> prune_equal_seeds(Score& score, const RunSet& set) {
  std::vector<const RunRecord*> kept;
  std::vector<const ScoredRun*> seeded;
  for (std::size_t i = 0; i < set.runs.size(); ++i) {
    ScoredRun& run = score.runs[i];
    if (!run.converged) continue;
    const auto same = std::find_if(seeded.begin(), seeded.end(), [&](const ScoredRun* other) {
      return equal_values(other->seed, run.seed);
    });
    if (same != seeded.end()) {
      run.role = ScoredRun::Pruned;
      run.reason = fmt::format("has the seed of {}, {}", (*same)->file, show(run.seed));
      run.same_seed_as = (*same)->file;
      continue;
    }
    if (!run.seed.is_null()) seeded.push_back(&run);
    kept.push_back(&set.runs[i]);
  }
  return kept;
}

/// S: accelerators of one model, or nodes where there are none, as all its logs say; from the system
/// description where logs lack the number of nodes.
std::optional<double> model_units(const std::vector<const RunRecord*>& runs, const RunSet& set,
                                  std::string& why_not) {
  std::set<std::optional<double>> sizes;
  for (const RunRecord* run : runs) {
    const SystemSize logged{run->number(LogKey::NumberOfNodes), run->number(LogKey::AcceleratorsPerNode)};
    sizes.insert(logged.nodes ? logged.units() : set.described ? set.described->units() : std::nullopt);
  }
  if (sizes.size() > 1) why_not = "its logs differ in number_of_nodes × accelerators_per_node";
  if (sizes.size() != 1) return std::nullopt;
  if (!*sizes.begin()) why_not = "neither its logs nor a system description give the size of a model";
  return *sizes.begin();
}

void score_weak(Score& score, const RunSet& set) {
  const std::vector<const RunRecord*> runs = prune_equal_seeds(score, set);
  if (runs.size() < score.required_runs) {
    score.why_no_score = fmt::format("{} converged runs of different seeds, at least {} are needed",
                                     runs.size(), score.required_runs);
    return;
  }
  const auto size = model_units(runs, set, score.why_no_score);
  if (!size) return;
  const auto total = set.described ? set.described->units() : std::nullopt;
  if (!total) {
    score.why_no_score = "no system description gives the size of the system (number_of_nodes)";
    return;
  }
  double start = kInfinity, stop = -kInfinity;
  for (const RunRecord* run : runs) {
    start = std::min(start, run->first(LogKey::RunStart)->time_ms);
    stop = std::max(stop, run->first(LogKey::RunStop)->time_ms);
  }
  const double minutes = (stop - start) / 60000;
  if (!(minutes > 0)) {
    score.why_no_score = "its last run_stop isn't after its first run_start";
    return;
  }
  score.throughput = {static_cast<double>(runs.size()) / minutes, *total, *size, runs.size(), minutes};
  const auto models = static_cast<double>(runs.size());
  if (*size > *total)
    score.warnings.push_back(fmt::format(
        "a model has more accelerators or nodes, S = {:g}, than the system, T = {:g}", *size, *total));
  if (*total > models * *size)
    score.warnings.push_back(
        fmt::format("all models together have fewer accelerators or nodes, M * S = {:g} * {:g}, "
                    "than the system, T = {:g}",
                    models, *size, *total));
}

/// The first log that can't be tested, and why; empty if all can.
std::string broken_log(const RunSet& set) {
  for (const RunRecord& run : set.runs) {
    const std::string& why = run.convergence().broken();
    if (!why.empty()) return fmt::format("{}: {}", std::filesystem::path(run.file).filename().string(), why);
  }
  return {};
}

/// The batch size that all logs with entries have; nothing, and why, where there is none.
std::optional<double> one_batch(const RunSet& set, std::string& why_not) {
  const RunRecord* first = nullptr;
  for (const RunRecord& run : set.runs) {
    if (run.entry_lines == 0) continue;
    if (first == nullptr) first = &run;
    if (!equal_values(first->convergence().batch(), run.convergence().batch())) {
      why_not = "its logs differ in global_batch_size";
      return std::nullopt;
    }
  }
  const auto batch = first == nullptr ? std::nullopt : number_of(first->convergence().batch());
  if (!batch) why_not = "its logs have no number as their global_batch_size";
  return batch;
}

std::optional<ConvergenceVerdict> convergence(const Score& score, const RunSet& set, Round round,
                                              std::string& why_not) {
  const std::size_t required = required_runs(set.benchmark);
  if (set.division != "closed") {
    why_not = "it holds in the closed division alone";
    return std::nullopt;
  }
  if (std::string broken = broken_log(set); !broken.empty())
    return ConvergenceVerdict{ConvergenceVerdict::BrokenLog, {}, {}, {}, std::move(broken)};
  if (set.runs.size() < required) {
    why_not = fmt::format("{} of {} runs", set.runs.size(), required);
    return std::nullopt;
  }
  if (!score.batch) {
    why_not = score.why_no_batch;
    return std::nullopt;
  }
  std::vector<double> epochs;
  for (const RunRecord& run : set.runs) epochs.push_back(run.convergence().epochs());
  return judge_convergence(reference_points(round, set.benchmark), *score.batch, epochs, required);
}

void add_energy(Score& score, const RunSet& set) {
  std::vector<RunEnergy> energies = energy_of_runs(set, score);
  for (std::size_t i = 0; i < energies.size(); ++i) score.runs[i].energy = std::move(energies[i]);
  score.energy = energy_score(set, score);
}

}  // namespace

Score score(const RunSet& set, Round round) {
  Score score;
  for (const RunRecord& run : set.runs) score.runs.push_back(scored_run(set, run, round));
  score.batch = one_batch(set, score.why_no_batch);
  score.training = training_rate(set.runs, set.benchmark);
  score.required_runs = required_runs(set.benchmark);
  score.why_no_score = score.why_no_convergence = why_no_set(set);
  if (score.why_no_score.empty()) {
    set.mode == ScalingMode::Strong ? score_strong(score, set) : score_weak(score, set);
    score.convergence = convergence(score, set, round, score.why_no_convergence);
  }
  add_energy(score, set);
  return score;
}

}  // namespace tessera
