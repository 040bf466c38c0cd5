#include "submissions/checker_params.hpp"

#include <fmt/format.h>

#include <array>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "results/log/log_value.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kConvergence = "rcp-bypass", kOldConvergence = "rcp_bypass",
                           kSeeds = "seed-checker-bypass";

struct Line {
  std::string text;
  bool ends = false;  // it isn't the last one, cut off
};

std::vector<Line> lines_of(const fs::path& file) {
  constexpr std::size_t kMostLines = 100;
  std::vector<Line> lines;
  std::ifstream in(file, std::ios::binary);
  for (std::string text; lines.size() < kMostLines && std::getline(in, text);)
    lines.push_back({text, !in.eof()});
  return lines;
}

/// Why the official tool doesn't follow a line that asks for a bypass; empty if it does.
std::string why_not_followed(const Line& line, ParamsOf whose, Round round) {
  if (whose == ParamsOf::Organisation) {
    if (round == Round::V1_0) return "the script of round 1.0 doesn't read this file";
    return line.ends ? "" : "the script of the round passes over a last line without an end";
  }
  if (line.text == kOldConvergence) return "here the official tool knows it as rcp-bypass alone";
  return line.ends ? "the official tool takes a last line without an end alone" : "";
}

const char* name_of(ParamsOf whose) {
  constexpr std::array<const char*, 3> kNames{"the organisation", "the system", "the benchmark's directory"};
  return kNames[static_cast<std::size_t>(whose)];
}

}  // namespace

Bypasses read_checker_params(const fs::path& directory, ParamsOf whose, Round round, Verdict& verdict) {
  Bypasses bypasses;
  const fs::path file = directory / "package_checker_params";
  std::error_code error;
  if (!fs::is_regular_file(file, error)) return bypasses;
  std::size_t number = 0;
  for (const Line& line : lines_of(file)) {
    ++number;
    const auto warn = [&](const char* rule, const char* expected, std::string found) {
      verdict.warnings.push_back({rule, file.string(), "", number, expected, std::move(found)});
    };
    const bool convergence = line.text == kConvergence || line.text == kOldConvergence;
    if (!convergence && line.text != kSeeds) {
      if (!line.text.empty())
        warn("unknown-params", "rcp-bypass or seed-checker-bypass", show(nlohmann::json(line.text)));
      continue;
    }
    const std::string why = why_not_followed(line, whose, round);
    warn("bypass-asked", "no check passed over",
         fmt::format("{}, asked for by {}: {}", line.text, name_of(whose),
                     why.empty() ? "followed" : "not followed, " + why));
    if (why.empty()) (convergence ? bypasses.convergence : bypasses.seeds) = true;
  }
  return bypasses;
}

}  // namespace tessera
