#pragma once

#include <filesystem>
#include <iosfwd>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <vector>

#include "results/log/figure_of_merit.hpp"
#include "results/score/run_set.hpp"
#include "results/score/scores.hpp"

namespace tessera {

/// A run set with its score.
struct ScoredSet {
  RunSet set;
  Score score;
};

/// The run sets at and below each path, scored. Throws as read_run_sets().
std::vector<ScoredSet> score_paths(std::span<const std::filesystem::path> paths, Round round);

/// An array with one object for each set, keyed as score.schema.json and the README.md of results say; null
/// where there is no number.
nlohmann::json to_json(std::span<const ScoredSet> sets);

/// A line of names, then one for each set, with its numbers in full; empty where there is none.
void print_csv(std::ostream& out, std::span<const ScoredSet> sets);

/// The scores for programs: of each scored set time_to_solution or models_per_minute, with "@" and its
/// directory behind where there are several.
std::vector<FigureOfMerit> figures_of(std::span<const ScoredSet> sets);

/// The sets for a terminal of 120 columns: a line for each set; below it which runs failed or were pruned and
/// why, why there is no score, and where compliance or convergence ask for a second look.
void print(std::ostream& out, std::span<const ScoredSet> sets);

}  // namespace tessera
