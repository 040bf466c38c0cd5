#pragma once

#include <iosfwd>
#include <nlohmann/json_fwd.hpp>
#include <source_location>
#include <string>
#include <string_view>

#include "results/log/clock.hpp"
#include "results/log/log_keys.hpp"

namespace tessera {

/// Before each entry of a log, the space included.
inline constexpr std::string_view kLogToken = ":::MLLOG ";

/// Writes a result log in the published MLPerf format, one line an entry, flushed at once so that a run that
/// dies leaves all it had logged:
///   :::MLLOG {"namespace": "", "time_ms": 1603314876927, "event_type": "INTERVAL_START", "key": "run_start",
///             "value": null, "metadata": {"file": "trainer.cpp", "lineno": 42}}     (on one line)
/// metadata is an object; the source file (its last path component) and line of the call are put before it.
/// Numbers that aren't finite are written as Python does (NaN, Infinity), which readers of these logs expect.
/// Throws MachineError when a line can't be written, as on a full disk.
class MlLog {
 public:
  /// out: where the lines go, not owned; nullptr makes every call a no-op (all ranks but the first).
  /// name: what errors call the log, as its path.
  MlLog(std::ostream* out, const Clock& clock, std::string name);

  void start(LogKey key, const nlohmann::json& metadata = no_metadata(),
             std::source_location where = std::source_location::current());
  void end(LogKey key, const nlohmann::json& metadata = no_metadata(),
           std::source_location where = std::source_location::current());
  void event(LogKey key, const nlohmann::json& value, const nlohmann::json& metadata = no_metadata(),
             std::source_location where = std::source_location::current());

 private:
  static const nlohmann::json& no_metadata();  // an empty object
  void write(std::string_view event_type, LogKey key, const nlohmann::json& value,
             const nlohmann::json& metadata, std::source_location where);

  std::ostream* out_;
  const Clock& clock_;
  std::string name_;
};

}  // namespace tessera
