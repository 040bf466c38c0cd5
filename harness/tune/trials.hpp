#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "harness/tune/hyperband.hpp"
#include "harness/tune/search_space.hpp"

/// The trials of a search: what each is, how far it came, and which is better.
namespace tessera {

enum class TrialState : std::uint8_t {
  Waiting,  // not begun, or interrupted
  Trained,  // for the epochs of its last rung
  TargetReached,
  OutOfPatience,  // ended by train.early_stopping_patience
  Diverged,       // its loss was not finite
  Failed,         // with an error
};
/// As tune.json has it: "out of patience".
const char* name_of(TrialState state);

struct Trial {
  std::int64_t number = 1;  // over all brackets
  std::size_t bracket = 0;
  std::vector<DrawnValue> values;
  TrialState state = TrialState::Waiting;
  std::vector<double> metrics;  // after each epoch; NaN where it wasn't finite
  double seconds = 0;           // of training and evaluation
  std::string why;              // it diverged or failed

  auto epochs() const { return static_cast<std::int64_t>(metrics.size()); }
  /// Nothing is left to do to have it compared after so many epochs.
  bool is_ready(std::int64_t epochs) const;
  /// As known after so many epochs (its last, where it ended before); nothing where it had diverged or
  /// failed, or the metric wasn't finite.
  std::optional<double> metric_after(std::int64_t epochs) const;
};

/// All trials of a search's brackets, with their values. Throws InputError for more than 10,000.
std::vector<Trial> trials_of(const std::vector<Bracket>& brackets, const SearchSpace& space,
                             std::uint64_t seed);

/// Which of two trials is better after so many epochs, by what was known then: one that had reached its
/// target is better than one that had not, and the sooner the better; else the metric decides. One without a
/// metric is worst. Of equals the lower number is better.
struct TrialOrder {
  bool higher;  // metrics are better
  std::int64_t epochs = std::numeric_limits<std::int64_t>::max();
  bool operator()(const Trial& a, const Trial& b) const;
};

/// Indices of trials, the best first.
std::vector<std::size_t> ranked(const std::vector<Trial>& trials, std::vector<std::size_t> indices,
                                TrialOrder order);
/// The same of all trials.
std::vector<std::size_t> ranked(const std::vector<Trial>& trials, TrialOrder order);
/// Of these trials the best that have a metric, at most `count`.
std::vector<std::size_t> promoted(const std::vector<Trial>& trials, std::vector<std::size_t> indices,
                                  TrialOrder order, std::int64_t count);
/// Of all trials; nothing where none has a metric.
std::optional<std::size_t> best_of(const std::vector<Trial>& trials, bool higher);

/// Takes over what the run in a trial's directory came to, if one ended there and left a run.json.
void read_run(const std::filesystem::path& directory, Trial& trial);

/// As tune.json has it.
nlohmann::json to_json(const Trial& trial);
/// The other way, for what isn't drawn: state, metrics, seconds, why. Throws nlohmann::json::exception or
/// std::out_of_range where it isn't such a record.
void restore(const nlohmann::json& record, Trial& trial);

}  // namespace tessera
