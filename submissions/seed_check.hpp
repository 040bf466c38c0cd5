#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "results/check/finding.hpp"

namespace tessera {

/// The seed that one entry of a log holds.
struct LoggedSeed {
  std::size_t line = 0;              // of the log
  std::optional<std::string> value;  // a whole number in decimal digits; nothing if it is none
  std::optional<std::string> place;  // the source file and line that logged it, as JSON; nothing if not told
  std::string shown;                 // the value as a report shows it
};

/// What a log says of its seeds.
struct SeedsOfLog {
  std::string file;
  std::vector<LoggedSeed> seeds;  // in the order of its lines
  bool malformed = false;         // the log has lines that can't be read
};

/// Makes a LoggedSeed of an entry's value and metadata. As Python makes whole numbers: of 7.9, true and " 7
/// ", too.
LoggedSeed logged_seed(std::size_t line, const nlohmann::json& value, const nlohmann::json& metadata);

/// Holds the seeds of one directory's logs in the closed division against its rules:
///   no-seed         a log has none, or has lines that can't be read, among which it might be
///   bad-seed        a seed is no whole number, or its metadata doesn't tell file and line
///   repeated-seed   a seed was logged before from the same source file and line
///                   (from another place: a warning)
///   several-seeds   a warning: a log has more than one
void check_seeds(const std::vector<SeedsOfLog>& logs, Verdict& verdict);

}  // namespace tessera
