#include "results/compare/energy_comparison.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <ostream>

#include "results/check/power_folder.hpp"
#include "results/log/table_text.hpp"

namespace tessera {
namespace {

/// Of a standing that has a score of each.
struct TimeAndEnergy {
  std::size_t standing = 0;
  double minutes = 0, joules = 0;

  bool beats(const TimeAndEnergy& other) const {
    return minutes <= other.minutes && joules <= other.joules &&
           (minutes < other.minutes || joules < other.joules);
  }
};

std::vector<TimeAndEnergy> scored_in_both(const ComparedGroup& group, const Comparison& comparison) {
  std::vector<TimeAndEnergy> points;
  for (std::size_t i = 0; i < group.standings.size(); ++i) {
    const Score& score = comparison.set_of(group.standings[i]).score;
    if (score.minutes && score.energy && score.energy->joules)
      points.push_back({i, *score.minutes, *score.energy->joules});
  }
  return points;
}

std::string cell(const std::optional<double>& value, const char* unit) {
  return value ? fmt::format("{:.4g} {}", *value, unit) : "-";
}

}  // namespace

std::vector<EnergyStanding> compare_energy(const ComparedGroup& group, const Comparison& comparison) {
  const std::vector<TimeAndEnergy> points = scored_in_both(group, comparison);
  std::vector<EnergyStanding> standings;
  for (std::size_t i = 0; i < group.standings.size(); ++i) {
    if (!comparison.set_of(group.standings[i]).score.energy) continue;
    const auto mine = std::ranges::find(points, i, &TimeAndEnergy::standing);
    const bool on_line =
        mine != points.end() &&
        std::ranges::none_of(points, [&](const TimeAndEnergy& other) { return other.beats(*mine); });
    standings.push_back({i, on_line});
  }
  return standings;
}

void print_energy(std::ostream& out, const ComparedGroup& group, const Comparison& comparison) {
  const std::vector<EnergyStanding> measured = compare_energy(group, comparison);
  if (measured.empty()) return;
  constexpr std::size_t kNameColumns = 40;
  fmt::print(out, "\n  {:<42} {:>9} {:>12} {:>12} {:>14} {:>7}  {}\n", "time against energy", "minutes",
             "energy", "mean", "a sample", "Pareto", "");
  for (const EnergyStanding& one : measured) {
    const Standing& standing = group.standings[one.standing];
    const EnergyScore& energy = *comparison.set_of(standing).score.energy;
    const auto& joules = energy.joules ? energy.joules : energy.measured_joules;
    fmt::print(out, "    {:<{}} {:>9} {:>12} {:>12} {:>14} {:>7}  {}\n",
               tail(plain(standing.name), kNameColumns), kNameColumns,
               standing.minutes ? fmt::format("{:.2f}", *standing.minutes) : "-",
               joules ? joules_text(*joules) : "-", cell(energy.mean_watts, "W"),
               cell(energy.joules_per_sample, "J"), one.on_pareto_line ? "yes" : "",
               energy.joules           ? ""
               : energy.covers.empty() ? "no score"
                                       : "a part");
  }
}

}  // namespace tessera
