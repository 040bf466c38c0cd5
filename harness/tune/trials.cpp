#include "harness/tune/trials.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "harness/run/run_directory.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

using nlohmann::json;

// Each has a directory, and a line of tune.html.
constexpr std::int64_t kMostTrials = 10'000;

constexpr std::array<std::pair<TrialState, const char*>, 6> kStates{
    {{TrialState::Waiting, "waiting"},
     {TrialState::Trained, "trained"},
     {TrialState::TargetReached, "target reached"},
     {TrialState::OutOfPatience, "out of patience"},
     {TrialState::Diverged, "diverged"},
     {TrialState::Failed, "failed"}}};

bool has_ended(const Trial& trial) {
  return trial.state != TrialState::Waiting && trial.state != TrialState::Trained;
}

bool has_reached(const Trial& trial, std::int64_t epochs) {
  return trial.state == TrialState::TargetReached && trial.epochs() <= epochs;
}

// Smaller is better.
std::tuple<int, std::int64_t, double, std::int64_t> standing(const Trial& trial, const TrialOrder& order) {
  const std::optional<double> metric = trial.metric_after(order.epochs);
  if (!metric) return {2, 0, 0.0, trial.number};
  const bool reached = has_reached(trial, order.epochs);
  return {reached ? 0 : 1, reached ? trial.epochs() : 0, order.higher ? -*metric : *metric, trial.number};
}

json value_of(const std::string& yaml) {
  json value = json::parse(yaml, nullptr, false);
  return value.is_discarded() ? json(yaml) : value;
}

double number_or_nan(const json& value) {
  return value.is_number() ? value.get<double>() : std::numeric_limits<double>::quiet_NaN();
}

// The epochs that a run was to be trained for are in its configuration.
TrialState state_after(const json& run, const Trial& trial) {
  const json end = run.value("end", json());
  if (end == name_of(RunEnd::TargetReached)) return TrialState::TargetReached;
  if (end == name_of(RunEnd::NotFinite)) return TrialState::Diverged;
  if (end != name_of(RunEnd::TargetMissed)) return TrialState::Waiting;
  return trial.epochs() < run.at("configuration").at("data").at("n_epochs") ? TrialState::OutOfPatience
                                                                            : TrialState::Trained;
}

}  // namespace

const char* name_of(TrialState state) {
  return std::ranges::find(kStates, state, &std::pair<TrialState, const char*>::first)->second;
}

bool Trial::is_ready(std::int64_t wanted) const {
  return epochs() >= wanted || has_ended(*this);
}

std::optional<double> Trial::metric_after(std::int64_t wanted) const {
  const bool lost = state == TrialState::Diverged || state == TrialState::Failed;
  if (metrics.empty() || (lost && epochs() < wanted)) return std::nullopt;
  const double metric = metrics[static_cast<std::size_t>(std::min(wanted, epochs())) - 1];
  return std::isfinite(metric) ? std::optional(metric) : std::nullopt;
}

std::vector<Trial> trials_of(const std::vector<Bracket>& brackets, const SearchSpace& space,
                             std::uint64_t seed) {
  std::int64_t count = 0;
  for (const Bracket& bracket : brackets)
    if ((count += bracket.front().trials) > kMostTrials)
      throw InputError(fmt::format("the search would have more than {} trials", kMostTrials),
                       "--random, or --max-epochs and --eta", "ask for fewer, or a larger --eta");
  std::vector<Trial> trials;
  for (std::size_t bracket = 0; bracket < brackets.size(); ++bracket)
    for (std::int64_t i = 0; i < brackets[bracket].front().trials; ++i) {
      Trial trial;
      trial.number = static_cast<std::int64_t>(trials.size()) + 1;
      trial.bracket = bracket;
      trial.values = space.draw(seed, trial.number);
      trials.push_back(std::move(trial));
    }
  return trials;
}

bool TrialOrder::operator()(const Trial& a, const Trial& b) const {
  return standing(a, *this) < standing(b, *this);
}

std::vector<std::size_t> ranked(const std::vector<Trial>& trials, std::vector<std::size_t> indices,
                                TrialOrder order) {
  std::ranges::sort(indices, [&](std::size_t a, std::size_t b) { return order(trials[a], trials[b]); });
  return indices;
}

std::vector<std::size_t> ranked(const std::vector<Trial>& trials, TrialOrder order) {
  std::vector<std::size_t> all(trials.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  return ranked(trials, std::move(all), order);
}

std::vector<std::size_t> promoted(const std::vector<Trial>& trials, std::vector<std::size_t> indices,
                                  TrialOrder order, std::int64_t count) {
  std::erase_if(indices, [&](std::size_t i) { return !trials[i].metric_after(order.epochs); });
  indices = ranked(trials, std::move(indices), order);
  indices.resize(std::min(indices.size(), static_cast<std::size_t>(count)));
  return indices;
}

std::optional<std::size_t> best_of(const std::vector<Trial>& trials, bool higher) {
  const auto best = std::ranges::min_element(trials, TrialOrder{higher});
  if (best == trials.end() || !best->metric_after(TrialOrder{higher}.epochs)) return std::nullopt;
  return static_cast<std::size_t>(best - trials.begin());
}

void read_run(const std::filesystem::path& directory, Trial& trial) {
  std::ifstream file(directory / kRunJsonName);
  const json run = json::parse(file, nullptr, false);
  if (!run.is_object() || !run.contains("epochs")) return;
  trial.metrics.clear();
  trial.seconds = 0;
  for (const json& epoch : run.at("epochs")) {
    trial.metrics.push_back(number_or_nan(epoch.value("metric", json())));
    for (const char* const key : {"training_seconds", "evaluation_seconds"})
      if (const double seconds = number_or_nan(epoch.value(key, json())); std::isfinite(seconds))
        trial.seconds += seconds;
  }
  trial.state = state_after(run, trial);
  trial.why = trial.state == TrialState::Diverged ? run.value("failure", "") : "";
}

json to_json(const Trial& trial) {
  json values = json::object();
  for (const auto& [path, yaml] : trial.values) values[path] = value_of(yaml);
  return {{"trial", trial.number},    {"bracket", trial.bracket + 1},
          {"values", values},         {"state", name_of(trial.state)},
          {"epochs", trial.epochs()}, {"metrics", trial.metrics},  // NaN becomes null
          {"seconds", trial.seconds}, {"why", trial.why}};
}

void restore(const json& record, Trial& trial) {
  const std::string state = record.at("state");
  const auto known = std::ranges::find(kStates, state, &std::pair<TrialState, const char*>::second);
  if (known == kStates.end()) throw std::out_of_range("a trial is " + state);
  trial.state = known->first;
  trial.metrics.clear();
  for (const json& metric : record.at("metrics")) trial.metrics.push_back(number_or_nan(metric));
  trial.seconds = record.at("seconds");
  trial.why = record.at("why");
}

}  // namespace tessera
