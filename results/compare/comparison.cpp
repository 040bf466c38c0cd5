#include "results/compare/comparison.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <set>
#include <tuple>
#include <utility>

#include "models/base/error.hpp"
#include "results/log/value_text.hpp"

namespace tessera {
namespace {

/// Fields of descriptions that stand in the table already, or are names.
constexpr std::array<std::string_view, 3> kNotCompared{"division", "submitter", "system_name"};

std::optional<double> mean(const std::vector<double>& values) {
  if (values.empty()) return std::nullopt;
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// The mean over the converged runs of what `value` gives for them.
template <class Value>
std::optional<double> mean_of_converged(const Score& score, const Value& value) {
  std::vector<double> values;
  for (const ScoredRun& run : score.runs) {
    if (const std::optional<double> one = value(run); run.converged && one) values.push_back(*one);
  }
  return mean(values);
}

std::string usual_name(const RunSet& set) {
  return set.organisation.empty() ? set.system : set.organisation + "/" + set.system;
}

Standing standing_of(const ComparedSet& compared, std::size_t index) {
  const auto& [set, score, system] = compared;
  Standing standing;
  standing.set = index;
  standing.name = usual_name(set);
  if (score.throughput) standing.models_per_minute = score.throughput->models_per_minute;
  standing.minutes = score.minutes;
  if (!score.scored() && set.mode == ScalingMode::Strong && set.scaling_problem.empty()) {
    standing.minutes = mean_of_converged(score, [factor = set.scaling_factor](const ScoredRun& run) {
      return run.minutes ? std::optional(*run.minutes * factor) : std::nullopt;
    });
    standing.provisional = standing.minutes.has_value();
  }
  return standing;
}

/// Gives sets that would be called the same the names of their directories.
void name_apart(std::vector<Standing>& standings, const std::vector<ComparedSet>& sets) {
  std::map<std::string, int> uses;
  for (const Standing& standing : standings) ++uses[standing.name];
  for (Standing& standing : standings) {
    if (uses[standing.name] > 1 || standing.name.empty()) {
      standing.name = sets[standing.set].set.directory.lexically_normal().generic_string();
    }
  }
}

void rank(std::vector<Standing>& standings) {
  std::stable_sort(standings.begin(), standings.end(), [](const Standing& a, const Standing& b) {
    return a.rate().value_or(0) > b.rate().value_or(0);
  });
  for (std::size_t i = 0; i < standings.size(); ++i) {
    if (!standings[i].rate()) continue;
    const bool equal = i > 0 && standings[i].rate() == standings[i - 1].rate();
    standings[i].place = equal ? standings[i - 1].place : i + 1;
  }
}

/// As paths are written, but for how they end.
bool is_same_path(const std::filesystem::path& a, const std::filesystem::path& b) {
  return (a / ".").lexically_normal() == (b / ".").lexically_normal();
}

bool is_called(const Standing& standing, const RunSet& set, std::string_view name) {
  return name == standing.name || name == set.system || name == usual_name(set) || name == set.name ||
         is_same_path(name, set.directory);
}

/// The standing that is called so; nothing if none is.
std::optional<std::size_t> find_base(const ComparedGroup& group, const std::vector<ComparedSet>& sets,
                                     std::string_view name) {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < group.standings.size(); ++i) {
    if (name.empty() || !is_called(group.standings[i], sets[group.standings[i].set].set, name)) continue;
    if (found) {
      throw InputError(fmt::format("several systems are called '{}': {} and {}", name,
                                   sets[group.standings[*found].set].set.directory.generic_string(),
                                   sets[group.standings[i].set].set.directory.generic_string()),
                       "--base", "give the directory of one of them");
    }
    found = i;
  }
  return found;
}

std::size_t slowest(const std::vector<Standing>& standings) {
  std::size_t last = 0;
  for (std::size_t i = 0; i < standings.size(); ++i) {
    if (standings[i].rate()) last = i;
  }
  return last;
}

std::optional<double> ratio(std::optional<double> a, std::optional<double> b) {
  if (!(a > 0.0) || !(b > 0.0)) return std::nullopt;
  return *a / *b;
}

std::optional<double> product(std::optional<double> a, std::optional<double> b) {
  if (!a || !b) return std::nullopt;
  return *a * *b;
}

void hold_against_base(ComparedGroup& group, const std::vector<ComparedSet>& sets) {
  const Standing& base = group.standings[group.base];
  const SystemFields& base_system = sets[base.set].system;
  for (std::size_t i = 0; i < group.standings.size(); ++i) {
    Standing& standing = group.standings[i];
    const SystemFields& system = sets[standing.set].system;
    standing.speed_up = ratio(standing.rate(), base.rate());
    standing.speed_up_per_node = product(standing.speed_up, ratio(base_system.nodes, system.nodes));
    standing.speed_up_per_accelerator =
        product(standing.speed_up, ratio(base_system.accelerators, system.accelerators));
    if (i != group.base) standing.against_base = compare_runs(sets[standing.set], sets[base.set]);
    if (i + 1 < group.standings.size()) {
      standing.against_next = compare_runs(sets[standing.set], sets[group.standings[i + 1].set]);
    }
  }
}

/// What one model is trained on.
std::optional<double> units_of_a_model(const ComparedSet& compared) {
  if (compared.set.mode == ScalingMode::Strong) return compared.system.size;
  const auto& throughput = compared.score.throughput;
  return throughput ? std::optional(throughput->model_units) : std::nullopt;
}

Scaling scaling_in(const ComparedGroup& group, const std::vector<ComparedSet>& sets,
                   const JoinedOrganisations& joined) {
  std::vector<SizedRate> systems;
  for (std::size_t i = 0; i < group.standings.size(); ++i) {
    const Standing& standing = group.standings[i];
    const ComparedSet& compared = sets[standing.set];
    const auto& [set, score, system] = compared;
    if (!standing.rate() || !(system.size > 0.0)) continue;
    const bool strong = set.mode == ScalingMode::Strong;
    const bool has_batch = score.batch > 0.0 && std::isfinite(*score.batch);
    systems.push_back(
        {.standing = i,
         .hardware = system.hardware(joined.owner(compared)),
         .unit = system.unit,
         .size = *system.size,
         .rate = *standing.rate(),
         .samples_per_second = strong && score.training ? score.training->samples_per_second : std::nullopt,
         .batch = has_batch ? score.batch : std::nullopt,
         .why_no_batch = score.batch ? "its global_batch_size is no number > 0" : score.why_no_batch,
         .units_a_model = strong ? std::nullopt : units_of_a_model(compared)});
  }
  return scaling_of(systems);
}

/// What the logs of a set say under a key; several values where they differ.
std::string logged(const RunSet& set, LogKey key) {
  std::vector<std::string> values;
  const auto add = [&](const std::optional<LogEntry>& entry) {
    if (!entry) return;
    std::string text = value_text(entry->value);
    if (std::find(values.begin(), values.end(), text) == values.end()) values.push_back(std::move(text));
  };
  for (const RunRecord& run : set.runs) {
    add(run.of(key).first);
    add(run.of(key).differing);
  }
  return fmt::format("{}", fmt::join(values, " or "));
}

/// Adds what `value` gives for each standing, if that isn't the same for all.
template <class Value>
void add_difference(std::vector<Difference>& differences, const std::vector<Standing>& standings,
                    std::string name, const Value& value) {
  Difference difference{std::move(name), {}};
  for (const Standing& standing : standings) difference.values.push_back(value(standing));
  const auto& values = difference.values;
  if (std::adjacent_find(values.begin(), values.end(), std::not_equal_to<>()) != values.end()) {
    differences.push_back(std::move(difference));
  }
}

void find_differences(ComparedGroup& group, const std::vector<ComparedSet>& sets) {
  const auto add_logged = [&](LogKey key) {
    add_difference(group.hyperparameters, group.standings, std::string(name_of(key)),
                   [&](const Standing& standing) { return logged(sets[standing.set].set, key); });
  };
  add_logged(LogKey::TrainSamples);
  add_logged(LogKey::EvalSamples);
  // The settings of training stand together at the end of the table of keys.
  for (std::size_t key = index_of(LogKey::GlobalBatchSize); key < kLogKeys; ++key) {
    add_logged(kLogKeyNames[key].key);
  }
  std::set<std::string> fields;
  for (const Standing& standing : group.standings) {
    for (const auto& [name, text] : sets[standing.set].system.texts) fields.insert(name);
  }
  for (const std::string& field : fields) {
    if (std::find(kNotCompared.begin(), kNotCompared.end(), field) != kNotCompared.end()) continue;
    add_difference(group.descriptions, group.standings, field,
                   [&](const Standing& standing) { return sets[standing.set].system.text(field); });
  }
}

/// The sets by benchmark and mode, ranked.
std::vector<ComparedGroup> grouped(const std::vector<ComparedSet>& sets) {
  std::map<std::pair<std::string, ScalingMode>, std::vector<Standing>> groups;
  for (std::size_t i = 0; i < sets.size(); ++i) {
    groups[{sets[i].set.benchmark, sets[i].set.mode}].push_back(standing_of(sets[i], i));
  }
  std::vector<ComparedGroup> list;
  for (auto& [key, standings] : groups) {
    ComparedGroup group;
    std::tie(group.benchmark, group.mode) = key;
    group.standings = std::move(standings);
    name_apart(group.standings, sets);
    rank(group.standings);
    list.push_back(std::move(group));
  }
  return list;
}

[[noreturn]] void throw_no_such_base(std::string_view base, const std::vector<ComparedGroup>& groups) {
  std::vector<std::string> names;
  for (const ComparedGroup& group : groups) {
    for (const Standing& standing : group.standings) names.push_back(standing.name);
  }
  throw InputError(fmt::format("no system is called '{}'", base), "--base",
                   fmt::format("give one of these: {}", fmt::join(names, ", ")));
}

}  // namespace

std::optional<double> Standing::rate() const {
  if (models_per_minute) return models_per_minute;
  if (minutes > 0.0) return 1 / *minutes;
  return std::nullopt;
}

std::optional<double> samples_per_second_a_unit(const ComparedSet& compared) {
  if (!compared.score.training) return std::nullopt;
  return ratio(compared.score.training->samples_per_second, units_of_a_model(compared));
}

std::optional<RankSumTest> compare_runs(const ComparedSet& first, const ComparedSet& second) {
  const auto run_minutes = [](const ComparedSet& compared) {
    std::vector<double> minutes;
    for (const ScoredRun& run : compared.score.runs) {
      if (run.role == ScoredRun::Pruned) continue;
      minutes.push_back(run.converged ? *run.minutes * compared.set.scaling_factor
                                      : std::numeric_limits<double>::infinity());
    }
    return minutes;
  };
  return rank_sum_test(run_minutes(first), run_minutes(second));
}

Comparison compare(std::vector<ComparedSet> sets, std::string_view base, const JoinedOrganisations& joined) {
  Comparison comparison{std::move(sets), {}};
  joined.require(comparison.sets);
  comparison.groups = grouped(comparison.sets);
  bool has_base = base.empty();
  for (ComparedGroup& group : comparison.groups) {
    const std::optional<std::size_t> found = find_base(group, comparison.sets, base);
    has_base = has_base || found;
    group.base = found.value_or(slowest(group.standings));
    hold_against_base(group, comparison.sets);
    group.scaling = scaling_in(group, comparison.sets, joined);
    find_differences(group, comparison.sets);
  }
  if (!has_base) throw_no_such_base(base, comparison.groups);
  return comparison;
}

}  // namespace tessera
