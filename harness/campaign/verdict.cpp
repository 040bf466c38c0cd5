#include "harness/campaign/verdict.hpp"

#include <fmt/ostream.h>

#include <array>
#include <ostream>
#include <vector>

#include "harness/process/flush_or_throw.hpp"
#include "results/score/score_report.hpp"

namespace tessera {

int judge_campaign(const std::filesystem::path& directory, const CheckOptions& options, std::ostream& out) {
  const std::array paths{directory};
  fmt::print(out, "== The logs, by the rules of round {}\n", name_of(options.round));
  int code = report(check_paths(paths, options), false, out);
  fmt::print(out, "== The score\n");
  const std::vector<ScoredSet> sets = score_paths(paths, options.round);
  print(out, sets);
  for (const ScoredSet& one : sets)
    if (one.set.mode == ScalingMode::Strong && one.score.required_runs > 0 &&
        one.set.runs.size() >= one.score.required_runs && !one.score.scored())
      code = 1;
  flush_or_throw(out, "the score");
  return code;
}

}  // namespace tessera
