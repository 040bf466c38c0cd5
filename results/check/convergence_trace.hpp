#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "results/log/log_entry.hpp"

namespace tessera {

/// What the test against the reference convergence points takes from the log of one run, from its entries in
/// the order of their lines, as the official test reads them.
class ConvergenceTrace {
 public:
  void add(const LogEntry& entry);

  /// The value of the last global_batch_size; null if there is none.
  const nlohmann::json& batch() const { return batch_; }
  /// The epoch_num, to three digits, of the latest evaluation of any metric above the last run_stop, if that
  /// says success; else infinite.
  double epochs() const;
  /// Why the log can't be tested: an evaluation without a number as its epoch_num, a run_stop without status,
  /// a success without an evaluation above it. The first of them; empty if there is none.
  const std::string& broken() const { return broken_; }

 private:
  void add_stop(const LogEntry& entry);
  void add_broken(const LogEntry& entry, const char* why);

  nlohmann::json batch_;
  std::optional<double> latest_epoch_, epochs_;
  std::string broken_;
};

}  // namespace tessera
