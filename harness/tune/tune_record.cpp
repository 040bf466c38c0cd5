#include "harness/tune/tune_record.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <stdexcept>
#include <string>
#include <system_error>

#include "harness/run/run_directory.hpp"
#include "io/files/whole_file.hpp"
#include "models/base/error.hpp"
#include "results/log/json_text.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// Of random search, which may go on with more trials, brackets are left out.
json identity_of(const Tuning& tuning) {
  return {{"configuration", tuning.configuration},
          {"space", to_json(tuning.space)},
          {"method", tuning.eta ? "hyperband" : "random"},
          {"max_epochs", tuning.max_epochs()},
          {"eta", tuning.eta ? json(*tuning.eta) : json()},
          {"seed", tuning.seed},
          {"ranks", tuning.ranks},
          {"train_options", tuning.train_options}};
}

json to_json(const std::vector<Bracket>& brackets) {
  json all = json::array();
  for (const Bracket& bracket : brackets) {
    json& rungs = all.emplace_back(json::array());
    for (const Rung& rung : bracket) rungs.push_back({{"trials", rung.trials}, {"epochs", rung.epochs}});
  }
  return all;
}

void check_no_trials(const Tuning& tuning, const SearchState& state) {
  for (const Trial& trial : state.trials)
    if (state_of_run(tuning.directory(trial)) != RunState::Absent)
      throw InputError("the output directory holds trials, but no tune.json",
                       tuning.directory(trial).string(), "choose another --output, or restore that file");
}

void check_same_search(const Tuning& tuning, const json& record, const fs::path& file) {
  if (record.is_discarded())
    throw InputError("the record of the search is no JSON, or cut short", file.string(),
                     "restore it, or choose another --output");
  const json mine = json::parse(json_text(identity_of(tuning)));
  std::vector<std::string> differing;
  for (const auto& [key, value] : mine.items())
    if (!record.is_object() || !record.contains(key) || record[key] != value) differing.push_back(key);
  if (!differing.empty())
    throw InputError(fmt::format("the output directory holds another search: it differs in {}",
                                 fmt::join(differing, ", ")),
                     file.string(), "give the same arguments as then, or choose another --output");
}

}  // namespace

json tune_record(const Tuning& tuning, const SearchState& state) {
  json record = identity_of(tuning);
  record["launcher"] = tuning.launcher;
  record["metric"] = {{"name", tuning.metric.name},
                      {"target", tuning.metric.target},
                      {"higher_is_better", tuning.metric.higher_is_better}};
  record["brackets"] = to_json(tuning.brackets);
  record["seconds"] = state.seconds;
  record["finished"] = state.finished;
  record["trials"] = json::array();
  for (const Trial& trial : state.trials) {
    record["trials"].push_back(to_json(trial));
    record["trials"].back()["directory"] = tuning.directory(trial).lexically_relative(tuning.output).string();
  }
  int rank = 0;
  for (const std::size_t i : ranked(state.trials, {tuning.metric.higher_is_better}))
    record["trials"][i]["rank"] = ++rank;
  const auto best = best_of(state.trials, tuning.metric.higher_is_better);
  record["best"] = best ? json(state.trials[*best].number) : json();
  return record;
}

void restore_record(const Tuning& tuning, SearchState& state) {
  const fs::path file = tuning.output / kTuneRecordName;
  if (!fs::exists(file)) return check_no_trials(tuning, state);
  const json record = json::parse(read_whole_file(file), nullptr, false);
  check_same_search(tuning, record, file);
  try {
    state.seconds = record.at("seconds");
    const json& trials = record.at("trials");
    for (std::size_t i = 0; i < std::min(trials.size(), state.trials.size()); ++i)
      restore(trials.at(i), state.trials[i]);
  } catch (const std::exception& error) {  // of JSON, or a state that isn't known
    throw InputError(fmt::format("the record of the search is damaged: {}", error.what()), file.string(),
                     "restore that file, or choose another --output");
  }
}

}  // namespace tessera
