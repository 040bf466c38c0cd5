#include "harness/energy/energy_meter.hpp"

namespace tessera {

const char* name_of(MeterKind kind) {
  switch (kind) {
    case MeterKind::PmCounters:
      return "Cray pm_counters";
    case MeterKind::Program:
      return "command";
    default:
      return "RAPL";
  }
}

const char* covered_by(MeterKind kind) {
  switch (kind) {
    case MeterKind::RaplPackages:
      return "processor packages";
    case MeterKind::RaplPackagesAndMemory:
      return "processor packages and memory";
    case MeterKind::RaplPsys:
      return "the platform as RAPL's psys sees it";
    default:
      return "";
  }
}

}  // namespace tessera
