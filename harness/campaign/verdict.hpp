#pragma once

#include <filesystem>
#include <iosfwd>

#include "results/check/run_rules.hpp"

namespace tessera {

/// Checks and scores the runs of a campaign by the rules of a round, and prints both. Returns 0 if every log
/// complies and, where there are as many runs as a score asks for, there is one; else 1. (The score of runs
/// side by side needs a system description, which a package has.)
int judge_campaign(const std::filesystem::path& directory, Round round, std::ostream& out);

}  // namespace tessera
