#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "harness/config/config_tree.hpp"
#include "harness/tune/hyperband.hpp"
#include "harness/tune/search_space.hpp"
#include "harness/tune/trials.hpp"

namespace tessera {

/// By what trials are compared.
struct TunedMetric {
  std::string name;  // "MAE"
  double target = 0;
  bool higher_is_better = false;
};

/// A search for settings. What a search that goes on must share is what identity_of() says.
struct Tuning {
  std::string config;            // path of the YAML file
  ConfigNode tree;               // what it says, with the overrides of the command line
  nlohmann::json configuration;  // the same as to_json() gives it
  SearchSpace space;
  std::vector<Bracket> brackets;    // each trial of a rung is trained for the epochs of the rung
  std::optional<std::int64_t> eta;  // of Hyperband; nothing for random search
  std::uint64_t seed = 1;           // of the values drawn, and of the training of every trial
  TunedMetric metric;
  int models = 1;                          // trials at a time, side by side
  int ranks = 1;                           // of each
  std::string launcher;                    // words between blanks, with the placeholder {ranks}
  std::string program;                     // path of this one
  std::vector<std::string> train_options;  // for every trial: --split 2x1, --set ...
  std::filesystem::path output;
  std::optional<double> time_budget;  // seconds of the whole search, over all calls

  std::int64_t max_epochs() const { return brackets.back().back().epochs; }
  /// OUTPUT/trial_<number>, the output directory of its run.
  std::filesystem::path directory(const Trial& trial) const;
};

/// Searches: rung after rung, `models` trials at a time, each with its share of the cores. A promoted trial
/// goes on from its checkpoint; how its learning rate goes is the configuration's matter alone, which the
/// budget doesn't change. A trial that fails or diverges counts as the worst, and the search goes on.
/// tune.json in the output directory records all; whenever this returns, tune.html draws it, and best.yaml is
/// the configuration of the best trial with its seed, ready to train. `say` is given lines for people.
/// Returns 0 when the search is finished or its time is used up; 1 if then no trial came to a value; as
/// run_all() does when a signal came or a run was stopped: the same call goes on, also with a larger
/// time_budget or, of random search, more trials. Throws InputError where another process holds the output
/// directory, or it holds another search, or trials without a record.
int run_tuning(const Tuning& tuning, const std::function<void(const std::string&)>& say);

}  // namespace tessera
