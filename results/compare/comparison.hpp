#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "results/compare/compared_set.hpp"
#include "results/compare/joined_organisations.hpp"
#include "results/compare/rank_sum.hpp"
#include "results/score/scaling.hpp"

/// Systems side by side. Pure functions; nothing here is an MLPerf result.
namespace tessera {

/// The place of a set among those of its benchmark and mode.
struct Standing {
  std::size_t set = 0;    // index into Comparison::sets
  std::string name;       // "organisation/system"; its directory where several would have the same name
  std::size_t place = 0;  // from 1, equal times share one; 0 without a time
  std::optional<double> minutes;            // strong: time to solution; weak: none
  std::optional<double> models_per_minute;  // weak: throughput
  bool provisional = false;                 // there is no score: minutes are the mean of the converged runs
  std::optional<double> speed_up, speed_up_per_node, speed_up_per_accelerator;  // base: 1
  std::optional<RankSumTest> against_base;  // of run times; not of the base itself
  std::optional<RankSumTest> against_next;  // the one placed after it

  /// What speed-ups divide: models per minute, of one after another or of many at once.
  std::optional<double> rate() const;
};

/// A setting, or a field of the system descriptions, in which systems differ.
struct Difference {
  std::string name;
  std::vector<std::string> values;  // of each standing; empty where it isn't given
};

/// The sets of one benchmark and mode.
struct ComparedGroup {
  std::string benchmark;
  ScalingMode mode = ScalingMode::Strong;
  std::vector<Standing> standings;  // best first; those without a time last
  std::size_t base = 0;             // index of a standing
  Scaling scaling;
  std::vector<Difference> hyperparameters;  // logged settings
  std::vector<Difference> descriptions;     // of systems
};

/// Samples a second that each unit of a model trains (see SystemFields::size): of many models side by side,
/// those of one.
std::optional<double> samples_per_second_a_unit(const ComparedSet& compared);

struct Comparison {
  std::vector<ComparedSet> sets;
  std::vector<ComparedGroup> groups;  // by benchmark, then mode

  const ComparedSet& set_of(const Standing& standing) const { return sets[standing.set]; }
};

/// Compares sets, those of one benchmark and mode with each other.
/// base: the name, system or directory of a set: the one to compare with, in the groups that have it. In
/// others, and where it is empty, that is the slowest.
/// joined: organisations whose systems of equal hardware are one.
/// Throws InputError where base is no set, or several of one group, and where a joined organisation has none.
Comparison compare(std::vector<ComparedSet> sets, std::string_view base,
                   const JoinedOrganisations& joined = JoinedOrganisations());

/// The rank sum test of the run times of two sets. A run that failed counts as slower than any other; pruned
/// ones don't count.
std::optional<RankSumTest> compare_runs(const ComparedSet& first, const ComparedSet& second);

}  // namespace tessera
