#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "results/check/power_rules.hpp"

namespace tessera {

/// Energy of one run, and what is to be said of its power logs.
struct RunPower {
  std::size_t nodes = 0, switches = 0;  // measured
  std::optional<double> joules;         // of all of them, from run_start to run_stop
  std::string why_none;                 // why there are none; empty if there are
  std::string covers;                   // what part of the nodes was measured; empty: all
  Verdict verdict;
};

/// Power of the runs of one set, whose logs stand beside theirs:
///   <directory>/result_<i>.txt      <directory>/power/result_<i>/node_<k>.txt, sw_<m>.txt
/// with k and m from 0 without gaps, and as many in all runs. One element for each run; empty where no run
/// has a directory power/ beside its log. Findings, each of which makes the run's log non-compliant from
/// round 3.0 on, are those of power_rules.hpp and
///   no-power-folder  there is power/, but no directory of this run in it
///   no-node-power    the directory holds no node_<k>.txt
///   bad-power-name   files node* or sw* that aren't numbered from 0 without gaps
///   power-count      not as many nodes or switches as most of the runs
/// and the warning unknown-power-file. Nothing is thrown for what is there.
std::vector<RunPower> power_of_runs(std::span<const MeasuredRun> runs);

/// For readers: "12.3 kJ on 2 nodes", with what is covered where that is a part, or why there is no energy.
std::string describe(const RunPower& power);
/// "12.3 kJ".
std::string joules_text(double joules);

}  // namespace tessera
