#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "harness/workloads/batch_size.hpp"
#include "harness/workloads/data_share.hpp"
#include "io/dataset/data_listing.hpp"
#include "io/dataset/dataset.hpp"
#include "models/network/graph.hpp"
#include "models/train/loss.hpp"
#include "models/train/metrics.hpp"
#include "models/train/optimizer.hpp"
#include "models/train/schedule.hpp"
#include "results/log/ml_log.hpp"

namespace tessera {

/// One benchmark as the trainer sees it: what it trains, on what, towards what.
class Workload {
 public:
  virtual ~Workload() = default;

  /// The network for `batch` samples a replica.
  virtual Graph graph(std::int64_t batch) const = 0;
  virtual std::string target_name() const = 0;  // what the network is to answer: "cosmology"
  virtual std::int64_t target_channels() const = 0;
  virtual const Loss& loss() const = 0;
  virtual std::unique_ptr<Optimizer> make_optimizer(ParameterStore& parameters) const = 0;
  virtual std::unique_ptr<Schedule> make_schedule(std::int64_t global_batch) const = 0;
  /// How many of the replicas share batch statistics; 0 where nothing is normalised.
  virtual std::int64_t norm_replicas(std::int64_t replicas) const = 0;
  /// Throws InputError where the configuration doesn't fit a run with this batch.
  virtual void check(const BatchSize& batch) const = 0;

  /// Whether a process reads the same box of a sample in every epoch, however samples are split.
  virtual bool keeps_boxes() const = 0;
  /// Takes the data set, opening no sample; before the calls that follow. It may be called again, for a copy
  /// of the same set. Throws InputError where the set doesn't fit the configuration, or is a staged copy
  /// without what is to be read.
  virtual void open_data(DataListing listing, const DataShare& share) = 0;
  virtual const Dataset& training() const = 0;
  virtual const Dataset& validation() const = 0;
  /// The axes that preprocessing leaves alone because samples are split along them, such as "DH", or "none":
  /// runs that differ in them train on other samples.
  virtual std::string kept_axes() const = 0;

  /// Why a run on this data can't be in the closed division (generated or reduced data); nullopt where it
  /// can.
  virtual std::optional<std::string> why_open() const = 0;

  virtual std::unique_ptr<Metric> make_metric() const = 0;
  virtual std::string metric_name() const = 0;    // for people: "MAE"
  virtual std::string metric_column() const = 0;  // in history.csv: "val_mean_absolute_error"
  virtual LogKey metric_key() const = 0;
  virtual double target() const = 0;
  virtual bool reached(double value) const = 0;
  /// Logs the benchmark's own hyperparameters.
  virtual void log_hyperparameters(MlLog& log, const BatchSize& batch) const = 0;
};

}  // namespace tessera
