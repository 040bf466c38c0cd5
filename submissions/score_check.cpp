#include "submissions/score_check.hpp"

#include <fmt/format.h>

namespace tessera {
namespace {

Finding finding_of(const std::string& directory, const ConvergenceVerdict& verdict) {
  if (verdict.outcome == ConvergenceVerdict::BrokenLog)
    return {"convergence",
            directory,
            "",
            {},
            "logs whose evaluations tell their epoch_num, and whose run_stop tells its status",
            verdict.broken_log};
  return {"convergence",
          directory,
          "",
          {},
          verdict.limit ? fmt::format("at least {:.4f} epochs in the mean", *verdict.limit)
                        : "a reference convergence point, and at most one run without success",
          verdict.mean_epochs
              ? fmt::format("{}, {:.4f} epochs", name_of(verdict.outcome), *verdict.mean_epochs)
              : std::string(name_of(verdict.outcome))};
}

/// What the official tool passes over: not runs that didn't converge, nor logs that it can't read.
bool can_be_passed_over(const ConvergenceVerdict& verdict) {
  return verdict.outcome == ConvergenceVerdict::TooFast ||
         verdict.outcome == ConvergenceVerdict::MissingPoint;
}

}  // namespace

// What keeps the test from being made is another rule's finding.
void check_convergence(const std::string& directory, const Score& score, bool passed_over, Verdict& verdict) {
  if (!score.convergence) {
    verdict.warnings.push_back({"no-convergence-test",
                                directory,
                                "",
                                {},
                                "a test against the reference convergence points",
                                score.why_no_convergence});
    return;
  }
  if (score.convergence->passes()) return;
  Finding finding = finding_of(directory, *score.convergence);
  if (passed_over && can_be_passed_over(*score.convergence)) {
    finding.found += "; passed over, as asked for";
    verdict.warnings.push_back(std::move(finding));
  } else {
    verdict.findings.push_back(std::move(finding));
  }
}

void check_throughput(const std::string& directory, const Score& score, Verdict& verdict) {
  for (const std::string& warning : score.warnings)
    verdict.warnings.push_back({"throughput-sizes", directory, "", {}, "S <= T <= M * S", warning});
}

void check_power(const std::string& directory, const Score& score, Verdict& verdict) {
  if (score.energy && !score.energy->covers.empty())
    verdict.findings.push_back({"partial-power",
                                directory,
                                "",
                                {},
                                "power of whole nodes, or none",
                                fmt::format("that of {} alone", score.energy->covers)});
}

}  // namespace tessera
