#include "results/score/energy.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "results/check/power_folder.hpp"
#include "results/log/optional_json.hpp"
#include "results/score/scores.hpp"

namespace tessera {
namespace {

/// A mean over runs that all have a number; nothing where one hasn't.
class Mean {
 public:
  void add(const std::optional<double>& value) {
    ++count_;
    complete_ = complete_ && value;
    sum_ += value.value_or(0);
  }
  std::optional<double> get() const {
    return complete_ && count_ > 0 ? std::optional(sum_ / static_cast<double>(count_)) : std::nullopt;
  }

 private:
  double sum_ = 0;
  std::size_t count_ = 0;
  bool complete_ = true;
};

RunEnergy energy_of_run(const RunPower& power, const MeasuredRun& run, const ScoredRun& scored) {
  RunEnergy energy{power.nodes, power.switches, power.joules, {}, {}, power.covers, power.why_none};
  if (!scored.minutes) {
    energy.joules.reset();
    if (energy.why_none.empty()) energy.why_none = "the times of the run can't be";
  }
  if (!energy.joules) return energy;
  energy.mean_watts = *energy.joules / *run.seconds();
  if (scored.training && scored.training->samples)
    energy.joules_per_sample = *energy.joules / *scored.training->samples;
  return energy;
}

std::string why_no_score(const RunSet& set, const Score& score, const EnergyScore& energy) {
  if (!energy.covers.empty()) return fmt::format("partial, it covers {} alone", energy.covers);
  if (set.mode == ScalingMode::Weak) return "it is that of a time to solution";
  if (!score.minutes) return "there is no time to solution";
  for (const ScoredRun& run : score.runs)
    if (run.role == ScoredRun::Counts && !run.energy->joules)
      return fmt::format("{}: {}", run.file, run.energy->why_none);
  return {};
}

}  // namespace

std::vector<RunEnergy> energy_of_runs(const RunSet& set, const Score& score) {
  std::vector<MeasuredRun> runs;
  for (const RunRecord& run : set.runs) runs.push_back(measured_run(run));
  const std::vector<RunPower> powers = power_of_runs(runs);
  std::vector<RunEnergy> energies;
  for (std::size_t i = 0; i < powers.size(); ++i)
    energies.push_back(energy_of_run(powers[i], runs[i], score.runs[i]));
  return energies;
}

std::optional<EnergyScore> energy_score(const RunSet& set, const Score& score) {
  if (score.runs.empty() || !score.runs.front().energy) return std::nullopt;
  EnergyScore energy;
  Mean joules, seconds, per_sample;
  for (const ScoredRun& run : score.runs) {
    if (energy.covers.empty()) energy.covers = run.energy->covers;
    if (run.role != ScoredRun::Counts) continue;
    joules.add(run.energy->joules);
    per_sample.add(run.energy->joules_per_sample);
    seconds.add(run.minutes ? std::optional(*run.minutes * 60) : std::nullopt);
  }
  energy.measured_joules = joules.get();
  energy.joules_per_sample = per_sample.get();
  if (joules.get() && seconds.get()) energy.mean_watts = *joules.get() / *seconds.get();
  energy.why_none = why_no_score(set, score, energy);
  if (energy.why_none.empty()) energy.joules = *energy.measured_joules * set.scaling_factor;
  return energy;
}

std::string describe(const EnergyScore& energy) {
  std::vector<std::string> parts;
  if (const auto& joules = energy.joules ? energy.joules : energy.measured_joules)
    parts.push_back(joules_text(*joules));
  if (energy.mean_watts) parts.push_back(fmt::format("{:.4g} W in the mean", *energy.mean_watts));
  if (energy.joules_per_sample) parts.push_back(fmt::format("{:.4g} J a sample", *energy.joules_per_sample));
  if (!energy.joules) parts.push_back("no score: " + energy.why_none);
  return fmt::format("{}", fmt::join(parts, ", "));
}

nlohmann::json to_json(const std::optional<RunEnergy>& energy) {
  if (!energy) return nullptr;
  return {{"joules", or_null(energy->joules)},
          {"mean_watts", or_null(energy->mean_watts)},
          {"joules_per_sample", or_null(energy->joules_per_sample)},
          {"nodes", energy->nodes},
          {"switches", energy->switches},
          {"covers", energy->covers.empty() ? nlohmann::json() : nlohmann::json(energy->covers)},
          {"why_none", energy->why_none}};
}

nlohmann::json to_json(const std::optional<EnergyScore>& energy) {
  if (!energy) return nullptr;
  return {{"joules", or_null(energy->joules)},
          {"measured_joules", or_null(energy->measured_joules)},
          {"mean_watts", or_null(energy->mean_watts)},
          {"joules_per_sample", or_null(energy->joules_per_sample)},
          {"covers", energy->covers.empty() ? nlohmann::json() : nlohmann::json(energy->covers)},
          {"why_none", energy->why_none}};
}

}  // namespace tessera
