#include "submissions/seed_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "results/log/log_value.hpp"

namespace tessera {
namespace {

using nlohmann::json;

// " -007 " and "1_000", as Python reads them, in one spelling: "-7", "1000". Nothing for other texts.
std::optional<std::string> whole_number_in(std::string text) {
  constexpr const char* kSpace = " \t\n\v\f\r";
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string::npos) return std::nullopt;
  text = text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
  const bool negative = text.front() == '-';
  if (negative || text.front() == '+') text.erase(0, 1);
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool between_digits = text[i] == '_' && i > 0 && text[i - 1] != '_' && i + 1 < text.size();
    if (text[i] >= '0' && text[i] <= '9')
      digits += text[i];
    else if (!between_digits)
      return std::nullopt;
  }
  if (digits.empty()) return std::nullopt;
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  return negative && digits != "0" ? "-" + digits : digits;
}

std::optional<std::string> whole_number_of(const json& value) {
  if (value.is_string()) return whole_number_in(value.get<std::string>());
  if (value.is_number_integer()) return value.dump();
  const std::optional<double> number = number_of(value);
  if (!number || !std::isfinite(*number)) return std::nullopt;
  const std::string whole = fmt::format("{:.0f}", std::trunc(*number));
  return whole == "-0" ? "0" : whole;
}

// All of it, where show() cuts what is long; what JSON can't hold is called by name.
std::string in_full(const json& value) {
  return value.is_string() ? value.dump(-1, ' ', true, json::error_handler_t::replace) : show(value);
}

// What tells a place from others: numbers of one value are one.
std::optional<std::string> source_line_of(const json& metadata) {
  if (!metadata.is_object() || !metadata.contains("file") || !metadata.contains("lineno"))
    return std::nullopt;
  const json &file = metadata["file"], &line = metadata["lineno"];
  if (file.is_structured() || line.is_structured()) return std::nullopt;
  const std::optional<double> number = number_of(line);
  return fmt::format("{}:{}", in_full(file), number ? fmt::format("{}", *number) : in_full(line));
}

Finding finding(const char* rule, const std::string& file, std::optional<std::size_t> line,
                std::string expected, std::string found) {
  return {rule, file, "seed", line, std::move(expected), std::move(found)};
}

void check_one(const SeedsOfLog& log, Verdict& verdict) {
  if (log.malformed)
    verdict.findings.push_back(
        finding("no-seed", log.file, {}, "a log that can be read whole", "malformed lines"));
  else if (log.seeds.empty())
    verdict.findings.push_back(finding("no-seed", log.file, {}, "a seed", "none"));
  for (const LoggedSeed& seed : log.seeds) {
    if (!seed.value)
      verdict.findings.push_back(finding("bad-seed", log.file, seed.line, "a whole number", seed.shown));
    if (!seed.place)
      verdict.findings.push_back(
          finding("bad-seed", log.file, seed.line, "metadata with file and lineno", "none"));
  }
  if (log.seeds.size() > 1)
    verdict.warnings.push_back(finding("several-seeds", log.file, log.seeds[1].line, "one seed",
                                       fmt::format("{} of them", log.seeds.size())));
}

}  // namespace

LoggedSeed logged_seed(std::size_t line, const json& value, const json& metadata) {
  return {line, whole_number_of(value), source_line_of(metadata), show(value)};
}

void check_seeds(const std::vector<SeedsOfLog>& logs, Verdict& verdict) {
  std::map<std::pair<std::string, std::string>, std::string> log_of;  // a place and a seed
  std::map<std::string, std::string> log_with;                        // a seed
  for (const SeedsOfLog& log : logs) {
    check_one(log, verdict);
    for (const LoggedSeed& seed : log.seeds) {
      if (!seed.value || !seed.place) continue;
      const auto [same_place, is_new_here] = log_of.try_emplace({*seed.place, *seed.value}, log.file);
      const auto [same, is_new] = log_with.try_emplace(*seed.value, log.file);
      const std::string expected = "a seed that no other log of the directory has";
      if (!is_new_here)
        verdict.findings.push_back(finding("repeated-seed", log.file, seed.line, expected,
                                           fmt::format("{}, logged at {}, as in {}", *seed.value,
                                                       shortened(*seed.place), same_place->second)));
      else if (!is_new && same->second != log.file)
        verdict.warnings.push_back(finding("repeated-seed", log.file, seed.line, expected,
                                           fmt::format("{}, as in {}", *seed.value, same->second)));
    }
  }
}

}  // namespace tessera
