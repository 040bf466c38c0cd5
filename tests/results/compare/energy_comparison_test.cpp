#include "results/compare/energy_comparison.hpp"

#include <gmock/gmock.h>

#include <sstream>

#include "results/compare/comparison_json.hpp"

namespace tessera {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

/// A group of systems with these times, in minutes, and energies in joules; what is 0 there is none of.
Comparison measured(const std::vector<std::pair<double, double>>& systems) {
  Comparison comparison;
  ComparedGroup group;
  for (const auto& [minutes, joules] : systems) {
    ComparedSet one;
    if (minutes > 0) one.score.minutes = minutes;
    one.score.energy = EnergyScore{};
    if (joules > 0) one.score.energy->joules = one.score.energy->measured_joules = joules;
    Standing standing;
    standing.set = comparison.sets.size();
    standing.name = "system " + std::to_string(standing.set);
    standing.minutes = one.score.minutes;
    group.standings.push_back(standing);
    comparison.sets.push_back(std::move(one));
  }
  comparison.groups.push_back(group);
  return comparison;
}

std::vector<std::size_t> on_line(const Comparison& comparison) {
  std::vector<std::size_t> standings;
  for (const EnergyStanding& one : compare_energy(comparison.groups[0], comparison))
    if (one.on_pareto_line) standings.push_back(one.standing);
  return standings;
}

TEST(EnergyComparison, JoinsWhatNoOtherBeatsInBoth) {
  // The third is slower than the second and takes more; the fourth takes the least.
  EXPECT_THAT(on_line(measured({{10, 900}, {20, 500}, {30, 600}, {40, 100}})), testing::ElementsAre(0, 1, 3));
  EXPECT_THAT(on_line(measured({{10, 900}, {10, 800}})), testing::ElementsAre(1));
  EXPECT_THAT(on_line(measured({{10, 900}, {10, 900}})), testing::ElementsAre(0, 1));
}

TEST(EnergyComparison, TakesScoresAlone) {
  Comparison comparison = measured({{10, 900}, {5, 0}, {0, 100}});
  comparison.sets[1].score.energy->measured_joules = 1;  // of a part
  comparison.sets[1].score.energy->covers = "processor packages";
  EXPECT_THAT(on_line(comparison), testing::ElementsAre(0));
  std::ostringstream out;
  print_energy(out, comparison.groups[0], comparison);
  EXPECT_THAT(out.str(), HasSubstr("a part"));
  const nlohmann::json systems = to_json(comparison).at("groups").at(0).at("systems");
  EXPECT_EQ(systems.at(0).at("on_pareto_line"), true);
  EXPECT_EQ(systems.at(1).at("on_pareto_line"), false);
  EXPECT_EQ(systems.at(0).at("energy").at("joules"), 900);
}

TEST(EnergyComparison, SaysNothingWhereNothingWasMeasured) {
  Comparison comparison = measured({{10, 0}});
  comparison.sets[0].score.energy.reset();
  std::ostringstream out;
  print_energy(out, comparison.groups[0], comparison);
  EXPECT_THAT(out.str(), IsEmpty());
}

}  // namespace
}  // namespace tessera
