#pragma once

#include <filesystem>

#include "results/check/run_rules.hpp"

namespace tessera {

/// The checks that a package asks to be passed over.
struct Bypasses {
  bool convergence = false;  // rcp-bypass
  bool seeds = false;        // seed-checker-bypass

  Bypasses operator|(const Bypasses& other) const {
    return {convergence || other.convergence, seeds || other.seeds};
  }
};

/// Whose directory holds a file package_checker_params.
enum class ParamsOf { Organisation, System, Benchmark };

/// What the file package_checker_params in a directory asks for, where there is one, as far as the official
/// tool of the round follows it. That reads those of systems and benchmarks itself, and takes a line as it
/// stands with its end, so that only a last line without one counts. The organisation's is read by the script
/// of the round, since 2.0, which takes lines that end, and the older spelling rcp_bypass. Rule, a warning
/// for each line:
///   bypass-asked    by whom and whether it is followed, and if not, why
///   unknown-params  a line that asks for something else
Bypasses read_checker_params(const std::filesystem::path& directory, ParamsOf whose, Round round,
                             Verdict& verdict);

}  // namespace tessera
