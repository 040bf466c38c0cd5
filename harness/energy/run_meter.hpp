#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "harness/energy/power_recorder.hpp"
#include "parallel/process_grid.hpp"

namespace tessera {

/// How the energy of a run is to be measured.
struct EnergyRequest {
  static constexpr const char* kAuto = "auto";  // by the node's counters
  static constexpr const char* kOff = "off";

  std::string by = kOff;  // or a command, see command_meter.hpp
  std::filesystem::path root = "/sys";

  bool is_off() const { return by == kOff; }
};

/// Takes the text of the power log of a node.
using WritePowerLog = std::function<void(int node, const std::string& text)>;

/// Measures the energy of a run: one rank of each node reads its meter. All nodes have the same, or nothing
/// is measured.
class RunMeter {
 public:
  /// Collective. Never fails for the lack of a meter.
  RunMeter(const ProcessGrid& grid, const EnergyRequest& request);

  /// For people, on rank 0: what measures, or why nothing does.
  const std::string& line() const { return line_; }

  void start();
  void stop();
  /// After stop(), on rank 0: `energy` of run.json, null where nothing was measured; hands the power log of
  /// each node to `write`, and appends warnings for people. Collective; throws what all ranks throw.
  nlohmann::json report(const WritePowerLog& write, std::vector<std::string>& warnings) const;

 private:
  const ProcessGrid& grid_;
  std::optional<MeterKind> kind_;            // of all nodes
  std::unique_ptr<PowerRecorder> recorder_;  // on one rank of each node
  std::string line_;
};

/// The power log of a node's readings.
std::string power_log_text(const PowerRecord& record, MeterKind kind, int node);

}  // namespace tessera
