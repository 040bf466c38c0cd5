#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace tessera {

/// A set of runs that differ in their seeds alone.
struct Campaign {
  std::string config;  // path of the YAML file
  int runs = 1;        // in all
  int models = 1;      // at a time, side by side
  int ranks = 1;       // of each
  std::uint64_t first_seed = 1;
  std::string launcher;                    // words between blanks, with the placeholder {ranks}
  std::string program;                     // path of this one
  std::vector<std::string> train_options;  // for every run: --split 2x1, --set ..., --max-epochs 9
  std::filesystem::path output;
  nlohmann::json configuration;  // as to_json() gives it: what a campaign that goes on must share

  std::uint64_t seed(int run) const { return first_seed + static_cast<std::uint64_t>(run) - 1; }
  /// Of a run, from 1: OUTPUT/run_<i>, and where models train side by side OUTPUT/weak/run_<i>.
  std::filesystem::path directory(int run) const;
};

/// The words of the command that starts a run; a run that left a checkpoint goes on. Throws InputError where
/// the launcher has no word, or no {ranks} for several.
std::vector<std::string> command_of(const Campaign& campaign, int run);

/// Runs what isn't finished yet, `models` at a time in the order of their seeds, each with its share of the
/// cores if they are several; what a run says is in output.txt of its directory. campaign.json in the output
/// directory records settings, seeds and states. `say` is given lines for people.
/// Returns 0 when all runs are finished; as exit_code_of() has it when a signal came, which is handed on: all
/// runs end with a checkpoint, and the same call goes on. A run that neither finishes nor is stopped ends the
/// campaign: it is reported with its last words, and the code is 2 if it ended so, else 3; the same call goes
/// on from its checkpoint. Throws InputError where another process holds the output directory, or it holds
/// another campaign, or runs without a record; what is thrown while runs are under way is thrown on when
/// these were stopped and have ended.
int run_campaign(const Campaign& campaign, const std::function<void(const std::string&)>& say);

}  // namespace tessera
