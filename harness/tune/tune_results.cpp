#include "harness/tune/tune_results.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <optional>

#include "harness/config/config_yaml.hpp"
#include "io/files/whole_file.hpp"
#include "results/log/table_text.hpp"
#include "results/report/report.hpp"

namespace tessera {
namespace {

std::string plural(std::int64_t number, const char* what) {
  return fmt::format("{} {}{}", number, what, number == 1 ? "" : "s");
}

std::string metric_text(const std::optional<double>& metric) {
  return metric ? fmt::format("{:.4f}", *metric) : "-";
}

std::string row(const Tuning& tuning, const Trial& trial) {
  return fmt::format("{:>6} {:>7} {:>6} {:>12} {:>9.1f}  {:<15} {}\n", trial.number, trial.bracket + 1,
                     trial.epochs(),
                     metric_text(trial.metric_after(TrialOrder{tuning.metric.higher_is_better}.epochs)),
                     trial.seconds, name_of(trial.state), values_text(trial));
}

}  // namespace

std::string values_text(const Trial& trial) {
  std::vector<std::string> texts;
  for (const DrawnValue& value : trial.values) texts.push_back(value.path + " " + value.yaml);
  return fmt::format("{}", fmt::join(texts, ", "));
}

std::string plan_text(const Tuning& tuning) {
  std::int64_t trials = 0, epochs = 0;
  for (const Bracket& bracket : tuning.brackets) {
    trials += bracket.front().trials;
    epochs += epochs_of(bracket);
  }
  const std::string method = tuning.eta ? fmt::format("Hyperband with eta {}, {}", *tuning.eta,
                                                      plural(std::ssize(tuning.brackets), "bracket"))
                                        : "random search";
  return fmt::format("{}: {} of up to {}, {} in all; {}, {}", method, plural(trials, "trial"),
                     plural(tuning.max_epochs(), "epoch"), plural(epochs, "epoch"), tuning.metric.name,
                     tuning.metric.higher_is_better ? "the higher the better" : "the lower the better");
}

std::string rung_text(const Tuning& tuning, const std::vector<Trial>& trials,
                      const std::vector<std::size_t>& ranked, std::int64_t epochs) {
  const Trial& best = trials[ranked.front()];
  const std::optional<double> metric = best.metric_after(epochs);
  return fmt::format("bracket {}: {} after {}, {}", best.bracket + 1, plural(std::ssize(ranked), "trial"),
                     plural(epochs, "epoch"),
                     metric ? fmt::format("the best is trial {} with {} {}", best.number, tuning.metric.name,
                                          metric_text(metric))
                            : "none came to a value");
}

std::string results_text(const Tuning& tuning, const SearchState& state) {
  std::string text = fmt::format("{:>6} {:>7} {:>6} {:>12} {:>9}  {:<15} {}\n", "trial", "bracket", "epochs",
                                 tuning.metric.name, "seconds", "state", "settings");
  for (const std::size_t i : ranked(state.trials, {tuning.metric.higher_is_better}))
    text += row(tuning, state.trials[i]);
  const auto best = best_of(state.trials, tuning.metric.higher_is_better);
  const auto place = [&](const char* name) { return (tuning.output / name).string(); };
  if (!best) return text + fmt::format("no trial came to a value: see their output.txt in {}", place(""));
  return text + fmt::format("{} by trial {}: to be trained by `tessera train {}`; drawn in {}",
                            state.finished ? "best" : "best in the time there was",
                            state.trials[*best].number, place(kBestName), place(kTunePageName));
}

std::string yaml_of(const Tuning& tuning, const Trial& trial) {
  ConfigNode tree = tuning.tree;
  for (const DrawnValue& value : trial.values) apply_override(tree, value.path + "=" + value.yaml);
  apply_override(tree, fmt::format("train.seed={}", tuning.seed));
  return fmt::format("# Found by tessera tune from {}: trial {}, {} {} after {}.\n{}", plain(tuning.config),
                     trial.number, tuning.metric.name,
                     metric_text(trial.metric_after(TrialOrder{tuning.metric.higher_is_better}.epochs)),
                     plural(trial.epochs(), "epoch"), to_yaml(tree));
}

void write_results(const Tuning& tuning, const SearchState& state) {
  if (const auto best = best_of(state.trials, tuning.metric.higher_is_better))
    write_whole_file(tuning.output / kBestName, yaml_of(tuning, state.trials[*best]));
  write_whole_file(tuning.output / kTunePageName, html_of_search(tune_record(tuning, state)));
}

}  // namespace tessera
