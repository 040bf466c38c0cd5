#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace tessera {

struct RunSet;
struct Score;

/// Energy of one run, from run_start to run_stop.
struct RunEnergy {
  std::size_t nodes = 0, switches = 0;
  std::optional<double> joules, mean_watts;
  std::optional<double> joules_per_sample;  // of all that were trained on; nothing where logs don't tell
  std::string covers;                       // what part of the nodes was measured; empty: all of them
  std::string why_none;                     // empty if there are joules
};

/// Energy of a run set: the mean over the same runs as its time to solution has.
struct EnergyScore {
  std::optional<double> joules;  // the official score, times the scaling factor; nothing where there is none
  std::string why_none;          // empty if there is one
  std::string covers;            // what part of the nodes was measured, in some run; empty: all of them
  /// Of these runs, or, without a score of time, of those that converged; as measured, a part or all.
  std::optional<double> measured_joules, mean_watts, joules_per_sample;
};

/// By the power logs beside those of the set; empty where it has none. One for each run.
std::vector<RunEnergy> energy_of_runs(const RunSet& set, const Score& score);
/// Of a set whose runs have their energy and their roles; nothing where none was measured.
std::optional<EnergyScore> energy_score(const RunSet& set, const Score& score);

/// For readers: "1.2345 MJ, 567.8 W in the mean, 0.123 J a sample", and why there is no score.
std::string describe(const EnergyScore& energy);

/// Objects of the key energy in the JSON of scores; null where nothing was measured.
nlohmann::json to_json(const std::optional<RunEnergy>& energy);
nlohmann::json to_json(const std::optional<EnergyScore>& energy);

}  // namespace tessera
