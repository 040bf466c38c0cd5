#include "results/score/score_report.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <ostream>

#include "results/log/csv_cell.hpp"
#include "results/log/log_value.hpp"
#include "results/log/table_text.hpp"

namespace tessera {
namespace {

using nlohmann::json;

constexpr std::array<const char*, 5> kRoles{"counts", "fastest", "slowest", "failed", "pruned"};

/// Grows where a key changes its meaning; keys that are added don't count.
constexpr int kSchemaVersion = 1;

/// JSON has no infinity.
json number(std::optional<double> value) {
  return value && std::isfinite(*value) ? json(*value) : json();
}

/// "rcp" in words, also where it doesn't apply.
std::string convergence_word(const Score& score) {
  return score.convergence ? std::string(name_of(score.convergence->outcome)) : "not applied";
}

json to_json(const ScoredRun& run) {
  json object{{"file", run.file},
              {"minutes", number(run.minutes)},
              {"converged", run.converged},
              {"reason", run.reason},
              {"same_seed_as", run.same_seed_as.empty() ? json() : json(run.same_seed_as)},
              {"epochs", number(run.epochs)},
              {"seed", run.seed.is_structured() ? json(show(run.seed)) : run.seed},
              {"role", kRoles[run.role]},
              {"compliant", run.compliant},
              {"evaluation_seconds", number(run.evaluation_seconds)},
              {"staging_seconds", number(run.staging_seconds)},
              {"energy", tessera::to_json(run.energy)}};
  object.update(tessera::to_json(run.training));
  return object;
}

json convergence_to_json(const Score& score) {
  const ConvergenceVerdict verdict = score.convergence.value_or(ConvergenceVerdict{});
  return {{"verdict", convergence_word(score)},
          {"m", number(verdict.mean_epochs)},
          {"limit", number(verdict.limit)},
          {"factor", number(verdict.factor)},
          {"why_not", score.convergence ? verdict.broken_log : score.why_no_convergence}};
}

json to_json(const ScoredSet& scored) {
  const auto& [set, score] = scored;
  json runs = json::array();
  for (const ScoredRun& run : score.runs) runs.push_back(to_json(run));
  const auto& throughput = score.throughput;
  const auto& spread = score.spread;
  json object{{"schema_version", kSchemaVersion},
              {"directory", set.name},
              {"organisation", set.organisation},
              {"system", set.system},
              {"division", set.division},
              {"benchmark", set.benchmark},
              {"mode", name_of(set.mode)},
              {"global_batch_size", number(score.batch)},
              {"required_runs", score.required_runs},
              {"runs", runs},
              {"minutes", number(score.minutes)},
              {"standard_deviation_minutes", spread ? json(spread->standard_deviation) : json()},
              {"interval_minutes", spread ? json{spread->low, spread->high} : json()},
              {"scaling_factor", set.scaling_factor},
              {"models_per_minute", throughput ? json(throughput->models_per_minute) : json()},
              {"T", throughput ? json(throughput->total_units) : json()},
              {"S", throughput ? json(throughput->model_units) : json()},
              {"M", throughput ? json(throughput->models) : json()},
              {"TTTa_minutes", throughput ? json(throughput->minutes) : json()},
              {"energy", tessera::to_json(score.energy)},
              {"rcp", convergence_to_json(score)},
              {"why_no_score", score.why_no_score},
              {"warnings", score.warnings}};
  object.update(tessera::to_json(score.training));
  return object;
}

std::size_t count(const Score& score, bool ScoredRun::*what) {
  return static_cast<std::size_t>(std::count_if(score.runs.begin(), score.runs.end(),
                                                [what](const ScoredRun& run) { return run.*what; }));
}

std::string score_words(const Score& score) {
  if (score.minutes) return fmt::format("{:.2f} min", *score.minutes);
  if (score.throughput) return fmt::format("{:.4f}/min", score.throughput->models_per_minute);
  return "none";
}

std::string interval_words(const Score& score) {
  return score.minutes && score.spread ? fmt::format("{:.2f}..{:.2f}", score.spread->low, score.spread->high)
                                       : "";
}

void print_notes(std::ostream& out, const ScoredSet& scored) {
  const Score& score = scored.score;
  const auto note = [&](const std::string& text) {
    constexpr std::size_t kWidth = 113;
    const std::string line = plain(text);
    fmt::print(out, "    {}{}\n", line.substr(0, kWidth), line.size() > kWidth ? "..." : "");
  };
  if (!score.scored()) note("no score: " + score.why_no_score);
  for (const ScoredRun& run : score.runs) {
    if (!run.reason.empty()) note(fmt::format("{} {}: {}", run.file, kRoles[run.role], run.reason));
  }
  if (const auto& throughput = score.throughput) {
    note(fmt::format(
        "{} models on {:g} of {:g} accelerators or nodes each, {:.2f} minutes from the first start to "
        "the last stop",
        throughput->models, throughput->model_units, throughput->total_units, throughput->minutes));
  }
  for (const std::string& warning : score.warnings) note("warning: " + warning);
  if (score.training && score.training->samples_per_second) {
    const auto& step = score.training->step_seconds;
    note(fmt::format("training: {:.5g} samples/s{}: {}", *score.training->samples_per_second,
                     step ? fmt::format(", {:.4g} ms a step", 1000 * *step) : "", describe(*score.training)));
  }
  if (score.energy) note("energy: " + describe(*score.energy));
  if (const auto& verdict = score.convergence; verdict && !verdict->passes()) {
    note(fmt::format("reference convergence: {}{}{}", name_of(verdict->outcome),
                     verdict->broken_log.empty() ? "" : ", " + verdict->broken_log,
                     verdict->limit
                         ? fmt::format(", {:.2f} epochs where at least {:.2f} are needed; a factor of "
                                       "{:.4f} would make up for it",
                                       *verdict->mean_epochs, *verdict->limit, *verdict->factor)
                         : ""));
  }
}

}  // namespace

std::vector<ScoredSet> score_paths(std::span<const std::filesystem::path> paths, Round round) {
  std::vector<ScoredSet> scored;
  for (const std::filesystem::path& path : paths) {
    for (RunSet& set : read_run_sets(path)) {
      Score result = score(set, round);
      scored.push_back({std::move(set), std::move(result)});
    }
  }
  warn_of_lone_throughputs(scored);
  return scored;
}

json to_json(std::span<const ScoredSet> sets) {
  json list = json::array();
  for (const ScoredSet& set : sets) list.push_back(to_json(set));
  return list;
}

void print_csv(std::ostream& out, std::span<const ScoredSet> sets) {
  out << "directory,organisation,system,division,benchmark,mode,runs,converged,compliant,required_runs,"
         "minutes,"
         "standard_deviation_minutes,interval_low_minutes,interval_high_minutes,models_per_minute,T,S,M,"
         "TTTa_minutes,rcp_verdict,rcp_m,rcp_limit,rcp_factor,why_no_score,samples_per_second,step_seconds\n";
  for (const auto& [set, score] : sets) {
    const auto spread = [&](double RunDispersion::*member) {
      return csv_number(score.spread ? std::optional(*score.spread.*member) : std::nullopt);
    };
    const auto throughput = [&](auto Throughput::*member) {
      return csv_number(score.throughput ? std::optional(static_cast<double>(*score.throughput.*member))
                                         : std::nullopt);
    };
    const auto rate = [&](auto TrainingRate::*member) {
      return csv_number(score.training ? *score.training.*member : std::nullopt);
    };
    const ConvergenceVerdict verdict = score.convergence.value_or(ConvergenceVerdict{});
    const std::array cells{csv_text(set.name),
                           csv_text(set.organisation),
                           csv_text(set.system),
                           csv_text(set.division),
                           csv_text(set.benchmark),
                           std::string(name_of(set.mode)),
                           std::to_string(score.runs.size()),
                           std::to_string(count(score, &ScoredRun::converged)),
                           std::to_string(count(score, &ScoredRun::compliant)),
                           std::to_string(score.required_runs),
                           csv_number(score.minutes),
                           spread(&RunDispersion::standard_deviation),
                           spread(&RunDispersion::low),
                           spread(&RunDispersion::high),
                           throughput(&Throughput::models_per_minute),
                           throughput(&Throughput::total_units),
                           throughput(&Throughput::model_units),
                           throughput(&Throughput::models),
                           throughput(&Throughput::minutes),
                           convergence_word(score),
                           csv_number(verdict.mean_epochs),
                           csv_number(verdict.limit),
                           csv_number(verdict.factor),
                           csv_text(score.why_no_score),
                           rate(&TrainingRate::samples_per_second),
                           rate(&TrainingRate::step_seconds)};
    fmt::print(out, "{}\n", fmt::join(cells, ","));
  }
}

void print(std::ostream& out, std::span<const ScoredSet> sets) {
  constexpr const char* kRow = "{:<56} {:<9} {:<6} {:<6} {:>5} {:>5} {:>13} {:>15}\n";
  constexpr std::size_t kNameWidth = 56;
  fmt::print(out, kRow, "directory", "benchmark", "div.", "mode", "conv.", "RCP", "score", "95 % interval");
  for (const ScoredSet& scored : sets) {
    const auto& [set, score] = scored;
    const std::string runs = fmt::format("{}/{}", count(score, &ScoredRun::converged), score.runs.size());
    const std::string rcp = !score.convergence ? "-" : score.convergence->passes() ? "pass" : "fail";
    fmt::print(out, kRow, tail(plain(set.name), kNameWidth), tail(plain(set.benchmark), 9),
               tail(plain(set.division), 6), name_of(set.mode), runs, rcp, score_words(score),
               interval_words(score));
    print_notes(out, scored);
  }
}

std::vector<FigureOfMerit> figures_of(std::span<const ScoredSet> sets) {
  std::vector<FigureOfMerit> figures;
  for (const ScoredSet& scored : sets) {
    const std::string which = sets.size() > 1 ? "@" + scored.set.directory.string() : "";
    if (!scored.score.scored()) continue;
    if (scored.score.minutes)
      figures.push_back({"time_to_solution" + which, *scored.score.minutes * 60, "s"});
    if (scored.score.throughput)
      figures.push_back(
          {"models_per_minute" + which, scored.score.throughput->models_per_minute, "models/min"});
  }
  return figures;
}

}  // namespace tessera
