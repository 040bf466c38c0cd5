#pragma once

#include <string>

#include "results/check/finding.hpp"
#include "results/score/scores.hpp"

namespace tessera {

/// Holds what the scores of a directory of logs say against the rules. Rules:
///   convergence          the runs converged in fewer epochs than the reference (closed); a warning where
///   that
///                        is to be passed over, see checker_params.hpp
///   no-convergence-test  a warning: why the runs weren't held against the reference (closed)
///   partial-power        power was measured of a part of the nodes alone
///   throughput-sizes     a warning: S <= T <= M * S doesn't hold of a throughput
void check_convergence(const std::string& directory, const Score& score, bool passed_over, Verdict& verdict);
void check_throughput(const std::string& directory, const Score& score, Verdict& verdict);
void check_power(const std::string& directory, const Score& score, Verdict& verdict);

}  // namespace tessera
