#include "results/compare/comparison_table.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <ostream>

#include "results/compare/energy_comparison.hpp"
#include "results/log/table_text.hpp"

namespace tessera {
namespace {

constexpr std::size_t kColumns = 120;
constexpr std::size_t kNameColumns = 40;
constexpr std::size_t kValueColumns = 36;
constexpr std::size_t kFewSystems = 4;  // whose descriptions are shown value by value

std::string head(const std::string& text, std::size_t width) {
  return text.size() <= width ? text : text.substr(0, width - 3) + "...";
}

std::string text_of(const std::optional<double>& value, const char* format) {
  return value ? fmt::format(fmt::runtime(format), *value) : "-";
}

std::string p_text(const std::optional<RankSumTest>& test) {
  if (!test) return "-";
  return test->p < 0.0001 ? "<.0001" : fmt::format("{:.4f}", test->p);
}

std::string score_text(const Standing& standing) {
  if (standing.models_per_minute) return fmt::format("{:.4f}/m", *standing.models_per_minute);
  if (!standing.minutes) return "none";
  return fmt::format("{}{:.2f}", standing.provisional ? "~" : "", *standing.minutes);
}

std::string runs_text(const Score& score) {
  const auto converged =
      std::count_if(score.runs.begin(), score.runs.end(), [](const ScoredRun& run) { return run.converged; });
  return fmt::format("{}/{}", converged, score.runs.size());
}

void print_row(std::ostream& out, const Standing& standing, const ComparedSet& compared, bool is_base) {
  const std::string place = standing.place == 0 ? "-" : fmt::format("{}", standing.place);
  fmt::print(out, "{:>3}{} {:<{}} {:<6} {:>6} {:>6} {:>10} {:>7} {:>8} {:>8} {:>8} {:>6}\n", place,
             is_base ? '*' : ' ', tail(plain(standing.name), kNameColumns), kNameColumns,
             head(plain(compared.set.division), 6), text_of(compared.system.nodes, "{:.7g}"),
             text_of(compared.system.accelerators, "{:.7g}"), score_text(standing), runs_text(compared.score),
             text_of(standing.speed_up, "{:.3g}"), text_of(standing.speed_up_per_node, "{:.3g}"),
             text_of(standing.speed_up_per_accelerator, "{:.3g}"), p_text(standing.against_next));
}

void print_systems(std::ostream& out, const ComparedGroup& group, const Comparison& comparison) {
  const bool strong = group.mode == ScalingMode::Strong;
  fmt::print(out, "{:>3}  {:<{}} {:<6} {:>6} {:>6} {:>10} {:>7} {:>8} {:>8} {:>8} {:>6}\n", "", "system",
             kNameColumns, "div.", "nodes", "accel.", strong ? "minutes" : "models", "runs", "speed-up",
             "per node", "per acc.", "p next");
  for (std::size_t i = 0; i < group.standings.size(); ++i) {
    const Standing& standing = group.standings[i];
    print_row(out, standing, comparison.set_of(standing), i == group.base);
  }
}

/// Words separated by "; ", broken over lines that are indented alike.
void print_wrapped(std::ostream& out, const std::string& name, const std::vector<std::string>& words) {
  const std::string indent(6, ' ');
  std::string line = fmt::format("    {}:", name);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string word = words[i] + (i + 1 < words.size() ? ";" : "");
    if (line.size() + 1 + word.size() > kColumns) {
      fmt::print(out, "{}\n", line);
      line = indent;
    } else {
      line += ' ';
    }
    line += word;
  }
  fmt::print(out, "{}\n", line);
}

void print_notes(std::ostream& out, const ComparedGroup& group, const Comparison& comparison) {
  for (const Standing& standing : group.standings) {
    const Score& score = comparison.set_of(standing).score;
    for (const std::string& warning : score.warnings)
      print_wrapped(out, "warning: " + tail(plain(standing.name), kNameColumns), {warning});
    if (score.scored()) continue;
    const char* instead = standing.provisional ? " (~: the mean of its converged runs)" : "";
    fmt::print(out, "  no score: {}: {}{}\n", tail(plain(standing.name), kNameColumns),
               plain(score.why_no_score), instead);
  }
}

void print_training(std::ostream& out, const ComparedGroup& group, const Comparison& comparison) {
  const auto has_rate = [&](const Standing& s) { return comparison.set_of(s).score.training.has_value(); };
  if (std::none_of(group.standings.begin(), group.standings.end(), has_rate)) return;
  fmt::print(out, "\n  {:<42} {:>11} {:>10} {:>11} {:>12} {:>8} {:>12}\n", "training without evaluations",
             "samples/s", "a unit", "ms a step", "s an epoch", "epochs", "global batch");
  for (const Standing& standing : group.standings) {
    const auto& [set, score, system] = comparison.set_of(standing);
    if (!score.training) continue;
    const TrainingRate& rate = *score.training;
    const auto step_ms = rate.step_seconds ? std::optional(1000 * *rate.step_seconds) : std::nullopt;
    fmt::print(out, "    {:<{}} {:>11} {:>10} {:>11} {:>12.4g} {:>8} {:>12}\n",
               tail(plain(standing.name), kNameColumns), kNameColumns,
               text_of(rate.samples_per_second, "{:.6g}"),
               text_of(samples_per_second_a_unit(comparison.set_of(standing)), "{:.4g}"),
               text_of(step_ms, "{:.4g}"), rate.epoch_seconds, rate.epochs, text_of(score.batch, "{:g}"));
  }
}

void print_family(std::ostream& out, const ScalingFamily& family, const ComparedGroup& group) {
  const bool strong = family.kind == ScalingKind::Strong;
  const std::string batch = batch_text(family.common_batch());
  fmt::print(out, "\n  {:<45} {:>6} {:<12} {:>12} {:>9} {:>11} {:>13}\n",
             strong ? fmt::format("strong scaling: global batch {}", batch)
                    : fmt::format("weak scaling: batch {} a unit", batch),
             "size", "", strong ? "batch a unit" : "global batch", "speed-up", "efficiency", "in samples/s");
  for (const ScalingPoint& point : family.points) {
    const auto& in_samples = point.throughput_efficiency;
    fmt::print(out, "    {:<{}} {:>9g} {:<12} {:>12} {:>9.3g} {:>9.1f} % {:>13}\n",
               tail(plain(group.standings[point.standing].name), kNameColumns), kNameColumns, point.size,
               family.unit, batch_text(strong ? point.batch_a_unit : point.batch), point.speed_up,
               100 * point.efficiency, in_samples ? fmt::format("{:.1f} %", 100 * *in_samples) : "-");
  }
}

void print_scaling(std::ostream& out, const ComparedGroup& group) {
  for (const ScalingFamily& family : group.scaling.families) print_family(out, family, group);
  if (group.scaling.unscaled.empty()) return;
  fmt::print(out, "\n  no efficiency, though the system occurs at other sizes\n");
  for (const Unscaled& system : group.scaling.unscaled)
    print_wrapped(out, tail(plain(group.standings[system.standing].name), kNameColumns), {system.why});
}

/// Numbers in their order, those that follow each other as one: "1-3", "7".
std::vector<std::string> ranges_of(const std::vector<std::size_t>& numbers) {
  std::vector<std::string> ranges;
  for (std::size_t i = 0; i < numbers.size();) {
    std::size_t last = i;
    while (last + 1 < numbers.size() && numbers[last + 1] == numbers[last] + 1) ++last;
    ranges.push_back(last == i
                         ? std::to_string(numbers[i])
                         : fmt::format("{}{}{}", numbers[i], last == i + 1 ? ", " : "-", numbers[last]));
    i = last + 1;
  }
  return ranges;
}

/// The values of a difference, each with the places in the table that have it: "1024 (1, 3)", "512 (2)". What
/// is longer than a line is given in pieces.
std::vector<std::string> values_with_lines(const Difference& difference) {
  std::vector<std::pair<std::string, std::vector<std::size_t>>> values;
  for (std::size_t i = 0; i < difference.values.size(); ++i) {
    const std::string& value = difference.values[i];
    const auto found =
        std::find_if(values.begin(), values.end(), [&](const auto& seen) { return seen.first == value; });
    if (found == values.end())
      values.push_back({value, {i + 1}});
    else
      found->second.push_back(i + 1);
  }
  std::vector<std::string> texts;
  for (const auto& [value, lines] : values) {
    const std::vector<std::string> ranges = ranges_of(lines);
    constexpr std::size_t kRangesALine = 12;
    for (std::size_t i = 0; i < ranges.size(); i += kRangesALine) {
      const auto end =
          ranges.begin() + static_cast<std::ptrdiff_t>(std::min(ranges.size(), i + kRangesALine));
      texts.push_back(fmt::format("{} ({})", value.empty() ? "not given" : head(plain(value), kValueColumns),
                                  fmt::join(ranges.begin() + static_cast<std::ptrdiff_t>(i), end, ", ")));
    }
  }
  return texts;
}

void print_differences(std::ostream& out, const ComparedGroup& group) {
  if (!group.hyperparameters.empty()) {
    fmt::print(out, "\n  settings that differ, each with the lines of the table that have it\n");
    for (const Difference& one : group.hyperparameters) print_wrapped(out, one.name, values_with_lines(one));
  }
  if (group.descriptions.empty()) return;
  if (group.standings.size() <= kFewSystems) {
    fmt::print(out, "\n  system descriptions differ in\n");
    for (const Difference& one : group.descriptions) {
      print_wrapped(out, head(plain(one.name), kValueColumns), values_with_lines(one));
    }
    return;
  }
  std::vector<std::string> names;
  for (const Difference& one : group.descriptions) names.push_back(head(plain(one.name), kValueColumns));
  fmt::print(out, "\n");
  print_wrapped(out, "system descriptions differ (--json and --html have the values)", names);
}

}  // namespace

void print(std::ostream& out, const Comparison& comparison) {
  bool first = true;
  for (const ComparedGroup& group : comparison.groups) {
    fmt::print(out, "{}{}, {} scaling; speed-up over {} (*)\n", first ? "" : "\n",
               group.benchmark.empty() ? "unknown benchmark" : plain(group.benchmark), name_of(group.mode),
               tail(plain(group.standings[group.base].name), kNameColumns));
    first = false;
    print_systems(out, group, comparison);
    print_notes(out, group, comparison);
    print_training(out, group, comparison);
    print_energy(out, group, comparison);
    print_scaling(out, group);
    print_differences(out, group);
  }
  fmt::print(
      out,
      "\np next: how likely the run times would differ so much from those of the next line by chance "
      "(rank sum test)\n"
      "samples/s: of the median epoch of all runs of a system, the first of each run left out where there "
      "are three; a unit:\nan accelerator, or a node where there are none; of our runs a thread\n");
}

}  // namespace tessera
