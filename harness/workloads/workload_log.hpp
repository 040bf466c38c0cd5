#pragma once

#include <optional>
#include <string>

#include "harness/workloads/batch_size.hpp"
#include "results/log/ml_log.hpp"

namespace tessera {

/// What a benchmark says of a run in its logs, for people and for referees.
class WorkloadLog {
 public:
  virtual ~WorkloadLog() = default;

  virtual std::string metric_name() const = 0;    // for people: "MAE"
  virtual std::string metric_column() const = 0;  // in history.csv: "val_mean_absolute_error"
  virtual LogKey metric_key() const = 0;
  /// Logs the benchmark's own hyperparameters.
  virtual void log_hyperparameters(MlLog& log, const BatchSize& batch) const = 0;
  /// Why a run can't be in the closed division (generated or reduced data, another network, ...); nullopt
  /// where it can. The data must be open.
  virtual std::optional<std::string> why_open() const = 0;
};

}  // namespace tessera
