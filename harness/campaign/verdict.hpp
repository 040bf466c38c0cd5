#pragma once

#include <filesystem>
#include <iosfwd>

#include "results/check/check_report.hpp"

namespace tessera {

/// Checks and scores the runs of a campaign by the rules of a round, and prints both. Returns 0 if every log
/// complies and, where there are as many runs as a score asks for, there is one; else 1. (The score of runs
/// side by side needs a system description, which a package has.) Networks of one's own are judged by what
/// all benchmarks share and their own target, and have no score.
int judge_campaign(const std::filesystem::path& directory, const CheckOptions& options, std::ostream& out);

}  // namespace tessera
