#pragma once

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "results/check/run_rules.hpp"
#include "results/score/energy.hpp"
#include "results/score/reference_convergence.hpp"
#include "results/score/run_dispersion.hpp"
#include "results/score/run_set.hpp"
#include "results/score/training_rate.hpp"

/// Scores of run sets by the rules of MLPerf HPC rounds. No score here is an MLPerf result.
namespace tessera {

/// One run of a set as its score sees it.
struct ScoredRun {
  enum Role { Counts, Fastest, Slowest, Failed, Pruned };
  std::string file;  // name of the log, relative to the directory of the set
  Role role = Counts;
  std::optional<double> minutes;  // nothing where its times can't be
  bool converged = false;    // has both stamps, times that can be (see clock_trace.hpp), and an evaluation
                             // above run_stop that reached the target
  bool compliant = false;    // by the rules of the round
  std::string reason;        // why it failed or was pruned; empty if neither
  std::string same_seed_as;  // of one that was pruned, the file of the run that counts; empty if none
  std::optional<double> epochs;  // epoch_num of the first evaluation that reached the target
  nlohmann::json seed;           // as logged; null if none
  std::optional<TrainingRate> training;
  std::optional<double> evaluation_seconds;  // mean of an evaluation
  std::optional<double> staging_seconds;     // in all
  std::optional<RunEnergy> energy;           // where some run of the set was measured
};

struct Throughput {
  double models_per_minute = 0;
  double total_units = 0;  // T: accelerators of the system, or nodes if it has none
  double model_units = 0;  // S: of one model
  std::size_t models = 0;  // M
  double minutes = 0;      // TTTa: from the first start to the last stop
};

struct Score {
  std::size_t required_runs = 0;                  // 0 for a benchmark whose rules aren't known
  std::vector<ScoredRun> runs;                    // as in the set
  std::optional<TrainingRate> training;           // of all runs together
  std::optional<double> batch;                    // the global_batch_size that all logs have
  std::string why_no_batch;                       // empty if there is one
  std::optional<double> minutes;                  // time to solution, of strong scaling
  std::optional<RunDispersion> spread;            // of the converged runs, of strong scaling
  std::optional<Throughput> throughput;           // of weak scaling
  std::optional<EnergyScore> energy;              // where some run was measured
  std::optional<ConvergenceVerdict> convergence;  // in the closed division
  std::string why_no_convergence;                 // why there is no such verdict; empty if there is
  std::string why_no_score;                       // empty if there is a score
  std::vector<std::string> warnings;              // what looks wrong of a score that stands all the same

  bool scored() const { return why_no_score.empty(); }
};

/// Scores a set; whether logs comply, and the reference points, are those of a round.
///  - Strong: with exactly the required runs, of which one at most failed and stands for the slowest, the
///    mean without the fastest and the slowest, times the scaling factor.
///  - Weak: with at least the required converged runs M of different seeds, M / TTTa, where TTTa =
///    max(run_stop) - min(run_start). Of equal seeds the first run counts. A warning where the sizes can't
///    be: S <= T <= M * S must hold of a model's size S and the system's T.
/// Energy is read from the power logs beside the set's.
/// Compliance doesn't enter the score, nor does the factor of the convergence verdict.
Score score(const RunSet& set, Round round);

/// Warns of each throughput that no time to solution of the same organisation and benchmark stands beside, as
/// it must be reported. Sets: a range of what has a RunSet `set` and its Score `score`.
template <class Sets>
void warn_of_lone_throughputs(Sets& sets) {
  for (auto& weak : sets) {
    if (!weak.score.throughput) continue;
    const bool alone = std::ranges::none_of(sets, [&](const auto& other) {
      return other.score.minutes && other.set.organisation == weak.set.organisation &&
             other.set.benchmark == weak.set.benchmark;
    });
    if (alone)
      weak.score.warnings.push_back(
          "no time to solution of this benchmark is here, which a throughput is reported with");
  }
}

}  // namespace tessera
