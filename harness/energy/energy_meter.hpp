#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "results/log/clock.hpp"

namespace tessera {

/// What a node's energy is measured by; the same on all nodes of a run.
enum class MeterKind : std::uint8_t {
  PmCounters,             // Cray's, of the whole node
  RaplPackages,           // the processors' own counters, as Linux's powercap shows them
  RaplPackagesAndMemory,  // and those of the memory beside each
  RaplPsys,               // that of the platform, where there are none of packages
  Program,                // a program of the user's
};
/// "Cray pm_counters", "RAPL", "command".
const char* name_of(MeterKind kind);
/// What part of a node it covers; empty: all of it.
const char* covered_by(MeterKind kind);

/// The mean power since the reading before.
struct MeterReading {
  Milliseconds time{};  // since 1970
  double watts = 0;

  bool operator==(const MeterReading&) const = default;
};

/// A meter of this node. Its calls may come from one thread after another.
class EnergyMeter {
 public:
  virtual ~EnergyMeter() = default;
  virtual MeterKind kind() const = 0;
  /// The measurement begins.
  virtual void start(Milliseconds now) = 0;
  /// Appends what there is to read since the last call; nothing where the meter doesn't answer.
  virtual void read(Milliseconds now, std::vector<MeterReading>& readings) = 0;
  /// What went wrong since the start, for people; empty if nothing did.
  virtual std::string complaint() const { return {}; }
};

}  // namespace tessera
