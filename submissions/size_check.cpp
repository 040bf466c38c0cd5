#include "submissions/size_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "results/log/log_value.hpp"
#include "results/log/number_text.hpp"

namespace tessera {
namespace {

// A node without accelerators counts as one, as throughputs count it.
double counted(LogKey key, double number) {
  return key == LogKey::AcceleratorsPerNode ? std::max(number, 1.0) : number;
}

std::optional<double> size_of(LogKey key, std::optional<double> number) {
  return number && std::isfinite(*number) ? std::optional(counted(key, *number)) : std::nullopt;
}

std::optional<double> described(const SystemDescription& system, LogKey key) {
  const auto field = system.fields.find(name_of(key));
  if (field == system.fields.end()) return std::nullopt;
  return size_of(
      key, field->is_string() ? number_from_text(field->get_ref<const std::string&>()) : number_of(*field));
}

std::optional<double> logged(const RunRecord& run, LogKey key) {
  return size_of(key, run.number(key));
}

struct Expected {
  double number = 0;
  bool at_most = false;
  std::string of;

  bool holds(double found) const { return at_most ? found <= number : found == number; }
};

/// What a key's sizes in the logs must be: the description's, else the first log's.
std::optional<Expected> expected_size(std::span<const RunRecord> runs, const SystemDescription& system,
                                      LogKey key, bool weak) {
  if (const auto number = described(system, key))
    return Expected{*number, weak && key == LogKey::NumberOfNodes, "the system description"};
  for (const RunRecord& run : runs)
    if (const auto number = logged(run, key)) return Expected{*number, false, run.file};
  return std::nullopt;
}

void check_size(std::span<const RunRecord> runs, LogKey key, const Expected& expected, Verdict& verdict) {
  const RunRecord* first = nullptr;
  std::size_t others = 0;
  for (const RunRecord& run : runs) {
    const auto number = logged(run, key);
    if (!number || expected.holds(*number)) continue;
    if (first == nullptr)
      first = &run;
    else
      ++others;
  }
  if (first == nullptr) return;
  verdict.warnings.push_back(
      {"differing-size", first->file, std::string(name_of(key)), first->first(key)->line,
       fmt::format("{}{:g}, as {} says", expected.at_most ? "at most " : "", expected.number, expected.of),
       fmt::format("{:g}{}", *first->number(key),
                   others == 0 ? "" : fmt::format(" (and {} more such logs)", others))});
}

/// The most nodes that models of these logs had at the same time.
double most_nodes_at_once(std::span<const RunRecord> runs) {
  std::vector<std::pair<double, double>> changes;  // when, and of how many nodes; what ends goes first
  for (const RunRecord& run : runs) {
    const auto nodes = logged(run, LogKey::NumberOfNodes);
    const double minutes = run.minutes().value_or(0);
    if (!nodes || !(minutes > 0) || !std::isfinite(minutes) || !run.clock().doubts().empty()) continue;
    changes.emplace_back(run.first(LogKey::RunStart)->time_ms, *nodes);
    changes.emplace_back(run.first(LogKey::RunStop)->time_ms, -*nodes);
  }
  std::ranges::sort(changes);
  double now = 0, most = 0;
  for (const auto& [when, nodes] : changes) most = std::max(most, now += nodes);
  return most;
}

}  // namespace

void check_sizes(std::span<const RunRecord> runs, const SystemDescription& system, bool weak,
                 const std::string& directory, Verdict& verdict) {
  for (const LogKey key : {LogKey::NumberOfNodes, LogKey::AcceleratorsPerNode})
    if (const auto expected = expected_size(runs, system, key, weak))
      check_size(runs, key, *expected, verdict);
  const auto nodes = described(system, LogKey::NumberOfNodes);
  const double used = most_nodes_at_once(runs);
  if (weak && nodes && used > *nodes)
    verdict.warnings.push_back({"differing-size",
                                directory,
                                std::string(name_of(LogKey::NumberOfNodes)),
                                {},
                                fmt::format("models side by side on at most {:g} nodes, which the system "
                                            "description says it has",
                                            *nodes),
                                fmt::format("{:g} at the same time", used)});
}

}  // namespace tessera
