#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "results/log/log_keys.hpp"

namespace tessera {

/// One entry of a log, of a key that we know.
struct LogEntry {
  LogKey key{};
  std::size_t line = 0;  // from 1
  double time_ms = 0;    // milliseconds since 1970; not always finite, nor ordered, in logs found in the wild
  nlohmann::json value;
  nlohmann::json metadata;

  /// The named member of the metadata; nullptr where there is none.
  const nlohmann::json* find_metadata(std::string_view name) const;
};

/// A line that has the log token but no proper entry behind it.
struct MalformedLine {
  std::size_t line = 0;  // from 1
  std::string problem;   // "unexpected 'x' at byte 7"
};

}  // namespace tessera
