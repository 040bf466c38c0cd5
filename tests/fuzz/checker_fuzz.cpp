// The checker and the scores: any log gets a verdict under every round and division, and a set of it a score.

#include <sstream>
#include <string>

#include "fuzz/require.hpp"
#include "fuzz/target.hpp"
#include "results/check/benchmark.hpp"
#include "results/check/log_reader.hpp"
#include "results/score/score_report.hpp"

namespace {

using namespace tessera;

RunRecord read(const std::string& text) {
  std::istringstream in(text);
  return read_log(in, "set/result_0.txt");
}

void check_all(const RunRecord& run) {
  for (const Round round : {Round::V1_0, Round::V2_0, Round::V3_0}) {
    for (const std::optional<Division> division :
         {std::optional<Division>(), std::optional(Division::Closed), std::optional(Division::Open)}) {
      const Verdict verdict = check(run, round, division);
      require(verdict.compliant() == verdict.findings.empty());
      if (run.malformed_lines > 0 || run.entry_lines == 0) require(!verdict.compliant());
      for (const Finding& finding : verdict.findings)
        require(!finding.rule.empty() && !finding.found.empty());
    }
  }
}

void score_all(const RunRecord& run) {
  RunSet set;
  set.directory = "set";
  set.described = SystemSize{64.0, 4.0};
  set.division = "closed";
  set.benchmark = run.of(LogKey::EvalError).count > 0 ? "cosmoflow" : "deepcam";
  set.runs.assign(benchmarks().find(set.benchmark)->required_runs, run);
  for (const ScalingMode mode : {ScalingMode::Strong, ScalingMode::Weak}) {
    set.mode = mode;
    Score result = score(set, Round::V3_0);
    require(result.scored() == (result.minutes || result.throughput));
    const ScoredSet scored{set, std::move(result)};
    std::ostringstream out;
    print(out, {&scored, 1});
    print_csv(out, {&scored, 1});
    out << to_json({&scored, 1}).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    require(!out.str().empty());
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const RunRecord run = read(std::string(reinterpret_cast<const char*>(data), size));
  check_all(run);
  score_all(run);
  return 0;
}
